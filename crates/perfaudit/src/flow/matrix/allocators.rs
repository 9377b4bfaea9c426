//! Allocators that are installed as libraries, which stand before the system's `malloc` when they are preloaded.

use std::fmt;
use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Interrupt, run};
use perfaudit_heap::route;
use perfaudit_prove::{Both, Environment};

use super::cells::Hindrance;

/// The variable that makes the loader load a library before all others.
const PRELOAD: &str = "LD_PRELOAD";
/// One that means nothing to anybody, and makes an environment as long.
const AS_LONG: &str = "LD_PRELOAN";

/// An allocator that programs can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allocator {
    Jemalloc,
    Mimalloc,
    Tcmalloc,
}

impl Allocator {
    pub(super) const ALL: [Self; 3] = [Self::Jemalloc, Self::Mimalloc, Self::Tcmalloc];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jemalloc => "jemalloc",
            Self::Mimalloc => "mimalloc",
            Self::Tcmalloc => "tcmalloc",
        }
    }

    /// The names of its library, the usual one first.
    fn libraries(self) -> &'static [&'static str] {
        match self {
            Self::Jemalloc => &["libjemalloc.so.2", "libjemalloc.so"],
            Self::Mimalloc => {
                &["libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so.2.0", "libmimalloc.so"]
            }
            Self::Tcmalloc => &["libtcmalloc_minimal.so.4", "libtcmalloc_minimal.so"],
        }
    }

    /// Where the loader finds it; none where it does not. It is asked to load it into a program that prints what was
    /// loaded: nobody else knows all the places where it looks.
    fn find(self, interrupt: &Interrupt) -> Option<PathBuf> {
        self.libraries().iter().find_map(|library| {
            let command = Command::new("cat").arg("/proc/self/maps").env(PRELOAD, library);
            let maps = run(&command, interrupt, &mut |_| {}).ok()?.stdout.text();
            loaded(&maps, library)
        })
    }
}

impl fmt::Display for Allocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The file of a library in `/proc/self/maps`, of which `name` may be a link.
fn loaded(maps: &str, name: &str) -> Option<PathBuf> {
    let stem = name.split(".so").next().unwrap_or(name);
    let path = |line: &str| line.find('/').map(|place| PathBuf::from(&line[place..]));
    maps.lines().filter_map(path).find(|path| {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        file.strip_prefix(stem).is_some_and(|rest| rest.starts_with(['.', '-']))
    })
}

/// An allocator whose library is installed.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    pub(super) allocator: Allocator,
    pub(super) library: PathBuf,
}

/// Those that are there.
pub(super) fn installed(interrupt: &Interrupt) -> Vec<Installed> {
    let found =
        |allocator: Allocator| allocator.find(interrupt).map(|library| Installed { allocator, library });
    Allocator::ALL.into_iter().filter_map(found).collect()
}

/// What a process of each side gets besides its environment: B the library, A something as long. What the user
/// preloads comes behind it.
pub(super) fn environment(library: &Path) -> Both<Environment> {
    let mut value = library.as_os_str().to_owned();
    if let Some(earlier) = std::env::var_os(PRELOAD).filter(|earlier| !earlier.is_empty()) {
        value.push(":");
        value.push(earlier);
    }
    Both { a: vec![(AS_LONG.to_owned(), value.clone())], b: vec![(PRELOAD.to_owned(), value)] }
}

/// What keeps a library from standing before the `malloc` of a program; none where it takes the system's.
pub(super) fn hindrance(program: &Path) -> Option<Hindrance> {
    match route(&Command::new(program)) {
        Ok(route) => {
            let own = route.own?;
            let name = own.name.unwrap_or("a `malloc` of its own");
            Some(Hindrance {
                reason: format!(
                    "the project chooses its allocator already: {name} is linked into its programs"
                ),
                remedy: "make the change on a branch, and measure it with `perfaudit compare`".to_owned(),
            })
        }
        Err(refusal) => Some(Hindrance {
            reason: format!("nothing can stand before the allocator of the project's programs: {refusal}"),
            remedy: "make the change on a branch, and measure it with `perfaudit compare`".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_found_by_the_file_behind_its_link() {
        let maps = "7f0000-7f1000 r--p 00000000 fe:00 1 /usr/bin/cat\n7f2000-7f3000 r--p 00000000 fe:00 2                  /usr/lib/my libs/libmimalloc.so.2.0\n7f4000-7f5000 rw-p 00000000 00:00 0\n";
        assert_eq!(
            loaded(maps, "libmimalloc.so.2"),
            Some(PathBuf::from("/usr/lib/my libs/libmimalloc.so.2.0"))
        );
        assert_eq!(loaded(maps, "libjemalloc.so.2"), None);
        assert_eq!(
            loaded("1-2 r--p 0 0 1 /lib/libtcmalloc_minimal_debug.so.4\n", "libtcmalloc_minimal.so.4"),
            None
        );
    }
}
