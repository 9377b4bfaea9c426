//! Programs of every kind: their parts sum to the file, and what is known of them is found.

use std::path::Path;

use super::workbench::{SHOP, Workbench, package, section, weighed};
use crate::{Detail, SizeError, weigh};

const ALL: Detail = Detail { inlined: false, rows: None };

/// Debug information, symbols and code are told apart in one program, and the length of each is that which `readelf`
/// tells.
fn agrees_with_readelf(bench: &Workbench, path: &Path) {
    let size = weighed(path, ALL);
    let told = bench.run("readelf", &["-SW", path.to_str().unwrap()]);
    let mut compared = 0;
    for line in told.lines().filter_map(|line| line.split_once("] .")) {
        let words: Vec<&str> = line.1.split_whitespace().collect();
        let &[name, kind, _, _, length, ..] = words.as_slice() else { continue };
        if kind == "NOBITS" {
            continue;
        }
        let length = u64::from_str_radix(length, 16).unwrap();
        assert_eq!(section(&size, &format!(".{name}")), length, ".{name}");
        compared += 1;
    }
    assert!(compared > 10);
}

#[test]
fn debug_builds_sum_to_the_file_and_their_sections_are_those_that_readelf_tells() {
    let bench = Workbench::new();
    let path = bench.rust(SHOP, &["-g"]);
    agrees_with_readelf(&bench, &path);
    let size = weighed(&path, ALL);
    assert!(section(&size, ".debug_info") > 0);
    assert!(size.remainder_bytes > section(&size, ".debug_info"));
}

#[test]
fn optimised_builds_with_one_or_many_units_and_either_kind_of_lto_sum_to_the_file() {
    let bench = Workbench::new();
    for flags in [
        &["-O"][..],
        &["-O", "-Ccodegen-units=16"],
        &["-O", "-Clto=thin"],
        &["-O", "-Clto=fat", "-Ccodegen-units=1"],
        &["-Copt-level=z", "-Cpanic=abort"],
    ] {
        let path = bench.rust(SHOP, flags);
        let size = weighed(&path, ALL);
        let shop = package(&size, "shop");
        assert!(shop.text_bytes > 0 && shop.name_bytes > 0, "{flags:?}: {shop:?}");
        // 300 prices of 4 bytes, and the program's own table of nothing else.
        let prices = size.statics.iter().find(|row| row.name == "shop::cart::PRICES");
        if let Some(prices) = prices {
            assert!(prices.bytes >= 1200, "{prices:?}");
        }
    }
}

#[test]
fn programs_that_are_stripped_tell_no_functions_and_sum_to_the_file() {
    let bench = Workbench::new();
    let path = bench.rust(SHOP, &["-O", "-Cstrip=symbols"]);
    let size = weighed(&path, ALL);
    assert!(size.remarks.iter().any(|remark| remark.contains("it is stripped")), "{:?}", size.remarks);
    assert!(size.functions.iter().all(|row| row.package.is_none()), "{:?}", size.functions);
    assert!(section(&size, ".text") > 0);
}

#[test]
fn names_that_were_moved_to_a_debug_file_are_found_and_take_no_bytes() {
    let bench = Workbench::new();
    let path = bench.rust(SHOP, &["-O", "-g"]);
    let whole = weighed(&path, ALL);
    bench.run("objcopy", &["--only-keep-debug", "program", "program.debug"]);
    bench.run("strip", &["program"]);
    bench.run("objcopy", &["--add-gnu-debuglink=program.debug", "program"]);
    let size = weighed(&path, ALL);
    assert!(size.method.contains("separate debug file"), "{}", size.method);
    let (before, after) = (package(&whole, "shop"), package(&size, "shop"));
    assert_eq!((after.text_bytes, after.unwind_bytes), (before.text_bytes, before.unwind_bytes));
    assert_eq!(after.name_bytes, 0);
}

#[test]
fn programs_linked_statically_sum_to_the_file_and_hold_the_c_library() {
    let bench = Workbench::new();
    let size = weighed(&bench.rust(SHOP, &["-O", "-Ctarget-feature=+crt-static"]), ALL);
    let other = size.packages.iter().find(|package| package.name.is_none()).unwrap();
    assert!(other.text_bytes > 100_000, "{other:?}");
    assert!(size.functions.iter().any(|row| row.name.contains("malloc") && row.package.is_none()));
}

#[test]
fn shared_libraries_sum_to_the_file() {
    let bench = Workbench::new();
    let source = "#[no_mangle] pub extern \"C\" fn area(a: u32) -> u32 { a.pow(2) }";
    bench.write("lib.rs", source.as_bytes());
    bench.rustc(&["--crate-type=cdylib", "--crate-name=shapes", "-O", "lib.rs", "-o", "libshapes.so"]);
    let size = weighed(&bench.at("libshapes.so"), ALL);
    assert!(size.functions.iter().any(|row| row.name == "area"));
    bench.run("strip", &["libshapes.so"]);
    let size = weighed(&bench.at("libshapes.so"), ALL);
    assert!(size.functions.iter().any(|row| row.name == "area"), "what is exported keeps its name");
}

