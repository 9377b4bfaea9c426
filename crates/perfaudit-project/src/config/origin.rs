//! Where a value comes from.

use std::fmt;
use std::path::PathBuf;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as it is shown.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A configuration file set it, with the key at this place.
    File(Location),
    /// This environment variable set it.
    Environment(&'static str),
    /// An option of the command line set it.
    CommandLine,
}

impl Origin {
    /// The place in a file, if it is one.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::File(location) => Some(location),
            Self::Default | Self::Environment(_) | Self::CommandLine => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(location) => location.fmt(f),
            Self::Environment(variable) => write!(f, "environment variable {variable}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub(super) fn default_of(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    /// Replaces the value by that of a higher layer, if that has one.
    pub(super) fn over<U: Into<T>>(&mut self, higher: Option<Setting<U>>) {
        if let Some(Setting { value, origin }) = higher {
            *self = Self { value: value.into(), origin };
        }
    }

    /// Replaces the value by that of the command line, the highest layer, if that has one.
    pub fn command_line<U: Into<T>>(&mut self, value: Option<U>) {
        self.over(value.map(|value| Setting { value, origin: Origin::CommandLine }));
    }
}
