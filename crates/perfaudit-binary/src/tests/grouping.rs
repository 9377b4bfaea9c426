//! Names without hashes, copies of generics, code that was inlined, equal code that was folded.

use std::fmt::Write as _;

use perfaudit_result::ChangeState;

use super::workbench::{SHOP, Workbench, package, weighed};
use crate::{Detail, difference};

const ALL: Detail = Detail { inlined: false, rows: None };
const INLINED: Detail = Detail { inlined: true, rows: None };

/// Fifty types, a generic function and a trait that is implemented for all of them at once.
fn fifty() -> String {
    let mut source = String::from(
        "pub trait Weigh { fn weigh(&self) -> usize; }
         impl<T: AsRef<[u8]>> Weigh for T {
             #[inline(never)] fn weigh(&self) -> usize {
                 self.as_ref().iter().map(|b| *b as usize).sum::<usize>() * std::mem::size_of::<T>()
             }
         }
         #[inline(never)] pub fn spread<T: AsRef<[u8]>>(of: &T, by: usize) -> usize {
             of.as_ref().iter().map(|b| (*b as usize) << (by % 7)).sum::<usize>() + std::mem::size_of::<T>()
         }\nfn main() { let n = std::env::args().count(); let mut all = 0;\n",
    );
    for number in 1..=50 {
        writeln!(source, "let a = [n as u8; {number}]; all += a.weigh() + spread(&a, n);").unwrap();
    }
    source.push_str("println!(\"{all}\"); }\n");
    source
}

#[test]
fn fifty_instantiations_are_one_generic_with_either_mangling() {
    let bench = Workbench::new();
    for mangling in ["v0", "legacy"] {
        let flag = format!("-Csymbol-mangling-version={mangling}");
        let path = bench.rust(
            &fifty(),
            &["-O", "-Zunstable-options", &flag, "-Cllvm-args=--enable-merge-functions=false"],
        );
        let size = weighed(&path, ALL);
        let copies = |wanted: &str| {
            let of_shop = size.generics.iter().filter(|row| row.package.as_deref() == Some("shop"));
            of_shop
                .filter(|row| row.name.contains(wanted))
                .map(|row| (row.name.clone(), row.copies))
                .collect::<Vec<_>>()
        };
        assert_eq!(copies("spread"), [("shop::spread".to_owned(), 50)], "{mangling}");
        let weigh = copies("weigh");
        assert_eq!((weigh.len(), weigh[0].1), (1, 50), "{mangling}: {weigh:?}");
        let spread = size.generics.iter().find(|row| row.name == "shop::spread").unwrap();
        let each: u64 = size
            .functions
            .iter()
            .filter(|row| row.name.starts_with("shop::spread"))
            .map(|row| row.bytes)
            .sum();
        assert_eq!(spread.bytes, each, "{mangling}: the copies sum to the generic");
    }
}

#[test]
fn no_name_holds_a_hash() {
    let bench = Workbench::new();
    for mangling in ["v0", "legacy"] {
        let flag = format!("-Csymbol-mangling-version={mangling}");
        let size = weighed(&bench.rust(SHOP, &["-O", "-Zunstable-options", &flag]), ALL);
        let is_hash = |part: &str| {
            part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|b| b.is_ascii_hexdigit())
        };
        for row in &size.functions {
            assert!(!row.name.split("::").any(is_hash), "{}", row.name);
        }
        assert!(size.modules.iter().any(|row| row.name == "shop::cart" && row.functions == 2), "{mangling}");
    }
}

#[test]
fn equal_code_that_the_linker_folded_is_charged_once_and_the_other_names_are_told() {
    let bench = Workbench::new();
    let source = r#"
        #[inline(never)] fn one(a: &[u64]) -> u64 { a.iter().map(|x| x.rotate_left(3) ^ 0x5bd1).sum() }
        #[inline(never)] fn two(a: &[u64]) -> u64 { a.iter().map(|x| x.rotate_left(3) ^ 0x5bd1).sum() }
        fn main() {
            let all: Vec<u64> = std::env::args().map(|a| a.len() as u64).collect();
            println!("{} {}", std::hint::black_box(one)(&all), std::hint::black_box(two)(&all));
        }
    "#;
    let flags = ["-O", "-Clink-arg=-fuse-ld=lld", "-Clink-arg=-Wl,--icf=all", "-Zmerge-functions=disabled"];
    let size = weighed(&bench.rust(source, &flags), ALL);
    let folded = size.shared.iter().find(|row| row.charged == "shop::one" || row.charged == "shop::two");
    let folded = folded.unwrap_or_else(|| panic!("{:?}", size.shared));
    let mut names = [&[folded.charged.clone()][..], &folded.others].concat();
    names.sort_unstable();
    assert_eq!(names, ["shop::one", "shop::two"]);
    let of = |name: &str| size.functions.iter().find(|row| row.name == name).map_or(0, |row| row.text_bytes);
    assert_eq!(of("shop::one") + of("shop::two"), folded.bytes);
}

