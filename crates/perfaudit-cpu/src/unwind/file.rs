//! What a mapped file says about following stacks: where its code lies, and its call frame information.
//!
//! Only headers, names of sections and the tables themselves are read, and they are copied: a mapped file that
//! somebody cuts while it is profiled would end us.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::SystemTime;

use framehop::ExplicitModuleSectionInfo;
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{LittleEndian, Object, ObjectSection, ObjectSymbol, ReadCache, ReadRef, SymbolKind, elf};

use crate::recording::FileIdentity;

/// Bytes of a section.
pub(super) type Bytes = Vec<u8>;

/// A part of a file that is loaded into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    /// Where it lies in the file.
    offsets: Range<u64>,
    /// The address that the file states for its beginning.
    address: u64,
    /// Both are multiples of this, or equally far from one.
    align: u64,
    is_executable: bool,
}

impl Segment {
    /// Whether a mapping of the segment may hold this offset: mappings begin and end at pages, and linkers let
    /// segments share pages of the file.
    fn may_hold(&self, offset: u64) -> bool {
        let align = self.align.max(1);
        (self.offsets.start / align * align..self.offsets.end).contains(&offset)
    }
}

/// Where the code of a file lies.
#[derive(Debug, Default)]
pub(super) struct Layout {
    segments: Vec<Segment>,
}

impl Layout {
    /// The address that the file states for what lies at the offset at which executable memory begins.
    pub(super) fn address_of(&self, offset: u64) -> Option<u64> {
        let executable =
            self.segments.iter().find(|segment| segment.is_executable && segment.may_hold(offset));
        let segment = executable.or_else(|| self.segments.iter().find(|segment| segment.may_hold(offset)))?;
        Some(segment.address.wrapping_add(offset.wrapping_sub(segment.offsets.start)))
    }

    /// All addresses that the file states.
    pub(super) fn addresses(&self) -> Range<u64> {
        let ends =
            |segment: &Segment| segment.address.saturating_add(segment.offsets.end - segment.offsets.start);
        let start = self.segments.iter().map(|segment| segment.address).min().unwrap_or(0);
        start..self.segments.iter().map(ends).max().unwrap_or(0)
    }
}

/// A file as far as it is needed here.
#[derive(Default)]
pub(super) struct UnwindFile {
    pub(super) layout: Layout,
    pub(super) identity: FileIdentity,
    pub(super) sections: ExplicitModuleSectionInfo<Bytes>,
    /// The addresses of `main`, in a program whose symbols say where it is.
    pub(super) main: Option<Range<u64>>,
}

/// Opens the file that a process has mapped: by the process's own root if it still lives, for it may be in a
/// container. A file that was replaced since `begun` is not the one that was mapped.
///
/// # Errors
/// When there is no such file any more.
pub(super) fn open_mapped(
    process: u32,
    path: &Path,
    inode: Option<u64>,
    begun: SystemTime,
) -> io::Result<(File, Option<u64>)> {
    let text = path.as_os_str().as_encoded_bytes();
    if text.ends_with(b" (deleted)") {
        let file = File::open(format!("/proc/{process}/exe"))?;
        let found = file.metadata()?.ino();
        return if Some(found) == inode { Ok((file, inode)) } else { Err(io::ErrorKind::NotFound.into()) };
    }
    let mut within = std::path::PathBuf::from(format!("/proc/{process}/root"));
    within.push(path.strip_prefix("/").unwrap_or(path));
    let file = File::open(within).or_else(|_| File::open(path))?;
    let metadata = file.metadata()?;
    let changed =
        SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(metadata.ctime()).unwrap_or(0));
    // Layered file systems tell another number to `stat` than mappings have, so that alone proves nothing.
    if inode.is_some_and(|inode| inode != metadata.ino()) && changed >= begun {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((file, Some(metadata.ino())))
}

