//! What can be tried: settings, what keeps them from being tried, and what they may break. Pure.

use std::fmt;
use std::str::FromStr;

use perfaudit_result::{BuildSetting, CellState, MatrixCell};

use super::allocators::{Allocator, Installed};

/// Settings that are tried together, as the user names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixCellName(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Setting(Key, String),
    /// Optimising by a profile of the program itself.
    Pgo,
    /// Another allocator: this one, or the first that is installed.
    Allocator(Option<Allocator>),
}

/// The name of the part that chooses an allocator.
const ALLOCATOR: &str = "allocator";
/// What optimising by a profile takes, whatever it gains.
const PROFILE_AGES: &str = "the profile has to be made anew with each release: one of earlier code optimises what the program no longer does";

/// A setting that changes what is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    OptLevel,
    Lto,
    CodegenUnits,
    Panic,
    TargetCpu,
}

impl Key {
    const ALL: [Self; 5] = [Self::OptLevel, Self::Lto, Self::CodegenUnits, Self::Panic, Self::TargetCpu];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OptLevel => "opt-level",
            Self::Lto => "lto",
            Self::CodegenUnits => "codegen-units",
            Self::Panic => "panic",
            Self::TargetCpu => "target-cpu",
        }
    }

    fn takes(self, value: &str) -> bool {
        match self {
            Self::OptLevel => ["0", "1", "2", "3", "s", "z"].contains(&value),
            Self::Lto => ["off", "false", "thin", "fat", "true"].contains(&value),
            Self::CodegenUnits => value.parse::<u16>().is_ok_and(|units| units > 0),
            Self::Panic => ["abort", "unwind"].contains(&value),
            Self::TargetCpu => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
                !value.is_empty() && value.chars().all(is_plain)
            }
        }
    }

    /// What it may break, whatever it gains.
    fn risk(self, value: &str) -> Option<&'static str> {
        match (self, value) {
            (Self::Panic, "abort") => Some(
                "a panic ends the process: `catch_unwind` and threads that outlive the panics of others no longer work, and nothing is dropped",
            ),
            (Self::TargetCpu, _) => Some(
                "the program ends with an illegal instruction on a processor that lacks what this one has",
            ),
            _ => None,
        }
    }
}

impl FromStr for MatrixCellName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<Part> = Vec::new();
        for word in text.split('+').map(str::trim) {
            let part = match word.split_once('=') {
                None if word == "pgo" => Part::Pgo,
                None if word == ALLOCATOR => Part::Allocator(None),
                Some((ALLOCATOR, name)) => {
                    let one = Allocator::ALL.into_iter().find(|one| one.name() == name);
                    Part::Allocator(Some(one.ok_or_else(|| unknown(word))?))
                }
                Some((name, value)) => {
                    let key = Key::ALL.into_iter().find(|key| key.name() == name && key.takes(value));
                    Part::Setting(key.ok_or_else(|| unknown(word))?, value.to_owned())
                }
                None => return Err(unknown(word)),
            };
            let is_there = |other: &Part| match (other, &part) {
                (Part::Setting(a, _), Part::Setting(b, _)) => a == b,
                (Part::Allocator(_), Part::Allocator(_)) => true,
                (a, b) => a == b,
            };
            if parts.iter().any(is_there) {
                return Err(format!("`{text}` names one thing twice"));
            }
            parts.push(part);
        }
        Ok(Self(parts))
    }
}

fn unknown(word: &str) -> String {
    format!(
        "`{word}` is nothing that can be tried: name opt-level=0|1|2|3|s|z, lto=off|false|thin|fat, codegen-units=N, panic=abort|unwind, target-cpu=NAME, pgo or allocator[=jemalloc|mimalloc|tcmalloc]"
    )
}

impl fmt::Display for MatrixCellName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            let plus = if index > 0 { "+" } else { "" };
            match part {
                Part::Setting(key, value) => write!(f, "{plus}{}={value}", key.name())?,
                Part::Pgo => write!(f, "{plus}pgo")?,
                Part::Allocator(None) => write!(f, "{plus}{ALLOCATOR}")?,
                Part::Allocator(Some(one)) => write!(f, "{plus}{ALLOCATOR}={one}")?,
            }
        }
        Ok(())
    }
}

/// What there is to try settings with.
#[derive(Debug, Clone)]
pub(super) struct Circumstances {
    /// The project's own settings of the profile.
    pub(super) own: Vec<BuildSetting>,
    /// Whether benchmarks are measured, and not a command.
    pub(super) is_of_benchmarks: bool,
    /// The variable of the environment that hides flags of a configuration, where one is set.
    pub(super) flags_in: Option<&'static str>,
    /// Why programs cannot be trained here, where one of the cells asks for it.
    pub(super) no_training: Option<Hindrance>,
    /// The allocators that are installed.
    pub(super) allocators: Vec<Installed>,
}

