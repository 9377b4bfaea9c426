//! Compiles the library that is preloaded into targets, with the compiler that builds this crate, so that
//! `include_bytes!` can embed it. A package of its own could not be built by `cargo install`.

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=agent");
    println!("cargo::rerun-if-changed=src/layout.rs");
    println!("cargo::rerun-if-changed=src/heap_layout.rs");
    println!("cargo::rustc-check-cfg=cfg(has_agent)");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let is_supported = variable("CARGO_CFG_TARGET_OS") == "linux"
        && ["x86_64", "aarch64"].contains(&variable("CARGO_CFG_TARGET_ARCH").as_str())
        && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    if !is_supported {
        return;
    }
    let library = PathBuf::from(variable("OUT_DIR")).join("libperfaudit_agent.so");
    let mut compile = Command::new(variable("RUSTC"));
    compile.args(["--edition", "2024", "--crate-type", "cdylib", "--crate-name", "perfaudit_agent"]);
    compile.args(["-C", "opt-level=3", "-C", "codegen-units=1", "-C", "panic=abort", "-C", "strip=symbols"]);
    compile.args(["-D", "warnings"]);
    // No library is named: symbols then have no version, and the C library that the target has loaded, older or newer
    // than that of the machine that built this, provides them.
    compile.args(["-C", "link-arg=-nostdlib", "-C", "link-arg=-nostartfiles"]);
    compile.args(["-C", "link-arg=-Wl,-z,initfirst"]);
    compile.arg("--target").arg(variable("TARGET"));
    let linker = variable("RUSTC_LINKER");
    if !linker.is_empty() {
        compile.arg(format!("-Clinker={linker}"));
    }
    compile.arg("-o").arg(&library).arg("agent/lib.rs");
    let status = compile.status().expect("cargo names the compiler in RUSTC");
    assert!(status.success(), "the agent cannot be compiled: {status}; the compiler's message is above");
    println!("cargo::rustc-cfg=has_agent");
}
