//! Debug information that is not in the program.
