use std::collections::{HashMap, VecDeque};

fn rows(records: &[u32]) -> Vec<u64> {
    let mut rows = Vec::new(); //~ no-capacity
    for record in records {
        let row = u64::from(*record);
        rows.push(row);
    }
    rows
}

fn ranges(n: usize) -> Vec<usize> {
    let mut out = vec![]; //~ no-capacity
    for i in 0..n {
        out.push(i * i);
    }
    out
}

fn enumerated(names: &Vec<String>) -> HashMap<String, usize> {
    let mut places = HashMap::new(); //~ no-capacity
    for (at, name) in names.iter().enumerate() {
        places.insert(name.clone(), at);
    }
    places
}

fn queue(jobs: Vec<u8>) -> VecDeque<u8> {
    let mut queue = VecDeque::new(); //~ no-capacity
    for job in jobs {
        queue.push_back(job);
    }
    queue
}

fn fallible(texts: &[String]) -> Result<Vec<u32>, std::num::ParseIntError> {
    let mut numbers: Vec<u32> = Vec::new(); //~ no-capacity
    for text in texts {
        numbers.push(text.parse()?);
    }
    Ok(numbers)
}

// Some only.
fn alerts(rows: &[u32]) -> Vec<u32> {
    let mut alerts = Vec::new();
    for row in rows {
        if *row > 40 {
            alerts.push(*row);
        }
    }
    alerts
}

fn skipping(rows: &[u32]) -> Vec<u32> {
    let mut out = Vec::new();
    for row in rows {
        if *row == 0 {
            continue;
        }
        out.push(*row);
    }
    out
}

// The number of words is not known.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        words.push(word.to_owned());
    }
    words
}

fn filtered(rows: &[u32]) -> Vec<u32> {
    let mut out = Vec::new();
    for row in rows.iter().filter(|row| **row > 3) {
        out.push(*row);
    }
    out
}

fn given(source: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut out = Vec::new();
    for item in source {
        out.push(item);
    }
    out
}

fn reserved(rows: &[u32]) -> Vec<u32> {
    let mut out = Vec::new();
    out.reserve(rows.len());
    for row in rows {
        out.push(*row);
    }
    out
}

fn with(rows: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        out.push(*row);
    }
    out
}

fn three() -> Vec<u32> {
    let mut out = Vec::new();
    for i in 0..3 {
        out.push(i);
    }
    out
}

fn waits(queue: &Queue) -> Vec<u32> {
    let mut out = Vec::new();
    while let Some(item) = queue.next() {
        out.push(item);
    }
    out
}

// Pieces of any length.
fn serialised(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(entry.name());
        bytes.push(0);
    }
    bytes
}

// The input says how many, and may lie.
fn from_input(input: &mut &[u8]) -> Vec<u8> {
    let count = read_number(input);
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(read_number(input));
    }
    all
}

fn read_number(input: &mut &[u8]) -> u8 {
    let (first, rest) = input.split_first().unwrap();
    *input = rest;
    *first
}

// Whatever the caller gives, and an iterator made of it, need not know their lengths.
fn of_any(rows: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let rows = rows.into_iter().map(|row| row + 1);
    let mut out = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        out.push(row + at as u32);
    }
    out
}

fn of_generic<I: IntoIterator<Item = u32>>(rows: I) -> Vec<u32> {
    let mut out = Vec::new();
    for row in rows.into_iter().rev() {
        out.push(row + 1);
    }
    out
}

// A type of the project has an `iter` of its own.
fn chapters(book: &Book) -> Vec<String> {
    let mut chapters = vec![];
    for item in book.iter() {
        chapters.push(item.title());
    }
    chapters
}
