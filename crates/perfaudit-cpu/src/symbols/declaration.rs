//! What the debug information says about a function apart from its place: names, file and line.

use std::sync::Arc;

use gimli::{AttributeValue, UnitOffset, UnitRef};

use super::sections::Slice;
use super::units::Units;

/// References to other entries are followed this far; they may go round in circles.
const MOST_REFERENCES: usize = 16;

/// What the debug information says about a function.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// The mangled name.
    pub(super) linkage: Option<String>,
    /// The name without path.
    pub(super) plain: Option<String>,
    /// The source file, with the folders that the debug information names.
    pub(super) file: Option<Arc<str>>,
    /// The folder that the compiler ran in.
    pub(super) folder: Option<Arc<str>>,
    /// The line of the declaration.
    pub(super) line: Option<u32>,
    /// Where its code starts.
    pub(super) entry: Option<u64>,
    /// Whether it is Rust or C++, whose names in symbol tables hold more than plain ones.
    pub(super) has_paths: bool,
}

impl Declaration {
    /// Reads the entry of a function, and those that it refers to. `units` are the units that references between
    /// units lead to; a unit that was split off has none. `lines` is the unit whose line table numbers the files, which for a unit that was split off is
    /// the one it was split from.
    pub(super) fn read(
        unit: UnitRef<'_, Slice<'_>>,
        lines: Option<UnitRef<'_, Slice<'_>>>,
        at: UnitOffset,
        units: Option<&Units<'_>>,
    ) -> Self {
        let mut found = Self { has_paths: has_paths(unit), ..Self::default() };
        found.folder = unit.comp_dir.map(|folder| folder.to_string_lossy().into());
        found.follow(unit, lines, at, units, MOST_REFERENCES);
        found
    }

    fn follow(
        &mut self,
        unit: UnitRef<'_, Slice<'_>>,
        lines: Option<UnitRef<'_, Slice<'_>>>,
        at: UnitOffset,
        units: Option<&Units<'_>>,
        left: usize,
    ) {
        let Ok(entry) = unit.entry(at) else { return };
        let text = |name| {
            let value = entry.attr_value(name)?;
            Some(unit.attr_string(value).ok()?.to_string_lossy().into_owned())
        };
        if self.linkage.is_none() {
            self.linkage = text(gimli::DW_AT_linkage_name).or_else(|| text(gimli::DW_AT_MIPS_linkage_name));
        }
        if self.plain.is_none() {
            self.plain = text(gimli::DW_AT_name);
        }
        if self.line.is_none() {
            self.line =
                entry.attr(gimli::DW_AT_decl_line).and_then(gimli::Attribute::udata_value).and_then(line);
        }
        if self.file.is_none()
            && let Some(AttributeValue::FileIndex(index)) = entry.attr_value(gimli::DW_AT_decl_file)
        {
            self.file = lines.and_then(|lines| file_path(lines, index)).map(Into::into);
        }
        if self.entry.is_none()
            && let Some(value) = entry.attr_value(gimli::DW_AT_low_pc)
        {
            self.entry = unit.attr_address(value).ok().flatten();
        }
        if left == 0 {
            return;
        }
        let reference = entry
            .attr_value(gimli::DW_AT_abstract_origin)
            .or_else(|| entry.attr_value(gimli::DW_AT_specification));
        match reference {
            Some(AttributeValue::UnitRef(next)) => self.follow(unit, lines, next, units, left - 1),
            Some(AttributeValue::DebugInfoRef(next)) => {
                if let Some((unit, at)) = units.and_then(|units| units.holding(next)) {
                    self.follow(unit, Some(unit), at, units, left - 1);
                }
            }
            _ => {}
        }
    }
}

/// 0 stands for "not known".
fn line(value: u64) -> Option<u32> {
    u32::try_from(value).ok().filter(|&line| line > 0)
}

/// The language of a unit.
pub(super) fn language(unit: UnitRef<'_, Slice<'_>>) -> Option<gimli::DwLang> {
    match unit.entry(unit.header.root_offset()).ok()?.attr_value(gimli::DW_AT_language)? {
        AttributeValue::Language(language) => Some(language),
        _ => None,
    }
}

fn has_paths(unit: UnitRef<'_, Slice<'_>>) -> bool {
    matches!(
        language(unit),
        Some(
            gimli::DW_LANG_Rust
                | gimli::DW_LANG_C_plus_plus
                | gimli::DW_LANG_C_plus_plus_03
                | gimli::DW_LANG_C_plus_plus_11
                | gimli::DW_LANG_C_plus_plus_14
                | gimli::DW_LANG_C_plus_plus_17
                | gimli::DW_LANG_C_plus_plus_20
        )
    )
}

/// The path of a file of a line table, joined as `addr2line` joins it so that both can be compared.
fn file_path(unit: UnitRef<'_, Slice<'_>>, index: u64) -> Option<String> {
    let header = unit.line_program.as_ref()?.header();
    let file = header.file(index)?;
    let mut path = unit.comp_dir.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    if file.directory_index() != 0
        && let Some(folder) = file.directory(header)
    {
        join(&mut path, &unit.attr_string(folder).ok()?.to_string_lossy());
    }
    join(&mut path, &unit.attr_string(file.path_name()).ok()?.to_string_lossy());
    Some(path)
}

fn join(path: &mut String, part: &str) {
    if part.starts_with('/') {
        path.clear();
    } else if !path.is_empty() && !path.ends_with('/') {
        path.push('/');
    }
    path.push_str(part);
}
