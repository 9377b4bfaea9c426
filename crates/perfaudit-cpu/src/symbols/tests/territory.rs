//! Frames that lie in no program: the kernel, its page in every process, memory without a file.

use std::path::Path;

use perfaudit_result::{OriginKind, SampleRun, WorkloadId};

use super::workbench::{Workbench, extents_of, names, recording, stacks};
use crate::call_tree::CallTree;
use crate::recording::{CodeAddress, FileIdentity, Lookup, Module, Recording};
use crate::symbols::{Flaw, ProjectSources, SymbolPlaces, Symbolised, symbolise, vdso};

const KALLSYMS: &str = "\
ffffffff81000000 T _stext
ffffffff81000100 t do_syscall_64
ffffffff81000200 D a_table
ffffffffa0000000 t transmit\t[network]
";

fn stack_of(addresses: &[CodeAddress]) -> Recording {
    let module = Module { path: "/usr/lib/libgone.so.1".into(), identity: FileIdentity::default() };
    let mut recording = recording(module, &[0]);
    let mut stacks = CallTree::default();
    let leaf = addresses.iter().fold(None, |parent, &address| Some(stacks.child(parent, address)));
    recording.samples = vec![SampleRun { node: leaf.unwrap(), thread: 0, block: 0, count: 5 }];
    recording.stacks = stacks;
    recording
}

fn symbolised(recording: &Recording, kernel: Option<&Path>) -> Symbolised {
    let places = SymbolPlaces {
        debug_roots: Vec::new(),
        debuginfod_caches: Vec::new(),
        kernel_symbols: kernel.map(Into::into),
    };
    let done = symbolise(recording, WorkloadId("test".into()), &ProjectSources::default(), &places);
    assert_eq!(done.profile.check(), Ok(()));
    done
}

fn only_stack(done: &Symbolised) -> Vec<String> {
    let stacks = stacks(&done.profile);
    assert_eq!(stacks.len(), 1);
    names(&done.profile, &stacks[0])
}

fn kernel(address: u64, lookup: Lookup) -> CodeAddress {
    CodeAddress::Kernel { address, lookup }
}

#[test]
fn kernel_functions_are_named_when_their_addresses_are_shown() {
    let workbench = Workbench::new();
    let list = workbench.at("kallsyms");
    std::fs::write(&list, KALLSYMS).unwrap();
    let recording = stack_of(&[
        CodeAddress::Truncated,
        // The return address is the first of the next function: the call was in the one before.
        kernel(0xffff_ffff_8100_0100, Lookup::ReturnAddress),
        kernel(0xffff_ffff_8100_0250, Lookup::Instruction),
    ]);
    let done = symbolised(&recording, Some(&list));
    assert_eq!(only_stack(&done), ["do_syscall_64", "_stext", "[truncated]"]);
    assert_eq!(done.remarks, []);
    let kinds: Vec<OriginKind> = done.profile.origins.iter().map(|origin| origin.kind).collect();
    assert_eq!(kinds, [OriginKind::Unknown, OriginKind::Kernel]);
}

#[test]
fn a_kernel_that_hides_addresses_is_one_function_and_a_remark() {
    let workbench = Workbench::new();
    let list = workbench.at("kallsyms");
    let zeros: String = KALLSYMS.lines().map(|line| format!("{}{}\n", "0".repeat(16), &line[16..])).collect();
    std::fs::write(&list, zeros).unwrap();
    let recording = stack_of(&[kernel(0xffff_ffff_8100_0010, Lookup::Instruction)]);
    for (places, flaw) in [(Some(list.as_path()), Flaw::KernelHidesAddresses), (None, Flaw::ForeignKernel)] {
        let done = symbolised(&recording, places);
        assert_eq!(only_stack(&done), ["[kernel]"]);
        assert_eq!(done.profile.sampler.unsymbolised, 0, "it is known to be the kernel");
        assert_eq!((&done.remarks[0].flaw, done.remarks[0].innermost), (&flaw, 5));
    }
}

#[test]
fn samples_count_once_as_unsymbolised_and_by_their_innermost_frame() {
    let gone = CodeAddress::InModule { module: 0, address: 0x10, lookup: Lookup::ReturnAddress };
    let done = symbolised(&stack_of(&[gone, CodeAddress::Anonymous { address: 1 }]), None);
    assert_eq!(only_stack(&done), ["[unknown in memory without a file]", "[unknown in libgone.so.1]"]);
    assert_eq!(done.profile.sampler.unsymbolised, 5);
    let flaws: Vec<&Flaw> = done.remarks.iter().map(|remark| &remark.flaw).collect();
    assert_eq!(flaws, [&Flaw::NoFile], "start-up code of the system's libraries is not worth a word");

    let done = symbolised(&stack_of(&[gone, gone]), None);
    assert_eq!((done.remarks[0].innermost, done.remarks[0].anywhere), (5, 5));
    assert_eq!(done.profile.origins[0].name.as_deref(), Some("libgone.so.1"));
}

#[test]
fn functions_of_the_page_that_the_kernel_maps_are_named() {
    let workbench = Workbench::new();
    let list = workbench.at("kallsyms");
    std::fs::write(&list, KALLSYMS).unwrap();
    let places = SymbolPlaces { kernel_symbols: Some(list.clone()), ..workbench.places() };
    let image = vdso::image(None, &places).expect("Linux maps it into every process");
    let functions = extents_of(&image);
    let start = functions.iter().map(|function| function.start).min().expect("it has functions");
    let mut recording =
        stack_of(&[CodeAddress::InModule { module: 0, address: start, lookup: Lookup::Instruction }]);
    recording.modules[0].path = "[vdso]".into();
    let done = symbolised(&recording, Some(&list));
    assert!(only_stack(&done)[0].contains("vdso"), "{:?}", only_stack(&done));
    assert_eq!(done.remarks, [], "nobody can build it with lines");
    // Of another kernel nothing is known.
    assert_eq!(only_stack(&symbolised(&recording, None)), ["[vdso]"]);
}
