//! Environment variables as a layer above the files.

use std::num::NonZeroU16;

use super::audit::{AuditSettings, ChosenStage};
use super::origin::{Origin, Setting};
use super::problem::{Complaint, ConfigError, Place, quote};
use super::value::{duration, floor_source, mode, stage};

/// Lays what the environment says over the settings. A variable that is empty says nothing.
pub(super) fn apply(
    settings: &mut AuditSettings,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(), ConfigError> {
    let mut layer = Layer { environment, error: ConfigError::default() };
    settings.mode.over(layer.read("PERFAUDIT_MODE", mode));
    settings.budget.over(layer.read("PERFAUDIT_BUDGET", duration));
    settings.offline.over(layer.read("PERFAUDIT_OFFLINE", switch));
    settings.keep.over(layer.read("PERFAUDIT_KEEP", keep));
    settings.noise_floor.over(layer.read("PERFAUDIT_NOISE_FLOOR", floor_source));
    settings.skip.over(layer.read("PERFAUDIT_SKIP", stages));
    layer.error.unless_empty()
}

struct Layer<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
    error: ConfigError,
}

impl Layer<'_> {
    fn read<T>(
        &mut self,
        variable: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Complaint>,
    ) -> Option<Setting<T>> {
        let text = (self.environment)(variable).filter(|text| !text.is_empty())?;
        match parse(&text) {
            Ok(value) => Some(Setting { value, origin: Origin::Environment(variable) }),
            Err(complaint) => {
                self.error.push(complaint.at(Place::Environment(variable)));
                None
            }
        }
    }
}

fn stages(text: &str) -> Result<Vec<ChosenStage>, Complaint> {
    text.split(',').map(stage).collect()
}

fn switch(text: &str) -> Result<bool, Complaint> {
    match text {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Complaint::new(format!("expected true or false, found {}", quote(text)))),
    }
}

fn keep(text: &str) -> Result<NonZeroU16, Complaint> {
    let expected =
        || Complaint::new(format!("expected a whole number from 1 to 65535, found {}", quote(text)));
    text.parse().map_err(|_| expected())
}
