//! The text formats, on a result that has everything that can go wrong and names that try to break them.

mod cpu;
mod difference;
mod fixture;
mod heap;
mod junit;
mod markdown;
mod paired;
mod plan;
mod sarif;
mod size;
mod terminal;
