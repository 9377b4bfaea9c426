//! Comparisons of two programs in pairs: against brute force, by simulation, and on recorded processes.

mod brute_force;
mod design;
