//! `benchmarks.json`: what asv knows of each benchmark beside its results.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::error::ImportError;
use crate::json;
use crate::quantity::Quantity;

/// What a benchmark measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The time of a call, in seconds.
    Time,
    /// The size of the object that it returns, in bytes.
    Memory,
    /// The largest resident set of its process, in bytes.
    PeakMemory,
    /// The number that it returns, in the author's unit if that is known.
    Track { unit: Option<String> },
}

impl Kind {
    /// The kind by asv's rule for names: `time_`, `timeraw_`, `mem_`, `peakmem_`, `track_`, or the same in camel case.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let function = name.rsplit('.').next().unwrap_or(name);
        let begins = |snake: &str, camel: &str| {
            let next = function.strip_prefix(camel).and_then(|rest| rest.chars().next());
            function.starts_with(snake) || next.is_some_and(|c| c.is_ascii_uppercase() || c == '_')
        };
        if begins("time_", "Time") || begins("timeraw_", "Timeraw") {
            Some(Self::Time)
        } else if begins("mem_", "Mem") {
            Some(Self::Memory)
        } else if begins("peakmem_", "PeakMem") {
            Some(Self::PeakMemory)
        } else if begins("track_", "Track") {
            Some(Self::Track { unit: None })
        } else {
            None
        }
    }

    fn of_record(record: &Record) -> Option<Self> {
        match record.kind.as_str() {
            "time" => Some(Self::Time),
            "memory" => Some(Self::Memory),
            "peakmemory" => Some(Self::PeakMemory),
            "track" => Some(Self::Track { unit: record.unit.clone() }),
            _ => None,
        }
    }

    pub(crate) fn quantity(&self) -> Quantity {
        match self {
            Self::Time => Quantity::SECONDS,
            Self::Memory | Self::PeakMemory => Quantity::Bytes,
            Self::Track { .. } => Quantity::AS_IS,
        }
    }
}

/// One benchmark.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) param_names: Vec<String>,
    version: Option<String>,
}

/// All benchmarks, by name.
#[derive(Debug)]
pub(crate) struct Benchmarks(BTreeMap<String, Known>);

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "type")]
    kind: String,
    unit: Option<String>,
    #[serde(default)]
    param_names: Vec<String>,
    version: Option<String>,
}

impl Benchmarks {
    /// Reads the content of the file; `file` is what errors call it.
    pub(crate) fn parse(file: &str, bytes: &[u8]) -> Result<Self, ImportError> {
        let expected = "asv's `benchmarks.json`: an object with one object for each benchmark";
        let entries: BTreeMap<String, Value> = json::parse(file, bytes, expected)?;
        // `version` of the file is a number; a benchmark of a kind that is not known is judged by its name.
        let known = entries.into_iter().filter_map(|(name, entry)| {
            let record = Record::deserialize(entry).ok()?;
            let kind = Kind::of_record(&record)?;
            Some((name, Known { kind, param_names: record.param_names, version: record.version }))
        });
        Ok(Self(known.collect()))
    }

    /// A benchmark, unless its code has changed since the result of this version was measured.
    pub(crate) fn find(&self, name: &str, version: Option<&str>) -> Option<&Known> {
        self.0.get(name).filter(|known| {
            version.is_none() || known.version.is_none() || known.version.as_deref() == version
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_kind_as_it_does_for_asv() {
        assert_eq!(Kind::of_name("words.Count.time_count"), Some(Kind::Time));
        assert_eq!(Kind::of_name("words.timeraw_import"), Some(Kind::Time));
        assert_eq!(Kind::of_name("words.TimeCount"), Some(Kind::Time));
        assert_eq!(Kind::of_name("words.mem_list"), Some(Kind::Memory));
        assert_eq!(Kind::of_name("words.peakmem_list"), Some(Kind::PeakMemory));
        assert_eq!(Kind::of_name("words.track_ratio"), Some(Kind::Track { unit: None }));
        assert_eq!(Kind::of_name("words.timely"), None);
    }
}
