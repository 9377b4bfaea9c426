use std::sync::{Mutex, RwLock};

struct Cache {
    pages: Mutex<Vec<String>>,
    names: RwLock<Vec<String>>,
    own: tokio::sync::Mutex<Vec<String>>,
}

impl Cache {
    async fn load(&self, url: &str) {
        let mut pages = self.pages.lock().unwrap(); //~ lock-across-await
        let page = fetch(url).await;
        pages.push(page);
    }

    async fn named(&self) -> Result<(), Error> {
        let names = self.names.read()?; //~ lock-across-await
        for name in names.iter() {
            visit(name).await; //~ sequential-awaits
        }
        Ok(())
    }

    async fn runtime(&self, url: &str) {
        let mut pages = self.own.lock().await; //~ lock-across-await
        let page = fetch(url).await;
        pages.push(page);
    }

    fn block(&self) -> impl Future<Output = ()> {
        async move {
            let guard = self.pages.lock().expect("not poisoned"); //~ lock-across-await
            send(guard.len()).await;
        }
    }

    async fn held_to_the_end(&self) {
        let _guard = self.pages.lock().unwrap(); //~ lock-across-await
        pause().await;
    }

    // Locked afterwards.
    async fn after(&self, url: &str) {
        let page = fetch(url).await;
        let mut pages = self.pages.lock().unwrap();
        pages.push(page);
    }

    async fn dropped(&self, url: &str) {
        let pages = self.pages.lock().unwrap();
        let n = pages.len();
        drop(pages);
        send(n).await;
    }

    async fn scoped(&self) {
        let n = {
            let pages = self.pages.lock().unwrap();
            pages.len()
        };
        send(n).await;
    }

    // The guard is gone at the end of the statement.
    async fn copied(&self) {
        let pages = self.pages.lock().unwrap().clone();
        send(pages.len()).await;
    }

    fn plain(&self) -> usize {
        let pages = self.pages.lock().unwrap();
        pages.len()
    }

    async fn inner(&self) {
        let pages = self.pages.lock().unwrap();
        spawn(async move { pause().await });
        keep(pages.len());
    }
}