/// Why something is not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hindrance {
    pub(super) reason: String,
    pub(super) remedy: String,
}

impl Hindrance {
    fn new(reason: &str, remedy: &str) -> Self {
        Self { reason: reason.to_owned(), remedy: remedy.to_owned() }
    }
}

impl MatrixCellName {
    /// The settings with their values.
    pub(super) fn settings(&self) -> impl Iterator<Item = (Key, &str)> {
        self.0.iter().filter_map(|part| match part {
            Part::Setting(key, value) => Some((*key, value.as_str())),
            Part::Pgo | Part::Allocator(_) => None,
        })
    }

    /// Whether it is built by a profile of itself.
    pub(super) fn is_trained(&self) -> bool {
        self.0.contains(&Part::Pgo)
    }

    /// Whether its programs get another allocator.
    pub(super) fn has_allocator(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Allocator(_)))
    }

    /// The allocator that its programs get, where they get another one.
    pub(super) fn allocator<'a>(&self, installed: &'a [Installed]) -> Option<&'a Installed> {
        let wanted = self.0.iter().find_map(|part| match part {
            Part::Allocator(wanted) => Some(*wanted),
            Part::Setting(..) | Part::Pgo => None,
        })?;
        installed.iter().find(|one| wanted.is_none_or(|wanted| one.allocator == wanted))
    }

    /// The cell before anything was measured.
    pub(super) fn planned(&self, circumstances: &Circumstances) -> MatrixCell {
        let hindrance = self.0.iter().find_map(|part| self.hindrance(part, circumstances));
        let is_own = self.0.iter().all(|part| is_own(part, &circumstances.own));
        let (state, message, remedy) = match hindrance {
            Some(Hindrance { reason, remedy }) => (CellState::Unsupported, Some(reason), Some(remedy)),
            None if is_own => (CellState::Own, Some("the project builds like that already".to_owned()), None),
            None => (CellState::NotMeasured, None, None),
        };
        let allocator =
            self.allocator(&circumstances.allocators).map(|one| (ALLOCATOR, one.allocator.name()));
        let settings = self.settings().map(|(key, value)| (key.name(), value)).chain(allocator);
        let ages = self.is_trained().then_some(PROFILE_AGES);
        MatrixCell {
            name: self.to_string(),
            settings: settings
                .map(|(key, value)| BuildSetting { key: key.to_owned(), value: value.to_owned() })
                .collect(),
            state,
            message,
            remedy,
            risks: self
                .settings()
                .filter_map(|(key, value)| key.risk(value))
                .chain(ages)
                .map(str::to_owned)
                .collect(),
            outcome: None,
            rows: Vec::new(),
        }
    }

    fn hindrance(&self, part: &Part, circumstances: &Circumstances) -> Option<Hindrance> {
        match part {
            Part::Setting(Key::Panic, _) if circumstances.is_of_benchmarks => Some(Hindrance::new(
                "cargo builds benchmarks with panic=unwind, whatever a profile says",
                "measure the program itself with `--command`",
            )),
            Part::Setting(Key::TargetCpu, _) | Part::Pgo if circumstances.flags_in.is_some() => {
                Some(Hindrance::new(
                    "flags for the compiler stand in the environment (RUSTFLAGS), and hide what a configuration says",
                    "unset them, and put them into `.cargo/config.toml`",
                ))
            }
            Part::Setting(..) => None,
            Part::Pgo => circumstances.no_training.clone(),
            Part::Allocator(_) if self.0.len() > 1 => Some(Hindrance::new(
                "an allocator is preloaded into the programs as the project builds them",
                "try it by itself, and the settings by themselves",
            )),
            Part::Allocator(_) if self.allocator(&circumstances.allocators).is_none() => {
                Some(Hindrance::new(
                    "none is installed as a library that could be preloaded",
                    "install libjemalloc2, libmimalloc2.0 or libtcmalloc-minimal4 (the packages of Debian and Ubuntu), or choose one in the source (`#[global_allocator]`) on a branch, and measure that with `perfaudit compare`",
                ))
            }
            Part::Allocator(_) => None,
        }
    }
}

fn is_own(part: &Part, own: &[BuildSetting]) -> bool {
    let Part::Setting(key, value) = part else { return false };
    own.iter().any(|setting| setting.key == key.name() && plain(&setting.value) == plain(value))
}

