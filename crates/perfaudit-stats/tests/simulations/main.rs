//! Simulations with fixed seeds: do intervals cover, and do tests err, as often as they say?

mod aa;
mod coverage;
mod dip;
mod order;
mod paired;
mod ratio;
mod support;
