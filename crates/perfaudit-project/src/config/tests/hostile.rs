use proptest::prelude::*;

use super::{EVERYTHING, parse, values};

/// Reads a text, which must not panic, and checks what holds for every outcome.
fn survives(text: &str) {
    match parse(text) {
        Ok(config) => {
            let again = parse(&super::shown(&config)).expect("what is shown can be read");
            assert_eq!(values(&again), values(&config));
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            assert!(error.to_string().lines().all(|line| !line.chars().any(char::is_control)));
        }
    }
}

#[test]
fn a_file_that_ends_anywhere_is_survived() {
    for end in (0..EVERYTHING.len()).filter(|end| EVERYTHING.is_char_boundary(*end)) {
        survives(&EVERYTHING[..end]);
    }
}

#[test]
fn deep_nesting_is_survived() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        survives(&format!("x = {}{}", open.repeat(100_000), close.repeat(100_000)));
        survives(&format!("[audit]\nallow = {}", open.repeat(100_000)));
    }
    survives(&format!("{}x = 1", "a.".repeat(100_000)));
}

#[test]
fn a_megabyte_of_small_sections_on_one_line_is_survived() {
    let command = "{name=\"µ\",run=\"{p}\",parameters={p=[1]}},";
    survives(&format!("command = [{}]", command.repeat(1_000_000 / command.len())));
}

#[test]
fn a_command_line_is_not_longer_than_16_kilobytes_before_or_after_filling_in() {
    let told = |line: &str, value: &str| {
        let text = format!(
            "[[command]]\nname = \"x\"\nrun = \"{line}\"\ncleanup = \"{{p}}\"\nparameters = {{ p = [\"{value}\"] }}"
        );
        parse(&text).unwrap_err().to_string()
    };
    let said = "the command line is longer than 16384 bytes; put it into a script";
    assert_eq!(told(&"x".repeat(20_000), "a"), format!("perfaudit.toml:3:7: {said}"));
    assert_eq!(told(&"{p}".repeat(5000), &"a".repeat(500)), format!("perfaudit.toml:5:1: {said}"));
}

#[test]
fn an_expression_that_would_take_seconds_to_compile_is_refused() {
    let text = format!("[bench]\nfilter = '{}'", "\\w".repeat(400_000));
    let error = parse(&text).unwrap_err().to_string();
    assert_eq!(error, "perfaudit.toml:2:10: the expression is longer than 10000 bytes");
}

#[test]
fn parameters_beyond_counting_are_refused() {
    let parameters: String = (0..20_000).map(|index| format!("p{index} = [1], ")).collect();
    let text = format!(
        "[[command]]\nname = \"x\"\nrun = \"x\"\nparameters = {{ {} }}",
        parameters.trim_end_matches(", ")
    );
    assert_eq!(
        parse(&text).unwrap_err().to_string(),
        "perfaudit.toml:4:14: there are more than 10 parameters"
    );
}

#[test]
fn commands_together_have_at_most_a_thousand_workloads() {
    let values: Vec<String> = (0..600).map(|index| index.to_string()).collect();
    let command = |name: &str| {
        let values = values.join(", ");
        format!("[[command]]\nname = \"{name}\"\nrun = \"wc {{p}}\"\nparameters = {{ p = [{values}] }}\n")
    };
    assert_eq!(parse(&command("a")).unwrap().commands[0].workloads.len(), 600);
    let error = parse(&(command("a") + &command("b"))).unwrap_err().to_string();
    assert_eq!(error, "perfaudit.toml:5:1: there are more than 1000 command workloads up to here");
}

proptest! {
    #[test]
    fn a_mutated_file_is_survived(
        edits in prop::collection::vec((0..EVERYTHING.len(), 0..4_usize, "[\\[\\]{}=\"'.,#\\\\a-c0-9 \\n\\x00µ-]{0,3}"), 1..8),
    ) {
        let mut text: Vec<char> = EVERYTHING.chars().collect();
        for (place, removed, inserted) in edits {
            let start = place.min(text.len());
            let end = (start + removed).min(text.len());
            text.splice(start..end, inserted.chars());
        }
        survives(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_text_as_a_value_is_survived(
        key in prop::sample::select(vec!["metric", "workload", "limit", "warn", "name"]),
        value in "[a-z0-9 %/.*?{}\\[\\]!^\\\\-]{0,20}",
    ) {
        survives(&format!("[[slo]]\nmetric = \"rss.peak\"\nlimit = \"1 MB\"\n{key} = '{value}'"));
    }
}
