use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule};
use crate::facts::File;
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds enums with one variant that is at least 200 bytes larger than the next, by an estimate from the types that the
    /// file spells.
    ///
    /// ## Why it matters
    ///
    /// Every value of the enum is as large as its largest variant: the rare case makes all others slow to move and lists of
    /// them large.
    ///
    /// ## Example
    ///
    ///     enum Body {
    ///         Text(String),
    ///         Access(HttpAccess), // 280 bytes
    ///     }
    ///
    /// ## What to do
    ///
    ///     Access(Box<HttpAccess>),
    ///
    /// ## When not to
    ///
    /// Where the large variant is the usual one, or values are few and never moved.
    id: "large-enum",
    title: "One variant makes all values of an enum large",
    category: Layout,
    severity: Note,
    remedy: "box the large variant, if it is the rare one",
    effort: Medium,
    check: Check::File(check),
}

/// As clippy's `large_enum_variant`.
const LIMIT: u64 = 200;
/// How far types of the file are followed.
const DEEPEST: u32 = 4;

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for item in file.all(SyntaxKind::ENUM) {
        let Some(list) = item.child(SyntaxKind::VARIANT_LIST) else { continue };
        let mut sizes: Vec<(u64, Node<'_>)> = list
            .parts()
            .filter(|variant| variant.is(SyntaxKind::VARIANT))
            .map(|variant| (fields(file, variant, 0), variant))
            .collect();
        sizes.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let [(largest, variant), (next, _), ..] = sizes[..] else { continue };
        if largest < next + LIMIT {
            continue;
        }
        let message = format!(
            "`{}` takes about {largest} bytes, the next largest variant {next}",
            variant.name().unwrap_or("_")
        );
        hits.add(item, Confidence::Low, message).cost = Vec::new();
    }
}

/// The sum of the fields of a variant or struct.
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
            let n =
                ty.parts().last().and_then(|n| n.text().replace('_', "").parse::<u64>().ok()).unwrap_or(1);
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
