//! A child that waits before it runs.
//!
//! Whoever wants to watch a program from its first instruction needs its process before the program is in it. The
//! gate is such a process: this same program, started in another way, which waits until it is told what to run and
//! then becomes that (`exec`): same process, same number. What is told comes on standard input, which is a socket, so
//! that the gate can answer why it cannot run a program; the socket closes by itself when the program begins.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::interrupt::Interrupt;
use crate::process::{Finished, OutputLine, RunError, Started, Usage, follow, spawn};
use crate::stray::Marker;
use crate::timed::ASKED;

/// The value of [`ASKED`] that makes a program a gate.
pub(crate) const ASKED_FOR: &str = "gate";
/// How long a gate may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How to start a process that waits and then becomes what it is told to run.
#[derive(Debug, Clone)]
pub struct Gate(Command);

/// Why a child was not run.
#[derive(Debug, thiserror::Error)]
pub enum GateError<E> {
    /// It could not be started.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Whoever was to look at it first did not want it to run.
    #[error(transparent)]
    Refused(E),
}

/// What the gate writes.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// It waits, and starts no more threads.
    Ready,
    /// It is about to become the program; this much it used itself.
    Opening(Usage),
    /// It cannot; the system's number of the error.
    Refused(Option<i32>),
}

impl Gate {
    /// This same program, which has to call [`crate::timed::serve_if_asked`] first of all. One that does not gets an
    /// argument it does not know.
    ///
    /// # Errors
    /// When the path of this program is not known.
    pub fn of_this_program() -> std::io::Result<Self> {
        Ok(Self(Command::new(std::env::current_exe()?).arg("--perfaudit-gate")))
    }

    /// Another program that calls [`crate::timed::serve_if_asked`]. Limits of the command do not apply.
    #[must_use]
    pub fn through(command: Command) -> Self {
        Self(command)
    }

    /// Runs a child to its end as [`crate::run`] does. `look` gets the number of its process before the program is
    /// in it, and may refuse. The process may have several threads, any of which may become the program.
    ///
    /// # Errors
    /// When the child cannot be started, or `look` refuses.
    pub fn run<E>(
        &self,
        command: &Command,
        interrupt: &Interrupt,
        look: impl FnOnce(u32) -> Result<(), E>,
        observe: &mut dyn FnMut(OutputLine<'_>),
    ) -> Result<Finished, GateError<E>> {
        let marker = Marker::unique();
        let (socket, inner) = UnixStream::pair().map_err(|error| command.cannot_start(error))?;
        let mut builder = self.0.builder();
        builder.env(ASKED, ASKED_FOR);
        let mut child = spawn(&mut builder, command, &marker, Stdio::from(OwnedFd::from(inner)))?;
        // The builder holds the other end of the socket.
        drop(builder);
        let mut answers = Answers(BufReader::new(&socket));
        let opened = socket
            .set_read_timeout(Some(PATIENCE))
            .map_err(|_| RunError::NoGate)
            .and_then(|()| answers.expect_ready())
            .map_err(GateError::Run)
            .and_then(|()| look(child.id()).map_err(GateError::Refused))
            .and_then(|()| Ok(open(&socket, &mut answers, command)?));
        match opened {
            Ok((started, used_before)) => {
                Ok(follow(Started { child, marker, started, used_before }, command, interrupt, observe))
            }
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }
}

/// What a gate answers, line by line.
struct Answers<'a>(BufReader<&'a UnixStream>);

impl Answers<'_> {
    /// The next answer; none when the gate has become a program, or has ended.
    fn next(&mut self) -> Result<Option<Answer>, RunError> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => serde_json::from_str(&line).map(Some).map_err(|_| RunError::NoGate),
            Err(_) => Err(RunError::NoGate),
        }
    }

    fn expect_ready(&mut self) -> Result<(), RunError> {
        match self.next()? {
            Some(Answer::Ready) => Ok(()),
            Some(_) | None => Err(RunError::NoGate),
        }
    }
}

/// Tells the gate what to run; returns when that was, and what the gate had used.
fn open(
    mut socket: &UnixStream,
    answers: &mut Answers<'_>,
    command: &Command,
) -> Result<(Instant, Usage), RunError> {
    let mut message = serde_json::to_vec(command).expect("a command holds nothing that JSON cannot");
    message.push(b'\n');
    socket.write_all(&message).map_err(|_| RunError::NoGate)?;
    let Some(Answer::Opening(used)) = answers.next()? else { return Err(RunError::NoGate) };
    let started = Instant::now();
    match answers.next()? {
        None => Ok((started, used)),
        Some(Answer::Refused(number)) => Err(command.cannot_start(
            number.map_or_else(|| std::io::ErrorKind::Other.into(), std::io::Error::from_raw_os_error),
        )),
        Some(_) => Err(RunError::NoGate),
    }
}

