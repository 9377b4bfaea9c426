//! Sizes, LLVM IR and build settings, in the text formats and the page.

use perfaudit_render::{Terminal, html, markdown, terminal};
use perfaudit_result::*;

use crate::fixture;

fn function(name: &str, package: &str, bytes: u64, copies: u64) -> FunctionSize {
    FunctionSize { name: name.into(), package: Some(package.into()), bytes, text_bytes: bytes - 40, copies }
}

fn section(name: &str, kind: SectionKind, bytes: u64, named_bytes: u64) -> SectionSize {
    let unnamed_bytes = bytes - named_bytes;
    SectionSize {
        name: name.into(),
        kind,
        bytes,
        memory_bytes: bytes,
        named_bytes,
        padding_bytes: 0,
        unnamed_bytes,
    }
}

/// A program whose parts sum to it, and whose names try to break every format.
fn weighed() -> BinarySize {
    let package = |name: Option<&str>, text_bytes, unwind_bytes| PackageSize {
        name: name.map(str::to_owned),
        bytes: text_bytes + unwind_bytes,
        text_bytes,
        unwind_bytes,
        functions: 3,
        ..PackageSize::default()
    };
    BinarySize {
        binary: "binary/tool/tool".into(),
        file_bytes: 10_000,
        answer: "10000 bytes: 80.0 % code".into(),
        method: "exact: each byte of the file is charged once".into(),
        remarks: vec!["it is stripped: only what it exports has a name".into()],
        sections: vec![
            section(".text", SectionKind::Code, 8000, 7600),
            section(".eh_frame", SectionKind::Unwind, 1500, 900),
            section("[headers]", SectionKind::Headers, 500, 0),
        ],
        packages: vec![package(Some("tool"), 5000, 600), package(None, 2600, 300)],
        remainder_bytes: 1500,
        modules: vec![ModuleSize { name: "tool::run".into(), bytes: 4000, text_bytes: 3600, functions: 2 }],
        functions: vec![
            function("tool::run::<alloc::vec::Vec<u8>>", "tool", 3000, 2),
            function(&fixture::hostile_title(), "tool", 700, 1),
        ],
        generics: vec![GenericSize {
            name: "tool::run".into(),
            package: Some("tool".into()),
            bytes: 4000,
            text_bytes: 3600,
            copies: 2,
            largest: "tool::run::<alloc::vec::Vec<u8>>".into(),
        }],
        totals: SizeTotals { modules: 1, functions: 2, function_bytes: 8500, ..SizeTotals::default() },
        ..BinarySize::default()
    }
}

fn handed_to_llvm() -> Ir {
    let function = |name: &str, lines, copies| IrFunction {
        name: name.into(),
        package: Some("tool".into()),
        lines,
        copies,
    };
    Ir {
        answer: "1200 lines in 30 functions".into(),
        method: "lines within functions before any pass of LLVM".into(),
        remarks: Vec::new(),
        lines: 1200,
        copies: 30,
        packages: vec![IrPackage {
            name: Some("tool".into()),
            lines: 1200,
            copies: 30,
            compiled_lines: 1200,
        }],
        functions: vec![function("tool::run::<u8>", 300, 2), function(&fixture::hostile_title(), 100, 1)],
        generics: vec![function("tool::run", 600, 4)],
    }
}

fn exact(value: f64, unit: Unit) -> Figure {
    let interval = Interval::new(value, value).expect("it is finite");
    Figure {
        estimate: Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        unit,
        n: 1,
        method: Method("exact: the files of 1 program".into()),
        of: Of::File,
    }
}

fn outcome(bytes: f64, seconds: f64) -> BuildOutcome {
    let mut build_time = exact(seconds * 1e9, Unit::Nanoseconds);
    build_time.of = Of::Process;
    build_time.method = Method("median wall time of building".into());
    build_time.estimate =
        Estimate::WithoutInterval { value: seconds * 1e9, reason: "a single build has no spread".into() };
    BuildOutcome { size: exact(bytes, Unit::Bytes), build_time }
}

fn cell(name: &str, state: CellState) -> MatrixCell {
    MatrixCell {
        name: name.into(),
        settings: vec![BuildSetting { key: "lto".into(), value: "fat".into() }],
        state,
        message: None,
        remedy: None,
        risks: Vec::new(),
        outcome: None,
        rows: Vec::new(),
    }
}

fn tried() -> BuildMatrix {
    let row = crate::paired::row("command/tool", PairedVerdict::Better, -0.1);
    let risk = vec!["a panic ends the process".to_owned()];
    BuildMatrix {
        profile: "bench".into(),
        own: vec![BuildSetting { key: "lto".into(), value: "false".into() }],
        outcome: outcome(2e6, 20.0),
        cells: vec![
            MatrixCell {
                outcome: Some(outcome(1.5e6, 42.0)),
                rows: vec![row.clone()],
                ..cell("lto=fat", CellState::Measured)
            },
            MatrixCell { risks: risk, ..cell("panic=abort", CellState::NotMeasured) },
            MatrixCell {
                message: Some("this toolchain has no llvm-profdata".into()),
                remedy: Some("`rustup component add llvm-tools`".into()),
                ..cell("pgo", CellState::Unsupported)
            },
            MatrixCell { message: Some(fixture::hostile_title()), ..cell("opt-level=z", CellState::Failed) },
        ],
        alpha: 0.01,
        answer: MatrixAnswer::Recommended { cell: "lto=fat".into(), again: vec![row] },
    }
}

