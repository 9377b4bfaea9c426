//! Benchmarks with synthetic input for public functions.
//!
//! What is made here is text. Whether it compiles and runs is for the caller to find out: each function of the file knows
//! its lines ([`BenchFile::function_at`]), and for what does not work there may be another [`Attempt`].

mod file;
mod generators;
mod instance;
mod maker;
mod render;
mod traits;

pub use file::{BenchFile, FileOptions};
pub use render::{REFUSED, Skeleton};

use crate::api::{LeftOut, PublicFunction};
use crate::items::{GenericKind, LibrarySource};

/// What is tried, one after the other, until it compiles and runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Of what texts consist.
    pub alphabet: Alphabet,
    /// What stands for a generic parameter whose bounds say nothing.
    pub stand_in: StandIn,
}

/// Of what texts consist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Small letters.
    Letters,
    /// Hexadecimal digits, an even number of them.
    HexDigits,
    /// Decimal digits.
    Digits,
}

/// What stands for a generic parameter whose bounds say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// `u64`
    Integer,
    /// `&str`
    Text,
    /// `f64`
    Float,
}

impl Attempt {
    /// The first.
    pub const FIRST: Self = Self { alphabet: Alphabet::Letters, stand_in: StandIn::Integer };

    /// What to try when the compiler refused this one.
    #[must_use]
    pub fn after_compiling(self) -> Option<Self> {
        let stand_in = match self.stand_in {
            StandIn::Integer => StandIn::Text,
            StandIn::Text => StandIn::Float,
            StandIn::Float => return None,
        };
        Some(Self { stand_in, ..self })
    }

    /// What to try when the function refused the input of this one.
    #[must_use]
    pub fn after_running(self) -> Option<Self> {
        let alphabet = match self.alphabet {
            Alphabet::Letters => Alphabet::HexDigits,
            Alphabet::HexDigits => Alphabet::Digits,
            Alphabet::Digits => return None,
        };
        Some(Self { alphabet, ..self })
    }
}

impl LibrarySource {
    /// The benchmark of a public function.
    ///
    /// # Errors
    /// When it is to be left out, or when a value of a parameter cannot be made.
    pub fn skeleton(&self, function: &PublicFunction, attempt: Attempt) -> Result<Skeleton, LeftOut> {
        if let Some(reason) = &function.left_out {
            return Err(reason.clone());
        }
        let signature = &self.functions[function.id.0];
        let told_by = |name: &str| {
            let bounds = signature.generics.iter().any(|other| match &other.kind {
                GenericKind::Type(bounds) => bounds.iter().any(|bound| {
                    bound
                        .path
                        .arguments
                        .iter()
                        .chain(bound.path.associated.iter().map(|(_, ty)| ty))
                        .any(|ty| ty.names(name))
                }),
                _ => false,
            });
            bounds || signature.parameters.iter().any(|parameter| parameter.ty.names(name))
        };
        let untold = signature
            .generics
            .iter()
            .find(|generic| generic.kind != GenericKind::Lifetime && !told_by(&generic.name));
        match untold {
            Some(generic) => Err(LeftOut::OutputNotInferred(generic.name.clone())),
            None => render::render(self, function, attempt),
        }
    }
}

#[cfg(test)]
mod tests;
