use super::parse;

/// Each text with what is said about it.
fn told(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| {
            let error = parse(text).expect_err("every text here is a mistake");
            format!("{}\n--> {}\n", text.trim(), error.to_string().replace('\n', "\n--> "))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn mistakes_in_the_audit_section() {
    insta::assert_snapshot!(told(&[
        "[audit]\nmod = \"quick\"",
        "[audit]\nmode = \"fast\"",
        "[audit]\nmode = \"quik\"",
        "[audit]\nbudget = 600",
        "[audit]\nbudget = \"10 minutes\"",
        "[audit]\nbudget = \"100ms\"",
        "[audit]\nkeep = 0",
        "[audit]\nkeep = 1_000_000",
        "[audit]\nkeep = 99999999999999999999999999",
        "[audit]\nallow = \"stolen-time\"",
        "[audit]\nallow = [\"Stolen Time\", 3]",
        "[audit]\noffline = \"yes\"",
        "[audits]\nmode = \"quick\"",
        "[[audit]]\nmode = \"quick\"",
        "mode = \"quick\"",
    ]));
}

#[test]
fn mistakes_in_the_bench_section() {
    insta::assert_snapshot!(told(&[
        "[bench]\nall_features = true",
        "[bench]\nfilter = \"(a\"",
        "[bench]\nfilter = \"(a{1000}){1000}\"",
        "[bench]\npackages = [\"a\", \"\", \"--config=x\"]",
        "[[bench]]\nprofile = \"bench\"",
        "[bench]\nprofile = 2026-01-01",
    ]));
}

#[test]
fn mistakes_in_slos() {
    let slo = |line: &str| format!("[[slo]]\nmetric = \"wall_time.p95\"\nlimit = \"1 ms\"\n{line}");
    let texts = [
        "[[slo]]\nmetric = \"wall_time.p95\"\nlimt = \"100 ms\"".to_owned(),
        "[[slo]]\nmetric = \"wall_time.p59\"\nlimit = \"100 ms\"".to_owned(),
        "[[slo]]\nmetric = \"latency\"\nlimit = \"100 ms\"".to_owned(),
        "[[slo]]\nmetric = \"wall_time.p95\"\nlimit = \"100 MB\"".to_owned(),
        "[[slo]]\nmetric = \"throughput\"\nlimit = \"100 MB\"".to_owned(),
        "[[slo]]\nmetric = \"rss.peak\"\nlimit = \"64 mib\"".to_owned(),
        "[[slo]]\nmetric = \"build.clean\"\nlimit = \"5m\"".to_owned(),
        "[[slo]]\nmetric = \"cpu.utilisation\"\nlimit = 1.5".to_owned(),
        "[[slo]]\nmetric = \"cpu.utilisation\"\nlimit = \"150\"".to_owned(),
        "[[slo]]\nmetric = \"cpu.user\"\nlimit = \"0 s\"".to_owned(),
        "[slo]\nmetric = \"cpu.user\"\nlimit = \"1 s\"".to_owned(),
        slo("warn = 50"),
        slo("warn = 0"),
        slo("warn = nan"),
        slo("warn = \"50 %\""),
        slo("workload = \"p/[\""),
        slo("workload = \"\""),
        slo("name = \" \""),
        slo("target = \"1 ms\""),
        slo("\"\\u001b[31m\\u202elimit\" = 1"),
    ];
    insta::assert_snapshot!(told(&texts.each_ref().map(String::as_str)));
}

#[test]
fn mistakes_in_commands() {
    let command = |line: &str| format!("[[command]]\nname = \"wc\"\nrun = \"wc {{file}}\"\n{line}");
    let texts = [
        "[[command]]".to_owned(),
        "[[command]]\nname = \"a/b c\"\nrun = []".to_owned(),
        "[[command]]\nname = \"wc\"\nrun = [\"wc\", 3]".to_owned(),
        "[[command]]\nname = \"wc\"\nrun = \"a\\u0000b\"".to_owned(),
        "[[command]]\nname = \"wc\"\nrun = \"a\"\n[[command]]\nname = \"wc\"\nrun = \"b\"".to_owned(),
        command("directory = \"../x\""),
        command("directory = \"/etc\""),
        command("input = \"{file}\"\nparameters = { file = [\"a\", \"../../b\"] }"),
        command("env = { N = 1, \"A=B\" = \"x\" }"),
        command("parameters = { fil = [\"a\"] }"),
        command("parameters = { file = \"a\" }"),
        command("parameters = { file = [] }"),
        command("parameters = { file = [\"a\", \"a\"] }"),
        command("parameters = { file = [\"a\\nb\", true] }"),
        command("parameters = [\"a\"]"),
        command("runs = 10\nmin-runs = 3"),
        command("min-runs = 30\nmax-runs = 3"),
        command("runs = 0\nwarmup = -1"),
        command("exit-codes = [0, 256]"),
        command("exit-codes = []"),
        command("ignore-failure = true\nexit-codes = [0, 1]"),
        command("output = \"file\""),
        command("timeout = \"0s\""),
        command("prepair = \"sync\""),
    ];
    insta::assert_snapshot!(told(&texts.each_ref().map(String::as_str)));
}

#[test]
fn mistakes_in_the_syntax() {
    insta::assert_snapshot!(told(&[
        "[audit\nmode = \"quick\"",
        "[audit]\nmode = quick",
        "[audit]\nmode = \"quick",
        "[audit]\nmode = \"quick\"\nmode = \"full\"",
        "[audit]\nmode: \"quick\"\nkeep = 20\nallow = [\"a\" \"b\"]",
        "[audit]\n[audit]",
        "[bench]\nfilter = \"\\d\"",
    ]));
}

#[test]
fn all_mistakes_of_a_file_are_told_in_its_order() {
    insta::assert_snapshot!(told(&["
[[slo]]
limit = \"5 parsecs\"
[[command]]
nam = \"x\"
[bench]
filtre = \"x\"
[audit]
keep = -1
mode = \"\"
"]));
}

#[test]
fn more_than_a_hundred_problems_are_counted() {
    let text: String = (0..250).map(|index| format!("unknown{index} = 1\n")).collect();
    let error = parse(&text).unwrap_err();
    assert_eq!((error.problems.len(), error.more), (100, 150));
    assert!(error.to_string().ends_with("\nand 150 more"));
}