/// A library, and a program that waits for all of it.
fn looked_into() -> BuildTimeline {
    let ms = |ms: u64| ms * 1_000_000;
    let unit = |target: String, kind, start, front_end, code, link| BuildUnit {
        package: target.clone(),
        version: "1.2.0".into(),
        target,
        kind,
        start_ns: ms(start),
        phases: BuildPhases {
            front_end_ns: ms(front_end),
            code_ns: ms(code),
            link_ns: ms(link),
            ..BuildPhases::default()
        },
        cpu_ns: Some(ms(front_end + code + link)),
    };
    let units = vec![
        unit("inner".into(), BuildUnitKind::Library, 100, 600, 1300, 0),
        unit(fixture::hostile_title(), BuildUnitKind::Program, 2000, 200, 300, 500),
    ];
    let package = |unit: &BuildUnit| BuildPackage {
        name: unit.package.clone(),
        version: unit.version.clone(),
        units: 1,
        phases: unit.phases,
        cpu_ns: 0,
    };
    let mut phases = BuildPhases::default();
    units.iter().for_each(|unit| phases.add(unit.phases));
    BuildTimeline {
        build: WorkloadId("build/clean".into()),
        answer: "3.10 s for 2 units".into(),
        method: "wall times of one build".into(),
        remarks: vec!["the linker of 1 unit could not be stood in for".into()],
        wall_ns: ms(3100),
        cpus: 2,
        cpu_ns: ms(2900),
        phases,
        running: vec![RunningUnits { units: 0, ns: ms(200) }, RunningUnits { units: 1, ns: ms(2900) }],
        packages: units.iter().map(package).collect(),
        chain: vec![ChainStep { unit: 0, ns: ms(1900) }, ChainStep { unit: 1, ns: ms(1000) }],
        chain_ns: ms(2900),
        units,
    }
}

fn result() -> AuditResult {
    AuditResult {
        builds: vec![looked_into()],
        size: vec![weighed()],
        ir: Some(handed_to_llvm()),
        matrix: Some(tried()),
        ..fixture::empty()
    }
}

fn in_terminal(width: usize) -> String {
    terminal(&result(), &Terminal { width, colour: false, run_dir: "run".into(), verbose: true })
}

/// The page without what does not differ between results.
fn in_page() -> String {
    let (samples, profiles, heaps) = Default::default();
    let result = result();
    let input = perfaudit_render::ReportInput {
        result: &result,
        samples: &samples,
        profiles: &profiles,
        heaps: &heaps,
    };
    html::html(input)
}

#[test]
fn sizes_lines_and_settings_look_like_this_on_a_terminal() {
    insta::assert_snapshot!(in_terminal(100));
}

#[test]
fn every_format_tells_the_same_figures() {
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (page, text) = (flat(in_page()), flat(markdown(&result())));
    for words in [
        "tool::run",
        "The longest chain: 2 steps",
        "1.90 s",
        "1200 lines in 30 functions",
        "lto=fat",
        "1.50 MB (-25 %)",
        "risk: a panic ends the process",
        "rustup component add llvm-tools",
        "unsupported",
        "-10 % (-11",
    ] {
        for (format, told) in [("page", &page), ("Markdown", &text), ("terminal", &flat(in_terminal(100)))] {
            let told = told.replace("\\-", "-").replace("\\_", "_").replace("<wbr>", "");
            assert!(told.contains(words), "{words} is not in the {format}:\n{told}");
        }
    }
}

#[test]
fn names_that_try_to_break_a_format_do_not() {
    let (page, text) = (in_page(), markdown(&result()));
    assert!(!page.contains("<script>alert(1)"));
    assert!(!text.contains("\n| x | y |"), "{text}");
    for width in [20, 40, 80] {
        let told = in_terminal(width);
        assert!(!told.contains('\u{202e}') && !told.contains("\u{1b}[31m red"), "{told}");
    }
}

#[test]
fn charts_draw_each_crate_what_has_no_symbol_and_each_unit() {
    let page = in_page();
    let (start, end) = (page.find("<svg").expect("it is drawn"), page.rfind("</svg>").expect("it ends"));
    let drawn = &page[start..end];
    for name in ["tool", "no symbol", "inner 1.2.0: 1.90 s (600 ms front end, 1.30 s code), from 0.1 s"] {
        assert!(drawn.contains(name), "{name}");
    }
}
