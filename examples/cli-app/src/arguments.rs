use std::path::PathBuf;

use notes::Overrides;

pub(crate) const USAGE: &str = "usage: notes [--set KEY=VALUE] [--log FILE] [--no-cache] COMMAND FOLDER
  generate FOLDER [--notes N] [--seed N]     fill a folder with notes
  config FOLDER                              show the settings in force
  index FOLDER                               index the notes and keep what was found out
  list FOLDER                                one line for each note
  search FOLDER TEXT [--tag TAG] [--title REGEX]
  related FOLDER NOTE                        what a note leads to
  render FOLDER PAGES                        make a page of each note";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    pub(crate) root: PathBuf,
    pub(crate) overrides: Overrides,
    pub(crate) log: Option<PathBuf>,
    pub(crate) use_cache: bool,
}

#[derive(Debug)]
pub(crate) enum Command {
    Generate { notes: usize, seed: u64 },
    Config,
    Index,
    List,
    Search { text: String, tag: Option<String>, title: Option<String> },
    Related { note: String },
    Render { folder: PathBuf },
}

impl Arguments {
    pub(crate) fn parse(mut given: Vec<String>) -> Result<Arguments, String> {
        let mut overrides = Overrides::default();
        while let Some(setting) = option(&mut given, "--set")? {
            if !overrides.add(&setting) {
                return Err(format!("`--set {setting}`: expected KEY=VALUE"));
            }
        }
        let log = option(&mut given, "--log")?.map(PathBuf::from);
        let use_cache = !flag(&mut given, "--no-cache");
        let (notes, seed) = (option(&mut given, "--notes")?, option(&mut given, "--seed")?);
        let (tag, title) = (option(&mut given, "--tag")?, option(&mut given, "--title")?);
        if let Some(unknown) = given.iter().find(|argument| argument.starts_with("--")) {
            return Err(format!("there is no option `{unknown}`"));
        }
        if given.len() < 2 {
            return Err("a command and a folder are needed".to_owned());
        }
        let name = given.remove(0);
        let root = PathBuf::from(given.remove(0));
        let mut last = |what: &str| given.pop().ok_or_else(|| format!("`{name}` needs {what}"));
        let command = match name.as_str() {
            "generate" => Command::Generate { notes: number(notes, 500)?, seed: number(seed, 42)? },
            "config" => Command::Config,
            "index" => Command::Index,
            "list" => Command::List,
            "search" => Command::Search { text: last("a text")?, tag, title },
            "related" => Command::Related { note: last("a note")? },
            "render" => Command::Render { folder: last("a folder for the pages")?.into() },
            _ => return Err(format!("there is no command `{name}`")),
        };
        if given.is_empty() {
            Ok(Arguments { command, root, overrides, log, use_cache })
        } else {
            Err(format!("`{}` is too much", given.join(" ")))
        }
    }
}

/// Takes an option and its value out of what was given.
fn option(given: &mut Vec<String>, name: &str) -> Result<Option<String>, String> {
    let Some(at) = given.iter().position(|argument| argument == name) else { return Ok(None) };
    if at + 1 == given.len() {
        return Err(format!("`{name}` needs a value"));
    }
    given.remove(at);
    Ok(Some(given.remove(at)))
}

fn flag(given: &mut Vec<String>, name: &str) -> bool {
    let before = given.len();
    given.retain(|argument| argument != name);
    given.len() < before
}

fn number<T: std::str::FromStr>(text: Option<String>, default: T) -> Result<T, String> {
    text.map_or(Ok(default), |text| {
        text.parse().map_err(|_| format!("`{text}` is no number that can be used"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn options_may_stand_anywhere() {
        let arguments = parse("--set results=3 search notes --no-cache tea --tag cup").unwrap();
        assert!(!arguments.use_cache);
        let Command::Search { text, tag, title } = arguments.command else { panic!("{arguments:?}") };
        assert_eq!((text.as_str(), tag.as_deref(), title), ("tea", Some("cup"), None));
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for line in [
            "index",
            "sing notes",
            "search notes",
            "list a b",
            "index a --loud",
            "index a --log",
            "config a --set x",
            "generate a --notes many",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
