//! The command on generated notes, against answers that are found in the simplest way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::UNIX_EPOCH;

use notes::{Config, Note, Overrides, Plan, generate};
use tempfile::TempDir;

const PLAN: Plan = Plan { notes: 30, seed: 7 };

struct Folder {
    root: PathBuf,
    _folder: TempDir,
}

fn empty() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    Folder { root: folder.path().join("notes"), _folder: folder }
}

fn generated() -> Folder {
    let folder = empty();
    generate(&folder.root, PLAN).unwrap();
    folder
}

fn written(files: &[(&str, &str)]) -> Folder {
    let folder = empty();
    for (path, text) in files {
        let path = folder.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn command(arguments: &[&str], root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notes"));
    command.arg(arguments[0]).arg(root).args(&arguments[1..]).env_clear();
    command
}

fn run(mut command: Command) -> Output {
    command.output().unwrap()
}

fn printed(arguments: &[&str], root: &Path) -> String {
    text(run(command(arguments, root)))
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The notes of a generated folder in the order of their paths.
fn notes(root: &Path) -> Vec<Note> {
    let mut paths = Vec::new();
    for area in ["archive", "books", "journal", "people", "places", "projects"] {
        for entry in fs::read_dir(root.join(area)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !name.contains("draft") {
                paths.push(format!("{area}/{name}"));
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Note::parse(path, &fs::read_to_string(root.join(path)).unwrap())).collect()
}

fn lower_words(note: &Note) -> Vec<String> {
    let words = note.body.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| word.chars().count() >= 3).collect()
}

/// The first words that stand in many notes, and their numbers of notes.
fn frequent_words(notes: &[Note]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for note in notes {
        for word in lower_words(note).into_iter().collect::<BTreeSet<_>>() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<_> = counts.into_iter().collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    words.into_iter().map(|(word, _)| word).collect()
}

#[test]
fn generate_makes_the_notes_of_its_seed() {
    let (by_command, by_library) = (empty(), generated());
    assert_eq!(printed(&["generate", "--notes", "30", "--seed", "7"], &by_command.root), "30 notes\n");
    assert_eq!(notes(&by_command.root), notes(&by_library.root));
    assert_eq!(notes(&by_library.root).len(), 30);
}

#[test]
fn index_counts_notes_and_words_whether_or_not_they_are_in_the_cache() {
    let folder = generated();
    let words: BTreeSet<String> = notes(&folder.root).iter().flat_map(lower_words).collect();
    let expected = format!("30 notes, {} words\n", words.len());
    assert_eq!(printed(&["index"], &folder.root), expected);
    assert_eq!(printed(&["index"], &folder.root), expected);
    assert_eq!(printed(&["index", "--no-cache"], &folder.root), expected);
}

#[test]
fn search_ranks_by_the_number_of_words_and_then_by_path() {
    let folder = generated();
    let notes = notes(&folder.root);
    let query = frequent_words(&notes)[5..8].to_vec();
    let mut expected: Vec<(usize, &Note)> = notes
        .iter()
        .map(|note| (lower_words(note).iter().filter(|word| query.contains(word)).count(), note))
        .filter(|(count, _)| *count > 0)
        .collect();
    expected.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.path.cmp(&b.1.path)));
    assert!(expected.len() > 10);
    let lines = |hits: &[(usize, &Note)]| {
        hits.iter()
            .map(|(count, note)| format!("{count}\t{}\t{}\n", note.path, note.title))
            .collect::<String>()
    };
    let asked = query.join(", ").to_uppercase();
    assert_eq!(printed(&["search", &asked], &folder.root), lines(&expected[..10]));
    assert_eq!(printed(&["search", &asked, "--set", "results=3"], &folder.root), lines(&expected[..3]));
    let tagged: Vec<_> =
        expected.iter().copied().filter(|(_, note)| note.tags.iter().any(|tag| tag == "tea")).collect();
    let shown = printed(&["search", &asked, "--tag", "tea", "--set", "results=99"], &folder.root);
    assert_eq!(shown, lines(&tagged));
}

#[test]
fn case_does_not_matter_in_any_script() {
    let folder = written(&[("a.md", "\u{dc}ber \u{fc}ber Tee"), ("b.md", "\u{39a}\u{3b1}\u{3b9}")]);
    for text in ["\u{fc}ber", "\u{dc}BER"] {
        assert_eq!(printed(&["search", text], &folder.root), "2\ta.md\ta.md\n");
    }
    assert_eq!(printed(&["search", "\u{3ba}\u{391}\u{399}"], &folder.root), "1\tb.md\tb.md\n");
}

#[test]
fn list_has_a_line_for_each_note_in_the_order_of_paths() {
    let folder = generated();
    let mut expected = String::new();
    for note in notes(&folder.root) {
        let words = note.body.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
        let minutes = words.div_ceil(220).max(1);
        expected += &format!("{}\t{minutes} min\t{}\t{}\n", note.path, note.tags.join(","), note.title);
    }
    assert_eq!(printed(&["list"], &folder.root), expected);
    assert_eq!(printed(&["list"], &folder.root), expected);
}

#[test]
fn related_finds_each_note_at_its_distance() {
    let folder = generated();
    let notes = notes(&folder.root);
    let mut distances: BTreeMap<String, usize> = BTreeMap::from([("note-00029".to_owned(), 0)]);
    for distance in 0..notes.len() {
        for note in &notes {
            if distances.get(Note::name(&note.path)) != Some(&distance) {
                continue;
            }
            for part in note.body.split("[[").skip(1) {
                let name = part.split(['|', ']']).next().unwrap();
                distances.entry(name.to_owned()).or_insert(distance + 1);
            }
        }
    }
    let shown = printed(&["related", "note-00029"], &folder.root);
    let mut last = 1;
    for line in shown.lines() {
        let [distance, path, _] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let distance: usize = distance.parse().unwrap();
        assert_eq!(distances.get(Note::name(path)), Some(&distance), "{line}");
        assert!(distance >= last, "{line}");
        last = distance;
    }
    assert!(last > 1);
    assert_eq!(shown.lines().count(), distances.len() - 1);
}

#[test]
fn a_note_that_changed_is_read_again() {
    let folder = written(&[("a.md", "tea tea"), ("b.md", "tea")]);
    assert_eq!(printed(&["search", "tea"], &folder.root), "2\ta.md\ta.md\n1\tb.md\tb.md\n");
    fs::write(folder.root.join("a.md"), "# Cups\ncup and saucer").unwrap();
    assert_eq!(printed(&["search", "tea"], &folder.root), "1\tb.md\tb.md\n");
    assert_eq!(printed(&["search", "cup"], &folder.root), "1\ta.md\tCups\n");
    fs::remove_file(folder.root.join("a.md")).unwrap();
    assert_eq!(printed(&["index"], &folder.root), "1 notes, 1 words\n");
}

#[test]
fn a_change_that_keeps_the_length_is_seen_by_its_time() {
    let folder = written(&[("a.md", "tea")]);
    assert_eq!(printed(&["search", "cup"], &folder.root), "");
    let path = folder.root.join("a.md");
    fs::write(&path, "cup").unwrap();
    File::options().write(true).open(path).unwrap().set_modified(UNIX_EPOCH).unwrap();
    assert_eq!(printed(&["search", "cup"], &folder.root), "1\ta.md\ta.md\n");
}

#[test]
fn the_log_tells_how_much_came_from_the_cache() {
    let folder = written(&[("a.md", "tea"), ("b.md", "tea cup [[a]]")]);
    let log = folder.root.join("log.txt");
    let logged = |debug: bool| {
        let mut command = command(&["index", "--log", log.to_str().unwrap()], &folder.root);
        if debug {
            command.env("NOTES_DEBUG", "1");
        }
        text(run(command));
        fs::read_to_string(&log).unwrap()
    };
    fs::write(folder.root.join("notes.toml"), "ignore = [\"log.txt\"]").unwrap();
    assert_eq!(logged(false), "info: 0 of 2 notes from the cache\n");
    assert_eq!(logged(false), "info: 2 of 2 notes from the cache\n");
    let debug =
        "debug: a.md: 1 words, 0 links\ndebug: b.md: 2 words, 1 links\ninfo: 2 of 2 notes from the cache\n";
    assert_eq!(logged(true), debug);
}

#[test]
fn the_shortest_word_counts_for_notes_in_the_cache_too() {
    let folder = written(&[("a.md", "of tea"), ("notes.toml", "shortest-word = 3")]);
    assert_eq!(printed(&["index"], &folder.root), "1 notes, 1 words\n");
    assert_eq!(printed(&["index", "--set", "shortest-word=2"], &folder.root), "1 notes, 2 words\n");
    let mut by_variable = command(&["index"], &folder.root);
    by_variable.env("NOTES_SHORTEST_WORD", "4");
    assert_eq!(text(run(by_variable)), "1 notes, 0 words\n");
}

#[test]
fn the_environment_goes_before_the_file_and_flags_before_the_environment() {
    let folder = written(&[("notes.toml", "results = 2\nbase-url = \"/file/\"\nsite-title = \"File\"")]);
    let mut command = command(&["config", "--set", "results=4"], &folder.root);
    command.env("NOTES_RESULTS", "3").env("NOTES_BASE_URL", "/environment/");
    let shown: serde_json::Value = serde_json::from_str(&text(run(command))).unwrap();
    assert_eq!(shown["results"], 4);
    assert_eq!(shown["base-url"], "/environment/");
    assert_eq!(shown["site-title"], "File");
    let mut overrides = Overrides::default();
    overrides.add("results=4");
    assert_eq!(Config::load(&folder.root, &overrides).unwrap().results, 4);
}

#[test]
fn a_page_has_the_note_the_environment_and_the_commit() {
    let template = "<title>{{ note.title }} - {{ site.title }}</title>\n{{ note.html }}   \n<ul>{{note.tags}}</ul>\n\
        {{ vcs.branch }} {{ vcs.commit }} {{ env.USER }} {{ env.API_TOKEN }}{{ env.NOTHING }} {{ site.url }}{{ note.path }}";
    let folder = written(&[
        ("template.html", template),
        ("notes.toml", "site-title = \"A & B\"\nbase-url = \"/n/\"\nignore = [\"*.draft.md\"]"),
        (".git/HEAD", "ref: refs/heads/draft/2\n"),
        (".git/packed-refs", "# pack-refs\nabc123 refs/heads/draft/2\n"),
        ("in/tea.md", "---\ntitle: Tea <1>\ntags: hot, green & black\n---\n# Tea\nSee [[cup]].\n\n- one\n"),
        ("in/x.draft.md", "not this one"),
    ]);
    let pages = folder.root.with_file_name("pages");
    let mut command = command(&["render", pages.to_str().unwrap()], &folder.root);
    command.env("USER", "anna").env("API_TOKEN", "hunter2");
    assert_eq!(text(run(command)), "1 pages\n");
    let page = fs::read_to_string(pages.join("tea.html")).unwrap();
    let expected = "<title>Tea &lt;1&gt; - A &amp; B</title>\n<h1 id=\"tea\">Tea</h1>\n<p>\n\
        See <a href=\"/n/cup.html\">cup</a>.\n</p>\n<ul>\n<li>one</li>\n</ul>\n\n\
        <ul><li>hot</li><li>green &amp; black</li></ul>\ndraft/2 abc123 anna *** /n/in/tea.md\n";
    assert_eq!(page, expected);
    assert_eq!(fs::read_dir(&pages).unwrap().count(), 1);
}

#[test]
fn every_generated_note_becomes_a_page() {
    let folder = generated();
    let pages = folder.root.with_file_name("pages");
    assert_eq!(printed(&["render", pages.to_str().unwrap()], &folder.root), "30 pages\n");
    for note in notes(&folder.root) {
        let page = fs::read_to_string(pages.join(format!("{}.html", Note::name(&note.path)))).unwrap();
        assert!(page.contains(&format!("<title>{} - Notes &amp; more</title>", note.title)), "{}", note.path);
        assert!(page.contains("<p>main 9fceb02d0ae598e95dc970b74767f19372d61af8 by </p>"), "{}", note.path);
        assert_eq!(page.matches("<a href=\"/notes/note-").count(), note.body.matches("[[").count());
        assert!(!page.contains("{{") && page.ends_with("</html>\n"));
    }
}

#[test]
fn the_command_explains_what_it_wants_and_what_went_wrong() {
    let usage = run(command(&["sing"], Path::new("notes")));
    assert_eq!(usage.status.code(), Some(2));
    assert!(String::from_utf8(usage.stderr).unwrap().contains("usage: notes"));
    let failure = |arguments: &[&str], root: &Path| {
        let output = run(command(arguments, root));
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(failure(&["index"], Path::new("no-such-folder")).contains("cannot read no-such-folder"));
    let folder = written(&[("a.md", "tea")]);
    assert!(failure(&["related", "b"], &folder.root).contains("there is no note `b`"));
    assert!(failure(&["config", "--set", "results=x"], &folder.root).contains("`results` cannot be `x`"));
}
