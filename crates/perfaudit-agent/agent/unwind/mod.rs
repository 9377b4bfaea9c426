//! Stacks of the running thread, from inside of it: by the tables that exceptions unwind by, with every rule kept once
//! it was found.

mod cfi;
mod cursor;
mod modules;
mod rules;
mod walk;

pub(crate) use modules::{Module, forget_reloading, module_of, record_modules};
pub(crate) use rules::install;
pub(crate) use walk::{Start, Walker};
