//! Patches: read or refused with their place, applied or not with the reason.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use perfaudit_prove::patch::{FileAction, LARGEST, Patch, PatchFault, PathFault, changes, read, write};
use proptest::prelude::*;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let tree = TempDir::new().expect("the place is ours");
    for (path, content) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the tree")).expect("the place is ours");
        fs::write(path, content).expect("the place is ours");
    }
    tree
}

fn one(text: &str) -> Patch {
    let mut patches = read("a.patch", text.as_bytes()).expect("it is a patch");
    assert_eq!(patches.len(), 1);
    patches.remove(0)
}

fn refused(text: &str) -> (usize, PatchFault) {
    let error = read("a.patch", text.as_bytes()).expect_err("it is refused");
    (error.line, error.fault)
}

fn apply(text: &str, tree: &Path) -> Result<(), String> {
    let changes = changes(&one(text), tree).map_err(|error| error.to_string())?;
    write(&changes, tree).map_err(|error| error.to_string())
}

fn content(tree: &TempDir, path: &str) -> String {
    fs::read_to_string(tree.path().join(path)).expect("the place is ours")
}

const SERIES: &str = "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: Somebody <somebody@example.org>
Date: Thu, 1 Jan 2026 00:00:00 +0000
Subject: [PATCH 1/2] Count once,
 and not twice

Expected: 10 % less time.
---
 src/lib.rs | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/src/lib.rs b/src/lib.rs
index 0123456..89abcde 100644
--- a/src/lib.rs
+++ b/src/lib.rs
@@ -1,3 +1,3 @@ fn main
 one
-two
+2
 three
-- 
2.39.5

From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: Somebody <somebody@example.org>
Subject: [PATCH 2/2] Another

diff --git a/new.sh b/new.sh
new file mode 100755
index 0000000..89abcde
--- /dev/null
+++ b/new.sh
@@ -0,0 +1 @@
+true
\\ No newline at end of file
diff --git a/old.txt b/kept.txt
similarity index 100%
rename from old.txt
rename to kept.txt
-- 
2.39.5
";

