//! The compiler's types, asked through clippy.
//!
//! clippy's `disallowed_methods` names every call of a method by what it resolves to, through aliases, references and
//! closures, at its exact place. With a configuration of our own, forced on over what the source allows, that makes stable
//! clippy a reader of types. This module writes the configuration, reads the answers and applies them; who starts clippy
//! is `perfaudit`.

mod answers;
mod configuration;

pub use answers::{Answered, Answers};
pub use configuration::{Configuration, ConfigurationError};

/// Arguments behind `cargo clippy --message-format=json --`: everything is silent but what is asked.
pub const ARGUMENTS: [&str; 8] = [
    "-Awarnings",
    "-Aclippy::all",
    "--force-warn",
    "clippy::disallowed_methods",
    "--force-warn",
    "clippy::clone_on_copy",
    "--force-warn",
    "clippy::clone_on_ref_ptr",
];
