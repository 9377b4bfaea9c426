//! A library of which one function has a benchmark, for the end-to-end tests of `init --bench`.

pub fn count(text: &str) -> usize {
    text.matches('a').count()
}
pub fn joined(words: Vec<String>, by: char) -> String {
    words.join(&by.to_string())
}
pub fn measured(text: &str) -> usize {
    text.len() * 2 + count(text)
}
pub fn digits(text: &str) -> Result<u32, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.len() as u32)
    } else {
        Err(text.to_owned())
    }
}
pub fn panics(text: &str) -> u8 {
    if text.len() > 100 {
        panic!("far too long")
    } else {
        1
    }
}
pub fn endless(n: u64) -> u64 {
    loop {
        std::hint::black_box(n);
    }
}
pub fn bounded<T: Private>(t: T) -> u8 {
    t.get()
}
pub trait Private {
    fn get(&self) -> u8;
}
pub fn removes(path: &std::path::Path) -> bool {
    std::fs::remove_file(path).is_ok()
}
pub unsafe fn raw(at: *const u8) -> u8 {
    *at
}
pub async fn later() {}
fn private() {}
#[derive(Default)]
pub struct Counter {
    seen: Vec<u64>,
}
impl Counter {
    pub fn add(&mut self, n: u64) -> usize {
        self.seen.push(n);
        self.seen.len()
    }
}
