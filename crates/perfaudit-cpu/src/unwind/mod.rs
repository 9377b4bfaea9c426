//! Following stacks from registers and the bytes of a stack, by the call frame information of mapped files and by
//! frame pointers where there is none.
//!
//! One unwinder serves all processes. A rule ("the caller's stack pointer is 40 bytes up") depends on the place in
//! the file alone, and not on where a process has mapped it. So every file has a slot in an address space of our
//! own, addresses are moved there before rules are looked up, and what one process taught serves the next.

mod file;
mod maps;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use framehop::{CacheNative, Error, FrameAddress, Module, UnwindRegsNative, Unwinder as _, UnwinderNative};

use crate::record::source::{Content, RawSample, Registers};
use crate::recording::{self, CodeAddress, FileIdentity, Lookup};
use file::{Bytes, Layout};
pub(crate) use maps::{Maps, Region};

/// A file that was mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileId(u32);

/// How a stack ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StackEnd {
    /// At the function that has no caller.
    Root,
    /// Where nothing is known to be mapped.
    Unmapped,
    /// Where the piece of stack ended that was copied, though the stack goes on: a larger piece would have told more.
    CutOff,
    /// Somewhere before: what was found there is no address of code.
    Truncated,
}

/// A frame that is said to lie further up than stacks usually grow is a wrong one (`RLIMIT_STACK` is 8 MiB).
const LARGEST_STACK: u64 = 8 << 20;

/// Every slot is this large: framehop's addresses within a file have 32 bits.
const SLOT_BITS: u32 = 33;
/// An address outside of all slots: code without a file is followed by frame pointers.
const NOWHERE: u64 = 1;
/// framehop's cache has 509 places. Many of them, each for a part of all addresses, make a larger one.
const CACHE_PLACES: u64 = 509;
const CACHES: u64 = 64;
/// A stack with more frames goes round in circles.
const MOST_FRAMES: usize = 20_000;

/// Follows stacks.
pub(crate) struct Unwinder {
    begun: SystemTime,
    rules: UnwinderNative<Bytes, framehop::MayAllocateDuringUnwind>,
    caches: Vec<CacheNative<framehop::MayAllocateDuringUnwind>>,
    files: Vec<KnownFile>,
    known: HashMap<(PathBuf, Option<u64>), Option<FileId>>,
    vdso: Option<Option<FileId>>,
    modules: Vec<recording::Module>,
    /// Of a recording that was made earlier: the build ids that it holds.
    past: Option<HashMap<PathBuf, Vec<u8>>>,
}

struct KnownFile {
    path: PathBuf,
    identity: FileIdentity,
    layout: Layout,
    main: Option<Range<u64>>,
    /// Its place among the modules of the recording, once a frame lies in it.
    module: Option<u32>,
}

impl Unwinder {
    /// An unwinder that knows no file yet.
    pub(crate) fn new() -> Self {
        Self {
            begun: SystemTime::now(),
            rules: UnwinderNative::new(),
            caches: (0..CACHES).map(|_| CacheNative::new()).collect(),
            files: Vec::new(),
            known: HashMap::new(),
            vdso: None,
            modules: Vec::new(),
            past: None,
        }
    }

    /// An unwinder for a recording that was made earlier, and the build ids that it holds, by path.
    pub(crate) fn of_the_past(build_ids: HashMap<PathBuf, Vec<u8>>) -> Self {
        Self { past: Some(build_ids), ..Self::new() }
    }

    /// What a mapping holds, reading the file if it is new.
    pub(crate) fn region(&mut self, process: u32, start: u64, content: Content<'_>) -> Region {
        let (file, offset) = match content {
            Content::Anonymous => return Region::Anonymous,
            Content::Vdso => (self.vdso(), 0),
            Content::File { path, offset, inode } => (self.file(process, path, inode), offset),
        };
        let place = file.and_then(|file| {
            let address = self.files[file.0 as usize].layout.address_of(offset);
            // Of a file that is gone meanwhile, it is at least known which one it was.
            let address = address.or_else(|| self.past.is_some().then_some(offset))?;
            Some(Region::File { file, bias: address.wrapping_sub(start) })
        });
        place.unwrap_or(Region::Anonymous)
    }