#[test]
fn inlined_code_is_charged_to_its_origin_and_all_code_stays_charged() {
    let bench = Workbench::new();
    let source = r#"
        mod inner {
            #[inline(always)] pub fn mix(mut a: u64) -> u64 {
                a ^= a << 13; a ^= a >> 7; a ^= a << 17; a ^= a << 5; a ^= a >> 9; a ^= a << 21;
                a ^= a << 11; a ^= a >> 3; a ^= a << 19; a ^= a << 2; a ^= a >> 6; a ^= a << 23;
                a
            }
        }
        #[inline(never)] fn first(a: u64) -> u64 { inner::mix(a) }
        #[inline(never)] fn second(a: u64) -> u64 { inner::mix(a ^ 77) }
        fn main() { let n = std::env::args().count() as u64; println!("{}", first(n) ^ second(n)); }
    "#;
    let size = weighed(&bench.rust(source, &["-O", "-g"]), INLINED);
    let inlined = size.inlined.as_ref().unwrap();
    let code: u64 = size.packages.iter().map(|package| package.text_bytes).sum();
    assert_eq!(inlined.text_bytes, code);
    assert_eq!(inlined.packages.iter().map(|row| row.text_bytes).sum::<u64>(), code);
    let mix = inlined.functions.iter().find(|row| row.name == "shop::inner::mix").unwrap();
    assert_eq!((mix.places, mix.inlined_bytes), (2, mix.text_bytes));
    let of = |name: &str| size.functions.iter().find(|row| row.name == name).unwrap().text_bytes;
    // Shifts are all there is in both, but for the last argument and the return.
    assert!(mix.text_bytes * 10 > 9 * (of("shop::first") + of("shop::second")), "{mix:?}");
}

#[test]
fn without_debug_information_inlined_code_stays_where_it_is_and_that_is_told() {
    let bench = Workbench::new();
    let path = bench.c("int main(void) { return 0; }", &[]);
    let size = weighed(&path, INLINED);
    let inlined = size.inlined.as_ref().unwrap();
    assert_eq!(inlined.uncovered_bytes, inlined.text_bytes);
    assert!(size.remarks.iter().any(|remark| remark.contains("no debug information")), "{:?}", size.remarks);
}

#[test]
fn what_grew_shrank_came_and_went_is_told_by_names_that_builds_share() {
    let bench = Workbench::new();
    let source = |body: &str| {
        format!(
            "{body}\nfn main() {{ let n = std::env::args().count() as u64; println!(\"{{}}\", grows(n) ^ stays(n) ^ other(n)); }}\n#[inline(never)] fn stays(n: u64) -> u64 {{ n.pow(3) ^ 5 }}"
        )
    };
    let small = "#[inline(never)] fn grows(n: u64) -> u64 { n ^ (n >> 3) } use goes as other; #[inline(never)] fn goes(n: u64) -> u64 { n * 3 }";
    let large = "#[inline(never)] fn grows(n: u64) -> u64 { let mut a = n; for i in 0..n { a ^= a.pow(5) << (i % 9); } a } use comes as other; #[inline(never)] fn comes(n: u64) -> u64 { n * 7 + 1 }";
    let before = weighed(&bench.rust(&source(small), &["-O", "-Cmetadata=one"]), ALL);
    let after = weighed(&bench.rust(&source(large), &["-O", "-Cmetadata=two"]), ALL);
    let found = difference(&before, &after, None);
    let state = |name: &str| {
        found.functions.iter().find(|row| row.name.as_deref() == Some(name)).map(|row| row.state)
    };
    assert_eq!(state("shop::grows"), Some(ChangeState::Grown));
    assert_eq!(state("shop::goes"), Some(ChangeState::Gone));
    assert_eq!(state("shop::comes"), Some(ChangeState::New));
    assert_eq!(state("shop::stays"), None);
    let sections: i64 = found.sections.iter().map(|row| row.bytes.difference()).sum();
    assert_eq!(sections, found.file_bytes.difference());
    let packages: i64 = found.packages.iter().map(|row| row.bytes.difference()).sum();
    assert_eq!(packages + found.remainder.difference(), found.file_bytes.difference());
    assert_eq!(difference(&before, &before, None).functions, []);
    assert!(package(&after, "shop").bytes > package(&before, "shop").bytes);
}

#[test]
fn crates_that_older_names_do_not_hold_are_said_to_be_derived() {
    let bench = Workbench::new();
    let remarks = |mangling: &str| {
        let flag = format!("-Csymbol-mangling-version={mangling}");
        let size = weighed(&bench.rust(&fifty(), &["-O", "-Zunstable-options", &flag]), ALL);
        size.remarks.into_iter().filter(|remark| remark.contains("older mangling")).count()
    };
    assert_eq!(remarks("legacy"), 1);
    // What the standard library was built with is not the program's to choose.
    assert!(!weighed(&bench.rust(SHOP, &["-O"]), ALL).method.contains("estimated"));
}

#[test]
fn line_tables_alone_do_not_tell_the_crate_of_inlined_code_and_that_is_said() {
    let bench = Workbench::new();
    let remarks = |debug: &str| {
        let flag = format!("-Cdebuginfo={debug}");
        let size = weighed(&bench.rust(SHOP, &["-O", &flag]), INLINED);
        size.remarks.into_iter().filter(|remark| remark.contains("line-tables-only")).count()
    };
    assert_eq!(remarks("line-tables-only"), 1);
    assert_eq!(remarks("limited"), 0);
}
