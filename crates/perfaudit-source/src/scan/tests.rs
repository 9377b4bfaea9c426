use super::*;
use std::fs;

fn project(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn scanned(folder: &tempfile::TempDir, cache: Option<&Path>) -> Scan {
    let packages = [PackageRoot { name: "a".into(), directory: PathBuf::new() }];
    let request = ScanRequest {
        root: folder.path(),
        packages: &packages,
        skip: &[],
        exclude: &["excluded/".to_owned()],
        cache,
    };
    scan(&request).unwrap()
}

#[test]
fn everything_that_is_no_source_becomes_a_row_and_the_rest_is_read() {
    let deep = format!("fn f() {{ {} }}", "(".repeat(100_000));
    let table = "const X: [u8; 3] = [1, 2, 3];\n".repeat(100_000);
    let folder = project(&[
        ("src/lib.rs", b"fn f() {}\n"),
        ("src/latin.rs", b"// \xe9\n"),
        ("src/deep.rs", deep.as_bytes()),
        ("src/table.rs", table.as_bytes()),
        (
            "src/broken.rs",
            b"fn g( { if } struct ; fn h(s: &mut String) { s.push_str(&format!(\"{}\", 1)); }\n",
        ),
        ("excluded/other.rs", b"fn v() {}\n"),
        ("third-party/one/.cargo-checksum.json", b"{}"),
        ("third-party/one/src/lib.rs", b"fn t() {}\n"),
        ("target/CACHEDIR.TAG", b"x"),
        ("target/debug/built.rs", b"fn b() {}\n"),
        ("Cargo.toml", b"[profile.release]\nopt-level = 0\n"),
    ]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("src/loop")).unwrap();
    let scan = scanned(&folder, None);
    let paths: Vec<&str> = scan.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["Cargo.toml", "src/broken.rs", "src/lib.rs", "src/table.rs"]);
    let unread: Vec<(&str, &str)> =
        scan.unread.iter().map(|unread| (unread.path.as_str(), unread.reason.as_str())).collect();
    assert_eq!(
        unread,
        [
            ("src/deep.rs", "line 1: nested too deeply to be parsed"),
            ("src/latin.rs", "not UTF-8 at byte 3"),
            ("third-party", "one crate that cargo vendored: not the project's own code"),
        ]
    );
    assert_eq!(scan.files[0].analysis.hits[0].rule, "build-profile");
    assert_eq!(scan.files[1].analysis.hits[0].rule, "format-push");
    assert_eq!(scan.files[3].analysis.lines.code, 100_000);
}

#[test]
fn crates_below_vendor_that_are_no_members_are_a_row_and_members_are_read() {
    let manifest = b"[package]\nname = \"x\"\n".as_slice();
    let code = b"fn f() {}\n".as_slice();
    let folder = project(&[
        ("src/lib.rs", code),
        ("src/vendor/shop.rs", code),
        ("vendor/notes.rs", code),
        ("vendor/other/Cargo.toml", manifest),
        ("vendor/other/src/lib.rs", code),
        ("third_party/rust/deep/Cargo.toml", manifest),
        ("third_party/rust/deep/src/lib.rs", code),
        ("third_party/rust/deep/macros/Cargo.toml", manifest),
        ("vendor/member/Cargo.toml", manifest),
        ("vendor/member/src/lib.rs", code),
        ("vendor/member/fuzz/Cargo.toml", manifest),
        ("vendor/member/fuzz/main.rs", code),
        ("tools/one/Cargo.toml", manifest),
        ("tools/one/src/main.rs", code),
    ]);
    let package = |directory: &str| PackageRoot { name: "a".into(), directory: directory.into() };
    let request = ScanRequest {
        root: folder.path(),
        packages: &[package(""), package("vendor/member")],
        skip: &[],
        exclude: &[],
        cache: None,
    };
    let scan = scan(&request).unwrap();
    let read = scan.files.iter().map(|file| file.path.as_str());
    assert_eq!(
        read.filter(|path| path.ends_with(".rs")).collect::<Vec<&str>>(),
        [
            "src/lib.rs",
            "src/vendor/shop.rs",
            "tools/one/src/main.rs",
            "vendor/member/fuzz/main.rs",
            "vendor/member/src/lib.rs",
            "vendor/notes.rs"
        ]
    );
    let reason = "one crate that is no member of the workspace: not the project's own code";
    let unread = scan.unread.iter().map(|unread| (unread.path.as_str(), unread.reason.as_str()));
    assert_eq!(unread.collect::<Vec<_>>(), [("third_party/rust", reason), ("vendor", reason)]);
}

