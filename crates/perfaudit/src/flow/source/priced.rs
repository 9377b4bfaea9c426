//! What lines cost that no rule has found.

use perfaudit_cpu::analyse::SourcePlace;
use perfaudit_result::Heat;

use super::join::{Profiles, costs};

/// What lines cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Priced {
    pub(crate) heat: Heat,
    /// The largest share of the CPU time of one workload; none when it was not measured.
    pub(crate) cpu: Option<f64>,
    /// The largest share of the bytes that one workload allocates; none when they were not counted.
    pub(crate) bytes: Option<f64>,
}

/// What lines of files cost with what they call.
pub(crate) fn priced(profiles: Profiles<'_>, places: &[(&str, (u32, u32))]) -> Vec<Priced> {
    let places: Vec<Option<SourcePlace>> = places
        .iter()
        .map(|(file, lines)| {
            Some(SourcePlace { file: (*file).to_owned(), lines: *lines, function: None, through: &[] })
        })
        .collect();
    let told = costs(profiles, &places).into_iter().map(|cost| {
        let price = cost.price();
        Priced { heat: cost.heat, cpu: price.cpu.map(|of| of.0), bytes: price.bytes.map(|of| of.0) }
    });
    told.collect()
}
