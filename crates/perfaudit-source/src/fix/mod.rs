//! Changes that mend what rules found, made only where the syntax of the file says that they are safe.
//!
//! - [`fixes`]: the change for each finding of a file, or why there is none.
//! - [`suggestions`]: what clippy would have cargo apply by itself.
//! - [`release_profile`]: a release profile that optimises across crates.
//! - [`Edit`], [`edited`]: pieces of text that are replaced.
//!
//! A change that is made here is a proposal: it has to compile, pass the tests and be measured before anybody keeps it.
//! What a template cannot see, as types, is left to the compiler; what it can see and does not like, it refuses.

mod edit;
mod import;
mod manifest;
mod suggestions;
mod templates;
mod uses;

use ra_ap_syntax::Edition;

use crate::error::SourceError;
use crate::facts::File;
use crate::flat::Tree;
use crate::tree::on_a_deep_stack;

pub use edit::{Edit, Overlap, edited};
pub use manifest::{release_profile, without_line};
pub use suggestions::{ARGUMENTS, Suggestion, suggestions};

/// Where a rule found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The line, from 1.
    pub line: u32,
    /// The column, in characters from 1.
    pub column: u32,
}

/// A change that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in one line without a full stop.
    pub what: String,
    /// The pieces of the file that it replaces.
    pub edits: Vec<Edit>,
}

/// Why there is no change for a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFix {
    /// Nobody has written a template for the rule.
    #[error("no template mends it: it takes a decision of a person")]
    NoTemplate,
    /// The template does not dare.
    #[error("not safe by its syntax: {0}")]
    NotSafe(&'static str),
    /// The file is another one by now, or cannot be parsed.
    #[error("line {line} is not as it was when it was read")]
    Changed {
        /// The line.
        line: u32,
    },
}

/// The change for each finding of a file.
///
/// # Errors
/// When no thread can be started.
pub fn fixes(text: &str, places: &[Place<'_>]) -> Result<Vec<Result<Fix, NoFix>>, SourceError> {
    on_a_deep_stack(|| {
        let Ok(tree) = Tree::parse(text, Edition::CURRENT) else {
            return places.iter().map(|place| Err(NoFix::Changed { line: place.line })).collect();
        };
        let file = File::new(&tree);
        places.iter().map(|place| templates::fix(&file, *place)).collect()
    })
}

#[cfg(test)]
mod tests;
