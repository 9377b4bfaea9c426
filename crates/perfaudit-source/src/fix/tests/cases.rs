use super::mended;

#[test]
fn text_is_written_in_place_and_not_where_the_format_reads_it() {
    insta::assert_snapshot!(mended(
        "format-push",
        r#"//! A file.

use std::io;

/// Says.
fn say(out: &mut String, html: &mut Page, names: &[&str]) {
    let mut text = String::new();
    for name in names {
        text += &format!("<{name}>\n");
        text.push_str(&format!("{} of {}", name, text.len()));
        html.body.push_str(&format!("{name}: {}", html.title));
        html.body.push_str(&format!("{name}: {}", html.words()));
        *out += &format!("{name:>4}");
        match name.len() {
            0 => text.push_str(&format!("{:?}", name)),
            _ => {
                text.push_str(format!("{name}, ").as_str())
            }
        }
    }
    let joined = names.iter().map(|name| format!("{name}")).collect::<String>();
}
"#
    ));
}

#[test]
fn an_import_that_is_there_is_not_added_again_and_one_of_another_module_is_none() {
    insta::assert_snapshot!(mended(
        "format-push",
        r#"use std::collections::HashMap;
use std::fmt::{self, Write as _};

fn one(text: &mut String) {
    text.push_str(&format!("{}", 1));
}

mod inner {
    fn two(text: &mut String) {
        text.push_str(&format!("{}", 1));
    }
}
"#
    ));
}

#[test]
fn imports_stand_where_rustfmt_would_put_them() {
    insta::assert_snapshot!(mended(
        "format-push",
        r#"use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::{fs, mem};

use regex::Regex;

fn one(text: &mut String) {
    text.push_str(&format!("{}", 1));
}
"#
    ));
    insta::assert_snapshot!(mended(
        "format-push",
        r#"//! Words.

/// One.
fn one(text: &mut String) {
    text.push_str(&format!("{}", 1));
}
"#
    ));
}

#[test]
fn a_pattern_is_compiled_once_and_not_where_it_is_given_away_or_its_error_is_told() {
    insta::assert_snapshot!(mended(
        "regex-per-call",
        r#"use regex::Regex;

fn mask(text: &str) -> String {
    let secret = Regex::new(r"token=[^ ]+").expect("the pattern is valid");
    secret.replace_all(text, "***").into_owned()
}

fn is_word(text: &str) -> Result<bool, regex::Error> {
    Ok(Regex::new("^[a-z]+$")?.is_match(text))
}

fn lent(text: &str) -> usize {
    let part = regex::Regex::new("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}").unwrap();
    count(&part, text)
}

fn given(text: &str) -> usize {
    let part = Regex::new("a+").unwrap();
    hold(part, text)
}

fn handled(text: &str) -> bool {
    Regex::new("a+").is_ok_and(|found| found.is_match(text))
}

fn lines(text: &str, word: &str) -> usize {
    text.lines().filter(|line| Regex::new(&to_pattern(word)).unwrap().is_match(line)).count()
}
"#
    ));
}

#[test]
fn room_is_made_for_a_length_that_is_at_hand() {
    insta::assert_snapshot!(mended(
        "no-capacity",
        r#"fn rows(records: &[Record], n: usize, small: u32) -> Rows {
    let mut rows = Vec::new();
    for record in records {
        rows.push(row(record));
    }
    let mut typed = Vec::<u32>::new();
    for (at, record) in records.iter().enumerate() {
        typed.push(record.number);
    }
    let mut counts = std::collections::HashMap::new();
    for at in 0..n {
        counts.insert(at, 0);
    }
    let mut narrow = Vec::new();
    for at in 0..small {
        narrow.push(at);
    }
    let mut pieces = Vec::new();
    for piece in records.chunks(8) {
        pieces.push(piece.len());
    }
    let mut late = vec![];
    let copies = records.to_vec();
    for copy in &copies {
        late.push(copy);
    }
    let mut indexed = vec![];
    for at in 0..records.len() {
        indexed.push(at);
    }
    Rows { rows, typed, counts, narrow, pieces, late, indexed }
}
"#
    ));
}

