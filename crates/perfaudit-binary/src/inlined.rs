//! Code charged to the functions whose source it comes from.

use std::path::Path;

use perfaudit_cpu::symbols::{InnermostFunction, innermost_functions};
use perfaudit_result::{InlinedCode, InlinedFunction, InlinedPackage, SectionKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::claims::Owner;
use crate::elf::Elf;
use crate::name::Name;
use crate::partition::Segment;
use crate::tables::{Weighed, largest};

#[derive(Default)]
struct Sum {
    bytes: u64,
    elsewhere: u64,
    places: FxHashSet<u32>,
}

impl Sum {
    fn add(&mut self, bytes: u64, is_elsewhere: bool, holder: u32) {
        self.bytes += bytes;
        self.elsewhere += if is_elsewhere { bytes } else { 0 };
        self.places.insert(holder);
    }
}

/// Charges the code that has a symbol, and says what could not be told.
pub(crate) fn code(
    file: &[u8],
    path: &Path,
    elf: &Elf<'_>,
    weighed: &Weighed<'_>,
    segments: &[Segment<Owner>],
    rows: Option<usize>,
) -> (InlinedCode, Vec<String>) {
    let (found, flaws) = innermost_functions(file, path);
    let mut told: Vec<String> = flaws.iter().map(|flaw| format!("{flaw}; {}", flaw.remedy())).collect();
    let origins: Vec<Name> = found.functions.iter().map(origin).collect();
    let mut packages: FxHashMap<Option<&str>, Sum> = FxHashMap::default();
    let mut functions: FxHashMap<(Option<&str>, &str), Sum> = FxHashMap::default();
    let (mut text_bytes, mut uncovered_bytes, mut bare_bytes) = (0, 0, 0);
    for (holder, start, end) in code_of_symbols(elf, segments) {
        let holding = &weighed.names[holder as usize];
        let mut at = start;
        let first = found.ranges.partition_point(|range| range.end <= start);
        let covered = found.ranges[first..].iter().take_while(|range| range.start < end);
        let mut pieces: Vec<(&Name, u64, bool)> = Vec::new();
        for range in covered {
            let (from, to) = (range.start.max(at), range.end.min(end));
            if from >= to {
                continue;
            }
            pieces.push((holding, from - at, false));
            pieces.push((&origins[range.function as usize], to - from, true));
            at = to;
        }
        pieces.push((holding, end - at, false));
        for (name, bytes, is_covered) in pieces.into_iter().filter(|(_, bytes, _)| *bytes > 0) {
            let other_package = name.package != holding.package;
            let other_function = name.text != holding.text;
            text_bytes += bytes;
            uncovered_bytes += if is_covered { 0 } else { bytes };
            // Line tables alone name what was inlined without its path, and so without its crate.
            let is_bare = name.package.is_none() && holding.package.is_some();
            bare_bytes += if is_covered && is_bare { bytes } else { 0 };
            let package = name.package.as_deref();
            packages.entry(package).or_default().add(bytes, other_package, holder);
            functions.entry((package, &name.text)).or_default().add(bytes, other_function, holder);
        }
    }
    if text_bytes > 0 && uncovered_bytes == text_bytes {
        told.push("there is no debug information: inlined code is charged to the functions that it is in; build with `debug = \"limited\"`".to_owned());
    }
    if bare_bytes > 0 {
        told.push(format!(
            "{bare_bytes} bytes were inlined from functions whose debug information has no path: they belong to no crate here, and functions of one name are one row; build with `debug = \"limited\"` instead of `line-tables-only`"
        ));
    }
    let packages = packages.into_iter().map(|(name, sum)| InlinedPackage {
        name: name.map(str::to_owned),
        text_bytes: sum.bytes,
        elsewhere_bytes: sum.elsewhere,
    });
    let functions = functions.into_iter().map(|((package, name), sum)| InlinedFunction {
        name: name.to_owned(),
        package: package.map(str::to_owned),
        text_bytes: sum.bytes,
        inlined_bytes: sum.elsewhere,
        places: sum.places.len() as u64,
    });
    let code = InlinedCode {
        text_bytes,
        uncovered_bytes,
        packages: largest(packages.collect(), |row| (row.text_bytes, row.name.clone()), None),
        functions: largest(functions.collect(), |row| (row.text_bytes, row.name.clone()), rows),
    };
    (code, told)
}

fn origin(function: &InnermostFunction) -> Name {
    let name = Name::of_text(function.name.clone());
    Name { package: function.crate_name.clone().or(name.package), ..name }
}

/// The addresses of the code that symbols got: symbol, start, end.
fn code_of_symbols<'a>(
    elf: &'a Elf<'_>,
    segments: &'a [Segment<Owner>],
) -> impl Iterator<Item = (u32, u64, u64)> + 'a {
    segments.iter().filter_map(|segment| {
        let Some(Owner::Symbol { section, symbol }) = segment.owner else { return None };
        let holder = &elf.sections[section as usize];
        let start = holder.address.checked_add(segment.start.checked_sub(holder.offset)?)?;
        let end = start.checked_add(segment.bytes())?;
        (holder.kind == SectionKind::Code && !elf.is_object).then_some((symbol, start, end))
    })
}
