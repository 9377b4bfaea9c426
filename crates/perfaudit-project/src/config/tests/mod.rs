//! The configuration as a whole.

mod hostile;
mod layers;
mod mistakes;
mod template;
mod whole;

use std::path::Path;

use super::{Config, ConfigError, Origin, ShownSection};

/// Every key that there is.
const EVERYTHING: &str = include_str!("everything.toml");

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("perfaudit.toml"))
}

/// The effective configuration as it is shown.
fn shown(config: &Config) -> String {
    config.show().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The same without origins.
fn values(config: &Config) -> Vec<ShownSection> {
    let mut sections = config.show();
    for row in sections.iter_mut().flat_map(|section| &mut section.rows) {
        row.origin = Origin::Default;
    }
    sections
}
