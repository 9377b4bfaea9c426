use std::fs;
use std::fs::File;
use std::process::Command;
use std::thread;
use std::time::Duration;

async fn config() -> String {
    let text = fs::read_to_string("config.toml").unwrap(); //~ blocking-in-async
    pause().await;
    text
}

async fn waits() {
    thread::sleep(Duration::from_millis(10)); //~ blocking-in-async
    std::thread::sleep(Duration::from_millis(10)); //~ blocking-in-async
    pause().await;
}

fn handler() -> impl Future<Output = ()> {
    async move {
        let file = File::open("x"); //~ blocking-in-async
        send(file).await;
    }
}

async fn process() {
    let out = Command::new("git").arg("log").output(); //~ blocking-in-async
    send(out).await;
}

async fn fetch(urls: &[String]) {
    let all: Vec<_> = urls.iter().map(|url| reqwest::blocking::get(url)).collect(); //~ blocking-in-async
    send(all).await;
}

// On a thread of its own.
async fn moved() {
    tokio::task::spawn_blocking(|| fs::read_to_string("config.toml")).await;
    thread::spawn(|| thread::sleep(Duration::from_secs(1)));
}

// The runtime's own.
async fn own() {
    tokio::fs::read_to_string("config.toml").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    tokio::process::Command::new("git").output().await;
}

fn blocking() -> String {
    fs::read_to_string("config.toml").unwrap()
}

async fn nested() {
    fn helper() -> bool {
        fs::exists("x").is_ok()
    }
    pause().await;
}

// A function that takes a closure and is awaited runs it on another thread.
async fn handed_over(path: PathBuf) {
    asyncify(move || fs::canonicalize(path)).await;
}

#[gix::maybe_async]
async fn either(path: PathBuf) {
    fs::remove_file(path);
    pause().await;
}

async fn combined(path: PathBuf) {
    pause().map(|_| fs::canonicalize(path)).await; //~ blocking-in-async
}
