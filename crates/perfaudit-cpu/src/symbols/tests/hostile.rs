//! Files that are damaged, or made to do harm.

use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, Range, RangeList, Sections, UnitEntryId,
};
use gimli::{Encoding, Format, LittleEndian, SectionId};
use object::write::{Object, SectionKind};
use proptest::prelude::*;

use super::workbench::{Workbench, code};
use crate::symbols::guard::DEEPEST_INLINING;
use crate::symbols::module::Files;
use crate::symbols::remark::Flaw;

fn look_up(bytes: &[u8], addresses: &[u64]) -> (usize, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let places = Files::program(bytes).look_up(addresses, &mut flaws);
    (places.len(), flaws)
}

/// A file with the debug information that `fill` writes into a unit that covers the first 4096 addresses.
fn with_unit(fill: impl FnOnce(&mut DwarfUnit, UnitEntryId)) -> Vec<u8> {
    let encoding = Encoding { format: Format::Dwarf32, version: 4, address_size: 8 };
    let mut dwarf = DwarfUnit::new(encoding);
    dwarf.unit.line_program = LineProgram::none();
    let root = dwarf.unit.root();
    set_range(&mut dwarf, root);
    fill(&mut dwarf, root);
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections).unwrap();
    let mut object =
        Object::new(object::BinaryFormat::Elf, object::Architecture::X86_64, object::Endianness::Little);
    let written: Result<(), gimli::write::Error> = sections.for_each(|id: SectionId, data| {
        if !data.slice().is_empty() {
            let section = object.add_section(Vec::new(), id.name().as_bytes().to_vec(), SectionKind::Debug);
            object.append_section_data(section, data.slice(), 1);
        }
        Ok(())
    });
    written.unwrap();
    object.write().unwrap()
}

fn set_range(dwarf: &mut DwarfUnit, entry: UnitEntryId) {
    let entry = dwarf.unit.get_mut(entry);
    entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0x1000)));
    entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(0x1000));
}

fn function(dwarf: &mut DwarfUnit, root: UnitEntryId) -> UnitEntryId {
    let function = dwarf.unit.add(root, gimli::DW_TAG_subprogram);
    set_range(dwarf, function);
    function
}

#[test]
fn a_function_of_hand_made_debug_information_is_found() {
    let bytes = with_unit(|dwarf, root| {
        let function = function(dwarf, root);
        dwarf.unit.get_mut(function).set(gimli::DW_AT_name, AttributeValue::String(b"here".to_vec()));
    });
    assert_eq!(look_up(&bytes, &[0x1000, 0x1fff, 0x2000]), (2, Vec::new()));
}

#[test]
fn no_function_is_at_the_last_address_that_there_is() {
    let bytes = with_unit(|dwarf, root| {
        function(dwarf, root);
    });
    assert_eq!(look_up(&bytes, &[0x1000, u64::MAX]).0, 1);
}

#[test]
fn functions_that_refer_to_each_other_in_circles_are_unnamed() {
    let bytes = with_unit(|dwarf, root| {
        let function = function(dwarf, root);
        dwarf.unit.get_mut(function).set(gimli::DW_AT_abstract_origin, AttributeValue::UnitRef(function));
    });
    assert_eq!(look_up(&bytes, &[0x1000]).0, 1);
}

/// A function with functions inlined into each other, `depth` of them.
fn with_inlined(depth: usize) -> Vec<u8> {
    with_unit(|dwarf, root| {
        let mut inner = function(dwarf, root);
        for _ in 0..depth {
            inner = dwarf.unit.add(inner, gimli::DW_TAG_inlined_subroutine);
            set_range(dwarf, inner);
        }
    })
}

#[test]
fn functions_inlined_into_each_other_beyond_the_limit_are_refused() {
    let (found, flaws) = look_up(&with_inlined(DEEPEST_INLINING + 1), &[0x1000]);
    assert_eq!(found, 0);
    assert!(matches!(&flaws[..], [Flaw::Damaged { reason }] if reason.contains("deep")), "{flaws:?}");
}

#[test]
fn functions_inlined_into_each_other_up_to_the_limit_are_found() {
    assert_eq!(look_up(&with_inlined(DEEPEST_INLINING), &[0x1000]), (1, Vec::new()));
}

#[test]
fn one_long_list_of_ranges_that_many_functions_name_is_refused() {
    let bytes = with_unit(|dwarf, root| {
        let outer = function(dwarf, root);
        let range = |at: u64| Range::OffsetPair { begin: at, end: at + 1 };
        let list = dwarf.unit.ranges.add(RangeList((0..4000).map(range).collect()));
        for _ in 0..5000 {
            let inlined = dwarf.unit.add(outer, gimli::DW_TAG_inlined_subroutine);
            dwarf.unit.get_mut(inlined).set(gimli::DW_AT_ranges, AttributeValue::RangeListRef(list));
        }
    });
    let (found, flaws) = look_up(&bytes, &[0x1000]);
    assert_eq!(found, 0);
    assert!(matches!(&flaws[..], [Flaw::Damaged { reason }] if reason.contains("ranges")), "{flaws:?}");
}

#[test]
fn a_section_that_claims_an_absurd_size_when_decompressed_is_refused() {
    let workbench = Workbench::new();
    let program = workbench.c("int main(void) { return 0; }", &["-g", "-gz=zlib"]);
    let mut bytes = std::fs::read(&program).unwrap();
    // The header of a compressed section: ELFCOMPRESS_ZLIB, reserved, size, alignment.
    let header: Vec<usize> = (0..bytes.len() - 26)
        .filter(|&at| bytes[at..at + 8] == [1, 0, 0, 0, 0, 0, 0, 0] && bytes[at + 24] == 0x78)
        .collect();
    assert!(!header.is_empty());
    for at in header {
        bytes[at + 8..at + 16].copy_from_slice(&(u64::MAX / 2).to_le_bytes());
    }
    let (_, flaws) = look_up(&bytes, &code(&program, 16));
    assert!(
        matches!(&flaws[..], [Flaw::Damaged { reason }] if reason.contains("claim to hold")),
        "{flaws:?}"
    );
}

#[test]
fn a_program_cut_anywhere_gives_names_or_a_reason_and_no_panic() {
    let workbench = Workbench::new();
    let program = workbench.c("int main(void) { return 0; }", &["-g"]);
    let bytes = std::fs::read(&program).unwrap();
    let addresses = code(&program, 16);
    for length in (0..bytes.len()).step_by(97) {
        let (found, flaws) = look_up(&bytes[..length], &addresses);
        assert!(found > 0 || !flaws.is_empty() || length > 64, "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let (found, flaws) = look_up(&bytes, &[0, 1, 4096, u64::MAX]);
        prop_assert_eq!(found, 0);
        let refused = matches!(&flaws[..], [Flaw::Damaged { .. }]);
        prop_assert!(refused, "{:?}", flaws);
    }

    #[test]
    fn debug_information_with_flipped_bytes_is_read_or_refused(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let mut bytes = with_unit(|dwarf, root| {
            let outer = function(dwarf, root);
            let inlined = dwarf.unit.add(outer, gimli::DW_TAG_inlined_subroutine);
            set_range(dwarf, inlined);
            let inlined = dwarf.unit.get_mut(inlined);
            inlined.set(gimli::DW_AT_abstract_origin, AttributeValue::UnitRef(outer));
        });
        for (at, byte) in flips {
            *at.get_mut(&mut bytes) = byte;
        }
        let (found, _) = look_up(&bytes, &[0x1000, 0x1fff, 0x2000]);
        prop_assert!(found <= 3);
    }
}