#[test]
fn files_that_did_not_change_are_taken_from_the_cache() {
    let folder = project(&[
        ("src/lib.rs", b"fn f() {}\n"),
        ("src/a.rs", b"fn f(s: &mut String) { *s += &format!(\"\"); }\n"),
    ]);
    let cache = folder.path().join("store/cache.json");
    let first = scanned(&folder, Some(&cache));
    assert_eq!((first.cache.hits, first.cache.misses, &first.cache.problem), (0, 2, &None));
    let second = scanned(&folder, Some(&cache));
    assert_eq!((second.cache.hits, second.cache.misses), (2, 0));
    assert_eq!(first.files, second.files);
    fs::write(folder.path().join("src/a.rs"), "fn f() {}\n").unwrap();
    let third = scanned(&folder, Some(&cache));
    assert_eq!((third.cache.hits, third.cache.misses), (1, 1));
    assert!(third.files[0].analysis.hits.is_empty());
}

#[test]
fn a_damaged_cache_is_no_cache() {
    let folder = project(&[("src/lib.rs", b"fn f() {}\n")]);
    let cache = folder.path().join("cache.json");
    fs::write(&cache, b"{\"made_by\":").unwrap();
    let scan = scanned(&folder, Some(&cache));
    assert_eq!((scan.cache.hits, scan.cache.misses), (0, 1));
}

#[test]
fn async_code_that_waits_by_a_function_of_another_file_is_found() {
    let folder = project(&[
        ("src/files.rs", b"use std::fs;\npub fn load() -> String { text() }\nfn text() -> String { fs::read_to_string(\"x\").unwrap() }\npub fn other() {}\n"),
        ("src/lib.rs", b"use files::load;\nasync fn f() {\n    load();\n    other();\n    tokio::task::spawn_blocking(|| load()).await;\n}\n"),
    ]);
    let scan = scanned(&folder, None);
    let hits: Vec<(&str, u32)> =
        scan.files[1].analysis.hits.iter().map(|hit| (hit.rule.as_ref(), hit.line)).collect();
    assert_eq!(hits, [("blocking-in-async", 3)]);
    assert!(scan.files[1].analysis.hits[0].message.contains("std::fs::read_to_string"));
}

#[test]
fn modules_that_are_declared_for_tests_are_test_code_wherever_they_are() {
    let folder = project(&[
        ("src/lib.rs", b"#[cfg(test)]\nmod oracle;\nmod plain;\n"),
        ("src/oracle.rs", b"fn f() {}\n"),
        ("src/oracle/deep.rs", b"fn f() {}\n"),
        ("src/plain.rs", b"fn f() {}\n"),
        ("src/made.rs", b"// @generated by a tool\nfn f() {}\n"),
    ]);
    let scan = scanned(&folder, None);
    let places: Vec<(&str, Place)> = scan.files.iter().map(|file| (file.path.as_str(), file.place)).collect();
    let expected = [
        ("src/lib.rs", Place::Production),
        ("src/made.rs", Place::Generated),
        ("src/oracle/deep.rs", Place::Test),
        ("src/oracle.rs", Place::Test),
        ("src/plain.rs", Place::Production),
    ];
    let mut sorted = expected.to_vec();
    sorted.sort();
    assert_eq!(places, sorted);
}

#[test]
fn a_project_is_added_up() {
    let folder = project(&[
        ("src/lib.rs", b"use crate::parser::Parser;\n\n// one\nasync fn f(a: bool, b: bool) {\n    if a && b { g().await; }\n}\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\n"),
        ("src/parser.rs", b"use crate::{a::B, c};\npub struct Parser;\n"),
        ("tests/all.rs", b"fn t() {\n}\n"),
    ]);
    let scan = scanned(&folder, None);
    let facts = ProjectFacts::of(&scan.files, 5);
    assert_eq!((facts.lines, facts.source_code, facts.test_code, facts.comments), (14, 6, 6, 1));
    assert_eq!(facts.asynchronous[0].functions, 1);
    let imports: Vec<(&str, &str)> =
        facts.imports.iter().map(|import| (import.from.as_str(), import.to.as_str())).collect();
    assert_eq!(imports, [("crate", "parser"), ("parser", "a"), ("parser", "c")]);
}
