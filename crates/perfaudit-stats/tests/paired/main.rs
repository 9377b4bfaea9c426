//! Comparisons of two programs in pairs: against brute force, and what is said of what.

mod brute_force;
mod design;
mod exact;
mod grounds;
mod layouts;