    fn file(&mut self, process: u32, path: &Path, inode: Option<u64>) -> Option<FileId> {
        let key = (path.to_owned(), inode);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let read = match &self.past {
            None => {
                let opened = file::open_mapped(process, path, inode, self.begun).ok();
                opened.and_then(|(opened, inode)| file::read_file(&opened, inode))
            }
            Some(build_ids) => {
                // Whether the file is still the same is told by what was recorded of it.
                let identity = FileIdentity { build_id: build_ids.get(path).cloned(), inode };
                let read = file::open_regular(path).ok().and_then(|opened| file::read_file(&opened, inode));
                Some(file::UnwindFile { identity, ..read.unwrap_or_default() })
            }
        };
        let id = read.map(|read| self.add(path, read));
        self.known.insert(key, id);
        id
    }

    fn vdso(&mut self) -> Option<FileId> {
        if self.vdso.is_none() {
            let read = file::own_vdso().and_then(|image| file::read_image(&image));
            self.vdso = Some(read.map(|read| self.add(Path::new("[vdso]"), read)));
        }
        self.vdso.flatten()
    }

    fn add(&mut self, path: &Path, read: file::UnwindFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^31 files are mapped"));
        let addresses = read.layout.addresses();
        let slot = slot(id);
        let range = slot..slot + (addresses.end - addresses.start);
        self.rules.add_module(Module::new(String::new(), range, slot, read.sections));
        self.files.push(KnownFile {
            path: path.to_owned(),
            identity: read.identity,
            layout: read.layout,
            main: read.main,
            module: None,
        });
        id
    }

    /// Follows the user part of a stack, the innermost frame first.
    pub(crate) fn follow(
        &mut self,
        sample: &RawSample<'_>,
        maps: &Maps,
        frames: &mut Vec<CodeAddress>,
    ) -> StackEnd {
        let Some(registers) = sample.registers else { return self.take(sample.chain, maps, frames) };
        let mut machine = machine_registers(&registers);
        let mut read_stack = |address: u64| {
            let at = usize::try_from(address.wrapping_sub(registers.stack)).map_err(|_| ())?;
            let bytes = sample.stack.get(at..at.checked_add(8).ok_or(())?).ok_or(())?;
            Ok(u64::from_le_bytes(bytes.try_into().expect("8 bytes")))
        };
        let mut address = registers.instruction;
        let mut lookup = Lookup::Instruction;
        // Whether the frame before the one at hand is `main`.
        let mut is_main = false;
        while frames.len() < MOST_FRAMES {
            // A call may be the last instruction of its function, and of its mapping.
            let sought = if lookup == Lookup::Instruction { address } else { address.wrapping_sub(1) };
            let called_main = std::mem::take(&mut is_main);
            let rule_address = match maps.find(sought) {
                Some(Region::File { file, bias }) => {
                    let stated = address.wrapping_add(bias);
                    let known = &self.files[file.0 as usize];
                    is_main =
                        known.main.as_ref().is_some_and(|main| main.contains(&sought.wrapping_add(bias)));
                    let module = self.module(file);
                    frames.push(CodeAddress::InModule { module, address: stated, lookup });
                    let start = self.files[file.0 as usize].layout.addresses().start;
                    slot(file).wrapping_add(stated.wrapping_sub(start))
                }
                Some(Region::Anonymous) => {
                    frames.push(CodeAddress::Anonymous { address });
                    NOWHERE
                }
                // Of the innermost frame it is certain that it ran; any other was read from somewhere.
                None if lookup == Lookup::Instruction => {
                    frames.push(CodeAddress::Anonymous { address });
                    NOWHERE
                }
                None => return StackEnd::Unmapped,
            };
            let rule_address = match lookup {
                Lookup::Instruction => FrameAddress::from_instruction_pointer(rule_address),
                Lookup::ReturnAddress => match FrameAddress::from_return_address(rule_address) {
                    Some(address) => address,
                    None => return StackEnd::Truncated,
                },
            };
            let cache = (rule_address.address_for_lookup() / CACHE_PLACES) % CACHES;
            let cache = &mut self.caches[usize::try_from(cache).expect("below CACHES")];
            match self.rules.unwind_frame(rule_address, &mut machine, cache, &mut read_stack) {
                Ok(Some(caller)) => address = caller,
                Ok(None) => return StackEnd::Root,
                // A frame pointer of 0 marks the outermost frame (System V ABI, "Process initialization").
                Err(Error::FramepointerUnwindingMovedBackwards) if frame_pointer(&machine) == 0 => {
                    return StackEnd::Root;
                }
                // What calls `main` starts the program. Some C libraries have no rules for it, and use its frame pointer
                // for something else (musl).
                Err(_) if called_main => return StackEnd::Root,
                Err(Error::CouldNotReadStack(sought)) if was_cut_off(sample, &registers, sought) => {
                    return StackEnd::CutOff;
                }
                Err(_) => return StackEnd::Truncated,
            }
            lookup = Lookup::ReturnAddress;
        }
        StackEnd::Truncated
    }

