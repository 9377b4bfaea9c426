//! Allocations in the formats of other tools.

mod dhat;
mod heaptrack;

use std::io::{self, Write};

use perfaudit_cpu::export::{
    CollapsedStacks, ExportError, PprofSample, PprofStacks, ValueType, write_collapsed, write_pprof,
};
use perfaudit_result::{HeapCounts, HeapProfile};

/// A format of allocations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeapFormat {
    /// Lines of `frame;frame;frame amount`, a file for each measure.
    Collapsed,
    /// Gzipped protocol buffer of `go tool pprof`, with the types of Go's heap profiles.
    Pprof,
    /// JSON of valgrind's DHAT, for its viewer `dh_view.html`, a file for each measure.
    Dhat,
    /// The summary that `heaptrack_print` writes, as text.
    Heaptrack,
}

/// What a file of a format tells that can tell one thing only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// All that was allocated, in bytes.
    Bytes,
    /// The same in blocks.
    Blocks,
    /// What was allocated when the process had most bytes.
    Peak,
    /// Blocks that were freed before their thread allocated or freed anything else.
    Temporary,
    /// Bytes of blocks that were replaced by a larger one.
    Grown,
    /// What was still allocated when the process ended.
    Live,
}

impl Measure {
    /// A word for names of files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Blocks => "blocks",
            Self::Peak => "peak",
            Self::Temporary => "temporary",
            Self::Grown => "grown",
            Self::Live => "live",
        }
    }

    /// How much of it counts have: in bytes, or in blocks where it is of blocks.
    #[must_use]
    pub fn of(self, counts: &HeapCounts) -> u64 {
        match self {
            Self::Bytes => counts.bytes,
            Self::Blocks => counts.count,
            Self::Peak => counts.peak,
            Self::Temporary => counts.temporary,
            Self::Grown => counts.grow_bytes,
            Self::Live => counts.live,
        }
    }
}

/// A file of an export: what it tells, where it tells one thing only.
pub type Content = Option<Measure>;

impl HeapFormat {
    /// What names of such files end in, without the leading dot.
    #[must_use]
    pub fn extension(self, content: Content) -> String {
        let extension = match self {
            Self::Collapsed => "folded",
            Self::Pprof => "pb.gz",
            Self::Dhat => "dhat.json",
            Self::Heaptrack => "heaptrack.txt",
        };
        content.map_or_else(|| extension.to_owned(), |measure| format!("{}.{extension}", measure.word()))
    }

    /// The files that a profile makes: of what there is nothing there is no file.
    #[must_use]
    pub fn contents(self, profile: &HeapProfile) -> Vec<Content> {
        use Measure::{Blocks, Bytes, Grown, Live, Peak, Temporary};
        let measures: &[Measure] = match self {
            Self::Pprof | Self::Heaptrack => return vec![None],
            Self::Collapsed => &[Bytes, Blocks, Peak, Temporary, Grown, Live],
            // The format has bytes and blocks beside each other.
            Self::Dhat => &[Bytes, Peak, Live],
        };
        let totals = profile.totals();
        let there = measures.iter().filter(|measure| measure.of(&totals) > 0);
        there.map(|measure| Some(*measure)).collect()
    }
}

/// Writes allocations in a format. A format with a file for each measure needs one; without, it is of all bytes.
///
/// # Errors
/// When the profile refers to what it does not hold, and when the output fails.
pub fn export(
    format: HeapFormat,
    content: Content,
    profile: &HeapProfile,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    profile.check()?;
    let measure = content.unwrap_or(Measure::Bytes);
    match format {
        HeapFormat::Collapsed => collapsed(profile, measure, out),
        HeapFormat::Pprof => pprof(profile, out),
        HeapFormat::Dhat => dhat::write(profile, measure, out),
        HeapFormat::Heaptrack => heaptrack::write(profile, out),
    }?;
    out.flush()?;
    Ok(())
}

fn collapsed(profile: &HeapProfile, measure: Measure, out: &mut dyn Write) -> io::Result<()> {
    let tables =
        CollapsedStacks { functions: &profile.functions, frames: &profile.frames, nodes: &profile.nodes };
    let amounts = profile.stacks.iter().map(|stack| (stack.node, measure.of(&stack.counts)));
    write_collapsed(tables, amounts, out)
}

/// The types of Go's heap profiles (<https://pkg.go.dev/runtime/pprof>), then what was allocated at the peak. In use is
/// what was still allocated when the process ended: that is the end of the profile.
const TYPES: [ValueType; 6] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
    ("peak_objects", "count"),
    ("peak_space", "bytes"),
];

fn pprof(profile: &HeapProfile, out: &mut dyn Write) -> io::Result<()> {
    let samples = profile.stacks.iter().map(|stack| {
        let counts = &stack.counts;
        let values =
            vec![counts.count, counts.bytes, counts.live_count, counts.live, counts.peak_count, counts.peak];
        PprofSample { node: stack.node, values, thread: None }
    });
    let stacks = PprofStacks {
        functions: &profile.functions,
        frames: &profile.frames,
        nodes: &profile.nodes,
        types: &TYPES,
        shown_first: Some(TYPES[1]),
        // Every byte is counted.
        period: Some((("space", "bytes"), 1)),
        samples,
    };
    write_pprof(stacks, out)
}

#[cfg(test)]
mod tests;
