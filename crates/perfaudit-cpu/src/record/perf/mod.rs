//! Samples from the kernel's performance events (`perf_event_open(2)`).

mod decode;
mod ladder;
mod session;
mod sys;
mod waits;

pub(super) use decode::Decoder;
pub(super) use ladder::{Request, Target, offers, open_best, try_each};
