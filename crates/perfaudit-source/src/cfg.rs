//! Which `cfg` predicates hold.

use std::collections::BTreeSet;

use ra_ap_syntax::ast::{self, AstNode as _};

/// The options a library is compiled with when it is benchmarked. What is not in the set is off.
#[derive(Debug, Clone, Default)]
pub struct CfgSet {
    options: BTreeSet<String>,
}

impl CfgSet {
    /// From what `rustc --print cfg` printed, and the features that are enabled.
    #[must_use]
    pub fn new<'a>(printed: &str, features: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options: BTreeSet<String> = printed
            .lines()
            .map(str::trim)
            // The printed options are of an unoptimised build, and benchmarks are not one.
            .filter(|line| !line.is_empty() && *line != "debug_assertions")
            .map(str::to_owned)
            .collect();
        options.extend(features.into_iter().map(|feature| format!("feature=\"{feature}\"")));
        Self { options }
    }

    /// Whether a predicate holds; one that is not understood does.
    pub(crate) fn holds(&self, predicate: &ast::CfgPredicate) -> bool {
        match predicate {
            ast::CfgPredicate::CfgAtom(atom) => {
                let text: String =
                    atom.syntax().text().to_string().chars().filter(|c| !c.is_whitespace()).collect();
                text == "true" || self.options.contains(&text)
            }
            ast::CfgPredicate::CfgComposite(composite) => {
                let keyword = composite.keyword().map(|keyword| keyword.text().to_owned());
                let mut parts = composite.cfg_predicates();
                match keyword.as_deref() {
                    Some("all") => parts.all(|part| self.holds(&part)),
                    Some("any") => parts.any(|part| self.holds(&part)),
                    Some("not") => parts.next().is_none_or(|part| !self.holds(&part)),
                    _ => true,
                }
            }
        }
    }
}
