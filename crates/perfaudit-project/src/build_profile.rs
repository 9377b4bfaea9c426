//! The profile that a build uses, put together as cargo does: built-in defaults, then the manifest, then
//! configuration files, then the environment.

use std::path::{Path, PathBuf};

use perfaudit_result::BuildProfile;
use toml::{Table, Value};

use crate::cargo::Cargo;
use crate::manifest::read_toml;

/// The settings of a profile that change the code.
const SETTINGS: [&str; 6] =
    ["opt-level", "lto", "codegen-units", "panic", "debug-assertions", "overflow-checks"];

/// Cargo ignores `panic` for benchmarks (The Cargo Book, "Profiles"), those without a harness of the standard library
/// too.
const PANIC_OF_BENCHMARKS: &str = "unwind";

/// The settings of profile `name` for the workspace that `cargo` is called in. `debug` and `strip` are what
/// perfaudit sets for its builds.
#[must_use]
pub fn effective_profile(cargo: &Cargo, name: &str, debug: &str, strip: &str) -> BuildProfile {
    let layers = layers(cargo, name);
    let [opt_level, lto, codegen_units, ..] = SETTINGS.map(|setting| resolve(&layers, name, setting));
    BuildProfile {
        name: name.to_owned(),
        opt_level,
        lto,
        codegen_units,
        panic: PANIC_OF_BENCHMARKS.to_owned(),
        debug: debug.to_owned(),
        strip: strip.to_owned(),
    }
}

/// The settings of profile `name` that change the code, as benchmarks are built with it.
#[must_use]
pub fn benchmark_settings(cargo: &Cargo, name: &str) -> Option<Vec<(&'static str, String)>> {
    let mut settings = shipped_settings(cargo, name)?;
    for (_, value) in settings.iter_mut().filter(|(key, _)| *key == "panic") {
        PANIC_OF_BENCHMARKS.clone_into(value);
    }
    Some(settings)
}

/// The settings of profile `name` that change the code, as programs are built with it; none when there is no such
/// profile.
#[must_use]
pub fn shipped_settings(cargo: &Cargo, name: &str) -> Option<Vec<(&'static str, String)>> {
    settings_of(&layers(cargo, name), name)
}

fn settings_of(layers: &[Table], name: &str) -> Option<Vec<(&'static str, String)>> {
    let is_built_in = ["bench", "release", "dev", "test"].contains(&name);
    let exists = is_built_in || layers.iter().any(|layer| table_of(layer, name).is_some());
    exists.then(|| SETTINGS.map(|setting| (setting, resolve(layers, name, setting))).to_vec())
}

/// Where settings of profile `name` may stand, what counts most first.
fn layers(cargo: &Cargo, name: &str) -> Vec<Table> {
    let mut layers: Vec<Table> = environment_layer(name).into_iter().collect();
    layers.extend(configuration_files(cargo).iter().filter_map(|file| read_toml(file).ok()));
    layers.extend(read_toml(&cargo.directory().join("Cargo.toml")).ok());
    layers
}

/// The value of a setting in the first layer that has it, else in the profile it inherits from.
fn resolve(layers: &[Table], name: &str, setting: &str) -> String {
    let mut profile = name.to_owned();
    // Cargo refuses cycles; the bound keeps a hostile manifest from holding us.
    for _ in 0..16 {
        let here = layers.iter().find_map(|layer| table_of(layer, &profile)?.get(setting).map(text_of));
        if let Some(value) = here {
            return value;
        }
        profile = match profile.as_str() {
            "bench" => "release".to_owned(),
            "test" => "dev".to_owned(),
            "release" | "dev" => break,
            _ => layers
                .iter()
                .find_map(|layer| Some(table_of(layer, &profile)?.get("inherits")?.as_str()?.to_owned()))
                .unwrap_or_else(|| "release".to_owned()),
        };
    }
    default_of(&profile, setting).to_owned()
}

