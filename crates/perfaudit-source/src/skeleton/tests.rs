//! What the generator makes of signatures.

use super::{Attempt, BenchFile, FileOptions};
use crate::{CfgSet, Edition, LibrarySource};

fn library(text: &str) -> LibrarySource {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("lib.rs");
    std::fs::write(&root, text).unwrap();
    LibrarySource::read("lib", &root, Edition::Edition2021, &CfgSet::default()).unwrap()
}

/// The body of the benchmark of the function `name`, or why there is none.
fn body(source: &LibrarySource, name: &str) -> String {
    let function = source.public_functions().into_iter().find(|function| function.name() == name).unwrap();
    match source.skeleton(&function, Attempt::FIRST) {
        Ok(skeleton) => skeleton.body,
        Err(reason) => reason.to_string(),
    }
}

#[track_caller]
fn assert_holds(text: &str, name: &str, parts: &[&str]) {
    let body = body(&library(text), name);
    for part in parts {
        assert!(body.contains(part), "{part:?} is not in\n{body}");
    }
}

#[test]
fn shared_input_is_made_once_and_has_a_size() {
    assert_holds(
        "pub fn f(text: &str, table: &[u32], times: u32) -> usize { g() }",
        "f",
        &[
            "group.throughput(Throughput::Bytes(size as u64));",
            "let text = letters(size, 1);",
            "let items = (0..size as u64).map(|i| (number(i) % 1_000_000) as u32).collect::<Vec<_>>();",
            "let times = (number(3) % 1_000_000) as u32;",
            "b.iter(|| lib::f(black_box(text.as_str()), black_box(items.as_slice()), black_box(times)));",
        ],
    );
}

#[test]
fn input_that_is_consumed_or_changed_is_made_for_each_call() {
    let source = "pub fn owned(v: Vec<f64>) { g() } pub fn sort(v: &mut [u64]) { g() }
        pub fn both(out: &mut String, v: Vec<u8>) -> usize { g() }
        pub fn first(v: &mut Vec<u8>) -> &mut u8 { g() }";
    assert_holds(source, "owned", &["b.iter_batched(", "|v_0| lib::owned(black_box(v_0)),"]);
    assert_holds(source, "sort", &["b.iter_batched_ref(", "|v_0| lib::sort(black_box(v_0.as_mut_slice())),"]);
    assert_holds(
        source,
        "both",
        &[
            "|(mut out_0, v_1)| { let output = lib::both(black_box(&mut out_0), black_box(v_1)); (output, out_0) },",
        ],
    );
    assert_holds(source, "first", &["|v_0| { black_box(lib::first(black_box(v_0))); },"]);
}

#[test]
fn bounds_decide_what_is_passed_for_a_generic_parameter() {
    let source = "use std::fmt; use std::io::{Read, Write};
        pub fn a<T: AsRef<[u8]>>(t: T) {} pub fn b(t: impl Into<String>) {} pub fn c<R>(r: &mut R) where R: Read {}
        pub fn d<W: Write>(w: W) {} pub fn e<W: fmt::Write>(w: &mut W) {} pub fn f<F: Fn(u8)>(f: F) {}
        pub fn g<I: IntoIterator<Item = T>, T: Ord>(items: I) {} pub fn h<T: Default>() -> T { x() }
        pub fn i<T: Into<T>>(t: T) {} pub fn j(p: &std::path::Path) {}";
    assert_holds(source, "a", &["lib::a(black_box(data.as_slice()))"]);
    assert_holds(source, "b", &["lib::b(black_box(text.as_str()))"]);
    assert_holds(source, "c", &["|| data.as_slice(),", "|r_0| lib::c(black_box(r_0)),"]);
    assert_holds(source, "d", &["|| Vec::<u8>::new(),"]);
    assert_holds(source, "e", &["|| String::new(),"]);
    assert_holds(source, "f", &["`f`: a function: what it is to do is not known"]);
    assert_holds(source, "g", &["map(|i| number(i) % 1_000_000).collect::<Vec<_>>(),"]);
    assert_holds(source, "h", &["its caller chooses `T`"]);
    assert_holds(source, "i", &["nested too deeply"]);
    assert_holds(source, "j", &["may name a file"]);
}

#[test]
fn a_method_is_called_on_a_value_that_a_constructor_fills() {
    let source = "pub struct S; impl Default for S { fn default() -> S { S } } impl From<&str> for S {
        fn from(s: &str) -> S { S } } impl S { pub fn new() -> Self { x() } pub fn m(&self, n: usize) -> usize { y() } }
        pub struct Parsed(u8); impl Parsed { pub fn parse(s: &str) -> Result<Self, ()> { x() } pub fn m2(&self) {} }
        pub struct List<T> { t: Vec<T> } impl<T: Ord> List<T> { pub fn new() -> Self { x() } pub fn push(&mut self, t: T) {} }";
    assert_holds(
        source,
        "m",
        &["let s = lib::S::from(text.as_str());", "lib::S::m(black_box(&s), black_box(size))"],
    );
    assert_holds(source, "m2", &["`self`: `Parsed` has no public constructor that cannot fail"]);
    assert_holds(
        source,
        "push",
        &["|| lib::List::<u64>::new(),", "lib::List::push(black_box(list), black_box(t))"],
    );
    assert_holds(
        source,
        "parse",
        &["assert!(lib::Parsed::parse(text.as_str()).is_ok(), \"the synthetic input is refused\");"],
    );
}

#[test]
fn each_function_of_a_file_knows_its_lines() {
    let source =
        library("pub fn a(s: &str) {} pub mod m { pub fn a(n: u64) {} } pub fn b(v: Vec<String>) {}");
    let skeletons: Vec<_> = source
        .public_functions()
        .iter()
        .map(|function| source.skeleton(function, Attempt::FIRST).unwrap())
        .collect();
    let options = FileOptions {
        library: "lib".to_owned(),
        criterion: "criterion".to_owned(),
        edition: Edition::Edition2021,
    };
    let file = BenchFile::new(&options, &skeletons);
    for (number, line) in file.text.lines().enumerate() {
        for (at, skeleton) in skeletons.iter().enumerate() {
            if line.contains(&format!(" {}(black_box(", skeleton.path)) {
                assert_eq!(file.function_at(number + 1), Some(at), "{line}");
            }
        }
    }
    assert_eq!(file.function_at(1), None);
    assert_eq!(file.function_at(file.text.lines().count()), None);
    insta::assert_snapshot!(file.text);
}

proptest::proptest! {
    #[test]
    fn no_signature_makes_the_generator_panic(words in proptest::collection::vec(
        proptest::sample::select(vec!["&", "mut ", "[", "]", "(", ")", "<", ">", "T", "u8", "str", "Vec", "Option", ",",
            "impl ", "dyn ", "AsRef", "Into", "Self", "; 4", "S", "Box", "'a ", "Iterator", "Item = ", "fn", "->"]), 0..24)) {
        let ty = words.concat();
        let source = library(&format!("pub struct S<T>(T); impl<T> S<T> {{ pub fn new(x: {ty}) -> Self {{}}
            pub fn m(&self, y: {ty}) -> {ty} {{}} }} pub fn f<T: AsRef<{ty}>>(a: {ty}, t: T) -> {ty} {{}}"));
        for function in source.public_functions() {
            let _ = source.skeleton(&function, Attempt::FIRST);
        }
    }
}
