//! What neither the compiler nor clippy checks. `cargo test` runs it too.

use std::path::PathBuf;

use crate::error::TaskError;
use crate::workspace::{TextFile, text_files};
use crate::{say, workspace};

/// A source file longer than this holds more than one concern.
const MOST_LINES: usize = 500;
/// From here on a file is worth splitting.
const MANY_LINES: usize = 400;
/// What counts as source.
const SOURCE: [&str; 3] = [".rs", ".js", ".css"];
/// This file names what it forbids.
const RULES: &str = "xtask/src/tidy.rs";
/// The one file that prints, beside the tasks and the tests.
const OUTPUT: &str = "crates/perfaudit/src/output.rs";
/// Where `unsafe` may stand: what talks to the kernel, what is preloaded into targets, and programs of tests.
const UNSAFE_PLACES: [&str; 8] = [
    "crates/perfaudit-agent/agent/",
    "crates/perfaudit-agent/src/shared.rs",
    "crates/perfaudit-cpu/src/record/perf/sys.rs",
    "crates/perfaudit-cpu/src/record/ptrace/sys.rs",
    "crates/perfaudit-cpu/tests/record/programs/",
    "testdata/projects/allocations/own_allocator.rs",
    "xtask/src/heap/programs/",
    "xtask/src/truth/programs/",
];
/// Where dependencies come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn run() -> Result<(), TaskError> {
    let files = text_files()?;
    for long in long_files(&files) {
        say(&long);
    }
    let complaints = complaints(&files);
    if complaints.is_empty() {
        say(&format!("{} files are tidy", files.len()));
        return Ok(());
    }
    Err(TaskError::Failed(complaints.join("\n")))
}

/// All that is wrong, one line each.
fn complaints(files: &[TextFile]) -> Vec<String> {
    let machine = machine_folders();
    let per_file = files.iter().flat_map(|file| {
        [too_long(file), prints(file), unsafe_code(file), names_machine(file, &machine), foreign_host(file)]
            .into_iter()
            .flatten()
    });
    per_file.chain(manifests_without_lints(files)).chain(crates_without_description(files)).collect()
}

fn is_source(file: &TextFile) -> bool {
    let ours = file.path.starts_with("crates/") || file.path.starts_with("xtask/");
    ours && SOURCE.iter().any(|end| file.path.ends_with(end))
}

fn is_rust(file: &TextFile) -> bool {
    is_source(file) && file.path.ends_with(".rs") && file.path != RULES
}

/// Files that are not too long yet.
fn long_files(files: &[TextFile]) -> Vec<String> {
    let long = files.iter().filter(|file| is_source(file)).filter_map(|file| {
        let lines = file.text.lines().count();
        (MANY_LINES < lines && lines <= MOST_LINES)
            .then(|| format!("{}: {lines} lines: time to split it", file.path))
    });
    long.collect()
}

fn too_long(file: &TextFile) -> Option<String> {
    let lines = file.text.lines().count();
    (is_source(file) && lines > MOST_LINES)
        .then(|| format!("{}: {lines} lines, at most {MOST_LINES}: split it by concern", file.path))
}

fn prints(file: &TextFile) -> Option<String> {
    // Build scripts talk to cargo on standard output, and examples are programs of their own.
    let may = file.path == OUTPUT
        || file.path.starts_with("xtask/")
        || file.path.ends_with("/build.rs")
        // Rules name what they look for, and their corpus holds it.
        || file.path.starts_with("crates/perfaudit-source/src/rules/")
        || ["/tests/", "/examples/"].iter().any(|folder| file.path.contains(folder));
    if !is_rust(file) || may {
        return None;
    }
    first_line_with(file, &["println!(", "print!(", "dbg!("])
        .map(|line| format!("{}:{line}: prints: only {OUTPUT} does", file.path))
}

