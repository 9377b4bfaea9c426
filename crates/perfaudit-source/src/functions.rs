//! Which lines of a file are of which function.

use std::path::Path;

use ra_ap_syntax::Edition;
use ra_ap_syntax::ast::{self, AstNode as _, HasName as _};

use crate::error::SourceError;
use crate::tree;

/// A function of a file, wherever in it: free, a method, or within another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionLines {
    /// Its bare name.
    pub name: String,
    /// Its first line with its attributes and documentation, from 1.
    pub first: u32,
    /// Its last line.
    pub last: u32,
}

/// The functions of a text, which was read from `path`, in its order. What macros make is not seen.
///
/// # Errors
/// When the text is nested too deeply to be parsed.
pub fn function_lines(text: &str, path: &Path, edition: Edition) -> Result<Vec<FunctionLines>, SourceError> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line =
        |offset: usize| u32::try_from(starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX);
    tree::on_a_deep_stack(|| {
        let file = tree::parse_file(text, path, edition)?;
        let functions = file.syntax().descendants().filter_map(ast::Fn::cast);
        let lines = functions.filter_map(|function| {
            let range = function.syntax().text_range();
            let (start, end) = (usize::from(range.start()), usize::from(range.end()));
            Some(FunctionLines {
                name: function.name()?.text().trim_start_matches("r#").to_owned(),
                first: line(start),
                last: line(end.saturating_sub(1).max(start)),
            })
        });
        Ok(lines.collect())
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_methods_and_those_within_others_have_their_lines() {
        let text = "mod m {\n    /// Told.\n    #[inline]\n    pub fn a() {\n        fn b() {}\n    }\n}\nimpl X {\n    fn c(&self) -> u8 { 1 }\n}\nconst D: u8 = 1;\n";
        let found = function_lines(text, Path::new("a.rs"), Edition::Edition2021).unwrap();
        let lines: Vec<(&str, u32, u32)> =
            found.iter().map(|one| (one.name.as_str(), one.first, one.last)).collect();
        assert_eq!(lines, [("a", 2, 6), ("b", 5, 5), ("c", 9, 9)]);
    }
}
