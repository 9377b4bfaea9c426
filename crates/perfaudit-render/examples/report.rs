//! Writes the HTML report of a result made by hand, to be looked at: `cargo run --example report -- report.html`.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made is a mistake in it")]
#![allow(dead_code, reason = "the tests use the rest of the fixtures")]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use fixture::Fixture;

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "report.html".to_owned());
    std::fs::write(path, perfaudit_render::html::html(Fixture::with_heap().input()))
}