#[test]
fn c_programs_have_no_packages_and_sum_to_the_file() {
    let bench = Workbench::new();
    let source = "int table[500] = {1}; int main(int n, char **all) { return table[n % 500] + all[0][0]; }";
    let path = bench.c(source, &["-g"]);
    agrees_with_readelf(&bench, &path);
    let size = weighed(&path, ALL);
    assert!(size.packages.iter().all(|package| package.name.is_none()), "{:?}", size.packages);
    let table = size.statics.iter().find(|row| row.name == "table").unwrap();
    assert!(table.bytes >= 2000 && table.text_bytes == 0, "{table:?}");
    assert!(size.functions.iter().any(|row| row.name == "main" && row.text_bytes > 0));
}

#[test]
fn compressed_sections_count_with_the_bytes_that_they_have_in_the_file() {
    let bench = Workbench::new();
    let path = bench.c("int main(void) { return 0; }", &["-g3", "-Wl,--compress-debug-sections=zlib"]);
    agrees_with_readelf(&bench, &path);
}

#[test]
fn split_debug_information_is_no_part_of_the_file() {
    let bench = Workbench::new();
    let whole = weighed(&bench.rust(SHOP, &["-g"]), ALL);
    let split = weighed(&bench.rust(SHOP, &["-g", "-Csplit-debuginfo=unpacked"]), ALL);
    assert!(split.file_bytes < whole.file_bytes);
    assert_eq!(package(&split, "shop").text_bytes, package(&whole, "shop").text_bytes);
}

#[test]
fn object_files_sum_to_the_file() {
    let bench = Workbench::new();
    bench.write("main.c", b"int table[500] = {1}; int main(int n, char **a) { return table[n % 500]; }");
    bench.run("cc", &["-O2", "-c", "main.c", "-o", "main.o", "-ffunction-sections", "-fdata-sections"]);
    let size = weighed(&bench.at("main.o"), ALL);
    assert!(size.functions.iter().any(|row| row.name == "main" && row.text_bytes > 0));
    assert!(size.statics.iter().any(|row| row.name == "table" && row.bytes >= 2000));
}

#[test]
fn a_hundred_megabytes_sum_to_the_file() {
    let bench = Workbench::new();
    let source = r#"
        __asm__(".section .rodata\n.globl big\n.type big, @object\n.size big, 104857600\nbig:\n.fill 104857600, 1, 7\n.text");
        extern const char big[];
        int main(int n, char **all) { return big[n] + all[0][0]; }
    "#;
    let size = weighed(&bench.c(source, &[]), ALL);
    assert!(size.file_bytes > 100 << 20);
    let big = size.statics.iter().find(|row| row.name == "big").unwrap();
    // Its symbol and its name are charged to it, too.
    assert!((0..100).contains(&(big.bytes - (100 << 20))), "{big:?}");
}

#[test]
fn what_is_no_program_is_refused_with_what_it_is() {
    let bench = Workbench::new();
    let refused = |content: &[u8]| {
        let path = bench.write("file", content);
        weigh(&path, "file", ALL).unwrap_err()
    };
    for (content, found) in [
        (&b""[..], "empty"),
        (b"#!/bin/sh\n", "script"),
        (b"!<arch>\n", "archive"),
        (b"MZ\0\0", "Windows"),
        (b"text", "otherwise"),
    ] {
        let error = refused(content);
        assert!(matches!(error, SizeError::NotElf { .. }) && error.to_string().contains(found), "{error}");
    }
    assert!(matches!(refused(b"\x7fELF\x02\x01\x01"), SizeError::Damaged { .. }));
    assert!(matches!(weigh(&bench.at("."), "file", ALL), Err(SizeError::Read { .. })));
    assert!(matches!(weigh(&bench.at("absent"), "file", ALL), Err(SizeError::Read { .. })));
}

#[test]
fn damaged_programs_are_refused_or_sum_to_the_file() {
    let bench = Workbench::new();
    let whole =
        std::fs::read(bench.c("int f(void) { return 1; } int main(void) { return f(); }", &["-g"])).unwrap();
    let mut weighed_files = 0;
    let mut try_weighing = |content: &[u8]| {
        let path = bench.write("damaged", content);
        if weigh(&path, "damaged", Detail { inlined: true, rows: None }).is_ok() {
            weighed(&path, ALL);
            weighed_files += 1;
        }
    };
    for length in (0..whole.len()).step_by(whole.len() / 40) {
        try_weighing(&whole[..length]);
    }
    // One byte in each part of the file, the tables at its beginning and end densely.
    for at in
        (0..64).chain((64..whole.len()).step_by(whole.len() / 150)).chain(whole.len() - 300..whole.len())
    {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        try_weighing(&damaged);
    }
    assert!(weighed_files > 100, "{weighed_files}");
}
