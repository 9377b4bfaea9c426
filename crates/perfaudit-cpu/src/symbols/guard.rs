//! Keeps hostile debug information from the parser: what nests or multiplies beyond all reason is refused before.

use gimli::{DW_AT_ranges, DW_TAG_inlined_subroutine};

use super::sections::Slice;

/// The parser recurses for each function inlined into an inlined function; compilers stay below a hundred.
pub(super) const DEEPEST_INLINING: usize = 400;
/// Many entries may name one long list of ranges.
const MOST_RANGES: usize = 1 << 24;
/// Longer paths do not exist; each file of a unit is written out with its folders.
const LONGEST_PATH: usize = 4096;

/// What a unit may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("functions are inlined into each other more than {DEEPEST_INLINING} deep")]
    Depth,
    #[error("there are more than {MOST_RANGES} address ranges")]
    Ranges,
    #[error("a path is longer than {LONGEST_PATH} bytes")]
    Path,
    #[error("{0}")]
    Malformed(#[from] gimli::Error),
}

/// Checks a unit before its functions and lines are read.
pub(super) fn check(unit: gimli::UnitRef<'_, Slice<'_>>) -> Result<(), Refused> {
    check_paths(unit)?;
    check_entries(unit)
}

fn check_paths<'a>(unit: gimli::UnitRef<'_, Slice<'a>>) -> Result<(), Refused> {
    let long = |value: gimli::AttributeValue<Slice<'a>>| {
        unit.attr_string(value).is_ok_and(|text| text.len() > LONGEST_PATH)
    };
    let header = unit.line_program.as_ref().map(gimli::IncompleteLineProgram::header);
    let of_lines = header.is_some_and(|header| {
        header.include_directories().iter().any(|&directory| long(directory))
            || header.file_names().iter().any(|file| long(file.path_name()))
    });
    let is_long = of_lines || unit.comp_dir.is_some_and(|folder| folder.len() > LONGEST_PATH);
    if is_long { Err(Refused::Path) } else { Ok(()) }
}

fn check_entries(unit: gimli::UnitRef<'_, Slice<'_>>) -> Result<(), Refused> {
    let mut entries = unit.entries_raw(None)?;
    // Depths of the inlined functions that the current entry lies in.
    let mut inlined: Vec<isize> = Vec::new();
    let mut ranges = 0;
    while !entries.is_empty() {
        let depth = entries.next_depth();
        while inlined.last().is_some_and(|&outer| outer >= depth) {
            inlined.pop();
        }
        let Some(abbreviation) = entries.read_abbreviation()? else { continue };
        if abbreviation.tag() == DW_TAG_inlined_subroutine {
            inlined.push(depth);
            if inlined.len() > DEEPEST_INLINING {
                return Err(Refused::Depth);
            }
        }
        if !abbreviation.attributes().iter().any(|spec| spec.name() == DW_AT_ranges) {
            entries.skip_attributes(abbreviation.attributes())?;
            continue;
        }
        for spec in abbreviation.attributes() {
            let attribute = entries.read_attribute(*spec)?;
            if attribute.name() == DW_AT_ranges
                && let Some(offset) = unit.attr_ranges_offset(attribute.value())?
            {
                // Raw: a unit that was split off has no addresses of its own.
                let mut list = unit.raw_ranges(offset)?;
                while list.next()?.is_some() {
                    ranges += 1;
                    if ranges > MOST_RANGES {
                        return Err(Refused::Ranges);
                    }
                }
            }
        }
    }
    Ok(())
}
