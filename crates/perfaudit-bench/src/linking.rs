//! Linking an executable again and again from the objects of one compilation.
//!
//! Where the executable is gone, the command that built it compiles its last crate once more. This program stands in for
//! the compiler then and makes it keep its objects (`-C save-temps`) and print how it calls the linker (`--print
//! link-args`); with both, a program is linked in a fraction of a second where cargo takes seconds.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use perfaudit_exec::{Command, Interrupt, run};

use crate::build::{BuildRequest, command_of, outcome_of};
use crate::executable::BenchExecutable;
use crate::stand_in::stand_in;

/// Tells this program that cargo calls it in place of the compiler.
const ASKED: &str = "PERFAUDIT_KEEPS_OBJECTS";
/// The lines of what a linker says that are told.
const LINES: usize = 5;

/// Runs the compiler when cargo calls this program in its place: `PROGRAM RUSTC ARGUMENTS...`. To be asked before
/// anything else is done with the arguments, of which the first is the program's name.
pub fn compile_to_link_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    std::env::var_os(ASKED)?;
    stand_in(
        arguments,
        if is_program(arguments) { &["--print", "link-args", "-C", "save-temps"] } else { &[] },
    )
}

/// Whether the compiler is asked for a program, which it makes where no other type of crate is named.
fn is_program(arguments: &[OsString]) -> bool {
    let is_other = |words: &[OsString]| words[0] == "--crate-type" && words[1] != "bin";
    let links = |word: &OsString| {
        let kinds = word.to_str().and_then(|word| word.strip_prefix("--emit="));
        kinds.is_some_and(|kinds| kinds.split(',').any(|kind| kind == "link"))
    };
    arguments.iter().any(links) && !arguments.windows(2).any(is_other)
}

/// How an executable is linked, and what from.
#[derive(Debug)]
pub struct Linkage {
    call: LinkerCall,
    /// The place of the file that is linked, among the arguments.
    output: usize,
    directory: PathBuf,
}

impl Linkage {
    /// Compiles the last crate of an executable once more, and keeps its objects in `folder`, which is made. The
    /// executable stays as it is.
    ///
    /// # Errors
    /// Why it cannot be linked again, in words.
    pub fn of(
        request: BuildRequest<'_>,
        executable: &BenchExecutable,
        folder: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| format!("a folder cannot be made: {error}"))?;
        let as_built = folder.join("as-built");
        let aside = |error| format!("a program cannot be moved aside: {error}");
        fs::rename(&executable.path, &as_built).map_err(aside)?;
        let kept = recompiled(request, executable, folder, interrupt);
        fs::rename(&as_built, &executable.path).map_err(aside)?;
        let call = kept?;
        let output = output_of(&call).ok_or("its linker is not told with `-o` what to write")?;
        Ok(Self { call, output, directory: request.project.cargo.directory().to_owned() })
    }

    /// Links it with further arguments.
    ///
    /// # Errors
    /// Why it cannot be linked so, in words.
    pub fn link(&self, to: &Path, arguments: &[&str], interrupt: &Interrupt) -> Result<(), String> {
        let mut command = Command::new(&self.call.program).directory(&self.directory);
        for variable in &self.call.removed {
            command = command.env_remove(variable);
        }
        for (variable, value) in &self.call.environment {
            command = command.env(variable, value);
        }
        let (before, behind) = self.call.arguments.split_at(self.output);
        let command = command.args(before).arg(to).args(&behind[1..]).args(arguments);
        let finished = run(&command, interrupt, &mut |_| {}).map_err(|error| error.to_string())?;
        if finished.ending.is_success() {
            return Ok(());
        }
        let said = finished.stderr.text();
        let from = said.find("error").map_or(0, |at| said[..at].rfind('\n').map_or(0, |line| line + 1));
        let lines: Vec<&str> = said[from..].lines().take(LINES).collect();
        Err(format!("{}: {}", self.call.program, lines.join("\n")))
    }
}