/// `lto = true` is the older name of `fat`.
fn plain(value: &str) -> &str {
    if value == "true" { "fat" } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circumstances() -> Circumstances {
        let setting = |(key, value): (&str, &str)| BuildSetting { key: key.into(), value: value.into() };
        Circumstances {
            own: [("opt-level", "3"), ("lto", "false"), ("codegen-units", "16"), ("panic", "unwind")]
                .map(setting)
                .to_vec(),
            is_of_benchmarks: true,
            flags_in: None,
            no_training: Some(Hindrance::new("there is no tool", "install it")),
            allocators: Vec::new(),
        }
    }

    fn planned(name: &str, circumstances: &Circumstances) -> MatrixCell {
        name.parse::<MatrixCellName>().unwrap().planned(circumstances)
    }

    #[test]
    fn cells_are_written_as_they_are_read() {
        for name in [
            "lto=fat",
            "codegen-units=1+lto=fat",
            "pgo",
            "lto=fat+pgo",
            "allocator",
            "allocator=jemalloc",
            "target-cpu=x86-64-v3",
        ] {
            assert_eq!(name.parse::<MatrixCellName>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_cannot_be_tried_is_refused_with_what_can() {
        for name in [
            "",
            "lto",
            "lto=",
            "lto=slim",
            "opt-level=4",
            "codegen-units=0",
            "debug=2",
            "target-cpu=a b",
            "allocator=none",
        ] {
            let said = name.parse::<MatrixCellName>().unwrap_err();
            assert!(said.contains("codegen-units=N"), "{name}: {said}");
        }
        assert!("lto=fat+lto=thin".parse::<MatrixCellName>().unwrap_err().contains("twice"));
    }

    #[test]
    fn what_the_project_does_already_is_not_tried() {
        assert_eq!(planned("opt-level=3", &circumstances()).state, CellState::Own);
        assert_eq!(planned("opt-level=3+lto=fat", &circumstances()).state, CellState::NotMeasured);
        let own = vec![BuildSetting { key: "lto".into(), value: "true".into() }];
        assert_eq!(planned("lto=fat", &Circumstances { own, ..circumstances() }).state, CellState::Own);
    }

    #[test]
    fn what_cannot_be_tried_here_says_why_and_what_helps() {
        for name in ["panic=abort", "pgo", "allocator", "lto=fat+pgo"] {
            let cell = planned(name, &circumstances());
            assert_eq!(cell.state, CellState::Unsupported, "{name}");
            assert!(cell.message.is_some() && cell.remedy.is_some(), "{name}");
        }
        let of_command = Circumstances { is_of_benchmarks: false, ..circumstances() };
        assert_eq!(planned("panic=abort", &of_command).state, CellState::NotMeasured);
        let hidden = Circumstances { flags_in: Some("RUSTFLAGS"), ..circumstances() };
        assert_eq!(planned("target-cpu=native", &hidden).state, CellState::Unsupported);
    }

    #[test]
    fn what_is_installed_is_tried() {
        let installed = |allocator, library: &str| Installed { allocator, library: library.into() };
        let able = Circumstances {
            no_training: None,
            allocators: vec![
                installed(Allocator::Mimalloc, "/usr/lib/libmimalloc.so.2"),
                installed(Allocator::Tcmalloc, "/usr/lib/libtcmalloc_minimal.so.4"),
            ],
            ..circumstances()
        };
        for (name, chosen) in [("allocator", "mimalloc"), ("allocator=tcmalloc", "tcmalloc")] {
            let cell = planned(name, &able);
            assert_eq!(cell.state, CellState::NotMeasured, "{name}");
            assert_eq!(
                (cell.settings[0].key.as_str(), cell.settings[0].value.as_str()),
                ("allocator", chosen)
            );
        }
        assert_eq!(planned("allocator=jemalloc", &able).state, CellState::Unsupported);
        assert_eq!(planned("allocator+lto=fat", &able).state, CellState::Unsupported);
        assert_eq!(planned("lto=fat+pgo", &able).state, CellState::NotMeasured);
        let hidden = Circumstances { flags_in: Some("RUSTFLAGS"), ..able };
        assert_eq!(planned("pgo", &hidden).state, CellState::Unsupported);
    }

    #[test]
    fn risks_are_named() {
        let of_command = Circumstances { is_of_benchmarks: false, ..circumstances() };
        assert_eq!(planned("panic=abort+target-cpu=native", &of_command).risks.len(), 2);
        assert!(planned("lto=fat+panic=unwind", &of_command).risks.is_empty());
        assert!(planned("lto=fat+pgo", &of_command).risks[0].contains("anew with each release"));
    }
}
