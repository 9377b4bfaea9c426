//! pprof's protocol buffer, gzipped: `proto/profile.proto` of <https://github.com/google/pprof>.

use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use perfaudit_result::CpuProfile;

use super::seconds_per_sample;

const NANOS: f64 = 1e9;

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    let mut out = GzEncoder::new(out, Compression::default());
    let mut strings = Strings::default();
    let period_ns = seconds_per_sample(profile).map(|seconds| (seconds * NANOS).round() as u64);

    let mut types = vec![(strings.id("samples"), strings.id("count"))];
    if period_ns.is_some() {
        types.push((strings.id("cpu"), strings.id("nanoseconds")));
    }
    for &(name, unit) in &types {
        field(&mut out, 1, &Message::new().number(1, name).number(2, unit))?;
    }
    let thread_key = strings.id("thread");
    let threads: Vec<u64> = profile.threads.iter().map(|thread| strings.id(&thread.name)).collect();
    for run in &profile.samples {
        // Ids of locations start at 1; the innermost frame comes first.
        let nodes = std::iter::successors(Some(run.node), |&node| profile.nodes[node as usize].parent);
        let locations = nodes.map(|node| u64::from(profile.nodes[node as usize].frame) + 1);
        let values =
            std::iter::once(run.count).chain(period_ns.map(|period| period.saturating_mul(run.count)));
        let label = Message::new().number(1, thread_key).number(2, threads[run.thread as usize]);
        field(&mut out, 2, &Message::new().packed(1, locations).packed(2, values).message(3, &label))?;
    }
    for (id, frame) in (1..).zip(&profile.frames) {
        let line = Message::new().number(1, u64::from(frame.function) + 1).number(2, u64::from(frame.line));
        field(&mut out, 4, &Message::new().number(1, id).message(4, &line))?;
    }
    for (id, function) in (1..).zip(&profile.functions) {
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
    if let Some(period) = period_ns {
        let kind = Message::new().number(1, strings.id("cpu")).number(2, strings.id("nanoseconds"));
        field(&mut out, 11, &kind)?;
        out.write_all(&Message::new().number(12, period).0)?;
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