/// The place of the file that is linked, among the arguments.
fn output_of(call: &LinkerCall) -> Option<usize> {
    let place = call.arguments.iter().position(|argument| argument == "-o")? + 1;
    (place < call.arguments.len()).then_some(place)
}

/// Builds an executable that is gone, and keeps what it was linked from.
fn recompiled(
    request: BuildRequest<'_>,
    executable: &BenchExecutable,
    folder: &Path,
    interrupt: &Interrupt,
) -> Result<LinkerCall, String> {
    let command = command_of(request, executable).ok_or("nothing is known to build it")?;
    let program = std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    let command = command.env("RUSTC_WRAPPER", program).env(ASKED, "1");
    let finished = run(&command, interrupt, &mut |_| {}).map_err(|error| error.to_string())?;
    let lines = outcome_of(&finished, request, executable)?;
    let links = |call: &LinkerCall| {
        output_of(call).is_some_and(|place| Path::new(&call.arguments[place]) == executable.path)
    };
    let call = lines.iter().filter_map(|line| LinkerCall::read(line)).find(links);
    keep(call.ok_or("the compiler did not say how it links")?, &executable.path, folder)
}

/// Moves what the linker reads of the last crate into a folder, and removes what else the compilation left beside the
/// program.
fn keep(call: LinkerCall, program: &Path, folder: &Path) -> Result<LinkerCall, String> {
    let no_object = |error: std::io::Error| format!("an object cannot be kept: {error}");
    let beside = program.parent().ok_or("the program lies nowhere")?;
    let name = program.file_name().ok_or("the program has no name")?.to_string_lossy();
    let mut call = call;
    for entry in fs::read_dir(beside).map_err(no_object)?.filter_map(Result::ok) {
        let (path, of_entry) = (entry.path(), entry.file_name());
        let of_entry = of_entry.to_string_lossy();
        let is_of_program = of_entry.strip_prefix(&*name).is_some_and(|rest| rest.starts_with('.'));
        let is_read = call.arguments.iter().any(|argument| mentions(argument, &path));
        if is_read && (is_of_program || of_entry.starts_with("rustc")) {
            let kept = folder.join(&*of_entry);
            fs::rename(&path, &kept).map_err(no_object)?;
            let (from, to) = (path.to_string_lossy(), kept.to_string_lossy());
            for argument in &mut call.arguments {
                *argument = argument.replace(&*from, &to);
            }
        } else if is_of_program && path.extension().is_some_and(|extension| extension != "d") {
            fs::remove_file(&path).map_err(no_object)?;
        }
    }
    Ok(call)
}

/// Whether an argument names a file, or what lies in a folder.
fn mentions(argument: &str, path: &Path) -> bool {
    let path = path.to_string_lossy();
    argument.match_indices(&*path).any(|(at, found)| {
        let rest = &argument[at + found.len()..];
        rest.is_empty() || rest.starts_with(['/', ','])
    })
}

/// A call of the linker.
#[derive(Debug, PartialEq, Eq)]
struct LinkerCall {
    removed: Vec<String>,
    environment: Vec<(String, String)>,
    program: String,
    arguments: Vec<String>,
}

impl LinkerCall {
    /// Reads what the compiler prints, which is how the standard library of Rust shows a command: `env -u NAME` and
    /// `NAME="value"` before the program, and everything else in quotes. `None` where a line is no such call.
    fn read(line: &str) -> Option<Self> {
        let mut rest = line.trim();
        let (mut removed, mut environment) = (Vec::new(), Vec::new());
        if let Some(behind) = rest.strip_prefix("env ") {
            rest = behind;
            while let Some(behind) = rest.strip_prefix("-u ") {
                let (name, behind) = behind.split_once(' ')?;
                removed.push(name.to_owned());
                rest = behind;
            }
        }
        while !rest.starts_with('"') {
            let (name, behind) = rest.split_once('=')?;
            if name.is_empty() || name.contains([' ', '"']) {
                return None;
            }
            let (value, behind) = quoted(behind)?;
            environment.push((name.to_owned(), value));
            rest = behind.trim_start();
        }
        let mut words = Vec::new();
        while !rest.is_empty() {
            let (word, behind) = quoted(rest)?;
            words.push(word);
            rest = behind.trim_start();
        }
        let mut words = words.into_iter();
        Some(Self { removed, environment, program: words.next()?, arguments: words.collect() })
    }
}

