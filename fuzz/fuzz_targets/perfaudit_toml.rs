//! `perfaudit.toml` is read, or refused with the place of everything that is wrong; what is read can be shown.
#![no_main]

use std::path::Path;

use perfaudit_project::config::Config;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match Config::parse(text, Path::new("perfaudit.toml")) {
        Ok(config) => assert!(!config.show().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
