use std::collections::HashSet;

fn unique(rows: &[Row]) -> Vec<&String> {
    let mut names: Vec<&String> = Vec::new();
    for row in rows {
        if !names.contains(&&row.name) { //~ quadratic-scan
            names.push(&row.name);
        }
    }
    names
}

fn both(left: &[u32], right: &Vec<u32>) -> usize {
    left.iter().filter(|x| right.contains(x)).count() //~ quadratic-scan
}

fn find(orders: &[Order], customers: &[Customer]) -> usize {
    let mut found = 0;
    for order in orders {
        if customers.iter().any(|customer| customer.id == order.customer) { //~ quadratic-scan
            found += 1;
        }
    }
    found
}

fn place(words: &[String]) -> Vec<usize> {
    let mut known = Vec::new();
    let mut out = Vec::with_capacity(words.len());
    for word in words {
        let at = known.iter().position(|other| *other == word); //~ quadratic-scan
        if at.is_none() {
            known.push(word);
        }
        out.push(at.unwrap_or(known.len()));
    }
    out
}

fn pairs(v: &[u32]) -> usize {
    let mut n = 0;
    for i in 0..v.len() {
        for j in i + 1..v.len() { //~ quadratic-scan
            if v[i] == v[j] {
                n += 1;
            }
        }
    }
    n
}

struct Index {
    entries: Vec<(u32, String)>,
}

impl Index {
    fn resolve(&self, ids: &[u32]) -> usize {
        let mut n = 0;
        for id in ids {
            if let Some(entry) = self.entries.iter().find(|entry| entry.0 == *id) { //~ quadratic-scan
                n += entry.1.len();
            }
        }
        n
    }
}

// A set is asked.
fn set(rows: &[u32], wanted: &HashSet<u32>) -> usize {
    rows.iter().filter(|row| wanted.contains(row)).count() //~ siphash
}

// Text in text.
fn text(lines: &[String], needle: &str) -> usize {
    lines.iter().filter(|line| line.contains(needle)).count()
}

fn fixed(words: &[&str]) -> usize {
    const STOP: [&str; 3] = ["a", "the", "of"];
    words.iter().filter(|word| STOP.contains(word)).count()
}

fn inner(groups: &[Vec<u32>], x: u32) -> usize {
    groups.iter().filter(|group| group.contains(&x)).count()
}

fn range(rows: &[u32]) -> usize {
    rows.iter().filter(|row| (3..7).contains(*row)).count()
}

// Once.
fn once(names: &[String], name: &String) -> bool {
    names.contains(name)
}

// Any pair of a matrix.
fn matrix(m: &[Vec<f64>], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        for j in 0..n {
            sum += m[i][j];
        }
    }
    sum
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        for j in 0..b.len() {
            sum += a[i] * b[j];
        }
    }
    sum
}

// It does not depend on the turn.
fn flag(names: &Vec<String>, wanted: &String, n: usize) -> usize {
    let mut count = 0;
    for _ in 0..n {
        if names.contains(wanted) {
            count += 1;
        }
    }
    count
}

// No set tells what is alike in this sense.
fn alike(rows: &[String]) -> Vec<&String> {
    let mut groups: Vec<&String> = Vec::new();
    for row in rows {
        if !groups.iter().any(|group| same_group(group, row)) {
            groups.push(row);
        }
    }
    groups
}

fn same_group(a: &str, b: &str) -> bool {
    a.len().abs_diff(b.len()) < 3
}

// What a call gives is not known to be a list.
fn bytes(lines: &[u8], end: &str) -> usize {
    lines.iter().take_while(|byte| !end.as_bytes().contains(byte)).count()
}

const STRICT: &[&str] = &["lock-across-await", "blocking-in-async"];

// A set of two would not be faster.
fn strict(names: &[&str]) -> usize {
    names.iter().filter(|name| STRICT.contains(name)).count()
}
