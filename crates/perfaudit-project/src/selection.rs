//! Which part of a project is meant.

/// Which packages, targets and features are meant; empty lists mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names of packages.
    pub packages: Vec<String>,
    /// Names of benchmark targets.
    pub benches: Vec<String>,
    /// Features.
    pub features: Features,
    /// The profile to build with instead of `bench`.
    pub profile: Option<String>,
}

/// Features as cargo's own options name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// `--features`.
    pub named: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

impl Features {
    /// The options for cargo.
    #[must_use]
    pub fn cargo_arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if !self.named.is_empty() {
            arguments.extend(["--features".to_owned(), self.named.join(",")]);
        }
        if self.all {
            arguments.push("--all-features".to_owned());
        }
        if self.no_default {
            arguments.push("--no-default-features".to_owned());
        }
        arguments
    }
}