fn unsafe_code(file: &TextFile) -> Option<String> {
    if !is_rust(file) || UNSAFE_PLACES.iter().any(|place| file.path.starts_with(place)) {
        return None;
    }
    first_line_with(
        file,
        &["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe(", "(unsafe_code"],
    )
    .map(|line| format!("{}:{line}: `unsafe` in a place that may not have it", file.path))
}

/// The first line, from 1, that has one of the needles.
fn first_line_with(file: &TextFile, needles: &[&str]) -> Option<usize> {
    file.text
        .lines()
        .position(|line| needles.iter().any(|needle| line.contains(needle)))
        .map(|index| index + 1)
}

/// Folders of this machine: the checkout and what it lies in, the user's home, the place for temporary files.
fn machine_folders() -> Vec<String> {
    let checkout = workspace::root();
    let folders: [Option<PathBuf>; 5] = [
        Some(checkout.to_owned()),
        checkout.parent().map(PathBuf::from),
        std::env::home_dir(),
        std::env::var_os("CARGO_HOME").map(PathBuf::from),
        Some(std::env::temp_dir()),
    ];
    let known = ["/home", "/root", "/Users", "/tmp"].map(str::to_owned);
    folders
        .into_iter()
        .flatten()
        .map(|folder| folder.display().to_string().trim_end_matches('/').to_owned())
        .filter(|folder| !folder.is_empty())
        .chain(known)
        .collect()
}

fn names_machine(file: &TextFile, folders: &[String]) -> Option<String> {
    if file.path == RULES {
        return None;
    }
    let (line, folder) = file.text.lines().enumerate().find_map(|(index, line)| {
        folders.iter().find(|folder| names_folder(line, folder)).map(|folder| (index + 1, folder))
    })?;
    Some(format!("{}:{line}: names `{folder}/`, a folder of one machine", file.path))
}

/// Whether a line holds a path below `folder` that begins there: `a/tmp/x` does not name `/tmp`.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(&format!("{folder}/")).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || "/._-~*}".contains(c)))
    })
}

/// Hosts that exist in one network only, and registries other than crates.io.
fn foreign_host(file: &TextFile) -> Option<String> {
    if file.path == RULES {
        return None;
    }
    let (line, what) = file.text.lines().enumerate().find_map(|(index, line)| {
        let source = line.trim().strip_prefix("source = \"").map(|rest| rest.trim_end_matches('"'));
        let registry =
            file.path.ends_with("Cargo.lock").then_some(source).flatten().filter(|s| *s != REGISTRY);
        registry.or_else(|| private_host(line)).map(|what| (index + 1, what))
    })?;
    Some(format!("{}:{line}: `{what}` is not a public host", file.path))
}

/// A host in a URL of the line that is an address or has no domain.
fn private_host(line: &str) -> Option<&str> {
    ["http://", "https://"].iter().flat_map(|scheme| line.split(scheme).skip(1)).find_map(|rest| {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || ".-_".contains(c))).unwrap_or(rest.len());
        let host = &rest[..end];
        let address = host.chars().all(|c| c.is_ascii_digit() || c == '.');
        (!host.is_empty() && (address || !host.contains('.'))).then_some(host)
    })
}

/// Crates that do not take the lints of the workspace.
fn manifests_without_lints(files: &[TextFile]) -> Vec<String> {
    let without = manifests(files).filter(|file| {
        let inherits = toml::from_str::<toml::Table>(&file.text)
            .ok()
            .and_then(|manifest| manifest.get("lints")?.get("workspace")?.as_bool());
        inherits != Some(true)
    });
    without.map(|file| format!("{}: lacks `[lints] workspace = true`", file.path)).collect()
}

