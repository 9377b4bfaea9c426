//! This program in the place of the compiler and of the linker: it calls them, and writes down when they did what.
//!
//! Cargo calls `PROGRAM RUSTC ARGUMENTS...`. Compilers that cargo calls tell each file that they have written: when it
//! is the metadata, the front end is done. Libraries write it anyway; others are made to. The linker is called by the
//! compiler, through a link to this program that has the linker's own name, from which the compiler guesses how to
//! speak to it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use perfaudit_exec::CpuTime;
use perfaudit_result::BuildUnitKind;
use serde::Deserialize;

use crate::stand_in::code;

use super::record::{Compilation, Dependency, Span, now, stem};

/// The folder that is written into; asks for a stand-in.
pub(super) const FOLDER: &str = "PERFAUDIT_BUILD_TIMES";
/// The linker that is stood in for.
const LINKER: &str = "PERFAUDIT_BUILD_LINKER";
/// The file that its times are written into.
const LINKED: &str = "PERFAUDIT_BUILD_LINKED";
/// Where links with names of linkers lie, within the folder.
const LINKERS: &str = "linkers";

/// Stands in for the compiler or the linker, if cargo or the compiler called this program for that. To be asked before
/// anything else is done with the arguments, of which the first is the program's name.
pub fn compile_timed_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    let folder = PathBuf::from(std::env::var_os(FOLDER)?);
    let (program, words) = arguments.split_first()?;
    if Path::new(program).parent() == Some(folder.join(LINKERS).as_path()) {
        return Some(link(words));
    }
    let (compiler, words) = words.split_first()?;
    let texts: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let Some(asked) = Asked::read(&texts) else {
        return Some(code(Command::new(compiler).args(words).status()));
    };
    Some(compile(&folder, compiler, words, asked))
}

fn link(words: &[OsString]) -> ExitCode {
    let linker = std::env::var_os(LINKER).unwrap_or_else(|| "cc".into());
    let began = now();
    let status = Command::new(linker).args(words).status();
    let span = Span { began, ended: now() };
    if let Some(file) = std::env::var_os(LINKED)
        && let Ok(mut file) = fs::OpenOptions::new().create(true).append(true).open(file)
    {
        // A time that cannot be written is missing, and the build is not to fail for it.
        let _ = writeln!(file, "{}", serde_json::to_string(&span).unwrap_or_default());
    }
    code(status)
}

/// What cargo asks a compiler for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    crate_name: String,
    stem: String,
    kind: BuildUnitKind,
    dependencies: Vec<Dependency>,
    /// The linker that will be called, if one will and it can be stood in for.
    linker: Option<String>,
    /// Whether metadata is written without being asked for.
    writes_metadata: bool,
}

impl Asked {
    /// None where cargo only asks what the compiler is, or a build script tries something.
    fn read(words: &[&str]) -> Option<Self> {
        let values = |long: &'static str| {
            let behind = words.windows(2).filter(move |pair| pair[0] == long).map(|pair| pair[1]);
            let joined = words.iter().filter_map(move |word| word.strip_prefix(long)?.strip_prefix('='));
            behind.chain(joined)
        };
        let settings: Vec<&str> = values("-C")
            .chain(words.iter().filter_map(|word| word.strip_prefix("-C").filter(|text| !text.is_empty())))
            .collect();
        let setting = |name: &str| {
            settings.iter().rev().find_map(|setting| setting.strip_prefix(name)?.strip_prefix('='))
        };
        let crate_name = values("--crate-name").next()?;
        if !values("--json").any(|kinds| kinds.split(',').any(|kind| kind == "artifacts")) {
            return None;
        }
        let emits: Vec<&str> = values("--emit").flat_map(|kinds| kinds.split(',')).collect();
        let types: Vec<&str> = values("--crate-type").collect();
        let is = |name: &str| types.contains(&name);
        let kind = if is("proc-macro") {
            BuildUnitKind::ProcMacro
        } else if is("cdylib") || is("dylib") {
            BuildUnitKind::SharedLibrary
        } else if is("bin") || words.contains(&"--test") {
            let is_script = crate_name.starts_with("build_script_");
            if is_script { BuildUnitKind::BuildScript } else { BuildUnitKind::Program }
        } else {
            BuildUnitKind::Library
        };
        let dependencies = values("--extern")
            .filter_map(|text| text.split_once('='))
            .map(|(_, file)| Dependency {
                stem: stem(file).to_owned(),
                is_metadata: file.ends_with(".rmeta"),
            })
            .collect();
        let is_linked = kind != BuildUnitKind::Library && emits.contains(&"link");
        let is_usual = setting("linker-flavor").is_none()
            && values("--target")
                .all(|target| target.contains("-linux-gnu") || target.contains("-linux-musl"));
        let usual = (is_usual && cfg!(target_os = "linux")).then_some("cc");
        Some(Self {
            crate_name: crate_name.to_owned(),
            stem: format!("{crate_name}{}", setting("extra-filename").unwrap_or_default()),
            kind,
            dependencies,
            linker: if is_linked { setting("linker").or(usual).map(str::to_owned) } else { None },
            writes_metadata: emits.contains(&"metadata"),
        })
    }
}

/// What a compiler says of a file that it has written.
#[derive(Deserialize)]
struct Written {
    emit: String,
}

