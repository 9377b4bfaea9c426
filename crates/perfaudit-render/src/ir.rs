//! What the compiler hands to LLVM, in rows, the same in every format.

use perfaudit_result::{Ir, IrFunction};

use crate::size::{Table, package};

/// Lines by the crates that define the functions.
pub(crate) fn packages(ir: &Ir, most: usize) -> Table<4> {
    let rows = ir.packages.iter().take(most).map(|row| {
        [
            row.lines.to_string(),
            row.copies.to_string(),
            row.compiled_lines.to_string(),
            package(row.name.as_deref()).to_owned(),
        ]
    });
    Table {
        caption: "Lines of LLVM IR by the crate that defines the functions".to_owned(),
        heads: ["lines", "copies", "compiled in it", "crate"],
        rows: rows.collect(),
    }
}

/// The functions with the most lines, all their copies together.
pub(crate) fn generics(ir: &Ir, most: usize) -> Table<3> {
    functions("Lines of LLVM IR by function, all copies together", &ir.generics, most)
}

/// The same for each set of type arguments by itself.
pub(crate) fn instances(ir: &Ir, most: usize) -> Table<3> {
    functions("Lines of LLVM IR by function with its types", &ir.functions, most)
}

fn functions(caption: &str, all: &[IrFunction], most: usize) -> Table<3> {
    let row = |row: &IrFunction| [row.lines.to_string(), row.copies.to_string(), row.name.clone()];
    Table {
        caption: caption.to_owned(),
        heads: ["lines", "copies", "function"],
        rows: all.iter().take(most).map(row).collect(),
    }
}
