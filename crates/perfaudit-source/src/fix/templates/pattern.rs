//! A pattern that is compiled in each call: a `static` that is compiled once.

use ra_ap_syntax::SyntaxKind;

use super::super::import::{import, indent};
use super::super::uses::{method_on, uses};
use super::super::{Edit, Fix, NoFix, Place};
use super::{added, free_name, node_at, replaced};
use crate::facts::{File, bindings, function_of};
use crate::flat::Node;

/// Lines of rustfmt are no longer, unless configured.
const WIDTH: usize = 100;

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let call = node_at(file, SyntaxKind::CALL_EXPR, place)?;
    let path = call.called().unwrap_or_default();
    let ty = path.strip_suffix("::new").filter(|ty| ty.ends_with("Regex") || ty.ends_with("RegexSet"));
    let ty = ty.ok_or(NoFix::NotSafe("only `Regex::new` and `RegexSet::new` are known"))?;
    let literal = call.args().first().map(|pattern| pattern.peeled()).is_some_and(|pattern| {
        pattern.is(SyntaxKind::LITERAL)
            || (pattern.is(SyntaxKind::ARRAY_EXPR)
                && pattern.parts().all(|part| part.is(SyntaxKind::LITERAL)))
    });
    if !literal {
        return Err(NoFix::NotSafe("its pattern is no literal"));
    }
    let (whole, compiled) = unwrapped(call)?;
    let function = function_of(call).ok_or(NoFix::Changed { line: place.line })?;
    let mut edits = Vec::new();
    let statement = whole.parent().filter(|parent| parent.is(SyntaxKind::LET_STMT));
    let bound = statement.and_then(|statement| Some((statement, bindings::let_name(statement)?)));
    let name = if let Some((statement, name)) = bound {
        let constant = free_name(file, &name.trim_start_matches('_').to_uppercase());
        for place in uses(statement, name)? {
            if !is_lent(place) {
                return Err(NoFix::NotSafe("the pattern is given away, and not only used"));
            }
            edits.push(replaced(place, constant.clone()));
        }
        edits.push(replaced(statement, item(&constant, ty, &compiled, &indent(file, statement))));
        constant
    } else {
        if !is_lent(whole) {
            return Err(NoFix::NotSafe("the pattern is given away, and not only used"));
        }
        let constant = free_name(file, "PATTERN");
        edits.push(replaced(whole, constant.clone()));
        edits.push(at_the_top(file, function, &constant, ty, &compiled)?);
        constant
    };
    edits.extend(import(file, call, "std::sync::LazyLock")?);
    Ok(Fix { what: format!("compile `{name}` once"), edits })
}

/// The call with what takes its value out, and the same as it stands in an initialiser.
fn unwrapped(call: Node<'_>) -> Result<(Node<'_>, String), NoFix> {
    let handled = NoFix::NotSafe("its error is handled, and not only unwrapped");
    let parent = call.parent().ok_or(handled.clone())?;
    match parent.kind() {
        SyntaxKind::METHOD_CALL_EXPR if matches!(parent.name(), Some("unwrap" | "expect")) => {
            Ok((parent, parent.text().to_owned()))
        }
        SyntaxKind::TRY_EXPR => Ok((parent, format!("{}.expect(\"the pattern is valid\")", call.text()))),
        _ => Err(handled),
    }
}

/// A method is called on it, or it is lent to a call.
fn is_lent(place: Node<'_>) -> bool {
    let Some(parent) = place.parent() else { return false };
    method_on(place).is_some_and(|name| !name.starts_with("into_") && name != "clone")
        || (parent.is(SyntaxKind::REF_EXPR)
            && parent.parent().is_some_and(|list| list.is(SyntaxKind::ARG_LIST)))
}

fn item(name: &str, ty: &str, compiled: &str, indent: &str) -> String {
    let one = format!("static {name}: LazyLock<{ty}> = LazyLock::new(|| {compiled});");
    if indent.len() + one.len() <= WIDTH || one.contains('\n') {
        return one;
    }
    let two = format!("{indent}    LazyLock::new(|| {compiled});");
    if two.len() <= WIDTH {
        return format!("static {name}: LazyLock<{ty}> =\n{two}");
    }
    format!("static {name}: LazyLock<{ty}> = LazyLock::new(|| {{\n{indent}    {compiled}\n{indent}}});")
}

fn at_the_top(
    file: &File<'_>,
    function: Node<'_>,
    name: &str,
    ty: &str,
    compiled: &str,
) -> Result<Edit, NoFix> {
    let body = function.child(SyntaxKind::BLOCK_EXPR).and_then(|block| block.child(SyntaxKind::STMT_LIST));
    let first = body.and_then(|body| body.parts().next());
    let first = first.ok_or(NoFix::NotSafe("the function has no body"))?;
    let indent = indent(file, first);
    Ok(added(first.start(), format!("{}\n{indent}", item(name, ty, compiled, &indent))))
}