/// What stands in quotes at the beginning, and what follows them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut bytes = Vec::new();
    let mut characters = inner.char_indices();
    let push = |bytes: &mut Vec<u8>, character: char| {
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((String::from_utf8(bytes).ok()?, &inner[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => bytes.push(b'\n'),
                'r' => bytes.push(b'\r'),
                't' => bytes.push(b'\t'),
                '0' => bytes.push(0),
                'x' => {
                    let digits: String = [characters.next()?.1, characters.next()?.1].iter().collect();
                    bytes.push(u8::from_str_radix(&digits, 16).ok()?);
                }
                'u' => {
                    let open = characters.next()?.0;
                    let (digits, _) = inner[open..].strip_prefix('{')?.split_once('}')?;
                    push(&mut bytes, char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                    characters.nth(digits.len())?;
                }
                other => push(&mut bytes, other),
            },
            other => push(&mut bytes, other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_call_is_read_with_its_environment() {
        let line = r#"env -u LANG LC_ALL="C" PATH="/a b:/c" "cc" "-m64" "x\"y\\z" "-o" "\u{e4}\xc3\xa4""#;
        let call = LinkerCall::read(line).unwrap();
        assert_eq!(call.removed, ["LANG"]);
        assert_eq!(call.environment, [("LC_ALL".into(), "C".into()), ("PATH".into(), "/a b:/c".into())]);
        assert_eq!(call.program, "cc");
        assert_eq!(call.arguments, ["-m64", "x\"y\\z", "-o", "\u{e4}\u{e4}"]);
    }

    #[test]
    fn programs_are_told_from_libraries() {
        let is_program = |line: &str| is_program(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(is_program(
            "perfaudit rustc --crate-name first benches/first.rs --emit=dep-info,link --cfg test"
        ));
        assert!(is_program("perfaudit rustc --crate-type bin --emit=dep-info,link"));
        assert!(!is_program("perfaudit rustc --crate-type lib --emit=dep-info,metadata,link"));
        assert!(!is_program("perfaudit rustc --crate-name first --test --emit=dep-info,metadata"));
        assert!(!is_program("perfaudit rustc -vV"));
    }

    #[test]
    fn what_is_no_call_is_none() {
        for line in
            ["", "warning: 3 things", "cc -m64", "A=b \"cc\"", "\"cc\" \"open", "\"cc\" \"\\u{d800}\""]
        {
            assert_eq!(LinkerCall::read(line), None, "{line}");
        }
    }

    #[test]
    fn an_argument_names_a_file_and_not_one_that_begins_alike() {
        let folder = Path::new("/t/rustcAb");
        assert!(mentions("/t/rustcAb/symbols.o", folder));
        assert!(mentions("-Wl,--version-script=/t/rustcAb,-x", folder));
        assert!(!mentions("/t/rustcAbc/symbols.o", folder));
    }

    proptest! {
        #[test]
        fn what_the_standard_library_shows_is_read_as_it_was(
            value in "\\PC*", arguments in proptest::collection::vec("(?s).{0,20}", 0..5)
        ) {
            let arguments: Vec<String> = arguments.into_iter().map(|one| one.replace('\0', "")).collect();
            let mut command = std::process::Command::new("cc");
            command.env_remove("LANG").env("LC_ALL", &value).args(&arguments);
            let call = LinkerCall::read(&format!("{command:?}").replace('\n', " ")).unwrap();
            prop_assert_eq!(call.removed, ["LANG"]);
            prop_assert_eq!(call.environment, [("LC_ALL".to_owned(), value)]);
            prop_assert_eq!(call.arguments, arguments);
        }

        #[test]
        fn no_line_makes_reading_panic(line in "\\PC*") {
            let _ = LinkerCall::read(&line);
        }
    }
}
