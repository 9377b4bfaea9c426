//! Trees taken out of repositories of every shape, which are left as they were.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use perfaudit_exec::Interrupt;
use perfaudit_prove::source::{MissingSubmodule, Repository, SourceError, copy_working_tree};
use tempfile::TempDir;

/// A folder of repositories.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().expect("the place is ours"))
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().canonicalize().expect("the place is ours").join(path)
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("the place is ours")).expect("the place is ours");
        fs::write(path, content).expect("the place is ours");
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(self.at(folder))
            .output()
            .expect("the place is ours");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A repository in the folder `repo` whose first commit has `file` with content `old`, and the second with `new`.
    fn with_two_commits() -> Self {
        let place = Self::new();
        place.write("repo/file", "old");
        place.git("repo", &["init", "--quiet", "--initial-branch", "main"]);
        place.commit("repo");
        place.write("repo/file", "new");
        place.commit("repo");
        place
    }

    fn commit(&self, folder: &str) {
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--message", "change"]);
    }

    fn repository(&self, folder: &str) -> Repository {
        Repository::holding(&self.at(folder), &Interrupt::new()).expect("the place is ours")
    }

    /// Exports a revision into the folder `out`.
    fn export(&self, folder: &str, revision: &str) -> Vec<MissingSubmodule> {
        let repository = self.repository(folder);
        let commit = repository.commit(revision, &Interrupt::new()).expect("the place is ours");
        repository.export(&commit, &self.at("out"), &Interrupt::new()).expect("the place is ours")
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).expect("the place is ours")
    }
}

/// Every file below a folder with its content, `.git` included.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).expect("the place is ours") {
        let path = entry.expect("the place is ours").path();
        if path.is_symlink() || path.is_file() {
            found.insert(path.clone(), fs::read(&path).unwrap_or_default());
        } else {
            found.extend(contents(&path));
        }
    }
    found
}

#[test]
fn a_commit_is_written_as_a_checkout_would_and_the_repository_stays_byte_for_byte_the_same() {
    let place = Place::with_two_commits();
    place.write("repo/tool", "#!/bin/sh\n");
    fs::set_permissions(place.at("repo/tool"), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("file", place.at("repo/link")).unwrap();
    // What an archive would leave out or rewrite.
    place.write("repo/.gitattributes", "file export-ignore\n");
    place.commit("repo");
    // A hook of the user's is none of ours.
    place.write("repo/.git/hooks/post-checkout", "#!/bin/sh\ntouch \"$GIT_DIR/hooked\"\n");
    fs::copy(place.at("repo/.git/hooks/post-checkout"), place.at("repo/.git/hooks/post-index-change"))
        .unwrap();
    for hook in ["post-checkout", "post-index-change"] {
        let hook = place.at(&format!("repo/.git/hooks/{hook}"));
        fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
    place.write("repo/file", "not committed");
    let before = contents(&place.at("repo"));
    assert_eq!(place.export("repo", "HEAD"), []);
    assert_eq!(contents(&place.at("repo")), before);
    assert_eq!(place.read("out/file"), "new");
    assert_eq!(fs::read_link(place.at("out/link")).unwrap(), Path::new("file"));
    assert_eq!(fs::metadata(place.at("out/tool")).unwrap().permissions().mode() & 0o111, 0o111);
    assert!(!place.at("out/.git").exists());
}

#[test]
fn a_revision_is_a_commit_by_any_of_its_names_and_nothing_else_is() {
    let place = Place::with_two_commits();
    place.git("repo", &["tag", "v1", "HEAD~1"]);
    let repository = place.repository("repo");
    let commit = |name: &str| repository.commit(name, &Interrupt::new());
    assert_eq!(commit("v1").unwrap(), commit("main^").unwrap());
    for name in ["nowhere", "", "--all", "-h", "HEAD:file"] {
        let error = commit(name).unwrap_err();
        assert!(matches!(error, SourceError::UnknownRevision { is_shallow: false, .. }), "{name}: {error}");
    }
}

#[test]
fn what_a_shallow_clone_lacks_is_told_as_such() {
    let place = Place::with_two_commits();
    let from = format!("file://{}", place.at("repo").display());
    place.git("", &["clone", "--quiet", "--depth", "1", &from, "shallow"]);
    let repository = place.repository("shallow");
    let error = repository.commit("HEAD~1", &Interrupt::new()).unwrap_err().to_string();
    assert!(error.contains("git fetch --unshallow"), "{error}");
    assert_eq!(place.export("shallow", "HEAD"), []);
    assert_eq!(place.read("out/file"), "new");
}

#[test]
fn a_linked_working_tree_has_the_commits_of_its_repository_and_files_of_its_own() {
    let place = Place::with_two_commits();
    place.git("repo", &["worktree", "add", "--quiet", "../linked", "HEAD~1"]);
    place.write("linked/file", "changed there");
    let repository = place.repository("linked");
    assert_eq!(repository.top, place.at("linked"));
    assert!(repository.is_dirty(&Interrupt::new()).unwrap());
    place.export("linked", "main");
    assert_eq!(place.read("out/file"), "new");
    copy_working_tree(&repository, &place.at("copy"), &Interrupt::new()).unwrap();
    assert_eq!(place.read("copy/file"), "changed there");
}

#[test]
fn submodules_come_along_and_one_that_is_not_there_is_told() {
    let place = Place::with_two_commits();
    place.write("outer/own", "own");
    place.git("outer", &["init", "--quiet", "--initial-branch", "main"]);
    let from = place.at("repo");
    place.git("outer", &["submodule", "--quiet", "add", from.to_str().unwrap(), "inner"]);
    place.commit("outer");
    assert_eq!(place.export("outer", "HEAD"), []);
    assert_eq!(place.read("out/inner/file"), "new");
    place.write("outer/inner/file", "changed there");
    copy_working_tree(&place.repository("outer"), &place.at("copy"), &Interrupt::new()).unwrap();
    assert_eq!(
        (place.read("copy/inner/file"), place.read("copy/own")),
        ("changed there".into(), "own".into())
    );
    let outer = place.at("outer");
    place.git("", &["clone", "--quiet", outer.to_str().unwrap(), "bare-of-inner"]);
    fs::remove_dir_all(place.at("out")).unwrap();
    assert_eq!(place.export("bare-of-inner", "HEAD"), [MissingSubmodule { path: "inner".into() }]);
}

#[test]
fn a_copy_of_the_working_tree_holds_what_git_would_add_and_not_what_it_ignores() {
    let place = Place::with_two_commits();
    place.write("repo/.gitignore", "ignored\n");
    place.write("repo/ignored", "");
    place.write("repo/unknown", "new");
    fs::remove_file(place.at("repo/file")).unwrap();
    copy_working_tree(&place.repository("repo"), &place.at("copy"), &Interrupt::new()).unwrap();
    let names: Vec<String> = contents(&place.at("copy"))
        .into_keys()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, [".gitignore", "unknown"]);
}

#[test]
fn a_folder_without_a_repository_is_told_with_what_can_be_compared_without() {
    let place = Place::new();
    let error = Repository::holding(&place.at(""), &Interrupt::new()).unwrap_err();
    assert!(matches!(error, SourceError::NoRepository { .. }));
    assert!(error.to_string().contains("`bin:FILE`"), "{error}");
}
