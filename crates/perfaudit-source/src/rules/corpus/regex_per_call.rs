use std::sync::{LazyLock, OnceLock};

use globset::Glob;
use regex::{Regex, RegexSet};

const WORD: &str = "[a-z]+";

static ONCE: LazyLock<Regex> = LazyLock::new(|| Regex::new("a+").unwrap());

fn mask(text: &str) -> String {
    let secret = Regex::new("token=[^ ]+").unwrap(); //~ regex-per-call
    secret.replace_all(text, "***").into_owned()
}

fn words(text: &str) -> usize {
    regex::Regex::new(WORD).unwrap().find_iter(text).count() //~ regex-per-call
}

fn closure(lines: &[String]) -> usize {
    lines.iter().filter(|line| Regex::new(r"^\d+$").unwrap().is_match(line)).count() //~ regex-per-call
}

fn in_a_loop(lines: &[String], pattern: &str) -> usize {
    let mut n = 0;
    for line in lines {
        let re = Regex::new(pattern).unwrap(); //~ regex-per-call
        n += usize::from(re.is_match(line));
    }
    n
}

fn sets(path: &str) -> bool {
    let set = RegexSet::new(&["a", "b"]);
    let glob = Glob::new("*.rs").unwrap().compile_matcher(); //~ regex-per-call
    set.is_ok() && glob.is_match(path)
}

// What the caller gives may differ each time.
fn given(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|re| re.is_match(text))
}

fn each_its_own(patterns: &[String]) -> Vec<Regex> {
    patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect()
}

fn formatted(names: &[String], text: &str) -> usize {
    let mut n = 0;
    for name in names {
        n += Regex::new(&format!("^{name}$")).unwrap().find_iter(text).count();
    }
    n
}

struct Masker {
    secret: Regex,
}

impl Masker {
    fn new() -> Self {
        Self { secret: Regex::new("token=[^ ]+").unwrap() }
    }
}

fn cell() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| Regex::new("b+").unwrap())
}

fn main() {
    let re = Regex::new("x").unwrap();
    assert!(re.is_match("x"));
}

// The same patterns come with the next call.
fn is_ignored(name: &str, ignore: &[String]) -> bool {
    for pattern in ignore {
        let expression = Regex::new(&to_expression(pattern)).unwrap(); //~ regex-per-call
        if expression.is_match(name) {
            return true;
        }
    }
    false
}

fn all_patterns(ignore: &[String]) -> Patterns {
    let mut all = Patterns::default();
    for pattern in ignore {
        let expression = Regex::new(pattern).unwrap();
        all.add(expression);
    }
    all
}
