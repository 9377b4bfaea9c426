//! A list that is emptied from its front: a `VecDeque`.

use ra_ap_syntax::SyntaxKind;

use super::super::import::import;
use super::super::uses::{method_on, uses};
use super::super::{Edit, Fix, NoFix, Place};
use super::{method_at, replaced};
use crate::facts::File;
use crate::facts::bindings::{self, BindingKind};
use crate::flat::Node;

pub(super) fn fix(file: &File<'_>, place: Place<'_>) -> Result<Fix, NoFix> {
    let changed = NoFix::Changed { line: place.line };
    let call = method_at(file, &["remove", "insert"], place)?;
    let list = call.receiver().ok_or(changed.clone())?;
    let name = list.text();
    let binding = bindings::of_name(list, name)
        .filter(|binding| binding.kind == BindingKind::Let && binding.is_whole)
        .ok_or(NoFix::NotSafe("the list comes from elsewhere"))?;
    let statement = binding.node;
    if statement.parts().count() != 2 {
        return Err(NoFix::NotSafe("the type of the list is spelled"));
    }
    let initial = bindings::initial(statement).ok_or(changed)?;
    let mut edits = vec![replaced(initial, made(initial)?)];
    for used in uses(statement, name)? {
        edits.extend(renamed(used)?);
    }
    edits.extend(import(file, call, "std::collections::VecDeque")?);
    Ok(Fix { what: format!("make `{name}` a `VecDeque`"), edits })
}

fn made(initial: Node<'_>) -> Result<String, NoFix> {
    let path = initial.called().unwrap_or_default();
    let arguments = super::arguments_text(initial).unwrap_or_default();
    match path.as_str() {
        "Vec::new" => Ok("VecDeque::new()".to_owned()),
        "Vec::with_capacity" => Ok(format!("VecDeque::with_capacity({arguments})")),
        "Vec::from" => Ok(format!("VecDeque::from({arguments})")),
        "vec!" if arguments.is_empty() => Ok("VecDeque::new()".to_owned()),
        "vec!" if !arguments.contains(';') => Ok(format!("VecDeque::from([{arguments}])")),
        _ => Err(NoFix::NotSafe("the list is not made here")),
    }
}

/// What becomes of a use.
fn renamed(used: Node<'_>) -> Result<Option<Edit>, NoFix> {
    let other = NoFix::NotSafe("the list is used in a way that a queue does not know");
    let method = method_on(used).ok_or(other.clone())?;
    let call = used.parent().ok_or(other.clone())?;
    let name = call.child(SyntaxKind::NAME_REF).ok_or(other.clone())?;
    let args = call.args();
    let is_front = args.first().is_some_and(|index| index.text() == "0");
    match method {
        "push" => Ok(Some(replaced(name, "push_back"))),
        "pop" => Ok(Some(replaced(name, "pop_back"))),
        "remove" if is_front && args.len() == 1 => {
            let taken = format!("{}.pop_front().expect(\"the queue is not empty\")", used.text());
            // The value is only taken out where it is used: a statement that drops it looks the same.
            Ok(Some(replaced(call, taken)))
        }
        "insert" if is_front && args.len() == 2 => {
            Ok(Some(replaced(call, format!("{}.push_front({})", used.text(), args[1].text()))))
        }
        "is_empty" | "len" | "iter" | "iter_mut" | "clear" | "extend" | "contains" | "get" | "truncate"
        | "retain" | "reserve" | "drain" => Ok(None),
        _ => Err(other),
    }
}
