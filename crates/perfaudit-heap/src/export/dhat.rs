//! JSON of valgrind's DHAT, version 2: `dhat/dh_main.c` and `dhat/dh_view.js` of <https://valgrind.org>.
//!
//! A file of DHAT can hold what was allocated in all, at the peak and at the end, but only together with the lifetime and
//! the own maximum of each stack, which are not counted here. So each file tells one of the three as what was allocated,
//! and says so in its heading; the viewer then shows no lifetimes.

use std::io::{self, Write};

use perfaudit_result::{HeapCounts, HeapProfile};
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::Measure;

#[derive(Serialize)]
struct File<'a> {
    #[serde(rename = "dhatFileVersion")]
    version: u32,
    mode: &'static str,
    verb: &'static str,
    /// Whether lifetimes of blocks are told.
    bklt: bool,
    /// Whether accesses to blocks are told.
    bkacc: bool,
    /// The unit of time, and a million of it.
    tu: &'static str,
    #[serde(rename = "Mtu")]
    mtu: &'static str,
    cmd: &'a str,
    pid: u32,
    /// The time at the end.
    te: u64,
    pps: Points<'a>,
    ftbl: Frames<'a>,
}

/// A program point: a stack with its bytes and blocks.
#[derive(Serialize)]
struct Point {
    tb: u64,
    tbk: u64,
    /// Frames, the innermost first.
    fs: Vec<u32>,
}

struct Points<'a>(&'a HeapProfile, Measure);

struct Frames<'a>(&'a HeapProfile);

pub(super) fn write(profile: &HeapProfile, measure: Measure, out: &mut dyn Write) -> io::Result<()> {
    let (mode, verb) = match measure {
        Measure::Peak => {
            ("heap, what was allocated at the peak of the process", "Allocated and there at the peak")
        }
        Measure::Live => {
            ("heap, what was still allocated at the end of the process", "Allocated and there at the end")
        }
        Measure::Bytes | Measure::Blocks | Measure::Temporary | Measure::Grown => ("heap", "Allocated"),
    };
    let file = File {
        version: 2,
        mode,
        verb,
        bklt: false,
        bkacc: false,
        // Time is not recorded. The viewer divides by it: by the run as a whole.
        tu: "millionths of the run",
        mtu: "run",
        cmd: &profile.workload.0,
        pid: 0,
        te: 1_000_000,
        pps: Points(profile, measure),
        ftbl: Frames(profile),
    };
    serde_json::to_writer(out, &file).map_err(io::Error::from)
}

fn of(measure: Measure, counts: &HeapCounts) -> (u64, u64) {
    match measure {
        Measure::Peak => (counts.peak, counts.peak_count),
        Measure::Live => (counts.live, counts.live_count),
        Measure::Bytes | Measure::Blocks | Measure::Temporary | Measure::Grown => {
            (counts.bytes, counts.count)
        }
    }
}

impl Serialize for Points<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(profile, measure) = self;
        let mut points = serializer.serialize_seq(None)?;
        for stack in &profile.stacks {
            let (tb, tbk) = of(*measure, &stack.counts);
            if tbk == 0 {
                continue;
            }
            let nodes = std::iter::successors(Some(stack.node), |&node| profile.nodes[node as usize].parent);
            // Frame 0 of the table is the root. A frame that stands twice in it would make stacks equal, which the
            // viewer refuses: each has an entry of its own.
            let fs = nodes.map(|node| profile.nodes[node as usize].frame + 1).collect();
            points.serialize_element(&Point { tb, tbk, fs })?;
        }
        points.end()
    }
}

impl Serialize for Frames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(profile) = self;
        let mut frames = serializer.serialize_seq(Some(profile.frames.len() + 1))?;
        frames.serialize_element("[root]")?;
        for frame in &profile.frames {
            let function = &profile.functions[frame.function as usize];
            let place = match (&function.file, frame.line) {
                (Some(file), 0) => format!(" ({file})"),
                (Some(file), line) => format!(" ({file}:{line})"),
                (None, _) => String::new(),
            };
            let inlined = if frame.inlined { " [inlined]" } else { "" };
            frames.serialize_element(&format!("{}{place}{inlined}", function.name))?;
        }
        frames.end()
    }
}
