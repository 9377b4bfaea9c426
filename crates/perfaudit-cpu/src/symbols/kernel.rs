//! Names of the kernel's functions.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The name of the one function that stands for the kernel when its functions are not known.
pub(super) const WHOLE: &str = "[kernel]";
/// Longer lists are cut: the kernel has some 200,000 symbols.
const MOST_LINES: usize = 4_000_000;

/// The functions of the running kernel, by address.
#[derive(Debug, Default)]
pub(super) struct KernelSymbols {
    functions: Vec<(u64, String)>,
}

impl KernelSymbols {
    /// Reads the list at `path`, which has the form of `/proc/kallsyms`. It is empty when the kernel hides addresses,
    /// which it does by writing 0.
    pub(super) fn read(path: &Path) -> Self {
        let Ok(file) = File::open(path) else { return Self::default() };
        let mut functions: Vec<(u64, String)> = BufReader::new(file)
            .lines()
            .take(MOST_LINES)
            .map_while(Result::ok)
            .filter_map(|line| function(&line))
            .collect();
        functions.sort();
        functions.dedup_by_key(|(address, _)| *address);
        Self { functions }
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// The function that an address lies in: the list has no sizes, so it is the last that starts before.
    pub(super) fn find(&self, address: u64) -> Option<&str> {
        let after = self.functions.partition_point(|(start, _)| *start <= address);
        after.checked_sub(1).map(|at| self.functions[at].1.as_str())
    }
}

/// `ffffffff81000000 T _stext`, and behind a tab the module: only code, only with an address.
fn function(line: &str) -> Option<(u64, String)> {
    let mut words = line.split_ascii_whitespace();
    let address = u64::from_str_radix(words.next()?, 16).ok().filter(|&address| address > 0)?;
    let is_code = matches!(words.next()?, "t" | "T" | "w" | "W");
    let name = words.next()?;
    is_code.then(|| (address, name.to_owned()))
}
