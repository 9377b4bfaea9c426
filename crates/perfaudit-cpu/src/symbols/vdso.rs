//! The page of code that the kernel maps into every process.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use super::elf::Image;
use super::places::SymbolPlaces;

/// How the kernel names it.
pub(super) const NAME: &str = "[vdso]";
/// It has two pages today; more than this it never will.
const MOST_BYTES: usize = 1 << 20;

/// The image that this process has: every process of the running kernel has the same. None when it is not known
/// to be that of the recording.
pub(super) fn image(build_id: Option<&[u8]>, places: &SymbolPlaces) -> Option<Vec<u8>> {
    let own = own_image()?;
    let same = match build_id {
        Some(id) => Image::parse(&own).ok()?.build_id() == Some(id),
        None => places.kernel_symbols.is_some(),
    };
    same.then_some(own)
}

fn own_image() -> Option<Vec<u8>> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| line.ends_with(NAME))?;
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    let start = u64::from_str_radix(start, 16).ok()?;
    let end = u64::from_str_radix(end, 16).ok()?;
    let size = usize::try_from(end.checked_sub(start)?).ok().filter(|&size| size <= MOST_BYTES)?;
    let mut bytes = vec![0; size];
    File::open("/proc/self/mem").ok()?.read_exact_at(&mut bytes, start).ok()?;
    Some(bytes)
}
