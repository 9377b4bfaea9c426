//! pprof's protocol buffer, gzipped: `proto/profile.proto` of <https://github.com/google/pprof>.

use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use perfaudit_result::{CpuProfile, Function, NodeId, SourceFrame, StackNode};

use super::seconds_per_sample;

const NANOS: f64 = 1e9;

/// What is counted, and its unit, as pprof calls it: `("alloc_space", "bytes")`.
pub type ValueType = (&'static str, &'static str);

/// Stacks with what was counted of each, for [`write_pprof`]. The tables are those of a profile that has passed its check.
#[derive(Debug)]
pub struct PprofStacks<'a, S> {
    /// The functions.
    pub functions: &'a [Function],
    /// The places in functions.
    pub frames: &'a [SourceFrame],
    /// The tree of stacks.
    pub nodes: &'a [StackNode],
    /// What each sample has a value of.
    pub types: &'a [ValueType],
    /// The type that is shown when none is asked for.
    pub shown_first: Option<ValueType>,
    /// What happens between two samples, and how much of it.
    pub period: Option<(ValueType, u64)>,
    /// The samples.
    pub samples: S,
}

/// What was counted of one stack.
#[derive(Debug, Clone)]
pub struct PprofSample<'a> {
    /// The innermost node.
    pub node: NodeId,
    /// As many values as there are types.
    pub values: Vec<u64>,
    /// The name of its thread, where that is known.
    pub thread: Option<&'a str>,
}

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let period_ns = seconds_per_sample(profile).map(|seconds| (seconds * NANOS).round() as u64);
    let cpu = ("cpu", "nanoseconds");
    let mut types = vec![("samples", "count")];
    types.extend(period_ns.map(|_| cpu));
    let sample = |run: &perfaudit_result::SampleRun| PprofSample {
        node: run.node,
        values: std::iter::once(run.count)
            .chain(period_ns.map(|period| period.saturating_mul(run.count)))
            .collect(),
        thread: Some(profile.threads[run.thread as usize].name.as_str()),
    };
    let stacks = PprofStacks {
        functions: &profile.functions,
        frames: &profile.frames,
        nodes: &profile.nodes,
        types: &types,
        shown_first: None,
        period: period_ns.map(|period| (cpu, period)),
        samples: profile.samples.iter().map(sample),
    };
    write_pprof(stacks, out)
}

/// Writes stacks as a gzipped protocol buffer of pprof.
///
/// # Errors
/// When the output fails.
pub fn write_pprof<'a>(
    stacks: PprofStacks<'_, impl Iterator<Item = PprofSample<'a>>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let PprofStacks { functions, frames, nodes, types, shown_first, period, samples } = stacks;
    let mut out = GzEncoder::new(out, Compression::default());
    let mut strings = Strings::default();
    for (name, unit) in types {
        let (name, unit) = (strings.id(name), strings.id(unit));
        field(&mut out, 1, &Message::new().number(1, name).number(2, unit))?;
    }
    let thread_key = strings.id("thread");
    for sample in samples {
        // Ids of locations start at 1; the innermost frame comes first.
        let inner = std::iter::successors(Some(sample.node), |&node| nodes[node as usize].parent);
        let locations = inner.map(|node| u64::from(nodes[node as usize].frame) + 1);
        let mut message = Message::new().packed(1, locations).packed(2, sample.values.into_iter());
        if let Some(thread) = sample.thread {
            message = message.message(3, &Message::new().number(1, thread_key).number(2, strings.id(thread)));
        }
        field(&mut out, 2, &message)?;
    }
    for (id, frame) in (1..).zip(frames) {
        let line = Message::new().number(1, u64::from(frame.function) + 1).number(2, u64::from(frame.line));
        field(&mut out, 4, &Message::new().number(1, id).message(4, &line))?;
    }
    for (id, function) in (1..).zip(functions) {
        let name = strings.id(&function.name);
        let file = strings.id(function.file.as_deref().unwrap_or_default());
        let message = Message::new()
            .number(1, id)
            .number(2, name)
            .number(3, name)
            .number(4, file)
            .number(5, u64::from(function.line.unwrap_or(0)));
        field(&mut out, 5, &message)?;
    }
    if let Some(((name, unit), period)) = period {
        let kind = Message::new().number(1, strings.id(name)).number(2, strings.id(unit));
        field(&mut out, 11, &kind)?;
        out.write_all(&Message::new().number(12, period).0)?;
    }
    if let Some((name, _)) = shown_first {
        out.write_all(&Message::new().number(14, strings.id(name)).0)?;
    }
    for string in strings.in_order() {
        write_bytes(&mut out, 6, string.as_bytes())?;
    }
    out.finish()?;
    Ok(())
}

/// The table of strings; number 0 is the empty one.
struct Strings {
    ids: HashMap<String, u64>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { ids: HashMap::from([(String::new(), 0)]) }
    }
}

impl Strings {
    fn id(&mut self, string: &str) -> u64 {
        if let Some(&id) = self.ids.get(string) {
            return id;
        }
        let id = self.ids.len() as u64;
        self.ids.insert(string.to_owned(), id);
        id
    }

    fn in_order(&self) -> Vec<&str> {
        let mut strings: Vec<(&str, u64)> =
            self.ids.iter().map(|(string, id)| (string.as_str(), *id)).collect();
        strings.sort_unstable_by_key(|(_, id)| *id);
        strings.into_iter().map(|(string, _)| string).collect()
    }
}

/// A protocol buffer message: <https://protobuf.dev/programming-guides/encoding/>.
struct Message(Vec<u8>);

/// Wire types.
const VARINT: u64 = 0;
const LENGTH: u64 = 2;

impl Message {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        varint(&mut self.0, field << 3 | VARINT);
        varint(&mut self.0, value);
        self
    }

    fn packed(mut self, field: u64, values: impl Iterator<Item = u64>) -> Self {
        let mut packed = Vec::new();
        for value in values {
            varint(&mut packed, value);
        }
        self.bytes(field, &packed);
        self
    }

    fn message(mut self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0);
        self
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        varint(&mut self.0, field << 3 | LENGTH);
        varint(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn field(out: &mut impl Write, number: u64, message: &Message) -> io::Result<()> {
    write_bytes(out, number, &message.0)
}

fn write_bytes(out: &mut impl Write, number: u64, bytes: &[u8]) -> io::Result<()> {
    let mut head = Vec::with_capacity(12);
    varint(&mut head, number << 3 | LENGTH);
    varint(&mut head, bytes.len() as u64);
    out.write_all(&head)?;
    out.write_all(bytes)
}
