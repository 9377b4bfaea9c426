//! How many bytes values take on a 64-bit machine, as far as one file spells their types: estimates, in which an unknown type
//! counts as one word.

use ra_ap_syntax::SyntaxKind;

use crate::facts::{File, bindings};
use crate::flat::Node;

/// How far types and constants of the file are followed.
const DEEPEST: u32 = 4;

/// The sum of the fields of a variant or struct.
pub(crate) fn of_fields(file: &File<'_>, item: Node<'_>) -> u64 {
    fields(file, item, 0)
}

/// What a type takes; none of what is not known at all.
pub(crate) fn of_type(file: &File<'_>, ty: Node<'_>) -> Option<u64> {
    size(file, ty, 0)
}

/// What `[value; n]` takes at least: numbers without a type count as one byte.
pub(crate) fn of_array(file: &File<'_>, array: Node<'_>) -> Option<u64> {
    if !array.is(SyntaxKind::ARRAY_EXPR) || !array.has(SyntaxKind::SEMICOLON) {
        return None;
    }
    let mut parts = array.parts();
    let (element, n) = (parts.next()?, constant(file, parts.next()?, 0)?);
    let each = of_array(file, element).unwrap_or_else(|| {
        let text = element.text();
        let bits = ["8", "16", "32", "64", "128"]
            .into_iter()
            .find(|bits| text.strip_suffix(bits).is_some_and(|rest| rest.ends_with(['u', 'i', 'f'])));
        bits.and_then(|bits| bits.parse::<u64>().ok()).map_or(1, |bits| bits / 8)
    });
    Some(each.saturating_mul(n))
}

/// The value of a number, of products, sums and shifts of numbers, and of constants of the file.
fn constant(file: &File<'_>, value: Node<'_>, depth: u32) -> Option<u64> {
    if depth > DEEPEST {
        return None;
    }
    let of = |part: Node<'_>| constant(file, part, depth + 1);
    match value.kind() {
        SyntaxKind::CONST_ARG | SyntaxKind::PAREN_EXPR => of(value.parts().next()?),
        SyntaxKind::LITERAL => {
            let text = value.text().replace('_', "");
            let text = ["usize", "u64", "u32"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(&text);
            match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            }
        }
        SyntaxKind::BIN_EXPR => {
            let mut parts = value.parts();
            let (left, right) = (of(parts.next()?)?, of(parts.next()?)?);
            let is = |kind| value.has(kind);
            match () {
                () if is(SyntaxKind::STAR) => left.checked_mul(right),
                () if is(SyntaxKind::PLUS) => left.checked_add(right),
                () if is(SyntaxKind::SHL) => left.checked_shl(u32::try_from(right).ok()?),
                () => None,
            }
        }
        SyntaxKind::PATH_EXPR => {
            let item = file.all(SyntaxKind::CONST).find(|item| item.name() == Some(value.text()))?;
            of(bindings::initial(item)?)
        }
        _ => None,
    }
}

fn fields(file: &File<'_>, item: Node<'_>, depth: u32) -> u64 {
    let list = item
        .children()
        .find(|child| matches!(child.kind(), SyntaxKind::RECORD_FIELD_LIST | SyntaxKind::TUPLE_FIELD_LIST));
    let fields = list.into_iter().flat_map(Node::parts);
    fields.filter_map(|field| field.parts().filter_map(|part| size(file, part, depth)).last()).sum()
}

/// The size of a type on a 64-bit machine: an estimate; unknown types count as one word.
fn size(file: &File<'_>, ty: Node<'_>, depth: u32) -> Option<u64> {
    let is_wide = |inner: Node<'_>| {
        matches!(inner.kind(), SyntaxKind::SLICE_TYPE | SyntaxKind::DYN_TRAIT_TYPE) || inner.text() == "str"
    };
    let size_of_inner =
        |inner: Option<Node<'_>>| inner.and_then(|inner| size(file, inner, depth + 1)).unwrap_or(8);
    Some(match ty.kind() {
        SyntaxKind::REF_TYPE | SyntaxKind::PTR_TYPE => {
            if ty.parts().any(is_wide) {
                16
            } else {
                8
            }
        }
        SyntaxKind::TUPLE_TYPE => ty.parts().filter_map(|part| size(file, part, depth + 1)).sum(),
        SyntaxKind::ARRAY_TYPE => {
            let n = ty.parts().last().and_then(|n| constant(file, n, 0)).unwrap_or(1);
            size_of_inner(ty.parts().next()).saturating_mul(n)
        }
        SyntaxKind::PATH_TYPE => {
            let segment = ty
                .descendants()
                .filter(|node| node.is(SyntaxKind::PATH_SEGMENT))
                .find(|node| node.end() == ty.end());
            let segment =
                segment.or_else(|| ty.descendants().find(|node| node.is(SyntaxKind::PATH_SEGMENT)))?;
            let argument = || segment.child(SyntaxKind::GENERIC_ARG_LIST)?.parts().next()?.parts().next();
            match segment.name()? {
                "u8" | "i8" | "bool" => 1,
                "u16" | "i16" => 2,
                "u32" | "i32" | "f32" | "char" => 4,
                "u128" | "i128" | "Duration" | "Instant" | "SystemTime" => 16,
                "String" | "Vec" | "PathBuf" | "OsString" | "BTreeMap" | "BTreeSet" => 24,
                "HashMap" | "HashSet" => 48,
                "VecDeque" => 32,
                "Box" | "Arc" | "Rc" => {
                    if argument().is_some_and(is_wide) {
                        16
                    } else {
                        8
                    }
                }
                "Option" => match argument().map(|inner| (inner.text(), size_of_inner(Some(inner)))) {
                    Some((text, inner)) if has_niche(text) => inner,
                    Some((_, inner)) => (inner + 1).next_multiple_of(inner.clamp(1, 8)),
                    None => 8,
                },
                name => match file.structure(name).filter(|_| depth < DEEPEST) {
                    Some(structure) => fields(file, structure, depth + 1),
                    None => 8,
                },
            }
        }
        _ => return None,
    })
}

fn has_niche(ty: &str) -> bool {
    ["String", "Vec", "Box", "Arc", "Rc", "&", "PathBuf", "bool", "char"]
        .iter()
        .any(|start| ty.starts_with(start))
}