#[test]
fn a_file_is_buffered_and_flushed_with_its_error_and_not_where_that_would_be_lost() {
    insta::assert_snapshot!(mended(
        "unbuffered-io",
        r#"use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

fn page(path: &Path, page: &str) -> Result<(), Failed> {
    let mut file = File::create(path).map_err(Failed::write(path))?;
    for line in page.lines() {
        writeln!(file, "{}", line.trim_end()).map_err(Failed::write(path))?;
    }
    Ok(())
}

fn returns(path: &Path, lines: &[&str]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for line in lines {
        if line.is_empty() {
            return Ok(());
        }
        writeln!(file, "{line}")?;
    }
    Ok(())
}

fn drops(path: &Path, lines: &[&str]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for line in lines {
        let _ = writeln!(file, "{line}");
    }
    Ok(())
}

fn syncs(path: &Path, lines: &[&str]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.sync_all()
}

fn of_loop(path: &Path, lines: &[&str]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for line in lines {
        writeln!(file, "{line}").map_err(|error| told(error, line))?;
    }
    Ok(())
}

struct Log {
    file: File,
}

impl Log {
    fn all(&mut self, lines: &[&str]) -> io::Result<()> {
        for line in lines {
            writeln!(self.file, "{line}")?;
        }
        Ok(())
    }
}
"#
    ));
}

#[test]
fn what_is_missing_is_inserted_by_one_look_up() {
    insta::assert_snapshot!(mended(
        "lookup-then-insert",
        r#"use std::collections::{BTreeMap, HashMap, HashSet};

impl Counts {
    fn add(&mut self, second: u64) {
        if !self.counts.contains_key(&second) {
            self.counts.insert(second, 0);
        }
        if let Some(count) = self.counts.get_mut(&second) {
            *count += 1;
        }
    }

    fn number(&mut self, word: &str) -> u32 {
        let next = self.numbers.len() as u32;
        if !self.numbers.contains_key(word) {
            self.numbers.insert(word.to_owned(), next);
        }
        self.numbers[word]
    }

    fn fails(&mut self, key: u32) -> Result<(), Failed> {
        if !self.numbers.contains_key(&key) {
            self.numbers.insert(key, made(key)?);
        }
        Ok(())
    }
}

fn lists(map: &mut HashMap<u32, Vec<u32>>, key: u32) {
    if !map.contains_key(&key) {
        map.insert(key, Vec::new());
    }
    if !map.contains_key(&key) {
        map.insert(key, make(key));
    }
}

fn once(seen: &mut HashSet<u32>, values: &[u32]) {
    for &value in values {
        if !seen.contains(&value) {
            seen.insert(value);
            tell(value);
        }
    }
}

fn other(map: &mut HashMap<u32, u32>, key: u32) -> u32 {
    if map.contains_key(&key) {
        tell(key);
    } else {
        map.insert(key, 1);
    }
    1
}
"#
    ));
}

#[test]
fn a_set_stands_beside_a_list_that_only_grows_by_what_it_lacks() {
    insta::assert_snapshot!(mended(
        "quadratic-scan",
        r#"fn distinct(words: &[String], rows: &[Row], numbers: &[u32]) {
    let mut distinct: Vec<&str> = Vec::new();
    for word in words {
        if !distinct.contains(&word.as_str()) {
            distinct.push(word);
        }
    }
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        if !names.contains(&row.name) {
            names.push(row.name.clone());
        }
    }
    let mut seen: Vec<u32> = Vec::with_capacity(8);
    for number in numbers {
        if !seen.contains(number) {
            seen.push(*number);
        }
    }
    let mut shrinks: Vec<u32> = Vec::new();
    for number in numbers {
        if !shrinks.contains(number) {
            shrinks.push(*number);
        }
        shrinks.truncate(3);
    }
    let mut full: Vec<u32> = vec![1, 2];
    for number in numbers {
        if !full.contains(number) {
            full.push(*number);
        }
    }
    tell(distinct, names, seen, shrinks, full);
}

fn of_caller(all: &mut Vec<u32>, numbers: &[u32]) {
    for number in numbers {
        if !all.contains(number) {
            all.push(*number);
        }
    }
}
"#
    ));
}