fn compile(folder: &Path, compiler: &OsStr, words: &[OsString], asked: Asked) -> ExitCode {
    let began = now();
    let name = format!("{began}-{}", std::process::id());
    let links = folder.join(format!("{name}.links"));
    let mut command = Command::new(compiler);
    command.args(words.iter().map(|word| match word.to_str() {
        Some(text) if text.starts_with("--emit=") && !asked.writes_metadata => {
            format!("{text},metadata").into()
        }
        _ => word.clone(),
    }));
    if let Some(linker) = &asked.linker
        && let Some(place) = standing_in(folder, linker)
    {
        let mut setting = OsString::from("-Clinker=");
        setting.push(place);
        command.arg(setting).env(LINKER, linker).env(LINKED, &links);
    }
    let cpu = CpuTime::now();
    let mut child = match command.stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return code(Err(error)),
    };
    let metadata = child.stderr.take().and_then(|stderr| pass_on(stderr, asked.writes_metadata));
    let status = child.wait();
    let ended = now();
    let text = |name: &str| std::env::var(name).ok();
    let compilation = Compilation {
        package: text("CARGO_PKG_NAME").unwrap_or_default(),
        version: text("CARGO_PKG_VERSION").unwrap_or_default(),
        crate_name: asked.crate_name,
        kind: asked.kind,
        stem: asked.stem,
        folder: text("CARGO_MANIFEST_DIR").unwrap_or_default(),
        out_dir: text("OUT_DIR"),
        dependencies: asked.dependencies,
        began,
        metadata,
        links: fs::read_to_string(&links).map_or_else(
            |_| Vec::new(),
            |text| text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        ),
        ended,
        cpu_ns: nanoseconds(CpuTime::now().since(cpu).children),
    };
    if let Ok(text) = serde_json::to_string(&compilation) {
        // As above: what is missing is counted by whoever reads.
        let _ = fs::write(folder.join(format!("{name}.json")), text);
    }
    code(status)
}

/// A link to this program that has the name of a linker.
fn standing_in(folder: &Path, linker: &str) -> Option<PathBuf> {
    let place = folder.join(LINKERS).join(Path::new(linker).file_name()?);
    fs::create_dir_all(place.parent()?).ok()?;
    let made = std::os::unix::fs::symlink(std::env::current_exe().ok()?, &place);
    match made {
        // Another compilation was first.
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => None,
        _ => Some(place),
    }
}

/// Passes on what the compiler says; tells when its metadata was written. What it would not have said stays here.
fn pass_on(stderr: impl std::io::Read, is_expected: bool) -> Option<u64> {
    let mut moment = None;
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let is_metadata =
            serde_json::from_slice::<Written>(&line).is_ok_and(|written| written.emit == "metadata");
        if is_metadata {
            moment = Some(now());
        }
        if !is_metadata || is_expected {
            let _ = std::io::stderr().write_all(&line);
        }
        line.clear();
    }
    moment
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "CPU time is no less than zero")]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "--crate-name syn --edition=2021 src/lib.rs --error-format=json --json=diagnostic-rendered-ansi,artifacts,future-incompat --crate-type lib --emit=dep-info,metadata,link -C opt-level=3 -C metadata=1f -C extra-filename=-9a --out-dir deps -L dependency=deps --extern proc_macro2=/t/deps/libproc_macro2-55.rmeta --extern quote=/t/deps/libquote-77.rmeta --cap-lints allow";

    fn asked(text: &str) -> Option<Asked> {
        Asked::read(&text.split(' ').collect::<Vec<_>>())
    }

    #[test]
    fn a_library_needs_the_metadata_of_others_and_no_linker() {
        let asked = asked(LIBRARY).unwrap();
        assert_eq!((asked.stem.as_str(), asked.kind), ("syn-9a", BuildUnitKind::Library));
        assert_eq!((asked.linker, asked.writes_metadata), (None, true));
        let needed = |stem: &str| Dependency { stem: stem.to_owned(), is_metadata: true };
        assert_eq!(asked.dependencies, [needed("proc_macro2-55"), needed("quote-77")]);
    }

    #[test]
    fn what_is_linked_has_the_linker_that_was_named_last() {
        let program =
            LIBRARY.replace("--crate-type lib", "--crate-type bin").replace("metadata,link", "link");
        let of = |more: &str| asked(&format!("{program}{more}")).unwrap().linker;
        assert_eq!(of("").as_deref(), Some("cc"));
        assert_eq!(of(" -C linker=clang -Clinker=/usr/bin/mold").as_deref(), Some("/usr/bin/mold"));
        assert_eq!(of(" --target wasm32-wasip1"), None);
        assert_eq!(of(" -Clinker-flavor=ld.lld"), None);
        assert!(!asked(&program).unwrap().writes_metadata);
        let script = program.replace("--crate-name syn", "--crate-name build_script_build");
        assert_eq!(asked(&script).unwrap().kind, BuildUnitKind::BuildScript);
    }

    #[test]
    fn questions_and_trials_are_no_compilations() {
        assert_eq!(asked("-vV"), None);
        assert_eq!(asked("- --crate-name ___ --print=file-names --crate-type bin"), None);
        assert_eq!(asked("--crate-name autocfg_probe_1 --crate-type=lib --emit=llvm-ir -"), None);
    }
}
