//! Counts the samples that something is missing for.

use std::collections::{BTreeMap, BTreeSet};

use perfaudit_result::NodeId;

use super::frame::Known;
use super::module::ModuleSymbols;
use super::origin::ProjectSources;
use super::places::SymbolPlaces;
use super::remark::{Flaw, SymbolRemark};
use super::{file_name, kernel, vdso};
use crate::recording::Recording;

/// Where code lies of which not everything is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Territory {
    Module(u32),
    Kernel,
    Anonymous,
}

/// What a node lacks: where it is, and what is known of it all the same.
pub(super) type Lack = (Territory, Known);

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    innermost: u64,
    anywhere: u64,
}

/// The samples that something is missing for.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Samples whose innermost frame has no name. Those in the kernel are known to be there and do not count.
    pub(super) unsymbolised: u64,
    by_lack: BTreeMap<Lack, Count>,
    /// The same by territory: a stack with two kinds of lack counts once.
    by_territory: BTreeMap<Territory, Count>,
}

impl Tally {
    /// Counts. `lack_of` tells what a recorded node lacks.
    pub(super) fn of(recording: &Recording, lack_of: impl Fn(NodeId) -> Option<Lack>) -> Self {
        let mut tally = Self::default();
        let mut sets = Sets::default();
        let mut on_stack: Vec<usize> = Vec::with_capacity(recording.stacks.nodes().len());
        for (at, &(parent, _)) in (0..).zip(recording.stacks.nodes()) {
            let of_caller = parent.map_or(Sets::EMPTY, |parent| on_stack[parent as usize]);
            on_stack.push(lack_of(at).map_or(of_caller, |lack| sets.with(of_caller, lack)));
        }
        let mut of_sets = vec![0; sets.all.len()];
        for run in &recording.samples {
            if let Some((territory, known)) = lack_of(run.node) {
                if known == Known::Nothing {
                    tally.unsymbolised += run.count;
                }
                tally.by_lack.entry((territory, known)).or_default().innermost += run.count;
                tally.by_territory.entry(territory).or_default().innermost += run.count;
            }
            of_sets[on_stack[run.node as usize]] += run.count;
        }
        for (set, count) in sets.all.iter().zip(of_sets) {
            let territories: BTreeSet<Territory> = set.iter().map(|&(territory, _)| territory).collect();
            for &lack in set {
                tally.by_lack.entry(lack).or_default().anywhere += count;
            }
            for territory in territories {
                tally.by_territory.entry(territory).or_default().anywhere += count;
            }
        }
        tally
    }

    /// What to say about it, most samples first.
    pub(super) fn remarks(
        &self,
        recording: &Recording,
        modules: &[ModuleSymbols],
        project: &ProjectSources,
        places: &SymbolPlaces,
    ) -> Vec<SymbolRemark> {
        let mut remarks = Vec::new();
        let mut say = |module: &str, flaw: Flaw, count: Count| {
            let Count { innermost, anywhere } = count;
            remarks.push(SymbolRemark { module: module.to_owned(), flaw, innermost, anywhere });
        };
        for (&territory, &count) in &self.by_territory {
            let Territory::Module(at) = territory else { continue };
            let module = &recording.modules[at as usize];
            // Every stack begins in start-up code of the C library that has no lines: not worth a word.
            if count.innermost == 0 && !project.has_built(&module.path) {
                continue;
            }
            let name = file_name(module);
            let flaws = &modules[at as usize].flaws;
            for flaw in flaws {
                say(&name, flaw.clone(), count);
            }
            if flaws.is_empty() {
                for (known, flaw) in [(Known::Nothing, Flaw::NoNames), (Known::Name, Flaw::NoLines)] {
                    // The kernel brings it without lines, and nobody can build it with them.
                    if flaw == Flaw::NoLines && name == vdso::NAME {
                        continue;
                    }
                    if let Some(&count) = self.by_lack.get(&(territory, known)) {
                        say(&name, flaw, count);
                    }
                }
            }
        }
        if let Some(&count) = self.by_territory.get(&Territory::Kernel) {
            let is_here = places.kernel_symbols.is_some();
            let flaw = if is_here { Flaw::KernelHidesAddresses } else { Flaw::ForeignKernel };
            say(kernel::WHOLE, flaw, count);
        }
        if let Some(&count) = self.by_territory.get(&Territory::Anonymous) {
            say("memory without a file", Flaw::NoFile, count);
        }
        remarks
            .sort_by(|a, b| (b.innermost, b.anywhere, &a.module).cmp(&(a.innermost, a.anywhere, &b.module)));
        remarks
    }
}

/// What whole stacks lack: few sets of lacks, which many stacks share.
struct Sets {
    all: Vec<BTreeSet<Lack>>,
    /// The set that another becomes with one more lack.
    with: BTreeMap<(usize, Lack), usize>,
}

impl Default for Sets {
    fn default() -> Self {
        Self { all: vec![BTreeSet::new()], with: BTreeMap::new() }
    }
}

impl Sets {
    const EMPTY: usize = 0;

    /// The set of these lacks and one more.
    fn with(&mut self, set: usize, lack: Lack) -> usize {
        if self.all[set].contains(&lack) {
            return set;
        }
        *self.with.entry((set, lack)).or_insert_with(|| {
            let mut more = self.all[set].clone();
            more.insert(lack);
            self.all.push(more);
            self.all.len() - 1
        })
    }
}
