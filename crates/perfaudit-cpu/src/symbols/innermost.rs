//! Which function's source each piece of a program's code comes from.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::elf::FileProblem;
use super::guard;
use super::module::{Files, debug_bytes, shared_bytes};
use super::remark::Flaw;
use super::sections::{Naming, Sections};
use super::units::Units;

/// More boundaries than any program has.
const MOST: usize = 1 << 25;

/// A function that code comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnermostFunction {
    /// Readable.
    pub name: String,
    /// The crate that its mangled name names.
    pub crate_name: Option<String>,
}

/// Addresses whose code comes from one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRange {
    /// The first address.
    pub start: u64,
    /// Behind the last address.
    pub end: u64,
    /// The number of the function.
    pub function: u32,
}

/// Where the code of a program comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Innermost {
    /// The functions.
    pub functions: Vec<InnermostFunction>,
    /// Ranges that ascend and do not overlap; what no debug information covers is not in them.
    pub ranges: Vec<CodeRange>,
}

/// Finds the innermost inlined function at each address of a program, and what stood in the way. `path` is where the
/// program is: debug information may lie beside it.
#[must_use]
pub fn innermost_functions(program: &[u8], path: &Path) -> (Innermost, Vec<Flaw>) {
    match rayon::ThreadPoolBuilder::new().stack_size(super::STACK_BYTES).build() {
        Ok(pool) => pool.install(|| find(program, path)),
        // Without threads of its own the work runs on those that there are.
        Err(_) => find(program, path),
    }
}

fn find(program: &[u8], path: &Path) -> (Innermost, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let debug = debug_bytes(program, path, &mut flaws);
    let boundaries = match boundaries(debug.as_deref().unwrap_or(program)) {
        Ok(boundaries) => boundaries,
        Err(problem) => {
            flaws.push(Flaw::Damaged { reason: problem.to_string() });
            return (Innermost::default(), flaws);
        }
    };
    if boundaries.is_empty() {
        return (Innermost::default(), flaws);
    }
    let shared = shared_bytes(debug.as_deref().unwrap_or(program), path, &mut flaws);
    let files = Files {
        program: Some(program),
        debug: debug.as_deref(),
        shared: shared.as_deref(),
        path: Some(path),
    };
    let places = files.look_up(&boundaries, &mut flaws);
    let mut found = Innermost::default();
    let mut numbers = FxHashMap::default();
    for pair in boundaries.windows(2) {
        let Some(frame) = places.get(&pair[0]).and_then(|place| place.frames.first()) else { continue };
        let number = *numbers.entry(Arc::clone(&frame.function)).or_insert_with(|| {
            let function = &frame.function;
            found.functions.push(InnermostFunction {
                name: function.name.clone(),
                crate_name: function.crate_name.clone(),
            });
            u32::try_from(found.functions.len() - 1).expect("there are fewer functions than boundaries")
        });
        match found.ranges.last_mut() {
            Some(last) if last.end == pair[0] && last.function == number => last.end = pair[1],
            _ => found.ranges.push(CodeRange { start: pair[0], end: pair[1], function: number }),
        }
    }
    (found, flaws)
}

/// All addresses at which a function or an inlined one begins or ends, in their order.
fn boundaries(bytes: &[u8]) -> Result<Vec<u64>, FileProblem> {
    let damaged = |error: gimli::Error| FileProblem::Damaged(error.to_string());
    let sections = Sections::load(bytes, Naming::Main)?;
    let dwarf = sections.dwarf();
    let units = Units::read(&dwarf).map_err(damaged)?;
    let mut all = Vec::new();
    for unit in units.all() {
        guard::check(unit).map_err(|refused| FileProblem::Damaged(refused.to_string()))?;
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs().map_err(damaged)? {
            let is_code = [gimli::DW_TAG_subprogram, gimli::DW_TAG_inlined_subroutine].contains(&entry.tag());
            if !is_code {
                continue;
            }
            let mut ranges = unit.die_ranges(entry).map_err(damaged)?;
            while let Some(range) = ranges.next().map_err(damaged)? {
                if range.begin < range.end {
                    all.extend([range.begin, range.end]);
                }
            }
            if all.len() > MOST {
                return Err(FileProblem::Damaged("there are too many address ranges".to_owned()));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}
