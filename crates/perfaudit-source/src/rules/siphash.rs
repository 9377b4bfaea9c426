use perfaudit_result::Confidence;

use super::rule::{Check, Hits, rule};
use crate::facts::types::Ty;
use crate::facts::{File, function_of, loops};

rule! {
    /// ## What it does
    ///
    /// Finds look-ups in loops in a `HashMap` or `HashSet` of the standard library whose keys an attacker can hardly choose:
    /// integers, and texts that are in the source (`&'static str`).
    ///
    /// ## Why it matters
    ///
    /// The standard hasher, SipHash, withstands keys chosen to collide, and costs several times as much as a plain one. For a
    /// number it is most of the look-up.
    ///
    /// ## Example
    ///
    ///     let counts: HashMap<u64, u32> = HashMap::new();
    ///
    /// ## What to do
    ///
    /// Give the map another hasher (`rustc_hash::FxHashMap`, `ahash::AHashMap`), or, for small and dense numbers, use a
    /// vector.
    ///
    /// ## When not to
    ///
    /// Where keys come from the network: a hasher without a secret lets anyone make all of them collide. The order of
    /// iteration changes, too.
    id: "siphash",
    title: "Keys that nobody can choose are hashed with SipHash",
    category: Hashing,
    severity: Note,
    remedy: "consider another hasher for this map, unless its keys come from outside",
    only_hot: false,
    effort: Medium,
    check: Check::File(check),
}

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    let mut seen: Vec<(u32, String)> = Vec::new();
    for call in file.methods(&["get", "get_mut", "contains_key", "contains", "insert", "entry", "remove"]) {
        let Some(map) = call.receiver() else { continue };
        let Some(ty) = Ty::of(file, map).map(Ty::through_pointers) else { continue };
        let plain_args = match ty.name.as_str() {
            "HashMap" => 2,
            "HashSet" => 1,
            _ => continue,
        };
        // With a hasher of its own there is one more.
        let [key, ..] = &ty.args[..] else { continue };
        let of_std = ["std::collections", "std"].iter().any(|root| file.resolved(&ty.name).starts_with(root));
        let is_fixed_text = key.name == "str" && key.is_reference && is_static(file, map);
        if ty.args.len() != plain_args || !of_std || !(key.is_integer() || is_fixed_text) {
            continue;
        }
        let (Some(function), Some(_)) = (function_of(call), loops::enclosing_large_loop(call)) else {
            continue;
        };
        let place = (function.start(), map.text().to_owned());
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        let key = if key.is_integer() { format!("`{}`", key.name) } else { "texts of the source".to_owned() };
        hits.add(
            call,
            Confidence::Medium,
            format!("`{}` hashes {key} with SipHash in each turn", map.text()),
        );
    }
}

/// Whether the declaration of a map spells `'static`.
fn is_static(file: &File<'_>, map: crate::flat::Node<'_>) -> bool {
    let declared = map.name().into_iter().flat_map(|field| {
        file.all(ra_ap_syntax::SyntaxKind::STRUCT)
            .flat_map(crate::flat::Node::descendants)
            .filter(move |node| node.is(ra_ap_syntax::SyntaxKind::RECORD_FIELD) && node.name() == Some(field))
    });
    let mut declared = declared.peekable();
    if declared.peek().is_some() {
        return declared.any(|field| field.text().contains("'static"));
    }
    crate::facts::bindings::of_name(map, map.text())
        .is_some_and(|binding| binding.node.text().contains("'static"))
}
