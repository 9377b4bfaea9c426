//! The same samples without the frames that hide what matters.

use perfaudit_result::{CpuProfile, Function, NodeId, OriginKind, SourceFrame};

use super::names::{implemented_trait, is_below, plain};
use super::rebuild::Rebuild;

/// How stacks are shown. Nothing is lost: the profile stays as it is, and every sample keeps its thread and block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a view")]
pub struct View {
    /// Leaves out what starts programs and threads and what passes closures on: `std::rt`, `lang_start`,
    /// `__rust_begin_short_backtrace`, `core::ops::function`, `catch_unwind`.
    pub fold_start_up: bool,
    /// Leaves out the machinery of thread pools and of async runtimes: rayon's jobs, tokio's tasks and schedulers. Time
    /// in the machinery itself stays, as `[rayon]` or `[tokio]`.
    pub fold_runtimes: bool,
    /// Leaves out layers that only poll a future inside, and names async functions after themselves: `fetch` instead of
    /// `fetch::{async_fn_env#0}`.
    pub fold_async: bool,
    /// Shows a function that calls itself as one frame.
    pub fold_recursion: bool,
}

impl View {
    /// Everything as it was sampled.
    pub const PLAIN: Self =
        Self { fold_start_up: false, fold_runtimes: false, fold_async: false, fold_recursion: false };
    /// What a reader wants first.
    pub const READABLE: Self =
        Self { fold_start_up: true, fold_runtimes: true, fold_async: true, fold_recursion: true };
}

/// What becomes of the frames of a function.
#[derive(Debug, Clone, PartialEq)]
enum Fate {
    Keep,
    Rename(String),
    /// Left out where something follows; time in the function itself stays under this name.
    Layer(&'static str),
}

const START_UP: [&str; 10] = [
    "std::rt",
    "std::sys::backtrace::__rust_begin_short_backtrace",
    "std::sys_common::backtrace::__rust_begin_short_backtrace",
    "core::ops::function",
    "std::panicking",
    "std::panic",
    "core::panic::unwind_safe",
    "std::thread::lifecycle",
    "std::sys::thread",
    "std::sys::pal::unix::thread",
];

/// Symbols of the C start-up code and of the system's threads.
const SYSTEM_START: [&str; 8] = [
    "_start",
    "__libc_start_main",
    "__libc_start_main_impl",
    "__libc_start_call_main",
    "start_thread",
    "clone3",
    "__clone3",
    "__clone",
];

const RUNTIMES: [(&str, &str); 8] = [
    ("rayon_core", "[rayon]"),
    ("rayon::iter::plumbing", "[rayon]"),
    ("crossbeam_deque", "[rayon]"),
    ("crossbeam_epoch", "[rayon]"),
    ("tokio::runtime", "[tokio]"),
    ("tokio::task", "[tokio]"),
    ("tokio::loom", "[tokio]"),
    ("futures_executor", "[futures]"),
];

/// The profile with stacks folded as the view says; linear in the number of nodes.
#[must_use]
pub fn fold(profile: &CpuProfile, view: &View) -> CpuProfile {
    let fates: Vec<Fate> = profile.functions.iter().map(|function| fate(profile, function, view)).collect();
    let mut rebuild = Rebuild::of(profile);
    // Where the stack of each node ends after folding.
    let mut places: Vec<Option<NodeId>> = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let above = node.parent.and_then(|parent| places[parent as usize]);
        let frame = profile.frames[node.frame as usize];
        let frame_id = match &fates[frame.function as usize] {
            Fate::Layer(_) => {
                places.push(above);
                continue;
            }
            Fate::Keep => node.frame,
            Fate::Rename(name) => {
                let original = &profile.functions[frame.function as usize];
                let function = rebuild.function(Function { name: name.clone(), ..original.clone() });
                rebuild.frame(SourceFrame { function, ..frame })
            }
        };
        let function = rebuild.function_of_frame(frame_id);
        let is_recursion =
            view.fold_recursion && above.is_some_and(|above| rebuild.function_of(above) == function);
        let here = if is_recursion { above } else { Some(rebuild.child(above, frame_id)) };
        places.push(here);
    }
    for run in &profile.samples {
        let function = profile.frames[profile.nodes[run.node as usize].frame as usize].function as usize;
        let place = places[run.node as usize];
        let node = match fates[function] {
            Fate::Layer(label) => {
                let origin = profile.functions[function].origin;
                let function =
                    rebuild.function(Function { name: label.to_owned(), file: None, line: None, origin });
                let frame = rebuild.frame(SourceFrame { function, line: 0, inlined: false });
                rebuild.child(place, frame)
            }
            _ => place.expect("a node that is not left out has a place"),
        };
        rebuild.put(run, node);
    }
    drop(places);
    rebuild.finish()
}

fn fate(profile: &CpuProfile, function: &Function, view: &View) -> Fate {
    let kind = profile.origins[function.origin as usize].kind;
    if kind == OriginKind::Own {
        return if view.fold_async { readable_async(&function.name) } else { Fate::Keep };
    }
    let name = plain(&function.name);
    let lies_in = |path: &&str| is_below(&name, path);
    if view.fold_start_up {
        let is_shim =
            implemented_trait(&function.name).is_some_and(|of| is_below(&of, "core::ops::function"));
        let is_shim = is_shim
            || (kind == OriginKind::Std
                && function.file.as_deref().is_some_and(|file| file.ends_with("core/src/ops/function.rs")));
        if is_shim || START_UP.iter().any(lies_in) || SYSTEM_START.contains(&name.as_str()) {
            return Fate::Layer("[start-up]");
        }
    }
    let runtime = RUNTIMES.iter().find(|(path, _)| view.fold_runtimes && is_below(&name, path));
    if let Some((_, label)) = runtime {
        return Fate::Layer(label);
    }
    if view.fold_async {
        let polls = implemented_trait(&function.name).is_some_and(|of| of == "core::future::future::Future");
        let is_layer = ["core", "alloc", "tokio", "futures", "futures_util", "tracing", "async_compat"];
        if polls && is_layer.iter().any(lies_in) {
            return Fate::Layer("[async]");
        }
        return readable_async(&function.name);
    }
    Fate::Keep
}

/// Names of the code that the compiler makes of async functions and blocks, as debug information has them.
fn readable_async(name: &str) -> Fate {
    let mut parts: Vec<&str> = name.split("::").collect();
    let marks = ["{async_fn#", "{async_fn_env#", "{async_block#", "{async_block_env#"];
    let Some(mark) = parts.last().filter(|last| marks.iter().any(|mark| last.starts_with(mark))).copied()
    else {
        return Fate::Keep;
    };
    parts.pop();
    let outer = parts.join("::");
    if mark.starts_with("{async_fn") {
        Fate::Rename(outer)
    } else {
        Fate::Rename(format!("{outer}::{{async block}}"))
    }
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
