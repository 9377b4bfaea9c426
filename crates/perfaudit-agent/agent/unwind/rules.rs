//! Every rule that was found, by address, for all threads.

use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::cfi::{self, Rule};
use super::modules::{module_of, reload_modules};
use crate::sys;

/// How many addresses the first part of the table keeps. Most programs allocate from a few thousand call sites: a part
/// that few pages hold is there for them, since each page that is touched first costs as much as a rule.
const FEW_BITS: u32 = 12;
/// How many the rest keeps. Large programs have a few ten thousand such sites.
const MANY_BITS: u32 = 18;
const ENTRIES: usize = (1 << FEW_BITS) + (1 << MANY_BITS);
/// How far an entry may stand from its place in each part.
const PROBES: usize = 12;

/// An address, 0 for none, and its rule, 0 while it is being found.
struct Entry {
    address: AtomicU64,
    rule: AtomicU64,
}

static TABLE: AtomicPtr<Entry> = AtomicPtr::new(core::ptr::null_mut());

/// Gets the table ready; answers false without memory. The child of a fork goes on with that of its parent.
pub(crate) fn install() -> bool {
    if !TABLE.load(Ordering::Acquire).is_null() {
        return true;
    }
    reload_modules();
    match sys::map(ENTRIES * size_of::<Entry>()) {
        Some(memory) => {
            // SAFETY: the first part of the new mapping.
            unsafe { sys::populate(memory, size_of::<Entry>() << FEW_BITS) };
            TABLE.store(memory.cast(), Ordering::Release);
            true
        }
        None => false,
    }
}

/// The rule for returning from the call before `return_address`.
#[inline]
pub(crate) fn of_return(return_address: usize) -> Rule {
    let table = TABLE.load(Ordering::Acquire);
    if table.is_null() {
        return Rule::Unknown;
    }
    let key = return_address as u64;
    let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let among = |bits: u32, before: usize| {
        let place = (hash >> (u64::BITS - bits)) as usize;
        (place..place + PROBES).map(move |place| before + (place & ((1 << bits) - 1)))
    };
    for place in among(FEW_BITS, 0).chain(among(MANY_BITS, 1 << FEW_BITS)) {
        // SAFETY: the place is below the number of entries.
        let entry = unsafe { &*table.add(place) };
        let address = entry.address.load(Ordering::Relaxed);
        if address == key {
            let packed = entry.rule.load(Ordering::Acquire);
            return if packed == 0 { find(return_address).0 } else { unpack(packed) };
        }
        if address == 0 && entry.address.compare_exchange(0, key, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        {
            let (rule, is_final) = find(return_address);
            if is_final {
                entry.rule.store(pack(rule), Ordering::Release);
            }
            return rule;
        }
    }
    find(return_address).0
}

/// The rule, and whether it stays: not while another thread finds out which files are mapped.
#[cold]
fn find(return_address: usize) -> (Rule, bool) {
    // The call is the instruction before: the one that is returned to may belong to another function already.
    let call = return_address.wrapping_sub(1);
    let is_final = module_of(call).is_some() || reload_modules();
    let Some(module) = module_of(call) else { return (Rule::Unknown, is_final) };
    let rule = match cfi::rule(&module, call) {
        // Constructors are called by the loader, whose own first instructions have no table.
        Rule::Unknown if module.is_loader() => Rule::End,
        rule => rule,
    };
    (rule, true)
}

const END: u64 = 2;
const UNKNOWN: u64 = 3;
const FRAME: u64 = 1;

/// Bits 0-1: what it is; 2: by the frame pointer; 3: the frame pointer is saved; 4-31: the offset of the canonical frame
/// address; 32-47 and 48-63: where return address and frame pointer are, in words.
fn pack(rule: Rule) -> u64 {
    match rule {
        Rule::End => END,
        Rule::Unknown => UNKNOWN,
        Rule::Frame { by_frame_pointer, offset, return_address, frame_pointer } => {
            let words = |offset: i32| i16::try_from(offset / 8).ok().filter(|_| offset % 8 == 0);
            let saved = words(frame_pointer.unwrap_or(0));
            match (u32::try_from(offset), words(return_address), saved) {
                (Ok(offset), Some(return_address), Some(saved)) if offset < 1 << 28 => {
                    FRAME
                        | u64::from(by_frame_pointer) << 2
                        | u64::from(frame_pointer.is_some()) << 3
                        | u64::from(offset) << 4
                        | u64::from(return_address.cast_unsigned()) << 32
                        | u64::from(saved.cast_unsigned()) << 48
                }
                _ => UNKNOWN,
            }
        }
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "each part has the width it was packed with")]
fn unpack(packed: u64) -> Rule {
    match packed & 3 {
        FRAME => Rule::Frame {
            by_frame_pointer: packed & 4 != 0,
            offset: ((packed as u32) >> 4).cast_signed(),
            return_address: i32::from(((packed >> 32) as u16).cast_signed()) * 8,
            frame_pointer: (packed & 8 != 0).then(|| i32::from(((packed >> 48) as u16).cast_signed()) * 8),
        },
        END => Rule::End,
        _ => Rule::Unknown,
    }
}
