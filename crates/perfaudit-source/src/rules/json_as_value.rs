use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule, shown};
use crate::facts::types::Ty;
use crate::facts::{File, bindings, function_of, loops};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds JSON used as a format for values within a program: a field of text that a method parses each time, text that is
    /// parsed into `serde_json::Value` in a loop, and values that are written and read again to convert or copy them.
    ///
    /// ## Why it matters
    ///
    /// Parsing allocates a key and a value for everything in the text, used or not.
    ///
    /// ## Example
    ///
    ///     fn attribute(&self, key: &str) -> Option<Value> {
    ///         let mut all: Map<String, Value> = serde_json::from_str(&self.attributes).ok()?;
    ///         all.remove(key)
    ///     }
    ///
    /// ## What to do
    ///
    /// Keep the parsed form in the field. Parse into a `struct` with the fields that are needed, which may borrow from the
    /// text. Convert with `From`.
    ///
    /// ## When not to
    ///
    /// At the edge of a program, once for each document whose shape is not known.
    id: "json-as-value",
    title: "JSON serves as a value within the program",
    category: Serialisation,
    severity: Warning,
    remedy: "keep the parsed form, or parse into a type with the fields that are needed",
    effort: Deep,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for (call, path) in file.calls() {
        let Some(function) = path.strip_prefix("serde_json::") else { continue };
        let Some(argument) = call.args().first().copied() else { continue };
        match function {
            "from_value" | "from_str" | "from_slice" if made_by_writing(file, argument) => {
                hits.add(
                    call,
                    Confidence::High,
                    format!("{} writes a value in order to read it again", shown(call)),
                );
            }
            "from_str" | "from_slice" if is_own_text(argument) && takes_self_by_reference(call) => {
                hits.add(call, Confidence::Medium, format!("{} parses a field in each call", shown(call)))
                    .costs_until_dropped(call);
            }
            "from_str" | "from_slice"
                if loops::enclosing_large_loop(call).is_some() && gives_value(file, call) =>
            {
                hits.add(
                    call,
                    Confidence::Medium,
                    format!("{} makes a tree of all keys and values in each turn", shown(call)),
                )
                .costs_until_dropped(call);
            }
            _ => {}
        }
    }
}

fn made_by_writing(file: &File<'_>, argument: Node<'_>) -> bool {
    let mut node = argument.peeled();
    while matches!(node.kind(), SyntaxKind::TRY_EXPR | SyntaxKind::METHOD_CALL_EXPR) {
        let Some(inner) = node.receiver() else { return false };
        node = inner.peeled();
    }
    node.called().is_some_and(|path| {
        matches!(
            file.resolved(&path).as_str(),
            "serde_json::to_value" | "serde_json::to_string" | "serde_json::to_vec"
        )
    })
}

/// A field, or what a `let` took out of one.
fn is_own_text(argument: Node<'_>) -> bool {
    let peeled = argument.peeled();
    if !peeled.is(SyntaxKind::PATH_EXPR) {
        return is_own_field(argument);
    }
    let binding = bindings::of_name(peeled, peeled.text());
    let initial = binding.and_then(|binding| bindings::initial(binding.node));
    // `self.stored.get(key)?`, not `self.read()?`.
    initial.is_some_and(|initial| {
        let mut node = initial;
        while matches!(node.kind(), SyntaxKind::TRY_EXPR | SyntaxKind::METHOD_CALL_EXPR) {
            let Some(inner) = node.receiver() else { return false };
            node = inner;
        }
        node.is(SyntaxKind::FIELD_EXPR) && loops::root_name(node) == Some("self")
    })
}

fn is_own_field(argument: Node<'_>) -> bool {
    let mut node = argument.peeled();
    while node.is(SyntaxKind::METHOD_CALL_EXPR)
        && matches!(node.name(), Some("as_str" | "as_bytes" | "as_slice" | "as_ref"))
    {
        match node.receiver() {
            Some(inner) => node = inner.peeled(),
            None => return false,
        }
    }
    node.is(SyntaxKind::FIELD_EXPR) && loops::root_name(node) == Some("self")
}

fn takes_self_by_reference(call: Node<'_>) -> bool {
    let parameter = function_of(call).and_then(|function| bindings::parameters(function).next());
    parameter
        .is_some_and(|parameter| parameter.is(SyntaxKind::SELF_PARAM) && parameter.text().starts_with('&'))
}

/// Whether what is parsed becomes a tree of values, by the type that the code spells.
fn gives_value(file: &File<'_>, call: Node<'_>) -> bool {
    let is_value = |ty: &Ty| ty.name == "Value" || (ty.name == "Map" && ty.args.len() == 2);
    let turbofish = call
        .receiver()
        .and_then(|callee| callee.descendants().find(|node| node.is(SyntaxKind::GENERIC_ARG_LIST)));
    let spelled = turbofish
        .into_iter()
        .flat_map(Node::parts)
        .filter_map(|arg| arg.parts().next().and_then(Ty::of_node));
    let statement = call
        .ancestors()
        .find(|ancestor| matches!(ancestor.kind(), SyntaxKind::LET_STMT | SyntaxKind::STMT_LIST));
    let declared = statement
        .filter(|statement| statement.is(SyntaxKind::LET_STMT))
        .and_then(|statement| statement.parts().skip(1).find_map(Ty::of_node));
    let of_json =
        file.resolved("Value").starts_with("serde_json") || call.text().contains("serde_json::Value");
    let by_name = spelled.chain(declared).any(|ty| is_value(&ty));
    by_name && (of_json || statement.is_some_and(|statement| statement.text().contains("serde_json::Value")))
}
