async fn sum(values: &[u64]) -> u64 { //~ async-without-await
    values.iter().sum()
}

pub async fn name(id: u32) -> String { //~ async-without-await
    format!("{id}")
}

struct Store;

impl Store {
    async fn size(&self) -> usize { //~ async-without-await
        let n = 3;
        n + 4
    }

    #[inline]
    async fn double(&self, n: u32) -> u32 { //~ async-without-await
        n * 2
    }

    #[tracing::instrument]
    pub(crate) async fn log(&self) { //~ async-without-await
        println!("x");
    }
}

async fn fetch(id: u32) -> String {
    load(id).await
}

impl Service for Store {
    async fn call(&self, n: u32) -> u32 {
        n + 1
    }
}

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

async fn health() -> &'static str {
    "ok"
}

fn router() -> Router {
    Router::new().route("/health", get(health))
}

async fn nothing() {}

async fn both() {
    tokio::join!(fetch(1), fetch(2));
}

async fn waits() {
    tokio::select! {
        _ = fetch(1) => {}
    }
}

#[async_trait]
impl Other for Store {
    async fn other(&self) -> u32 {
        4
    }
}

fn plain() -> u32 {
    4
}
