//! From recorded addresses to functions, lines and whose code it is.
//!
//! Each address is looked up once. A frame that functions were inlined into becomes several, so that the time of an
//! inlined function is its own. What cannot be known is a placeholder such as `[unknown in libfoo.so]` and a
//! [`SymbolRemark`], never a guess.

mod alternate;
mod assemble;
mod debug_file;
mod declaration;
mod dwarf;
mod elf;
mod frame;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod innermost;
mod kernel;
mod mini_table;
mod module;
mod name;
mod origin;
mod places;
mod remark;
mod sections;
mod split;
mod symbol_table;
mod tally;
mod units;
mod vdso;
mod waits;
mod without_code;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use perfaudit_result::{CpuProfile, NodeId, OriginKind, WorkloadId};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use innermost::{CodeRange, Innermost, InnermostFunction, innermost_functions};
pub use module::separate_debug_file;
pub use name::{ReadableName, readable};
pub use origin::{PackageSources, ProjectSources};
pub use places::SymbolPlaces;
pub use remark::{Flaw, SymbolRemark};
pub use waits::waiting_stacks;
pub use without_code::read_without_code;

use crate::recording::{CodeAddress, Lookup, Module, Recording};
use assemble::Assembly;
use frame::Known;
use kernel::KernelSymbols;
use module::ModuleSymbols;
use origin::Loaded;
use tally::{Lack, Tally, Territory};

/// The parser of debug information recurses; what it may recurse is bounded to fit.
const STACK_BYTES: usize = 16 << 20;

/// A profile and what is missing in it.
#[derive(Debug, Clone)]
pub struct Symbolised {
    /// The profile; its sampler counts the samples without a symbol.
    pub profile: CpuProfile,
    /// What is missing, most samples first.
    pub remarks: Vec<SymbolRemark>,
    /// Of each node of the recording, the innermost of the profile's nodes that it has become.
    pub nodes: Vec<NodeId>,
}

/// Gives the addresses of a recording their functions.
#[must_use]
pub fn symbolise(
    recording: &Recording,
    workload: WorkloadId,
    project: &ProjectSources,
    places: &SymbolPlaces,
) -> Symbolised {
    match rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build() {
        Ok(pool) => pool.install(|| symbolise_here(recording, workload, project, places)),
        // Without threads of its own the work runs on those that there are.
        Err(_) => symbolise_here(recording, workload, project, places),
    }
}

fn symbolise_here(
    recording: &Recording,
    workload: WorkloadId,
    project: &ProjectSources,
    places: &SymbolPlaces,
) -> Symbolised {
    // There are far fewer addresses than stacks that they are on.
    let mut known: FxHashMap<CodeAddress, u32> = FxHashMap::default();
    let mut addresses = Vec::new();
    let number_of = |&(_, address): &(Option<NodeId>, CodeAddress)| {
        *known.entry(address).or_insert_with(|| {
            addresses.push(address);
            u32::try_from(addresses.len() - 1).expect("no recording has 2^32 different addresses")
        })
    };
    let of_nodes: Vec<u32> = recording.stacks.nodes().iter().map(number_of).collect();
    let modules = look_up_modules(&recording.modules, &addresses, places);
    let is_in_kernel = |address: &CodeAddress| matches!(address, CodeAddress::Kernel { .. });
    let kernel = match &places.kernel_symbols {
        Some(path) if addresses.iter().any(is_in_kernel) => KernelSymbols::read(path),
        _ => KernelSymbols::default(),
    };
    let mut assembly = Assembly::new(project);
    let found =
        addresses.iter().map(|&address| frames_at(address, recording, &modules, &kernel, &mut assembly));
    let (frames, lacks): (Vec<Vec<u32>>, Vec<Option<Lack>>) = found.unzip();
    let at = |node: NodeId| of_nodes[node as usize] as usize;
    let tally = Tally::of(recording, |node| lacks[at(node)]);
    let (mut profile, nodes) = assembly.finish(recording, workload, |node| &frames[at(node)]);
    profile.sampler.unsymbolised = tally.unsymbolised;
    Symbolised { profile, remarks: tally.remarks(recording, &modules, project, places), nodes }
}

/// The frames at an address, the outermost first, and what is not known of them.
fn frames_at(
    address: CodeAddress,
    recording: &Recording,
    modules: &[ModuleSymbols],
    kernel: &KernelSymbols,
    assembly: &mut Assembly<'_>,
) -> (Vec<u32>, Option<Lack>) {
    match address {
        CodeAddress::InModule { module, address, lookup } => {
            let of_module = &recording.modules[module as usize];
            let name = file_name(of_module);
            let loaded = if assembly.project().has_built(&of_module.path) {
                Loaded::Built
            } else {
                Loaded::System(&name)
            };
            match modules[module as usize].places.get(&probe(address, lookup)) {
                Some(place) => {
                    let outermost_first = place.frames.iter().rev();
                    let frames = outermost_first.map(|frame| assembly.frame(module, loaded, frame)).collect();
                    (frames, (place.known < Known::Lines).then_some((Territory::Module(module), place.known)))
                }
                None => {
                    let (kind, of, shown) = match loaded {
                        Loaded::Built => (OriginKind::Unknown, None, unknown_in(&name)),
                        Loaded::System(_) if name == vdso::NAME => {
                            (OriginKind::System, Some("vdso"), name.clone())
                        }
                        Loaded::System(library) => (OriginKind::System, Some(library), unknown_in(library)),
                    };
                    let frame = assembly.placeholder(shown, kind, of);
                    (vec![frame], Some((Territory::Module(module), Known::Nothing)))
                }
            }
        }
        CodeAddress::Kernel { address, lookup } => {
            let name = kernel.find(probe(address, lookup)).unwrap_or(kernel::WHOLE).to_owned();
            let lack = kernel.is_empty().then_some((Territory::Kernel, Known::Name));
            (vec![assembly.placeholder(name, OriginKind::Kernel, Some("kernel"))], lack)
        }
        CodeAddress::Anonymous { .. } => {
            let name = "[unknown in memory without a file]".to_owned();
            let frame = assembly.placeholder(name, OriginKind::Unknown, None);
            (vec![frame], Some((Territory::Anonymous, Known::Nothing)))
        }
        CodeAddress::Truncated => {
            let name = CpuProfile::TRUNCATED.to_owned();
            (vec![assembly.placeholder(name, OriginKind::Unknown, None)], None)
        }
    }
}

/// The address that symbols are looked up by: a call is the instruction before the one that it returns to.
fn probe(address: u64, lookup: Lookup) -> u64 {
    match lookup {
        Lookup::Instruction => address,
        Lookup::ReturnAddress => address.saturating_sub(1),
    }
}

fn look_up_modules(
    modules: &[Module],
    addresses: &[CodeAddress],
    places: &SymbolPlaces,
) -> Vec<ModuleSymbols> {
    let mut probes = vec![BTreeSet::new(); modules.len()];
    for &address in addresses {
        if let CodeAddress::InModule { module, address, lookup } = address {
            probes[module as usize].insert(probe(address, lookup));
        }
    }
    let look_up = |(module, probes): (&Module, BTreeSet<u64>)| {
        let probes: Vec<u64> = probes.into_iter().collect();
        if probes.is_empty() { ModuleSymbols::default() } else { module::symbolise(module, &probes, places) }
    };
    modules.par_iter().zip(probes).map(look_up).collect()
}

fn file_name(module: &Module) -> String {
    module.path.file_name().map_or_else(|| "[unnamed]".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn unknown_in(module: &str) -> String {
    format!("{} in {module}]", CpuProfile::UNKNOWN.trim_end_matches(']'))
}