#[test]
fn messages_of_one_file_are_patches_of_their_own() {
    let patches = read("series.mbox", SERIES.as_bytes()).expect("they are patches");
    let subjects: Vec<&str> = patches.iter().map(|patch| patch.subject.as_str()).collect();
    assert_eq!(subjects, ["Count once, and not twice", "Another"]);
    assert_eq!(patches[0].name, "series.mbox (1)");
    assert!(patches[0].prose.ends_with("Expected: 10 % less time."), "{}", patches[0].prose);
    assert_eq!(patches.iter().map(Patch::changed_lines).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(patches[1].files[0].executable, Some(true));
    assert!(
        matches!(&patches[1].files[1].action, FileAction::Rename { from, .. } if from.as_str() == "old.txt")
    );
}

#[test]
fn a_series_applies_to_a_tree() {
    let tree = tree(&[("src/lib.rs", "one\ntwo\nthree\n"), ("old.txt", "x")]);
    for patch in read("series.mbox", SERIES.as_bytes()).expect("they are patches") {
        write(&changes(&patch, tree.path()).expect("it fits"), tree.path()).expect("it can be written");
    }
    assert_eq!(content(&tree, "src/lib.rs"), "one\n2\nthree\n");
    assert_eq!((content(&tree, "new.sh"), content(&tree, "kept.txt")), ("true".to_owned(), "x".to_owned()));
    assert!(!tree.path().join("old.txt").exists());
    let mode = tree.path().join("new.sh").metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
}

#[test]
fn paths_out_of_the_tree_are_refused_with_their_line() {
    let patch = |path: &str| format!("words\n\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n");
    for path in ["../../config.toml", "a/../../x"] {
        assert!(matches!(refused(&patch(path)), (3, PatchFault::Path(PathFault::Outside(_)))), "{path}");
    }
    assert!(matches!(refused(&patch("/etc/passwd")), (3, PatchFault::Path(PathFault::Absolute(_)))));
    assert!(matches!(refused(&patch(".git/config")), (3, PatchFault::Path(PathFault::Repository(_)))));
    let renamed = "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to ../y\n";
    assert!(matches!(refused(renamed), (1, PatchFault::Path(PathFault::Outside(_)))));
}

#[test]
fn links_submodules_and_binary_files_are_refused() {
    let made = |mode: &str| {
        format!(
            "diff --git a/x b/x\nnew file mode {mode}\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n"
        )
    };
    assert_eq!(refused(&made("120000")), (2, PatchFault::SymbolicLink));
    assert_eq!(refused(&made("160000")), (2, PatchFault::Submodule));
    let changed =
        "diff --git a/x b/x\nindex 0123456..89abcde 160000\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
    assert_eq!(refused(changed), (2, PatchFault::Submodule));
    let binary = "diff --git a/x b/x\nindex 0123456..89abcde 100644\nBinary files a/x and b/x differ\n";
    assert_eq!(refused(binary), (3, PatchFault::Binary));
    assert_eq!(refused("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\0\n"), (5, PatchFault::Binary));
}

#[test]
fn a_patch_that_is_too_large_is_refused() {
    let size = usize::try_from(LARGEST).expect("it fits") + 1;
    let error = read("a.patch", &vec![b'x'; size]).expect_err("it is too large");
    assert_eq!(error.fault, PatchFault::TooLarge(LARGEST + 1));
}

#[test]
fn what_is_no_patch_is_refused() {
    for text in ["", "only words\n", "--- a/x\n+++ b/x\n", "diff --git a/x b/x\nindex 1..2 100644\n"] {
        let (_, fault) = refused(text);
        assert!(matches!(fault, PatchFault::Empty | PatchFault::FileHead(_)), "{text}: {fault}");
    }
}

#[test]
fn the_head_of_a_hunk_and_its_lines_must_agree() {
    let cut = "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n";
    assert_eq!(refused(cut), (7, PatchFault::CutShort { hunk: 1, before: 1, after: 1 }));
    let long = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n+d\n";
    assert_eq!(refused(long), (7, PatchFault::TooLong { hunk: 1 }));
    assert!(matches!(refused("--- a/x\n+++ b/x\n@@ one @@\n a\n"), (3, PatchFault::HunkHead(_))));
    let huge = "--- a/x\n+++ b/x\n@@ -1,99999999999999999999 +1 @@\n a\n";
    assert!(matches!(refused(huge), (3, PatchFault::HunkHead(_))));
}

#[test]
fn a_hunk_is_found_where_its_lines_stand_now() {
    let tree = tree(&[("x", "new\nnew\na\nb\nc\n")]);
    apply("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", tree.path())
        .expect("it fits two lines below");
    assert_eq!(content(&tree, "x"), "new\nnew\na\nB\nc\n");
}

#[test]
fn a_patch_that_does_not_fit_says_what_stands_there_and_changes_nothing() {
    let tree = tree(&[("x", "a\nb\nother\nd\n"), ("y", "y\n")]);
    let patch =
        "--- a/y\n+++ b/y\n@@ -1 +1 @@\n-y\n+Y\n--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n a\n b\n-c\n+C\n d\n";
    let told = apply(patch, tree.path()).expect_err("it does not fit");
    assert_eq!(
        told,
        "a.patch:8: `x`, hunk 1: line 3 is not as the patch has it: `other` stands there instead of `c`; line 1 is similar, where 3 of 4 lines agree"
    );
    assert_eq!(content(&tree, "y"), "y\n");
    let told =
        apply("--- a/x\n+++ b/x\n@@ -9,2 +9,1 @@\n p\n-q\n", tree.path()).expect_err("it does not fit");
    assert!(
        told.ends_with("the file has ended, and `p` should stand there; no place in the file is similar"),
        "{told}"
    );
}

#[test]
fn files_are_made_and_removed_only_where_that_is_meant() {
    let tree = tree(&[("x", "a\n")]);
    let make = |path: &str| format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+n\n");
    assert!(apply(&make("x"), tree.path()).expect_err("it exists").contains("`x` exists"));
    assert!(apply(&make("x/y"), tree.path()).is_err());
    apply(&make("new/folder/y"), tree.path()).expect("it is new");
    assert_eq!(content(&tree, "new/folder/y"), "n\n");
    let missing = "--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n";
    assert!(apply(missing, tree.path()).expect_err("there is none").contains("`z` does not exist"));
    apply("--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", tree.path()).expect("it fits");
    assert!(!tree.path().join("x").exists());
}

#[test]
fn nothing_is_written_through_a_link() {
    let (tree, outside) = (tree(&[("x", "a\n")]), tree(&[("file", "a\n")]));
    symlink(outside.path(), tree.path().join("folder")).expect("the place is ours");
    symlink(outside.path().join("file"), tree.path().join("file")).expect("the place is ours");
    for path in ["folder/file", "file"] {
        let patch = format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+b\n");
        assert!(apply(&patch, tree.path()).expect_err("it is a link").contains("symbolic link"), "{path}");
    }
    assert_eq!(content(&outside, "file"), "a\n");
}

#[test]
fn line_breaks_stay_as_they_are() {
    let tree = tree(&[("x", "a\r\nb")]);
    let patch = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n";
    apply(patch, tree.path()).expect("it fits");
    assert_eq!(content(&tree, "x"), "a\r\nc\n");
    let told =
        apply("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-c\n+d\n", tree.path()).expect_err("it does not fit");
    assert!(told.contains(r"`a\r\n` stands there instead of `a\n`"), "{told}");
}

/// A few lines of a few kinds, so that they repeat.
fn lines() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[ab]{0,2}", 0..12)
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

proptest! {
    #[test]
    fn a_patch_turns_the_one_into_the_other(before in lines(), after in lines()) {
        let (old, new) = (text(&before), text(&after));
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let count = |lines: &[String]| format!("{},{}", usize::from(!lines.is_empty()), lines.len());
        let mut patch = format!("--- a/x\n+++ b/x\n@@ -{} +{} @@\n", count(&before), count(&after));
        before.iter().for_each(|line| patch.push_str(&format!("-{line}\n")));
        after.iter().for_each(|line| patch.push_str(&format!("+{line}\n")));
        let tree = tree(&[("x", &old)]);
        apply(&patch, tree.path()).expect("it fits");
        prop_assert_eq!(content(&tree, "x"), new);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s)([-+ @a-z0-9,]{0,6}|--- a/x|\\+\\+\\+ b/x|@@ -1 \\+1 @@|diff --git a/x b/x|\n){0,40}") {
        if let Ok(patches) = read("a.patch", text.as_bytes()) {
            let tree = tree(&[("x", "a\nb\n")]);
            for patch in patches {
                prop_assert!(!patch.files.is_empty());
                let _ = changes(&patch, tree.path());
            }
        }
    }
}
