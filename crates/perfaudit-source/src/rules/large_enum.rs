use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule};
use crate::facts::{File, sizes};
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

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for item in file.all(SyntaxKind::ENUM) {
        let Some(list) = item.child(SyntaxKind::VARIANT_LIST) else { continue };
        let mut sizes: Vec<(u64, Node<'_>)> = list
            .parts()
            .filter(|variant| variant.is(SyntaxKind::VARIANT))
            .map(|variant| (sizes::of_fields(file, variant), variant))
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
