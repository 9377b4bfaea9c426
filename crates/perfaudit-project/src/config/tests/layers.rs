use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use perfaudit_result::Mode;
use tempfile::TempDir;

use super::super::{Config, ConfigError, Location, Origin, user_file};

fn project(text: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("perfaudit.toml"), text).unwrap();
    root
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn load(root: &TempDir) -> Result<Config, ConfigError> {
    Config::load(root.path(), &nothing, None)
}

fn problems(root: &TempDir) -> String {
    load(root).unwrap_err().to_string()
}

#[test]
fn without_any_file_everything_is_a_default() {
    let root = tempfile::tempdir().unwrap();
    let config = Config::load(root.path(), &nothing, Some(&root.path().join("none.toml"))).unwrap();
    assert!(config.show().iter().flat_map(|section| &section.rows).all(|row| row.origin == Origin::Default));
}

#[test]
fn each_layer_beats_the_one_below_and_leaves_its_name() {
    let root = project("[audit]\nbudget = \"2m\"\nkeep = 2\noffline = true\n");
    let user = root.path().join("config.toml");
    fs::write(&user, "[audit]\nallow = [\"other-load\"]\nbudget = \"1m\"\nkeep = 1\n").unwrap();
    let environment = |variable: &str| match variable {
        "PERFAUDIT_KEEP" => Some("3".to_owned()),
        "PERFAUDIT_OFFLINE" => Some("0".to_owned()),
        "PERFAUDIT_MODE" => Some(String::new()),
        _ => None,
    };
    let mut audit = Config::load(root.path(), &environment, Some(&user)).unwrap().audit;
    audit.offline.command_line(Some(true));
    audit.keep.command_line::<std::num::NonZeroU16>(None);

    assert_eq!((audit.mode.value, audit.mode.origin), (Mode::Standard, Origin::Default));
    assert_eq!(audit.allow.value, ["other-load"]);
    assert_eq!(audit.allow.origin, Origin::File(Location { path: user, line: 2, column: 1 }));
    assert_eq!(audit.budget.value.map(|budget| budget.as_secs()), Some(120));
    assert_eq!(audit.budget.origin.to_string(), "perfaudit.toml:2:1");
    assert_eq!((audit.keep.value.get(), audit.keep.origin), (3, Origin::Environment("PERFAUDIT_KEEP")));
    assert_eq!((audit.offline.value, audit.offline.origin), (true, Origin::CommandLine));
}

#[test]
fn the_problems_of_all_layers_are_told_at_once() {
    let root = project("[audit]\nmode = \"fast\"\n");
    let user = root.path().join("config.toml");
    fs::write(&user, "[[slo]]\nmetric = \"rss.peak\"\nlimit = \"1 MB\"\n").unwrap();
    let environment = |variable: &str| Some(format!("{} wrong", variable.len()));
    let error = Config::load(root.path(), &environment, Some(&user)).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&user.display().to_string(), "USER/config.toml"));
}

#[test]
fn a_file_that_is_no_utf8_is_told_with_the_place() {
    let root = project("");
    fs::write(root.path().join("perfaudit.toml"), b"[audit]\n# \xc3\xa9 caf\xe9\n").unwrap();
    assert_eq!(
        problems(&root),
        "perfaudit.toml:2:8: is not valid UTF-8 from here on; save the file as UTF-8"
    );
}

#[test]
fn a_file_of_more_than_a_megabyte_is_not_read() {
    let root = project(&"#".repeat(1_000_001));
    assert_eq!(problems(&root), "perfaudit.toml: is larger than 1 MB, the most that is read");
    assert!(load(&project(&"#".repeat(1_000_000))).is_ok());
}

#[test]
fn a_folder_and_a_dangling_link_are_no_configuration() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("perfaudit.toml")).unwrap();
    assert_eq!(problems(&root), "perfaudit.toml: is not a file");
    let root = tempfile::tempdir().unwrap();
    symlink("missing.toml", root.path().join("perfaudit.toml")).unwrap();
    assert!(problems(&root).starts_with("perfaudit.toml: cannot be read: "));
}

#[test]
fn the_file_may_be_a_link() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("shared.toml"), "[audit]\nkeep = 7\n").unwrap();
    symlink("shared.toml", root.path().join("perfaudit.toml")).unwrap();
    assert_eq!(load(&root).unwrap().audit.keep.value.get(), 7);
}

#[test]
fn a_directory_or_an_input_behind_a_link_out_of_the_project_is_refused() {
    let root = project(
        "[[command]]\nname = \"a\"\nrun = \"true {f}\"\ninput = \"{f}\"\nparameters = { f = [\"in\", \"out/x\"] }\n\
         directory = \"out\"\n[[command]]\nname = \"b\"\nrun = \"true\"\ndirectory = \"in\"\n",
    );
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x"), "").unwrap();
    symlink(outside.path(), root.path().join("out")).unwrap();
    symlink(".", root.path().join("in")).unwrap();
    insta::assert_snapshot!(problems(&root));
}

#[test]
fn the_users_file_is_where_the_xdg_specification_says() {
    let file = |xdg: Option<&str>, home: Option<&str>| {
        let (xdg, home) = (xdg.map(str::to_owned), home.map(str::to_owned));
        user_file(&move |variable: &str| if variable == "HOME" { home.clone() } else { xdg.clone() })
    };
    let expected = |path: &str| Some(PathBuf::from(path));
    assert_eq!(file(Some("/x"), Some("/h")), expected("/x/perfaudit/config.toml"));
    assert_eq!(file(None, Some("/h")), expected("/h/.config/perfaudit/config.toml"));
    assert_eq!(file(Some("relative"), Some("/h")), expected("/h/.config/perfaudit/config.toml"));
    assert_eq!(file(None, None), None::<&Path>.map(Path::to_owned));
}