/// Opens a regular file that holds something. Reading a pipe would wait for its writer, and so do some files of the
/// kernel, which are empty; so the kind is asked before.
///
/// # Errors
/// When there is no such file.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_file() && metadata.len() > 0 {
        File::open(path)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Reads what is needed of a file; none if it is no 64-bit little-endian ELF file.
pub(super) fn read_file(file: &File, inode: Option<u64>) -> Option<UnwindFile> {
    let cache = ReadCache::new(file);
    read(&cache, inode, &|offset, length| {
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        // Not through the cache, which would keep a second copy.
        file.read_exact_at(&mut bytes, offset).ok()?;
        Some(bytes)
    })
}

/// Reads what is needed of an image in memory.
pub(super) fn read_image(image: &[u8]) -> Option<UnwindFile> {
    read(image, None, &|offset, length| {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        Some(image.get(start..end)?.to_vec())
    })
}

/// The most that a table may take: larger ones are made up.
const LARGEST_SECTION: u64 = 512 << 20;

fn read<'data, R: ReadRef<'data>>(
    data: R,
    inode: Option<u64>,
    copy: &dyn Fn(u64, u64) -> Option<Bytes>,
) -> Option<UnwindFile> {
    let elf = ElfFile64::<LittleEndian, R>::parse(data).ok()?;
    let headers = elf.elf_header().program_headers(LittleEndian, data).ok()?;
    let mut segments = Vec::new();
    let mut frame_index = None;
    for header in headers {
        let (offset, size) = header.file_range(LittleEndian);
        let address = header.p_vaddr(LittleEndian);
        match header.p_type(LittleEndian) {
            elf::PT_LOAD => {
                segments.push(Segment {
                    offsets: offset..offset.checked_add(size)?,
                    address,
                    align: header.p_align(LittleEndian),
                    is_executable: header.p_flags(LittleEndian).0 & elf::PF_X.0 != 0,
                });
            }
            elf::PT_GNU_EH_FRAME => frame_index = Some((offset, size, address)),
            _ => {}
        }
    }
    let layout = Layout { segments };
    let copy = |offset, length| if length > LARGEST_SECTION { None } else { copy(offset, length) };
    let section = |name: &str| {
        let section = elf.section_by_name(name)?;
        // Without a range in the file it is in another one, which holds the debug information.
        let (offset, size) = section.file_range()?;
        Some((offset, section.address()..section.address().checked_add(size)?))
    };
    let content = |name: &str| {
        let (offset, addresses) = section(name)?;
        let bytes = copy(offset, addresses.end - addresses.start)?;
        Some((bytes, addresses))
    };
    let addresses = |name: &str| section(name).map(|(_, addresses)| addresses);
    let mut sections = ExplicitModuleSectionInfo {
        base_svma: layout.addresses().start,
        text_svma: addresses(".text"),
        got_svma: addresses(".got"),
        ..ExplicitModuleSectionInfo::default()
    };
    (sections.eh_frame, sections.eh_frame_svma) = content(".eh_frame").unzip();
    (sections.eh_frame_hdr, sections.eh_frame_hdr_svma) = content(".eh_frame_hdr").unzip();
    if sections.eh_frame.is_none()
        && let Some((offset, size, address)) = frame_index
    {
        // The names of sections are gone: the index says where the table begins, the segment where it ends.
        let index = copy(offset, size)?;
        let start = frame_table(&index, address);
        let segment = layout.segments.iter().find(|segment| segment.offsets.contains(&offset));
        if let (Some(start), Some(segment)) = (start, segment) {
            let from = segment.offsets.start.checked_add(start.checked_sub(segment.address)?)?;
            let length = segment.offsets.end.checked_sub(from)?;
            sections.eh_frame = copy(from, length);
            sections.eh_frame_svma = Some(start..start.checked_add(length)?);
            sections.eh_frame_hdr = Some(index);
            sections.eh_frame_hdr_svma = Some(address..address.checked_add(size)?);
        }
    }
    if sections.eh_frame.is_none() {
        sections.debug_frame = content(".debug_frame").map(|(bytes, _)| bytes);
    }
    let build_id = elf.build_id().ok().flatten().map(<[u8]>::to_vec);
    let main = main_function(&elf);
    Some(UnwindFile { layout, identity: FileIdentity { build_id, inode }, sections, main })
}

