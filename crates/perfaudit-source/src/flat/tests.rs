use super::*;
use proptest::prelude::*;

fn shape(text: &str) -> String {
    let tree = Tree::parse(text, Edition::Edition2024).unwrap();
    let calls = tree.root().descendants().filter(|node| node.is(SyntaxKind::CALL_EXPR));
    calls
        .map(|call| format!("{}({})", call.called().unwrap_or_default(), call.args().len()))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_arguments_of_macros_are_arguments_of_calls() {
    assert_eq!(shape("fn f() { write!(\"{}\", g(1)); }"), "write!(2) g(1)");
    assert_eq!(shape("fn f() { let v = std::vec![h(2); 4]; }"), "std::vec!(2) h(1)");
    assert_eq!(shape("fn f() { assert!(a.iter().any(|x| g(x)), \"no {x}\", x = 3) }"), "assert!(3) g(1)");
    assert_eq!(shape("fn f() { my_macro!(g(1)) }"), "");
    assert_eq!(shape("fn f() -> bool { !format(x) }"), "format(1)");
}

#[test]
fn floats_that_are_fields_do_not_shift_what_follows() {
    let tree = Tree::parse("fn f() { a.0.1.b(); c.2 .d(); 1.5; }", Edition::Edition2024).unwrap();
    let calls: Vec<_> = tree.all(SyntaxKind::METHOD_CALL_EXPR).map(|call| call.text().to_owned()).collect();
    assert_eq!(calls, ["a.0.1.b()", "c.2 .d()"]);
    assert_eq!(tree.all(SyntaxKind::FN).next().unwrap().name(), Some("f"));
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let tree = Tree::parse("// ä\nfn f() { /* ö */ g() }\n", Edition::Edition2024).unwrap();
    let call = tree.all(SyntaxKind::CALL_EXPR).next().unwrap();
    assert_eq!(call.position(), Position { line: 2, column: 18 });
    assert_eq!((tree.line(2), tree.line_count()), ("fn f() { /* ö */ g() }", 2));
    assert_eq!(tree.line(9), "");
}

#[test]
fn text_that_is_too_deep_has_no_tree() {
    let text = format!("fn f() {{\n{}", "(".repeat(100_000));
    assert_eq!(Tree::parse(&text, Edition::Edition2024).unwrap_err(), TooDeep { line: 2 });
}

proptest! {
    #[test]
    fn any_text_has_a_tree_whose_entries_lie_within_their_parents(text in "[a-z0-9.!;,(){}\\[\\]<>='\"/*&|# \n]{0,80}") {
        let Ok(tree) = Tree::parse(&text, Edition::Edition2024) else { return Ok(()) };
        for node in tree.root().descendants() {
            let parent = node.parent().unwrap();
            prop_assert!(parent.start() <= node.start() && node.end() <= parent.end());
            prop_assert!(parent.children().any(|child| child == node));
            prop_assert!(node.text().len() <= text.len());
        }
    }
}