/// Cargo's built-in profiles (The Cargo Book, "Profiles").
fn default_of(profile: &str, setting: &str) -> &'static str {
    match (setting, profile) {
        ("opt-level", "release") => "3",
        ("opt-level", _) => "0",
        ("lto", _) => "false",
        ("codegen-units", "release") => "16",
        ("codegen-units", _) => "256",
        ("debug-assertions" | "overflow-checks", "release") => "false",
        ("debug-assertions" | "overflow-checks", _) => "true",
        _ => "unwind",
    }
}

fn table_of<'a>(layer: &'a Table, profile: &str) -> Option<&'a Table> {
    layer.get("profile")?.as_table()?.get(profile)?.as_table()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `CARGO_PROFILE_<NAME>_<SETTING>` as a layer.
fn environment_layer(name: &str) -> Option<Table> {
    let upper = |text: &str| text.to_uppercase().replace('-', "_");
    let profiles: Table = [name, "release", "dev"]
        .into_iter()
        .filter_map(|profile| {
            let settings: Table = SETTINGS
                .into_iter()
                .filter_map(|setting| {
                    let variable = format!("CARGO_PROFILE_{}_{}", upper(profile), upper(setting));
                    Some((setting.to_owned(), Value::String(std::env::var(variable).ok()?)))
                })
                .collect();
            (!settings.is_empty()).then(|| (profile.to_owned(), Value::Table(settings)))
        })
        .collect();
    let mut layer = Table::new();
    layer.insert("profile".to_owned(), Value::Table(profiles));
    Some(layer)
}

/// The configuration files that cargo reads, nearest first.
fn configuration_files(cargo: &Cargo) -> Vec<PathBuf> {
    let named = cargo.configuration().iter().cloned();
    let found = cargo.directory().ancestors().flat_map(in_folder);
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let home = home.into_iter().flat_map(|home| [home.join("config.toml"), home.join("config")]);
    named.chain(found).chain(home).filter(|file| file.is_file()).collect()
}

fn in_folder(folder: &Path) -> [PathBuf; 2] {
    [folder.join(".cargo/config.toml"), folder.join(".cargo/config")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(text: &str) -> Table {
        text.parse().unwrap()
    }

    #[test]
    fn bench_inherits_what_it_does_not_set_from_release() {
        let manifest =
            layer("[profile.release]\nlto = 'fat'\ncodegen-units = 1\n[profile.bench]\nopt-level = 2");
        let layers = [manifest];
        assert_eq!(resolve(&layers, "bench", "opt-level"), "2");
        assert_eq!(resolve(&layers, "bench", "lto"), "fat");
        assert_eq!(resolve(&layers, "bench", "codegen-units"), "1");
        assert_eq!(resolve(&layers, "bench", "panic"), "unwind");
    }

    #[test]
    fn what_changes_the_code_is_known_of_profiles_that_exist() {
        let layers = [layer(
            "[profile.release]\npanic = 'abort'\n[profile.dist]\ninherits = 'release'\noverflow-checks = true",
        )];
        let value = |profile: &str, key: &str| {
            let settings = settings_of(&layers, profile).unwrap();
            settings.into_iter().find(|(found, _)| *found == key).unwrap().1
        };
        assert_eq!(value("dist", "panic"), "abort");
        assert_eq!(
            (value("dist", "overflow-checks"), value("dist", "debug-assertions")),
            ("true".into(), "false".into())
        );
        assert_eq!(value("dev", "overflow-checks"), "true");
        assert_eq!(settings_of(&layers, "production"), None);
    }

    #[test]
    fn a_configuration_file_beats_the_manifest() {
        let layers = [layer("[profile.bench]\nlto = true"), layer("[profile.bench]\nlto = false")];
        assert_eq!(resolve(&layers, "bench", "lto"), "true");
    }

    #[test]
    fn a_custom_profile_follows_its_chain() {
        let layers =
            [layer("[profile.fast]\ninherits = 'faster'\n[profile.faster]\ninherits = 'dev'\nlto = 'thin'")];
        assert_eq!(resolve(&layers, "fast", "lto"), "thin");
        assert_eq!(resolve(&layers, "fast", "opt-level"), "0");
    }
}
