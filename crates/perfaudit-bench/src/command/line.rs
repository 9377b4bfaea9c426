//! Command lines, and whether they need a shell.

use perfaudit_exec::Command;
use serde::Serialize;

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum CommandLine {
    /// A program and its arguments, started as they are.
    Argv(Vec<String>),
    /// A line as one types it. It goes through `sh -c` only if it needs a shell, see [`CommandLine::argv`].
    Line(String),
    /// A line for a certain shell, whether it needs one or not.
    Shell {
        /// The shell: its name, or the path to it.
        shell: String,
        /// The line.
        line: String,
    },
}

/// What `sh` knows itself: reserved words, special built-ins and the usual built-ins of shells. A line that begins
/// with one of them is for a shell, even where a program of the same name exists.
const SHELL_WORDS: [&str; 58] = [
    "!", ".", ":", "[", "alias", "bg", "bind", "break", "builtin", "case", "cd", "command", "continue",
    "declare", "do", "done", "echo", "elif", "else", "esac", "eval", "exec", "exit", "export", "false", "fc",
    "fg", "fi", "for", "function", "getopts", "hash", "if", "in", "jobs", "kill", "local", "printf", "pwd",
    "read", "readonly", "return", "set", "shift", "source", "test", "then", "time", "times", "trap", "true",
    "type", "ulimit", "umask", "unalias", "unset", "until", "while",
];

impl CommandLine {
    /// What is started, and whether that is a shell.
    ///
    /// A line needs no shell if it is nothing but plain words: letters, digits and `_ - . / , : + @ % =` between
    /// blanks, the first of them neither an assignment nor something that a shell knows itself. A shell would hand
    /// such words to the program as they are, so the program is started directly and the shell's start-up is not
    /// in the time.
    #[must_use]
    pub fn argv(&self) -> (Vec<String>, NeedsShell) {
        match self {
            Self::Argv(words) => (words.clone(), NeedsShell::No),
            Self::Line(line) => plain_words(line).map_or_else(
                || (vec!["sh".to_owned(), "-c".to_owned(), line.clone()], NeedsShell::Yes),
                |words| (words, NeedsShell::No),
            ),
            Self::Shell { shell, line } => {
                (vec![shell.clone(), "-c".to_owned(), line.clone()], NeedsShell::Yes)
            }
        }
    }

    /// An empty line for the same shell: what it takes by itself.
    pub(super) fn emptied(&self) -> Self {
        match self {
            Self::Shell { shell, .. } => Self::Shell { shell: shell.clone(), line: String::new() },
            Self::Line(_) | Self::Argv(_) => Self::Line(String::new()),
        }
    }

    /// The line as one would type it, for messages.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Argv(words) => words.join(" "),
            Self::Line(line) | Self::Shell { line, .. } => line.clone(),
        }
    }

    /// The words that may name files: the arguments, or what stands between blanks and quotes of a line.
    pub(super) fn words(&self) -> Vec<String> {
        match self {
            Self::Argv(words) => words.clone(),
            Self::Line(line) | Self::Shell { line, .. } => line
                .split(|c: char| c.is_whitespace() || "\"'<>|;&()".contains(c))
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// What is started, as a child.
    #[must_use]
    pub fn command(&self) -> Command {
        let (argv, _) = self.argv();
        let mut words = argv.iter();
        Command::new(words.next().map_or("", String::as_str)).args(words)
    }
}

/// Whether a command line goes through a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedsShell {
    /// It is run by `sh -c`, whose start-up is part of the time.
    Yes,
    /// Its program is started directly.
    No,
}

fn plain_words(line: &str) -> Option<Vec<String>> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./,:+@%= \t".contains(c);
    let words: Vec<String> = line.split_ascii_whitespace().map(str::to_owned).collect();
    let first = words.first()?;
    let is_for_shell = first.contains('=') || SHELL_WORDS.contains(&first.as_str());
    (line.chars().all(is_plain) && !is_for_shell).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs_shell(line: &str) -> bool {
        CommandLine::Line(line.to_owned()).argv().1 == NeedsShell::Yes
    }

    #[test]
    fn plain_words_are_started_without_a_shell() {
        let (argv, _) = CommandLine::Line(" rg --count=x  -e needle ./data ".to_owned()).argv();
        assert_eq!(argv, ["rg", "--count=x", "-e", "needle", "./data"]);
        assert!(!needs_shell("/usr/bin/true"));
    }

    #[test]
    fn whatever_a_shell_would_read_differently_goes_through_one() {
        for line in [
            "a | b", "a > b", "a 'b c'", "a \"b\"", "a $HOME", "a ~", "a *.txt", "X=1 a", "cd x", "a; b",
            "a & b", "a\\ b", "a\nb", "", "a # b", "true", "a {b,c}", "ls [ab]",
        ] {
            assert!(needs_shell(line), "{line:?}");
        }
    }

    #[test]
    fn words_of_an_argument_list_are_never_read_by_a_shell() {
        let line = CommandLine::Argv(vec!["printf".to_owned(), "$HOME".to_owned()]);
        assert_eq!(line.argv(), (vec!["printf".to_owned(), "$HOME".to_owned()], NeedsShell::No));
    }
}
