//! Pieces of text that are replaced.

/// A piece of a text that becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last one; `start` where something is only added.
    pub end: usize,
    /// What stands there afterwards.
    pub text: String,
}

/// Two changes want the same lines to become different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it changes the same text as another one, at byte {at}")]
pub struct Overlap {
    /// Where.
    pub at: usize,
}

/// The text after all edits. The same edit may be asked for several times, as an import that two changes need; what is
/// added at one place stays in the order in which it is named.
///
/// # Errors
/// When two edits want to replace the same bytes.
pub fn edited(text: &str, edits: &[Edit]) -> Result<String, Overlap> {
    let mut all: Vec<&Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        if !all.contains(&edit) {
            all.push(edit);
        }
    }
    all.sort_by_key(|edit| (edit.start, edit.end));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in all {
        let between = text.get(done..edit.start).filter(|_| edit.start <= edit.end);
        let Some(between) = between.filter(|_| text.get(edit.start..edit.end).is_some()) else {
            return Err(Overlap { at: edit.start });
        };
        result.push_str(between);
        result.push_str(&edit.text);
        done = edit.end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { start, end, text: text.to_owned() }
    }

    #[test]
    fn edits_are_applied_at_their_places_whatever_their_order() {
        let edits = [edit(4, 5, "E"), edit(0, 1, ""), edit(2, 2, "+"), edit(2, 2, "-"), edit(4, 5, "E")];
        assert_eq!(edited("abcde", &edits).unwrap(), "b+-cdE");
    }

    #[test]
    fn edits_of_the_same_bytes_and_edits_behind_the_end_are_refused() {
        assert_eq!(edited("abcde", &[edit(0, 3, "x"), edit(2, 4, "y")]), Err(Overlap { at: 2 }));
        assert_eq!(edited("abcde", &[edit(4, 9, "x")]), Err(Overlap { at: 4 }));
        assert_eq!(edited("\u{e4}", &[edit(1, 2, "x")]), Err(Overlap { at: 1 }));
    }
}