/// What the gate does. Returns only if it does not become a program.
pub(crate) fn serve() -> ExitCode {
    // Nobody is there any more to whom a failure could be told.
    let _ = wait_and_become();
    ExitCode::FAILURE
}

fn wait_and_become() -> std::io::Result<()> {
    // Of this one, and not of standard input, it is said to the system that no program inherits it.
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    tell(&mut socket, &Answer::Ready)?;
    let mut message = String::new();
    if BufReader::new(&socket).read_line(&mut message)? == 0 {
        return Ok(());
    }
    let command: Command = serde_json::from_str(&message)?;
    let stdin = match command.stdin() {
        Ok(stdin) => stdin,
        Err(error) => return tell(&mut socket, &Answer::Refused(error.raw_os_error())),
    };
    tell(&mut socket, &Answer::Opening(own_usage()))?;
    let error = command.builder().env_remove(OsStr::new(ASKED)).stdin(stdin).exec();
    tell(&mut socket, &Answer::Refused(error.raw_os_error()))
}

fn tell(socket: &mut UnixStream, answer: &Answer) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    socket.write_all(&line)
}

fn own_usage() -> Usage {
    let duration = |micros: i64| Duration::from_micros(u64::try_from(micros).unwrap_or(0));
    getrusage(UsageWho::RUSAGE_SELF).map_or(Usage::default(), |usage| Usage {
        user: duration(usage.user_time().num_microseconds()),
        system: duration(usage.system_time().num_microseconds()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ending;
    use crate::timed::serve_if_asked;

    /// This test program as a gate: the test below is one.
    fn gate() -> Gate {
        let test = "gate::tests::a_child_is_seen_before_its_program_is_in_it";
        let program = std::env::current_exe().unwrap();
        Gate::through(Command::new(program).args(["--exact", test, "--nocapture", "--test-threads=1"]))
    }

    fn sh(script: &str) -> Command {
        Command::new("sh").args(["-c", script])
    }

    fn run(command: &Command) -> Result<Finished, GateError<std::io::Error>> {
        gate().run(command, &Interrupt::new(), |_| Ok(()), &mut |_| {})
    }

    #[test]
    fn a_child_is_seen_before_its_program_is_in_it() {
        if serve_if_asked().is_some() {
            return;
        }
        let mut seen = None;
        let look = |pid| -> Result<(), std::io::Error> {
            seen = Some((pid, std::fs::read_link(format!("/proc/{pid}/exe"))?));
            Ok(())
        };
        let script = "echo pid $$ [$PERFAUDIT_LAUNCHER]; cat; exit 7";
        let finished = gate().run(&sh(script), &Interrupt::new(), look, &mut |_| {}).unwrap();
        assert_eq!(finished.ending, Ending::Exited(7));
        let (pid, program) = seen.unwrap();
        assert_eq!(program, std::env::current_exe().unwrap());
        let stdout = finished.stdout.text();
        assert!(stdout.ends_with(&format!("pid {pid} []\n")), "{stdout}");
    }

    #[test]
    fn a_program_that_is_not_there_is_told_from_one_that_fails() {
        let error = run(&Command::new("no-such-program-here")).unwrap_err().to_string();
        assert!(error.contains("no-such-program-here") && error.contains("os error 2"), "{error}");
        assert_eq!(run(&sh("exit 127")).unwrap().ending, Ending::Exited(127));
    }

    #[test]
    fn a_child_that_is_refused_never_runs() {
        let error = gate()
            .run(&sh("exit 0"), &Interrupt::new(), |_| Err(std::io::Error::other("no")), &mut |_| {})
            .unwrap_err();
        assert!(matches!(error, GateError::Refused(_)), "{error}");
    }

    #[test]
    fn a_program_that_is_no_gate_is_an_error_that_says_so() {
        let gate = Gate::through(Command::new("true"));
        let error = gate
            .run(&sh("exit 0"), &Interrupt::new(), |_| Ok::<_, std::io::Error>(()), &mut |_| {})
            .unwrap_err();
        assert!(matches!(error, GateError::Run(RunError::NoGate)), "{error}");
    }

    #[test]
    fn cpu_time_is_that_of_the_program_and_not_of_the_gate() {
        let idle = run(&sh(":")).unwrap().usage;
        let busy = run(&sh("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")).unwrap().usage;
        assert!(busy.user + busy.system > idle.user + idle.system, "{busy:?} {idle:?}");
    }
}
