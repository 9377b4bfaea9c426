//! The kinds of defects that the examples have.

/// The rules that look for a kind of defect, by the words of TRUTH.toml.
pub(crate) fn rules(kind: &str) -> &'static [&'static str] {
    match kind {
        "+= format!" => &["format-push"],
        "JSON serialisation in a hot path" => &["json-as-value"],
        "O(n^2) scans" => &["quadratic-scan", "remove-front"],
        "SipHash in a hot path" => &["siphash"],
        "String where &str would do" => &["owned-key-lookup"],
        "collect then iterate" => &["collect-then-iterate"],
        "config re-read" | "environment captured per call" => &["setting-per-call"],
        "hard-coded tuning constants" => &["tuning-constant"],
        "large enum / future" => &["large-enum", "large-future"],
        "lock in a loop" => &["lock-in-loop"],
        "look-up then insert" => &["lookup-then-insert"],
        "needless clone of an argument" | "redundant clone" => &["clone-in-loop", "redundant-clone"],
        "no capacity" => &["no-capacity"],
        "println in a loop" => &["print-in-loop"],
        "regex in a loop or fn" => &["regex-per-call"],
        "unbuffered IO" => &["unbuffered-io"],
        _ => &[],
    }
}
