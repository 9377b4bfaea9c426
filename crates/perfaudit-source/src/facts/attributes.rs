//! Attributes, and what is test code by them.

use ra_ap_syntax::SyntaxKind;

use crate::flat::Node;

/// The attributes of an item, without `#[` and `]` and white space.
pub(crate) fn attributes(item: Node<'_>) -> impl Iterator<Item = String> {
    item.children().filter(|node| node.is(SyntaxKind::ATTR)).map(|attribute| {
        let text = attribute.dense();
        text.trim_start_matches('#')
            .trim_start_matches('!')
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned()
    })
}

/// Whether a node is only compiled, or only run, for tests and benchmarks.
pub(crate) fn is_test_code(node: Node<'_>) -> bool {
    std::iter::once(node).chain(node.ancestors()).any(|ancestor| match ancestor.kind() {
        SyntaxKind::FN
        | SyntaxKind::MODULE
        | SyntaxKind::ITEM_LIST
        | SyntaxKind::SOURCE_FILE
        | SyntaxKind::IMPL
        | SyntaxKind::STRUCT
        | SyntaxKind::ENUM
        | SyntaxKind::CONST
        | SyntaxKind::STATIC
        | SyntaxKind::TRAIT => attributes(ancestor).any(|attribute| is_of_tests(&attribute)),
        _ => false,
    })
}

pub(crate) fn is_of_tests(attribute: &str) -> bool {
    if let Some(condition) = attribute.strip_prefix("cfg(") {
        let condition = condition.trim_end_matches(')');
        return condition == "test" || condition.starts_with("all(test") || condition.starts_with("any(test");
    }
    let path = attribute.split('(').next().unwrap_or(attribute);
    let last = path.rsplit("::").next().unwrap_or(path);
    matches!(
        last,
        "test"
            | "bench"
            | "rstest"
            | "proptest"
            | "quickcheck"
            | "test_case"
            | "wasm_bindgen_test"
            | "test_log"
    )
}
