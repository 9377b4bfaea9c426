async fn pages(urls: &[String]) -> Result<Vec<Page>, Error> {
    let mut pages = Vec::with_capacity(urls.len());
    for url in urls {
        pages.push(fetch(url).await?); //~ sequential-awaits
    }
    Ok(pages)
}

async fn remove(client: &Client, ids: &[u32]) {
    for id in ids {
        client.delete(*id).await; //~ sequential-awaits
    }
}

async fn named(client: &Client, ids: Vec<u32>) -> Vec<(u32, String)> {
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let name = client.name(id).await; //~ sequential-awaits
        out.push((id, name));
    }
    out
}

async fn cached(client: &Client, ids: &[u32], cache: &Cache) {
    for id in ids {
        let key = format!("k{id}");
        let value = client.load(&key).await; //~ sequential-awaits
        cache.insert(key, value);
    }
}

async fn skipping(urls: &[String]) {
    for url in urls {
        if url.is_empty() {
            continue;
        }
        visit(url).await; //~ sequential-awaits
    }
}

// One stream: in order.
async fn written(stream: &mut Stream, chunks: &[Vec<u8>]) {
    for chunk in chunks {
        stream.write_all(chunk).await;
    }
}

// They run already.
async fn joined(handles: Vec<Handle>) {
    for handle in handles {
        handle.await;
    }
}

// The next turn depends on this one.
async fn chained(client: &Client, ids: &[u32]) -> u32 {
    let mut last = 0;
    for id in ids {
        last = client.next_of(last, *id).await;
    }
    last
}

async fn first(urls: &[String]) -> Option<Page> {
    for url in urls {
        if let Some(page) = probe(url).await {
            return Some(page);
        }
    }
    None
}

async fn retry(client: &Client) {
    for _ in 0..100 {
        client.ping().await;
    }
}

async fn state(session: &mut Session, ids: &[u32]) {
    for id in ids {
        apply(&mut *session, *id).await;
    }
}

async fn two(client: &Client, ids: &[u32]) {
    for id in ids {
        let a = client.first(*id).await;
        client.second(a).await;
    }
}

// One connection, lent to every turn.
async fn answered(connection: &mut Connection, frames: &[Frame]) -> Result<(), Error> {
    for frame in frames {
        connection.answer(frame).await?;
    }
    Ok(())
}

async fn lent(connection: &mut Connection, frames: &[Frame]) {
    for frame in frames {
        answer(frame, connection).await;
    }
}

impl Connection {
    async fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.value(entry).await;
        }
    }

    async fn rows(&self, rows: &[Row]) {
        let mut writer = self.writer();
        for row in rows {
            writer.row(row).await;
        }
    }
}
