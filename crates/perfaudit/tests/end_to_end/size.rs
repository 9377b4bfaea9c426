//! Where the bytes of a project's programs are, and what the compiler hands to LLVM.

use perfaudit_result::{
    AuditResult, BinarySize, ChangeState, MetricName, SizeDifference, StageName, from_json,
};

use crate::support::{Audited, MANIFEST, Project};

const LOCKFILE: &str = "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n";

/// A library with a generic function that three types are put into, and a program.
fn program() -> Project {
    Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", LOCKFILE)
        .file(
            "src/lib.rs",
            "#[inline(never)]\npub fn total<T: Copy + Into<u64>>(items: &[T]) -> u64 {\n    items.iter().map(|item| (*item).into()).sum()\n}\n",
        )
        .file(
            "src/main.rs",
            "fn main() {\n    let n = std::env::args().count();\n    println!(\"{}\", small::total(&vec![1_u8; n]) + small::total(&vec![1_u16; n]) + small::total(&vec![1_u32; n]));\n}\n",
        )
}

fn sums(size: &BinarySize) {
    assert_eq!(size.sections.iter().map(|section| section.bytes).sum::<u64>(), size.file_bytes);
    let packages: u64 = size.packages.iter().map(|package| package.bytes).sum();
    assert_eq!(packages + size.remainder_bytes, size.file_bytes);
}

/// The one program, whose parts sum to the metric.
fn weighed(audited: &Audited) -> &BinarySize {
    let [size] = audited.result.size.as_slice() else { panic!("{:#?}", audited.result.size) };
    sums(size);
    size
}

#[test]
fn what_a_project_ships_is_built_and_its_parts_sum_to_the_metric() {
    let project = program();
    let audited = project.audit(&["--only", "size", "--mode", "quick"]);
    assert_eq!(audited.code(), 0, "{}", audited.outcome.stdout);
    let size = weighed(&audited);
    assert_eq!(size.binary, "binary/small/small");
    let headline = &audited.result.verdict.headline;
    assert!(headline.starts_with("small/small is "), "{headline}");
    assert!(headline.contains("% std (with core and alloc)"), "{headline}");
    let metric = audited.row("binary/small/small").metric(&MetricName::BINARY_SIZE).unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a small file")]
    let bytes = size.file_bytes as f64;
    assert_eq!(metric.figure.value(), Some(bytes));
    assert!(size.packages.iter().any(|package| package.name.as_deref() == Some("small")));
    let total = size.generics.iter().find(|row| row.name == "small::total").expect("it has copies");
    assert_eq!(total.copies, 3);
    assert!(audited.file("report.html").contains("small::total"));
    assert!(audited.file("report.md").contains("Where the bytes are"));
    assert!(audited.outcome.stdout.contains("small::total"), "{}", audited.outcome.stdout);
}

#[test]
fn a_quick_audit_weighs_nothing_that_it_was_not_asked_for() {
    let invocation = program();
    let perfaudit = invocation.perfaudit().env("PERFAUDIT_SKIP", "cpu,heap,source");
    let audited = invocation.audit_with(perfaudit, &["--mode", "quick"]);
    assert_eq!(audited.result.size, []);
}

#[test]
fn each_copy_that_is_handed_to_llvm_is_counted_from_one_more_compilation() {
    let project = program();
    let outcome =
        project.perfaudit().args(["size", "--ir", "--format", "json"]).directory(&project.root()).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result: AuditResult = from_json(&outcome.stdout).unwrap();
    assert!(result.run.stages.iter().any(|stage| stage.name == StageName::Ir));
    let row = result.workloads.iter().find(|row| row.id.0 == "ir/small").expect("it is a row");
    let counted = row.metric(&MetricName::IR_LINES).and_then(|metric| metric.figure.value());
    let ir = result.ir.expect("it was asked for");
    // All packages are this one.
    assert_eq!(counted, Some(ir.lines as f64));
    let total = ir.generics.iter().find(|row| row.name == "small::total").expect("it is compiled");
    assert_eq!(total.copies, 3, "{total:?}");
    assert_eq!(ir.packages.iter().map(|package| package.lines).sum::<u64>(), ir.lines);
    assert_eq!(ir.packages.iter().map(|package| package.compiled_lines).sum::<u64>(), ir.lines);
    // The generic function is compiled with the program that uses it, which has the name of its library.
    let compiled = |name: &str| {
        let package = ir.packages.iter().find(|package| package.name.as_deref() == Some(name));
        package.map_or(0, |package| package.compiled_lines)
    };
    assert!(compiled("small (program)") > total.lines);
    assert_eq!(compiled("small") + compiled("small (program)"), ir.lines);
    assert!(!project.root().join("target/perfaudit/ir").exists());
}

#[test]
fn files_are_weighed_and_put_beside_each_other_without_a_project() {
    let project = program();
    let this = "/bin/sh";
    let told = |arguments: &[&str]| {
        let outcome = project.perfaudit().args([&["size"][..], arguments].concat()).run();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome.stdout
    };
    sums(&serde_json::from_str(&told(&[this, "--format", "json"])).unwrap());
    let same: SizeDifference =
        serde_json::from_str(&told(&["--diff", this, this, "--format", "json"])).unwrap();
    assert_eq!((same.file_bytes.difference(), same.functions.len()), (0, 0));
    let refused = project.perfaudit().args(["size", "Cargo.toml"]).run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("is no ELF file"), "{}", refused.stderr);
}

#[test]
fn what_two_revisions_ship_is_built_and_put_beside_each_other_by_names_without_hashes() {
    let project = program().under_git();
    let commit = || {
        project.git(&["add", "--all"]);
        project.git(&["commit", "--quiet", "--message", "change"]);
    };
    commit();
    let source = std::fs::read_to_string(project.root().join("src/main.rs")).unwrap();
    let more = "#[inline(never)]\nfn added(n: usize) -> usize {\n    (0..n).map(|n| n.pow(3) ^ 7).sum()\n}\n";
    project.write(
        "src/main.rs",
        &format!("{}{more}", source.replace("small::total(&vec![1_u8; n])", "added(n) as u64")),
    );
    commit();
    let before = project.tree();
    let diff = |sides: [&str; 2]| {
        let arguments = ["size", "--offline", "--format", "json", "--diff"];
        let outcome = project.perfaudit().directory(&project.root()).args(arguments).args(sides).run();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let mut all: Vec<SizeDifference> = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    };
    let of = |difference: &SizeDifference, name: &str| {
        let mut rows = difference.functions.iter().filter(|row| row.name.as_deref() == Some(name));
        rows.next().map(|row| row.state)
    };
    let changed = diff(["HEAD~1", "HEAD"]);
    assert_eq!(of(&changed, "small::added"), Some(ChangeState::New), "{:#?}", changed.functions);
    assert_eq!((changed.before.as_str(), changed.after.as_str()), ("small of HEAD~1", "small of HEAD"));
    let same = diff(["HEAD", "work"]);
    assert_eq!((same.file_bytes.difference(), same.functions.len()), (0, 0));
    assert_eq!(project.tree(), before);
    let mixed =
        project.perfaudit().directory(&project.root()).args(["size", "--diff", "HEAD", "/bin/sh"]).run();
    assert_eq!(mixed.code, Some(2));
    assert!(mixed.stderr.contains("files are weighed beside files"), "{}", mixed.stderr);
    project.nothing_survives();
}
