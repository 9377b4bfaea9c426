//! What the compiler hands to LLVM, by function, generic function and crate.

mod parse;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use perfaudit_result::{Ir, IrFunction, IrPackage};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::name::Name;
use crate::tables::largest;

/// What a reader takes at once.
const BUFFER: usize = 1 << 18;

/// A file of intermediate representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IrFile {
    /// Where it is.
    pub path: PathBuf,
    /// The crate that was compiled.
    pub compiled: String,
}

/// What functions come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IrCount {
    /// Lines of instructions.
    pub lines: u64,
    /// Functions, each copy counted.
    pub copies: u64,
}

/// What was counted.
#[derive(Debug, Clone)]
pub struct CountedIr {
    /// By crate, function and generic function.
    pub ir: Ir,
    /// What each file holds, in the order of the files; none for one that cannot be read.
    pub files: Vec<Option<IrCount>>,
}

impl IrCount {
    /// Adds what another holds.
    pub fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.copies += other.copies;
    }
}

/// Lines and copies by mangled name.
type Symbols = FxHashMap<Vec<u8>, IrCount>;

/// Counts the lines of all files, several of them at a time; each is read as a stream. At most `rows` functions are
/// told.
#[must_use]
pub fn count(files: &[IrFile], rows: Option<usize>) -> CountedIr {
    let read = |file: &IrFile| {
        let mut symbols = Symbols::default();
        let done = read_file(&file.path, &mut symbols);
        (symbols, done.err().map(|error| format!("`{}` cannot be read: {error}", file_name(&file.path))))
    };
    let parts: Vec<(Symbols, Option<String>)> = files.par_iter().map(read).collect();
    let mut packages: FxHashMap<Option<String>, IrPackage> = FxHashMap::default();
    let mut functions: FxHashMap<(Option<String>, String), IrCount> = FxHashMap::default();
    let mut generics: FxHashMap<(Option<String>, String), (String, IrCount)> = FxHashMap::default();
    let mut all = IrCount::default();
    let mut remarks = Vec::new();
    let mut counts = Vec::new();
    for (file, (symbols, problem)) in files.iter().zip(parts) {
        let mut of_file = IrCount::default();
        symbols.values().for_each(|count| of_file.add(*count));
        counts.push(problem.is_none().then_some(of_file));
        remarks.extend(problem);
        let named: Vec<(Name, IrCount)> = symbols
            .into_par_iter()
            .map(|(symbol, count)| (Name::of(&String::from_utf8_lossy(&symbol)), count))
            .collect();
        for (name, count) in named {
            all.add(count);
            let of = packages.entry(name.package.clone()).or_default();
            of.lines += count.lines;
            of.copies += count.copies;
            packages.entry(Some(file.compiled.clone())).or_default().compiled_lines += count.lines;
            functions.entry((name.package.clone(), name.text)).or_default().add(count);
            let generic = generics.entry((name.package, name.generic));
            generic.or_insert_with(|| (name.plain, IrCount::default())).1.add(count);
        }
    }
    let packages = packages.into_iter().map(|(name, package)| IrPackage { name, ..package });
    let packages = largest(packages.collect(), |row| (row.lines, row.name.clone()), None);
    let function = |package: Option<String>, name: String, count: IrCount| IrFunction {
        name,
        package,
        lines: count.lines,
        copies: count.copies,
    };
    let functions = functions.into_iter().map(|((package, name), count)| function(package, name, count));
    let functions = largest(functions.collect(), |row| (row.lines, row.name.clone()), rows);
    let generics = generics.into_iter().map(|((package, _), (name, count))| function(package, name, count));
    let generics = largest(generics.collect(), |row| (row.lines, row.name.clone()), rows);
    let ir = Ir {
        answer: answer(all, &packages, &generics),
        method: "exact: lines of instructions in the intermediate representation that the compiler hands to LLVM, before any pass of LLVM, of every crate that is compiled for the target; build scripts, procedural macros and the standard library as it was delivered are not in it".to_owned(),
        remarks,
        lines: all.lines,
        copies: all.copies,
        packages,
        functions,
        generics,
    };
    CountedIr { ir, files: counts }
}

fn answer(all: IrCount, packages: &[IrPackage], generics: &[IrFunction]) -> String {
    let mut text = format!("{} lines of LLVM IR in {} functions", all.lines, all.copies);
    if let Some(first) = packages.first() {
        let name = first.name.as_deref().unwrap_or("code without a crate");
        text.push_str(&format!("; {} are defined by {name}", first.lines));
    }
    if let Some(first) = generics.first() {
        text.push_str(&format!(
            "; {} has most of them: {} in {} copies",
            first.name, first.lines, first.copies
        ));
    }
    text
}

fn read_file(path: &Path, symbols: &mut Symbols) -> std::io::Result<()> {
    let reader = BufReader::with_capacity(BUFFER, File::open(path)?);
    parse::functions(reader, &mut |name, lines| match symbols.get_mut(name) {
        Some(count) => count.add(IrCount { lines, copies: 1 }),
        None => {
            symbols.insert(name.to_owned(), IrCount { lines, copies: 1 });
        }
    })
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_its_own_sum_and_one_that_cannot_be_read_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            IrFile { path, compiled: "shop".to_owned() }
        };
        let files = [
            file(
                "a.ll",
                "define void @a() {\n  ret void\n}\ndefine void @b() {\n  ret void\n  ret void\n}\n",
            ),
            file("b.ll", "define void @a() {\n  ret void\n}\n"),
            IrFile { path: folder.path().join("none.ll"), compiled: "shop".to_owned() },
        ];
        let counted = count(&files, None);
        let sums = [Some(IrCount { lines: 3, copies: 2 }), Some(IrCount { lines: 1, copies: 1 }), None];
        assert_eq!(counted.files, sums);
        assert_eq!((counted.ir.lines, counted.ir.copies), (4, 3));
        assert_eq!(counted.ir.remarks.len(), 1);
    }
}
