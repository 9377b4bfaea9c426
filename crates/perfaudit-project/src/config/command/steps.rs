//! What a command runs, and filling its parameters in.

use super::super::problem::Complaint;
use super::super::project_path::ProjectPath;

/// No command line is longer, also with parameters filled in; a thousand of them fit into memory.
const LONGEST_LINE: usize = 16 * 1024;

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// For a shell.
    Shell(String),
    /// A program with its arguments, started without a shell.
    Program {
        /// The program.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

impl CommandLine {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let (first, others) = match self {
            Self::Shell(line) => (line, [].as_slice()),
            Self::Program { program, arguments } => (program, arguments.as_slice()),
        };
        std::iter::once(first.as_str()).chain(others.iter().map(String::as_str))
    }

    /// The line with parameters filled in.
    fn filled(&self, values: &[(&str, &str)]) -> Result<Self, Complaint> {
        let filled = match self {
            Self::Shell(line) => Self::Shell(fill(line, values)?),
            Self::Program { program, arguments } => Self::Program {
                program: fill(program, values)?,
                arguments: arguments
                    .iter()
                    .map(|argument| fill(argument, values))
                    .collect::<Result<_, _>>()?,
            },
        };
        filled.checked()
    }

    /// The line, if it is not too long.
    pub(super) fn checked(self) -> Result<Self, Complaint> {
        let length: usize = self.texts().map(|text| text.len() + 1).sum();
        if length > LONGEST_LINE { Err(too_long()) } else { Ok(self) }
    }
}

/// What is run for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// What is timed.
    pub run: CommandLine,
    /// What is run before each run that is timed.
    pub prepare: Option<CommandLine>,
    /// What is run once, before the first run.
    pub setup: Option<CommandLine>,
    /// What is run once, after the last run.
    pub cleanup: Option<CommandLine>,
    /// The file that standard input is read from; empty input without it.
    pub input: Option<ProjectPath>,
}

impl Steps {
    fn lines(&self) -> impl Iterator<Item = &CommandLine> {
        [Some(&self.run), self.prepare.as_ref(), self.setup.as_ref(), self.cleanup.as_ref()]
            .into_iter()
            .flatten()
    }

    /// Whether a parameter of this name is filled in anywhere.
    pub(super) fn mention(&self, parameter: &str) -> bool {
        let input = self.input.as_ref().and_then(|path| path.as_path().to_str());
        self.lines()
            .flat_map(CommandLine::texts)
            .chain(input)
            .any(|text| pieces(text, &[(parameter, "")]).any(|piece| matches!(piece, Piece::Value(_))))
    }

    /// The steps with parameters filled in.
    pub(super) fn filled(&self, values: &[(&str, &str)]) -> Result<Self, Complaint> {
        let optional = |line: &Option<CommandLine>| line.as_ref().map(|line| line.filled(values)).transpose();
        let input = |path: &ProjectPath| ProjectPath::parse(&fill(&path.to_string(), values)?);
        Ok(Self {
            run: self.run.filled(values)?,
            prepare: optional(&self.prepare)?,
            setup: optional(&self.setup)?,
            cleanup: optional(&self.cleanup)?,
            input: self.input.as_ref().map(input).transpose()?,
        })
    }
}

/// A part of a text: as it stands, or the value of a parameter.
enum Piece<'a> {
    Text(&'a str),
    Value(&'a str),
}

/// Splits a text at each `{name}` of a parameter. Other braces, and `${name}`, are the shell's.
fn pieces<'a>(text: &'a str, values: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = Piece<'a>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((value, behind)) = placeholder(rest, values) {
            rest = behind;
            return Some(Piece::Value(value));
        }
        // The dollar sign takes its brace along.
        let skipped = if rest.starts_with("${") { 2 } else { rest.chars().next().map_or(1, char::len_utf8) };
        let end = rest[skipped..].find(['{', '$']).map_or(rest.len(), |offset| skipped + offset);
        let (text, behind) = rest.split_at(end);
        rest = behind;
        Some(Piece::Text(text))
    })
}

fn placeholder<'a>(text: &'a str, values: &[(&str, &'a str)]) -> Option<(&'a str, &'a str)> {
    let inner = text.strip_prefix('{')?;
    values.iter().find_map(|(name, value)| Some((*value, inner.strip_prefix(name)?.strip_prefix('}')?)))
}

fn fill(text: &str, values: &[(&str, &str)]) -> Result<String, Complaint> {
    let mut filled = String::new();
    for piece in pieces(text, values) {
        match piece {
            Piece::Text(part) | Piece::Value(part) => filled.push_str(part),
        }
        if filled.len() > LONGEST_LINE {
            return Err(too_long());
        }
    }
    Ok(filled)
}

fn too_long() -> Complaint {
    Complaint::new(format!("the command line is longer than {LONGEST_LINE} bytes"))
        .hint("put it into a script")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_filled_in_and_all_other_braces_stay() {
        let values = [("file", "a.txt"), ("n", "10")];
        for (text, filled) in [
            ("wc {file}", "wc a.txt"),
            ("{n}{n} {file", "1010 {file"),
            ("awk '{print $1}' {file}", "awk '{print $1}' a.txt"),
            ("echo ${file} $n {a,b}", "echo ${file} $n {a,b}"),
            ("${HOME}/{file}", "${HOME}/a.txt"),
            ("$\u{e9}{n}\u{e9}", "$\u{e9}10\u{e9}"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &values), Ok(filled.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_value_is_not_filled_in_a_second_time() {
        assert_eq!(fill("{a}", &[("a", "{b}"), ("b", "x")]), Ok("{b}".to_owned()));
    }

    #[test]
    fn a_line_that_grows_past_all_bounds_is_refused() {
        let value = "x".repeat(1000);
        assert!(fill(&"{a}".repeat(1000), &[("a", &value)]).is_err());
    }
}
