use std::fs;
use std::path::Path;

use crate::NotesError;
use crate::rng::Rng;

const TAGS: [&str; 12] = [
    "tea", "garden", "reading", "travel", "work", "music", "recipes", "ideas", "family", "health",
    "language", "history",
];
const AREAS: [&str; 6] = ["journal", "projects", "people", "places", "books", "archive"];
const SYLLABLES: [&str; 20] = [
    "ba", "co", "di", "fe", "gu", "ha", "jo", "ke", "li", "mo", "nu", "pa", "ri", "so", "te", "ul", "ve",
    "wi", "xa", "zo",
];
/// Words that the notes are made of, the frequent ones first.
const VOCABULARY: usize = 4_000;
/// Words in a note, on average.
const WORDS: usize = 400;

const CONFIG: &str = "site-title = \"Notes & more\"
base-url = \"/notes/\"
shortest-word = 3
ignore = [\"*.draft.md\", \"*.tmp.txt\", \"trash\"]
";
const TEMPLATE: &str = "<!doctype html>
<html lang=\"en\">
<title>{{ note.title }} - {{ site.title }}</title>
<main data-path=\"{{ note.path }}\">
{{ note.html }}
</main>
<footer>
<ul>{{ note.tags }}</ul>
<p>{{ vcs.branch }} {{ vcs.commit }} by {{ env.USER }}</p>
</footer>
</html>
";
const COMMIT: &str = "9fceb02d0ae598e95dc970b74767f19372d61af8";

/// What is generated; the same plan makes the same files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many notes.
    pub notes: usize,
    /// Where the random numbers start.
    pub seed: u64,
}

/// Fills a folder with notes, drafts that are to be ignored, a configuration, a template and a commit.
///
/// # Errors
/// A file cannot be written.
pub fn generate(root: &Path, plan: Plan) -> Result<(), NotesError> {
    write(root, "notes.toml", CONFIG)?;
    write(root, "template.html", TEMPLATE)?;
    write(root, ".git/HEAD", "ref: refs/heads/main\n")?;
    write(root, ".git/refs/heads/main", &format!("{COMMIT}\n"))?;
    for number in 0..plan.notes {
        let area = AREAS[number % AREAS.len()];
        write(root, &format!("{area}/note-{number:05}.md"), &note_text(plan, number))?;
        if number % 10 == 9 {
            write(root, &format!("{area}/idea-{number:05}.draft.md"), "Not yet.\n")?;
        }
    }
    Ok(())
}

fn write(root: &Path, path: &str, text: &str) -> Result<(), NotesError> {
    let path = root.join(path);
    let folder = path.parent().unwrap_or(root);
    fs::create_dir_all(folder).map_err(NotesError::write(folder))?;
    fs::write(&path, text).map_err(NotesError::write(&path))
}

/// The text of one note of a plan.
pub fn note_text(plan: Plan, number: usize) -> String {
    let mut rng = Rng::new(plan.seed ^ ((number as u64) << 24));
    let title = [sentence_start(&word(&mut rng)), word(&mut rng), word(&mut rng)].join(" ");
    let tags: Vec<&str> = (0..1 + rng.below(4)).map(|_| rng.pick(&TAGS)).collect();
    let mut text = format!("---\ntitle: {title}\ntags: {}\n---\n# {title}\n\n", tags.join(", "));
    let mut left = WORDS / 2 + rng.below(WORDS);
    while left > 0 {
        match rng.below(12) {
            0 => text.push_str(&format!("\n## {} {}\n\n", sentence_start(&word(&mut rng)), word(&mut rng))),
            1 | 2 => text.push_str(&format!("- {} & {}\n", word(&mut rng), word(&mut rng))),
            3 => {
                // Mostly to older notes near by, so that the way to the others is long.
                let target = number.saturating_sub(1 + rng.rank(plan.notes.max(2)));
                text.push_str(&format!(
                    "{} [[note-{target:05}|{}]].\n",
                    sentence_start(&word(&mut rng)),
                    word(&mut rng)
                ));
            }
            _ => {
                let words = (8 + rng.below(8)).min(left);
                left -= words;
                let sentence: Vec<String> = (0..words).map(|_| word(&mut rng)).collect();
                text.push_str(&format!("{}.\n", sentence_start(&sentence.join(" "))));
                if rng.below(4) == 0 {
                    text.push('\n');
                }
            }
        }
    }
    text
}

/// A word of two to four syllables; frequent ones are short.
fn word(rng: &mut Rng) -> String {
    let mut rest = rng.rank(VOCABULARY) + SYLLABLES.len();
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

fn sentence_start(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_plan_gives_the_same_note_and_another_seed_another() {
        let plan = Plan { notes: 50, seed: 1 };
        assert_eq!(note_text(plan, 7), note_text(plan, 7));
        assert_ne!(note_text(plan, 7), note_text(Plan { seed: 2, ..plan }, 7));
        assert_ne!(note_text(plan, 7), note_text(plan, 8));
    }
}
