use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, Saves, rule};
use crate::facts::bindings::BindingKind;
use crate::facts::types::Ty;
use crate::facts::{File, bindings, function_of, loops, mentions};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds look-ups in loops in a `HashMap` or `HashSet` of the standard library whose keys an attacker can hardly choose:
    /// integers, and texts that are in the source (`&'static str`). Other texts are told where the map never leaves the
    /// function that makes it, and only where hashing was measured to take a hundredth of the CPU time or more.
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
    /// Give the map another hasher (`rustc_hash::FxHashMap`; for texts that somebody else chooses one that is seeded at
    /// random, as `ahash::AHashMap`), or, for small and dense numbers, use a vector.
    ///
    /// ## When not to
    ///
    /// Where keys come from the network: a hasher without a secret lets anyone make all of them collide. In a map of one
    /// call that costs the time of this call, which grows with the square of its input. The order of iteration changes, too.
    id: "siphash",
    title: "Keys are hashed with SipHash where a faster hash would do",
    category: Hashing,
    severity: Note,
    remedy: "consider another hasher for this map, unless its keys come from outside",
    saves: Saves::Through {
        in_own: false,
        words: &["make_hash", "hash_one", "Hasher::", "BuildHasher"],
        doing: "hashing",
    },
    effort: Medium,
    check: Check::File(check),
}

/// What a map hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    Integers,
    OfTheSource,
    Texts,
}

/// Maps of texts are told where hashing takes this share of the CPU time of a workload.
const MATTERS: f64 = 0.01;

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
        if ty.args.len() != plain_args || !of_std {
            continue;
        }
        let is_text = (key.name == "str" && key.is_reference) || key.name == "String";
        let keys = if key.is_integer() {
            Keys::Integers
        } else if is_text && is_static(file, map) {
            Keys::OfTheSource
        } else if is_text && stays(map) {
            Keys::Texts
        } else {
            continue;
        };
        let (Some(function), Some(_)) = (function_of(call), loops::enclosing_large_loop(call)) else {
            continue;
        };
        let place = (function.start(), map.text().to_owned());
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        let hashed = match keys {
            Keys::Integers => format!("`{}`", key.name),
            Keys::OfTheSource => "texts of the source".to_owned(),
            Keys::Texts => "texts".to_owned(),
        };
        let message = format!("`{}` hashes {hashed} with SipHash in each turn", map.text());
        if keys == Keys::Texts {
            let message = format!("{message}, and is dropped when the function ends");
            hits.add(call, Confidence::Low, message).only_from(MATTERS);
        } else {
            let hit = hits.add(call, Confidence::Medium, message);
            // Instead of a map whose keys are numbers there can be a vector, which spares the look-up, too.
            if keys == Keys::Integers {
                hit.saves_lines();
            }
        }
    }
}

/// Whether a map is made in the function and never leaves it: it is only asked, changed and indexed.
fn stays(map: Node<'_>) -> bool {
    let name = map.text();
    let made = map.is(SyntaxKind::PATH_EXPR).then(|| bindings::of_name(map, name)).flatten();
    let made = made.filter(|binding| binding.kind == BindingKind::Let && binding.is_whole);
    let Some(list) = made.and_then(|binding| binding.node.parent()) else { return false };
    list.descendants().all(|node| match node.kind() {
        SyntaxKind::PATH_EXPR if node.text() == name => node.parent().is_some_and(|user| {
            let is_asked = user.is(SyntaxKind::METHOD_CALL_EXPR) && !takes_whole(user);
            (is_asked || user.is(SyntaxKind::INDEX_EXPR)) && user.receiver() == Some(node)
        }),
        // Macros that are not read.
        SyntaxKind::TOKEN_TREE => !mentions(node, name),
        _ => true,
    })
}

/// Methods that hand the map on, or an iterator that owns it.
fn takes_whole(call: Node<'_>) -> bool {
    matches!(call.name(), Some("into_iter" | "into_keys" | "into_values" | "clone" | "drain" | "by_ref"))
}

/// Whether the declaration of a map spells `'static`.
fn is_static(file: &File<'_>, map: Node<'_>) -> bool {
    let declared = map.name().into_iter().flat_map(|field| {
        file.all(SyntaxKind::STRUCT)
            .flat_map(Node::descendants)
            .filter(move |node| node.is(SyntaxKind::RECORD_FIELD) && node.name() == Some(field))
    });
    let mut declared = declared.peekable();
    if declared.peek().is_some() {
        return declared.any(|field| field.text().contains("'static"));
    }
    bindings::of_name(map, map.text()).is_some_and(|binding| binding.node.text().contains("'static"))
}
