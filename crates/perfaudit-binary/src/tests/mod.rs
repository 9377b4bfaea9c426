mod grouping;
mod linker_map;
mod programs;
mod workbench;
