//! Some workloads, and no others.

use regex::Regex;

/// The filter that these names of workloads pass and no others; none where there are none.
pub(crate) fn only<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Regex> {
    let names: Vec<String> = names.into_iter().map(regex::escape).collect();
    let filter = match names.as_slice() {
        [] => return None,
        [name] => format!("^{name}$"),
        several => format!("^(?:{})$", several.join("|")),
    };
    // More names than an expression can hold are no filter.
    Regex::new(&filter).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_passes_and_what_only_begins_or_ends_like_it_does_not() {
        let filter = only(["p/t/a.b", "p/t/c"]).unwrap();
        assert!(filter.is_match("p/t/a.b") && filter.is_match("p/t/c"));
        assert!(!filter.is_match("p/t/aXb") && !filter.is_match("p/t/cc") && !filter.is_match("xp/t/c"));
        assert_eq!(only(["a/b"]).unwrap().as_str(), "^a/b$");
        assert!(only([]).is_none());
    }
}
