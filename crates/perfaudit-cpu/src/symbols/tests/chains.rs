//! The chain of inlined functions of a known instruction.

use perfaudit_result::OriginKind;

use super::workbench::{Workbench, code, function, names, stacks};
use crate::recording::FileIdentity;

pub(super) const SHOP: &str = r#"use std::hint::black_box;

trait Shape {
    fn area(&self, x: u64) -> u64;
}

struct Square(u64);
struct Circle(u64);

impl Shape for Square {
    #[inline(never)]
    fn area(&self, x: u64) -> u64 {
        (0..x).map(|i| black_box(i) * self.0).sum()
    }
}

impl Shape for Circle {
    #[inline(never)]
    fn area(&self, x: u64) -> u64 {
        outer(x) ^ self.0
    }
}

#[inline(always)]
fn outer(x: u64) -> u64 {
    middle(x + 1) * 3
}

#[inline(always)]
fn middle(x: u64) -> u64 {
    inner(x ^ 7) + 5
}

#[inline(always)]
fn inner(x: u64) -> u64 {
    black_box(x).rotate_left(3)
}

#[inline(never)]
fn generic<T: Into<u64> + Copy>(values: &[T]) -> u64 {
    values.iter().map(|&value| black_box(value.into())).sum()
}

fn main() {
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(black_box(3))), Box::new(Circle(black_box(4)))];
    let sum: u64 = shapes.iter().map(|shape| shape.area(black_box(100))).sum();
    let mut grown: Vec<u64> = Vec::new();
    for i in 0..sum {
        grown.push(i);
    }
    println!("{sum} {} {} {} {}", generic(&[1u8, 2]), generic(&[1u16]), generic(&[3u32]), grown.len());
}
"#;

/// The chain of the innermost known function, and the lines in it.
const CHAIN: [(&str, u32); 4] = [("inner", 36), ("middle", 31), ("outer", 26), ("area", 20)];

/// Whether some address of `Circle::area` has the whole known chain, with lines and marks of inlining.
fn has_known_chain(workbench: &Workbench, program: &std::path::Path, symbol: &str) -> bool {
    let addresses = function(program, symbol);
    let done = workbench.look_up(program, FileIdentity::default(), &addresses);
    stacks(&done.profile).iter().any(|stack| {
        let names = names(&done.profile, stack);
        // Below `inner` there is `rotate_left` of the standard library.
        let Some(at) = names.iter().position(|name| is_called(name, "inner")) else { return false };
        let known = stack[at..].iter().zip(&names[at..]).zip(CHAIN);
        names.len() - at == CHAIN.len()
            && known.into_iter().all(|((frame, name), (of, line))| {
                is_called(name, of) && frame.line == line && frame.inlined == (of != "area")
            })
    })
}

/// The older mangling is no longer offered without this leave.
fn mangled(version: &str) -> [&str; 4] {
    let flag = if version == "v0" { "symbol-mangling-version=v0" } else { "symbol-mangling-version=legacy" };
    ["-Z", "unstable-options", "-C", flag]
}

fn is_called(name: &str, last: &str) -> bool {
    name == last || name.ends_with(&format!("::{last}"))
}

#[test]
fn three_functions_inlined_into_each_other_are_seen_with_every_level_of_debug_information() {
    for level in ["1", "2", "line-tables-only"] {
        for mangling in ["legacy", "v0"] {
            let workbench = Workbench::new();
            let level = format!("debuginfo={level}");
            let program = workbench.rust(SHOP, &[&["-C", &level][..], &mangled(mangling)].concat());
            let symbol = if mangling == "v0" { "6CircleNtB" } else { "Circle" };
            assert!(has_known_chain(&workbench, &program, symbol), "{level}, {mangling}");
        }
    }
}

#[test]
fn instances_of_a_generic_function_are_functions_of_their_own() {
    for mangling in ["legacy", "v0"] {
        let workbench = Workbench::new();
        let program = workbench.rust(SHOP, &[&["-C", "debuginfo=1"][..], &mangled(mangling)].concat());
        let addresses = function(&program, "7generic");
        let done = workbench.look_up(&program, FileIdentity::default(), &addresses);
        let mut instances: Vec<String> = stacks(&done.profile)
            .iter()
            .filter_map(|stack| names(&done.profile, stack).pop())
            .filter(|name| name.starts_with("shop::generic"))
            .collect();
        instances.sort();
        instances.dedup();
        let expected = |of: &str| {
            if mangling == "v0" { format!("shop::generic::<{of}>") } else { format!("shop::generic<{of}>") }
        };
        assert_eq!(instances, ["u16", "u32", "u8"].map(expected));
    }
}

#[test]
fn closures_and_trait_methods_have_readable_names_and_their_own_code_is_told_from_the_standard_library() {
    let workbench = Workbench::new();
    let program = workbench.rust(SHOP, &["-C", "debuginfo=1", "-C", "symbol-mangling-version=v0"]);
    let done = workbench.look_up(&program, FileIdentity::default(), &code(&program, 3));
    let profile = &done.profile;
    let find = |name: &str| {
        let found = profile.functions.iter().find(|function| function.name == name);
        found.unwrap_or_else(|| panic!("{name} is not among the functions"))
    };
    let origin = |name: &str| {
        let origin = &profile.origins[find(name).origin as usize];
        (origin.kind, origin.name.as_deref())
    };
    for own in ["shop::main", "shop::generic::<u8>::{closure#0}", "<shop::Square as shop::Shape>::area"] {
        assert_eq!(origin(own), (OriginKind::Own, Some("shop")), "{own}");
        assert_eq!(find(own).file.as_deref(), Some("src/main.rs"));
    }
    assert_eq!(find("shop::middle").line, Some(30));
    let push = profile.functions.iter().find(|function| function.name.contains("Vec<u64>>::push")).unwrap();
    assert_eq!(profile.origins[push.origin as usize].kind, OriginKind::Std, "its source is in the library");
    assert_eq!(push.file.as_deref(), Some("library/alloc/src/vec/mod.rs"));
    let text = format!("{profile:?}");
    assert!(!text.contains(workbench.path().to_str().unwrap()), "no folder of this machine is in a profile");
    assert!(!text.contains("/rustc/"));
}

#[test]
fn whole_program_optimisation_keeps_the_chain() {
    let workbench = Workbench::new();
    let program = workbench.rust(SHOP, &["-C", "debuginfo=1", "-C", "lto=fat", "-C", "codegen-units=1"]);
    assert!(has_known_chain(&workbench, &program, "Circle"));
}
