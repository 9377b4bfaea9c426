//! Where debug information and the kernel's symbols are looked for.

use std::path::{Path, PathBuf};

/// Where debug information and the kernel's symbols are looked for. Nothing is fetched over a network.
#[derive(Debug, Clone)]
pub struct SymbolPlaces {
    /// Roots of trees of debug information, as distributions install them: `.build-id/xx/yyyy.debug` and the paths of
    /// programs below them.
    pub debug_roots: Vec<PathBuf>,
    /// Folders that debuginfod clients keep files in, by build id: only what is already there is read.
    pub debuginfod_caches: Vec<PathBuf>,
    /// The list of the running kernel's symbols; none when recordings are of another kernel.
    pub kernel_symbols: Option<PathBuf>,
}

impl SymbolPlaces {
    /// The places of this machine, for recordings that were made on it.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self { kernel_symbols: Some(PathBuf::from("/proc/kallsyms")), ..Self::of_a_foreign_recording() }
    }

    /// The places of this machine for a recording of another machine or kernel: files are told apart by their
    /// build ids, and the kernel's symbols are unknown.
    #[must_use]
    pub fn of_a_foreign_recording() -> Self {
        let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = variable("HOME");
        let cache = variable("XDG_CACHE_HOME").or_else(|| home.as_deref().map(|home| home.join(".cache")));
        let caches = [
            variable("DEBUGINFOD_CACHE_PATH"),
            cache.map(|cache| cache.join("debuginfod_client")),
            home.map(|home| home.join(".debuginfod_client_cache")),
        ];
        Self {
            debug_roots: vec![PathBuf::from("/usr/lib/debug")],
            debuginfod_caches: caches.into_iter().flatten().collect(),
            kernel_symbols: None,
        }
    }

    /// Where the debug information of a build id may be.
    pub(super) fn by_build_id(&self, id: &[u8]) -> Vec<PathBuf> {
        let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        // Shorter ones would name folders.
        let Some((folder, file)) = hex.split_at_checked(2).filter(|(_, file)| !file.is_empty()) else {
            return Vec::new();
        };
        let roots = self.debug_roots.iter();
        let in_roots = roots.map(|root| root.join(".build-id").join(folder).join(format!("{file}.debug")));
        let in_caches = self.debuginfod_caches.iter().map(|cache| cache.join(&hex).join("debuginfo"));
        in_roots.chain(in_caches).collect()
    }

    /// Where the file that a `.gnu_debuglink` names may be, for a program in `folder`.
    pub(super) fn by_link(&self, name: &Path, folder: &Path) -> Vec<PathBuf> {
        // A name with folders would lead out of the places that are meant.
        let Some(name) = name.file_name().filter(|file| Path::new(file) == name) else { return Vec::new() };
        let below = folder.strip_prefix("/").unwrap_or(folder);
        let in_roots = self.debug_roots.iter().map(|root| root.join(below).join(name));
        [folder.join(name), folder.join(".debug").join(name)].into_iter().chain(in_roots).collect()
    }
}