    /// Takes addresses that somebody else found. Whether they reach the root is not known of them.
    fn take(&mut self, chain: &[u64], maps: &Maps, frames: &mut Vec<CodeAddress>) -> StackEnd {
        for (depth, &address) in chain.iter().take(MOST_FRAMES).enumerate() {
            let lookup = if depth == 0 { Lookup::Instruction } else { Lookup::ReturnAddress };
            let sought = if depth == 0 { address } else { address.wrapping_sub(1) };
            frames.push(match maps.find(sought) {
                Some(Region::File { file, bias }) => {
                    let module = self.module(file);
                    CodeAddress::InModule { module, address: address.wrapping_add(bias), lookup }
                }
                Some(Region::Anonymous) => CodeAddress::Anonymous { address },
                None if depth == 0 => CodeAddress::Anonymous { address },
                None => return StackEnd::Unmapped,
            });
        }
        StackEnd::Root
    }

    /// The place of a file among the modules of the recording.
    fn module(&mut self, file: FileId) -> u32 {
        let known = &mut self.files[file.0 as usize];
        *known.module.get_or_insert_with(|| {
            let module = u32::try_from(self.modules.len()).expect("fewer modules than files");
            self.modules
                .push(recording::Module { path: known.path.clone(), identity: known.identity.clone() });
            module
        })
    }

    /// The files that frames lie in.
    pub(crate) fn into_modules(self) -> Vec<recording::Module> {
        self.modules
    }
}

/// Whether what stands at an address of the stack is missing because no more was to be copied. A shorter copy than that
/// ended with the stack itself.
fn was_cut_off(sample: &RawSample<'_>, registers: &Registers, sought: u64) -> bool {
    let end = registers.stack.saturating_add(sample.stack.len() as u64);
    sample.stack_room > 0
        && sample.stack.len() >= sample.stack_room
        // A word may begin in the piece and end behind it.
        && sought.saturating_add(8) > end
        && sought - registers.stack.min(sought) < LARGEST_STACK
}

/// Where the slot of a file begins.
fn slot(file: FileId) -> u64 {
    (u64::from(file.0) + 1) << SLOT_BITS
}

#[cfg(target_arch = "x86_64")]
fn machine_registers(registers: &Registers) -> UnwindRegsNative {
    UnwindRegsNative::new(registers.instruction, registers.stack, registers.frame)
}

#[cfg(target_arch = "x86_64")]
fn frame_pointer(machine: &UnwindRegsNative) -> u64 {
    machine.bp()
}

#[cfg(target_arch = "aarch64")]
fn frame_pointer(machine: &UnwindRegsNative) -> u64 {
    machine.fp()
}

#[cfg(target_arch = "aarch64")]
fn machine_registers(registers: &Registers) -> UnwindRegsNative {
    // Addresses of user code have 48 bits; signed return addresses carry the signature above.
    let mask = framehop::aarch64::PtrAuthMask::from_max_known_address((1 << 48) - 1);
    UnwindRegsNative::new_with_ptr_auth_mask(mask, registers.link, registers.stack, registers.frame)
}
