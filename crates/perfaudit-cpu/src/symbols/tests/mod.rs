//! Programs whose stacks are known, compiled in every way that debug information comes in.

mod binutils;
mod chains;
mod hostile;
mod separate;
mod territory;
mod workbench;
