//! Running a command under callgrind.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use perfaudit_exec::{Command, Ending, Finished, Interrupt, run};

use super::{CountError, InstructionCount, dump};
use crate::analyse::Harness;

/// The signal that a program gets for an instruction that is none.
const ILLEGAL_INSTRUCTION: i32 = nix::libc::SIGILL;

/// valgrind's callgrind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callgrind {
    program: PathBuf,
}

/// What was counted of a command.
#[derive(Debug)]
pub struct Counted {
    /// Its instructions.
    pub count: InstructionCount,
    /// The files whose code ran, in all processes.
    pub code: BTreeSet<PathBuf>,
    /// How it ended, with what it printed. Its times are those under valgrind.
    pub finished: Finished,
}

impl Callgrind {
    /// The valgrind that the system finds.
    ///
    /// # Errors
    /// When there is none.
    pub fn find() -> Result<Self, CountError> {
        let program = Command::new("valgrind").program_file().ok_or(CountError::NoValgrind)?;
        Ok(Self { program })
    }

    /// Runs a command and all that come from it to their end, and counts their instructions of user code. With a
    /// `harness`, those below the function by which it measures are told apart. A process that becomes another program
    /// is counted from there on. The command's own failure is no error: see [`Counted::finished`].
    ///
    /// # Errors
    /// When valgrind cannot be started, cannot run the program, or leaves nothing to be read.
    pub fn count(
        &self,
        command: &Command,
        harness: Option<Harness>,
        interrupt: &Interrupt,
    ) -> Result<Counted, CountError> {
        let folder = tempfile::Builder::new().prefix("perfaudit-").tempdir().map_err(CountError::Folder)?;
        let in_folder = |option: &str, name: &str| {
            let mut option = std::ffi::OsString::from(option);
            option.push(folder.path().join(name));
            option
        };
        let options = [
            "--tool=callgrind".into(),
            "--trace-children=yes".into(),
            "--cache-sim=no".into(),
            "--branch-sim=no".into(),
            "--compress-strings=no".into(),
            "--compress-pos=no".into(),
            "--dump-line=no".into(),
            "--dump-instr=no".into(),
            "--separate-threads=no".into(),
            in_folder("--log-file=", "log.%p"),
            in_folder("--callgrind-out-file=", "counts.%p"),
        ];
        let command = command.clone().run_by(&self.program, options);
        let finished = run(&command, interrupt, &mut |_| {})?;
        if finished.ending == Ending::Signalled(ILLEGAL_INSTRUCTION) {
            return Err(CountError::UnknownInstruction);
        }
        let mut count = InstructionCount::default();
        let mut code = BTreeSet::new();
        for entry in std::fs::read_dir(folder.path()).map_err(CountError::Folder)? {
            let path = entry.map_err(CountError::Folder)?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !file.starts_with("counts.") {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(CountError::Folder)?;
            // A process that was killed, or became another program, leaves an empty file.
            if !bytes.is_empty() {
                code.extend(dump::objects(&bytes).map(|path| PathBuf::from(OsStr::from_bytes(path))));
                let parsed = dump::parse(&bytes, harness);
                count.add(parsed.map_err(|line| CountError::Unreadable { file, line })?);
            }
        }
        if count.processes == 0 {
            return Err(CountError::Nothing(format!("it ended with {}", finished.ending.describe())));
        }
        Ok(Counted { count, code, finished })
    }
}
