//! What a measured child prints.
//!
//! One thread for each stream, for the whole life of the launcher: a thread that is started or ended while a child
//! is measured changes the address space that the child starts from.

use std::io::{self, PipeReader, Read};
use std::sync::mpsc::{self, Receiver, Sender};

use sha2::{Digest, Sha256};

use super::OutputDigest;
use crate::capture::Captured;
use crate::process::DRAIN;

const BUFFER_BYTES: usize = 64 * 1024;

/// Threads that read standard output and standard error.
pub(super) struct Streams {
    pub(super) stdout: Reader<Hashed>,
    pub(super) stderr: Reader<Captured>,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { stdout: Reader::new(Hashed::push), stderr: Reader::new(Captured::push) }
    }
}

/// A thread that reads one pipe after the other to the end.
pub(super) struct Reader<S> {
    pipes: Sender<(PipeReader, S)>,
    read: Receiver<S>,
}

impl<S: Send + 'static> Reader<S> {
    fn new(take: fn(&mut S, &[u8])) -> Self {
        let (pipes, waiting) = mpsc::channel::<(PipeReader, S)>();
        let (sender, read) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; BUFFER_BYTES];
            for (mut pipe, mut state) in waiting {
                loop {
                    match pipe.read(&mut buffer) {
                        Ok(0) => break,
                        Ok(n) => take(&mut state, &buffer[..n]),
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(_) => break,
                    }
                }
                if sender.send(state).is_err() {
                    break;
                }
            }
        });
        Self { pipes, read }
    }

    /// Begins to read a pipe.
    pub(super) fn begin(&self, pipe: PipeReader, state: S) {
        self.pipes.send((pipe, state)).expect("the thread reads as long as this value lives");
    }

    /// What was read, once all who could write are gone; none if somebody still can.
    pub(super) fn end(&self) -> Option<S> {
        self.read.recv_timeout(DRAIN).ok()
    }
}

/// Bytes of which only the digest is kept.
#[derive(Default)]
pub(super) struct Hashed {
    hasher: Sha256,
    bytes: u64,
}

impl Hashed {
    fn push(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(super) fn digest(self) -> OutputDigest {
        let sha256 = self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        OutputDigest { bytes: self.bytes, sha256 }
    }
}
