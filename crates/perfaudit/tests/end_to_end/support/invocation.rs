//! One call of the command.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Long enough for everything but a hang.
const LONGEST: Duration = Duration::from_secs(400);

/// Variables of the caller that would change what a project is built with, or what is printed.
const FOREIGN: [&str; 14] = [
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_NET_OFFLINE",
    "CARGO_TARGET_DIR",
    "CARGO_TERM_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "LD_LIBRARY_PATH",
    "NO_COLOR",
    "RUSTFLAGS",
    "RUST_BACKTRACE",
    "RUST_LIB_BACKTRACE",
];

/// A call of the command that has not been made yet.
#[derive(Debug)]
pub(crate) struct Invocation {
    command: Command,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Invocation {
    /// The command with temporary files and caches in `home`, and nothing of the caller's settings.
    pub(crate) fn new(home: &Path) -> Self {
        Self::wrapped(&[], home)
    }

    /// The same, started by another program.
    pub(crate) fn wrapped(wrapper: &[&str], home: &Path) -> Self {
        let perfaudit = env!("CARGO_BIN_EXE_perfaudit");
        let words: Vec<&str> = wrapper.iter().copied().chain([perfaudit]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        Self::prepare(command, home)
    }

    /// `cargo perfaudit`, as cargo calls it.
    pub(crate) fn as_cargo_subcommand(home: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perfaudit"));
        command.arg("perfaudit");
        Self::prepare(command, home)
    }

    fn prepare(mut command: Command, home: &Path) -> Self {
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("TMPDIR", home.join("temporary")).env("XDG_CACHE_HOME", home.join("cache"));
        // Measuring the machine takes ten seconds, and is for the tests that ask for it.
        command.env("XDG_DATA_HOME", home.join("data")).env("PERFAUDIT_NOISE_FLOOR", "stored");
        // Profiles take a second for each benchmark, and reading the source may call the compiler: for the tests that ask.
        command.env("PERFAUDIT_SKIP", "cpu,heap,size,source");
        command.current_dir(home).stdin(Stdio::null());
        Self { command }
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// The call as the standard library's command, with both streams piped.
    pub(crate) fn piped(mut self) -> Command {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command
    }

    /// Makes the call and waits for its end.
    pub(crate) fn run(self) -> Outcome {
        let mut command = assert_cmd::Command::from_std(self.command);
        let output = command.timeout(LONGEST).output().expect("the command can be started");
        Outcome::from(output)
    }
}

impl From<std::process::Output> for Outcome {
    fn from(output: std::process::Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the command prints UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}