/// Crates that ARCHITECTURE.md does not name.
fn crates_without_description(files: &[TextFile]) -> Vec<String> {
    let Some(architecture) = files.iter().find(|file| file.path == "ARCHITECTURE.md") else {
        return vec!["ARCHITECTURE.md: is missing; it names every crate and what it holds".to_owned()];
    };
    manifests(files)
        .filter_map(|file| file.path.strip_suffix("/Cargo.toml"))
        .filter(|folder| !architecture.text.contains(&format!("`{folder}`")))
        .map(|folder| format!("ARCHITECTURE.md: does not name `{folder}`"))
        .collect()
}

/// The manifests of the workspace's crates.
fn manifests(files: &[TextFile]) -> impl Iterator<Item = &TextFile> {
    files.iter().filter(|file| {
        let parts: Vec<&str> = file.path.split('/').collect();
        matches!(parts[..], ["crates", _, "Cargo.toml"] | ["xtask", "Cargo.toml"])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn the_project_is_tidy() {
        assert_eq!(complaints(&text_files().unwrap()), [""; 0]);
    }

    #[test]
    fn a_source_file_has_at_most_500_lines() {
        let lines = |n: usize| file("crates/a/src/lib.rs", &"x\n".repeat(n));
        assert!(too_long(&lines(500)).is_none());
        assert!(too_long(&lines(501)).is_some());
        assert_eq!(long_files(&[lines(400), lines(401), lines(501)]).len(), 1);
        assert!(too_long(&file("Cargo.lock", &"x\n".repeat(9999))).is_none());
    }

    #[test]
    fn only_the_output_module_prints() {
        let text = "fn f() {\n    println!(\"x\");\n}\n";
        assert!(prints(&file("crates/a/src/lib.rs", text)).unwrap().starts_with("crates/a/src/lib.rs:2:"));
        assert!(prints(&file("crates/a/src/lib.rs", "eprintln!(\"x\")")).is_some());
        assert!(prints(&file(OUTPUT, text)).is_none());
        assert!(prints(&file("xtask/src/main.rs", text)).is_none());
    }

    #[test]
    fn unsafe_code_is_found_even_where_the_lint_is_silenced() {
        assert!(unsafe_code(&file("crates/a/src/lib.rs", "let x = unsafe { f() };")).is_some());
        assert!(unsafe_code(&file("crates/a/src/lib.rs", "#![expect(unsafe_code)]")).is_some());
        assert!(unsafe_code(&file("crates/a/src/lib.rs", "// safe, not unsafe")).is_none());
    }

    #[test]
    fn folders_of_a_machine_are_found_where_a_path_begins() {
        assert!(names_folder("cd /tmp/x", "/tmp"));
        assert!(names_folder("\"/tmp/x\"", "/tmp"));
        assert!(!names_folder("target/tmp/x", "/tmp"));
        assert!(!names_folder("/tmpfs/x", "/tmp"));
    }

    #[test]
    fn hosts_that_only_one_network_knows_are_found() {
        assert_eq!(private_host("see http://localhost:8080/x"), Some("localhost"));
        assert_eq!(private_host("https://10.0.0.1/simple"), Some("10.0.0.1"));
        assert_eq!(private_host("https://crates.io and http://www.w3.org/2000/svg"), None);
        let mirror = file("Cargo.lock", "source = \"registry+https://mirror.example/index\"");
        assert!(foreign_host(&mirror).is_some());
    }

    #[test]
    fn every_crate_takes_the_lints_and_is_described() {
        let files = [
            file("crates/a/Cargo.toml", "[package]\nname = \"a\"\n[lints]\nworkspace = true\n"),
            file("crates/b/Cargo.toml", "[package]\nname = \"b\"\n"),
            file("ARCHITECTURE.md", "| `crates/a` | holds a |"),
        ];
        assert_eq!(
            manifests_without_lints(&files),
            ["crates/b/Cargo.toml: lacks `[lints] workspace = true`"]
        );
        assert_eq!(crates_without_description(&files), ["ARCHITECTURE.md: does not name `crates/b`"]);
        assert_eq!(crates_without_description(&files[..1]).len(), 1);
    }
}