#[test]
fn a_list_that_is_emptied_from_its_front_becomes_a_queue_unless_it_is_more_than_one() {
    insta::assert_snapshot!(mended(
        "remove-front",
        r#"use std::collections::HashMap;

fn walk(start: Step) -> usize {
    let mut queue = Vec::from([start]);
    let mut n = 0;
    while !queue.is_empty() {
        let step = queue.remove(0);
        n += 1;
        for next in step.next() {
            queue.push(next);
        }
    }
    n
}

fn sorted(start: Step) -> usize {
    let mut queue = vec![start];
    while !queue.is_empty() {
        let step = queue.remove(0);
        queue.push(step.next());
        queue.sort();
    }
    0
}

fn given(mut queue: Vec<Step>) {
    while !queue.is_empty() {
        let step = queue.remove(0);
        step.go();
    }
}
"#
    ));
}

#[test]
fn keys_are_lent() {
    insta::assert_snapshot!(mended(
        "owned-key-lookup",
        r#"fn value(name: &str, owned: String, fields: &BTreeMap<String, String>) -> bool {
    fields.get(&name.to_string()).is_some()
        && fields.contains_key(&owned.clone())
        && fields.contains_key(name.to_owned().as_str())
        && fields.contains_key(&String::from("a"))
}
"#
    ));
}

#[test]
fn copies_become_moves_or_borrows_where_the_syntax_tells_that_they_may() {
    insta::assert_snapshot!(mended(
        "redundant-clone",
        r#"fn all() -> Vec<String> {
    let text: String = read();
    let mut list = Vec::new();
    list.push(text.clone());
    list
}
"#
    ));
}

#[test]
fn a_list_of_pieces_of_a_text_borrows_them() {
    insta::assert_snapshot!(mended(
        "collect-then-iterate",
        r#"fn decode(text: &str) -> usize {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut n = lines.len();
    for (number, line) in lines.iter().enumerate() {
        n += number * line.len();
    }
    n
}

fn kept(text: &str) -> usize {
    let words: Vec<String> = words(text).map(str::to_lowercase).collect();
    let mut n = 0;
    for word in &words {
        n += word.len();
    }
    n
}
"#
    ));
}

#[test]
fn a_buffer_is_made_before_the_loop_and_emptied_in_it() {
    insta::assert_snapshot!(mended(
        "buffer-in-loop",
        r#"fn all(rows: &[Row], out: &mut Sink) {
    for row in rows {
        let mut line = String::new();
        line.push_str(&row.name);
        out.take(&line);
    }
    rows.iter().for_each(|row| {
        let mut each = String::new();
        each.push_str(&row.name);
        out.take(&each);
    });
    for row in rows {
        let mut text = String::with_capacity(row.name.len());
        text.push_str(&row.name);
        out.take(&text);
    }
}
"#
    ));
}

#[test]
fn lines_are_printed_through_a_buffer_unless_something_else_may_print() {
    insta::assert_snapshot!(mended(
        "print-in-loop",
        r#"use std::path::Path;

fn list(entries: &[Entry]) {
    for entry in entries {
        println!("{}\t{}", entry.path, entry.tags.join(","));
    }
}

fn tell(entries: &[Entry]) {
    for entry in entries {
        entry.announce();
        println!("{}", entry.path);
    }
}

fn checked(entries: &[Entry]) -> Result<(), Failed> {
    for entry in entries {
        check(entry)?;
        println!("{}", entry.path);
    }
    Ok(())
}
"#
    ));
}