/// The function `main` of a program. A library has no entry point, and is not searched.
fn main_function<'data, R: ReadRef<'data>>(elf: &ElfFile64<'data, LittleEndian, R>) -> Option<Range<u64>> {
    if elf.entry() == 0 {
        return None;
    }
    let is_main = |symbol: &object::read::elf::ElfSymbol64<'data, '_, LittleEndian, R>| {
        symbol.kind() == SymbolKind::Text && symbol.size() > 0 && symbol.name_bytes() == Ok(b"main")
    };
    let symbol = elf.symbols().find(is_main)?;
    Some(symbol.address()..symbol.address().checked_add(symbol.size())?)
}

/// The address of `.eh_frame` as its index states it, in the one form that linkers write: relative to its own place,
/// 4 bytes with a sign (Linux Standard Base, "The .eh_frame_hdr section").
fn frame_table(index: &[u8], address: u64) -> Option<u64> {
    const RELATIVE_4_SIGNED: u8 = 0x1b;
    let [1, RELATIVE_4_SIGNED, _, _, a, b, c, d, ..] = *index else { return None };
    Some(address.checked_add(4)?.wrapping_add_signed(i64::from(i32::from_le_bytes([a, b, c, d]))))
}

/// The kernel's page of code, as this process has it: it is the same in all.
pub(super) fn own_vdso() -> Option<Vec<u8>> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| line.ends_with("[vdso]"))?;
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    let (start, end) = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
    let mut image = vec![0; usize::try_from(end.checked_sub(start)?).ok()?];
    File::open("/proc/self/mem").ok()?.read_exact_at(&mut image, start).ok()?;
    Some(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_has_code_and_call_frame_information() {
        let file = File::open("/proc/self/exe").unwrap();
        let read = read_file(&file, Some(7)).unwrap();
        assert!(read.sections.eh_frame.is_some_and(|bytes| !bytes.is_empty()));
        assert!(read.sections.eh_frame_hdr.is_some_and(|bytes| !bytes.is_empty()));
        assert_eq!(read.identity.inode, Some(7));
        assert!(read.layout.addresses().end > 1000);
    }

    #[test]
    fn the_page_of_the_kernel_can_be_read() {
        let read = read_image(&own_vdso().unwrap()).unwrap();
        assert!(read.sections.eh_frame.is_some());
    }

    #[test]
    fn an_offset_is_translated_by_the_executable_segment_also_on_a_page_that_two_share() {
        let segment =
            |offsets, address, is_executable| Segment { offsets, address, align: 0x1000, is_executable };
        let layout = Layout {
            segments: vec![
                segment(0..0x1210, 0x40_0000, false),
                segment(0x1230..0x5000, 0x40_2230, true),
                segment(0x5000..0x6000, 0x40_8000, false),
            ],
        };
        assert_eq!(layout.address_of(0x1000), Some(0x40_2000));
        assert_eq!(layout.address_of(0x2000), Some(0x40_3000));
        assert_eq!(layout.address_of(0x10), Some(0x40_0010));
        assert_eq!(layout.address_of(0x80_0000), None);
        assert_eq!(layout.addresses(), 0x40_0000..0x40_9000);
    }

    #[test]
    fn what_is_no_elf_file_has_nothing() {
        assert!(read_image(b"#!/bin/sh").is_none());
        assert!(read_image(&[]).is_none());
        let image = own_vdso().unwrap();
        for length in [4, 64, 100, 1000] {
            let _ = read_image(&image[..length]);
        }
    }
}
