//! Reading the tables of a file key by key, so that every problem is told with its place.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::origin::{Location, Origin, Setting};
use super::problem::{Complaint, ConfigError, Place, quote};
use super::source::Source;

/// A value with its place.
pub(super) type Item<'a> = &'a Spanned<DeValue<'a>>;

/// Collects what is wrong with one file.
pub(super) struct Report<'a> {
    source: &'a Source<'a>,
    error: ConfigError,
}

impl<'a> Report<'a> {
    pub(super) fn new(source: &'a Source<'a>) -> Self {
        Self { source, error: ConfigError::default() }
    }

    pub(super) fn location(&self, span: &Range<usize>) -> Location {
        self.source.location(span.start)
    }

    /// Notes that the value at this span is wrong, which leaves nothing to use.
    pub(super) fn refuse<T>(&mut self, span: &Range<usize>, complaint: Complaint) -> Option<T> {
        let location = self.location(span);
        self.refuse_at(location, complaint)
    }

    pub(super) fn refuse_at<T>(&mut self, location: Location, complaint: Complaint) -> Option<T> {
        self.error.push(complaint.at(Place::Location(location)));
        None
    }

    /// The value, or nothing and a note of what is wrong with it.
    pub(super) fn accept<T>(&mut self, span: &Range<usize>, value: Result<T, Complaint>) -> Option<T> {
        value.map_or_else(|complaint| self.refuse(span, complaint), Some)
    }

    /// What was wrong, in the order of the file.
    pub(super) fn into_error(mut self) -> ConfigError {
        self.error.problems.sort();
        self.error
    }
}

/// Where the keys of a section were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    header: Location,
    given: BTreeMap<&'static str, Location>,
}

impl Keys {
    /// The place of the section.
    #[must_use]
    pub fn header(&self) -> &Location {
        &self.header
    }

    /// The place of this key, else of the section.
    #[must_use]
    pub fn location(&self, key: &str) -> &Location {
        self.given.get(key).unwrap_or(&self.header)
    }

    /// Where the value of this key comes from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.given.get(key).map_or(Origin::Default, |location| Origin::File(location.clone()))
    }
}

/// A table of the file that is being read.
pub(super) struct Section<'a> {
    /// As it is written: `[audit]`.
    name: &'static str,
    span: Range<usize>,
    table: &'a DeTable<'a>,
    known: Vec<&'static str>,
    given: BTreeMap<&'static str, Location>,
    missing: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: &'static str, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self { name, span, table, known: Vec::new(), given: BTreeMap::new(), missing: Vec::new() }
    }

    /// The value of a key, if it is given and right. Every key that is asked for is a valid one.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
        reader: impl FnOnce(Item<'a>, &mut Report<'_>) -> Option<T>,
    ) -> Option<Setting<T>> {
        self.known.push(key);
        let (name, item) = self.table.get_key_value(key)?;
        let location = report.location(&name.span());
        self.given.insert(key, location.clone());
        Some(Setting { value: reader(item, report)?, origin: Origin::File(location) })
    }

    /// The value of a key, if it is given and right, without its origin.
    pub(super) fn value<T>(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
        reader: impl FnOnce(Item<'a>, &mut Report<'_>) -> Option<T>,
    ) -> Option<T> {
        self.read(key, report, reader).map(|setting| setting.value)
    }

    /// The value of a key that must be given.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
        reader: impl FnOnce(Item<'a>, &mut Report<'_>) -> Option<T>,
    ) -> Option<T> {
        if !self.table.contains_key(key) {
            self.missing.push(key);
        }
        self.value(key, report, reader)
    }

    /// Notes all keys that nobody asked for, and those that are missing. A key that was misspelt is not also missing.
    pub(super) fn finish(mut self, report: &mut Report<'_>) -> Keys {
        let unknown = self.table.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref()));
        for key in unknown {
            let name = key.get_ref();
            let meant = nearest(name, self.known.iter().copied());
            self.missing.retain(|missing| meant != Some(*missing));
            let complaint = Complaint::new(format!("unknown key {} in {}", quote(name), self.name))
                .expecting(name, &self.known);
            report.refuse::<()>(&key.span(), complaint);
        }
        for key in &self.missing {
            report.refuse::<()>(&self.span, Complaint::new(format!("`{key}` is missing in {}", self.name)));
        }
        Keys { header: report.location(&self.span), given: self.given }
    }
}
