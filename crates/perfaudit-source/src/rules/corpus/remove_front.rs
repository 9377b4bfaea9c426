use std::collections::{BTreeMap, VecDeque};

fn queue(mut jobs: Vec<u32>) -> u32 {
    let mut sum = 0;
    while !jobs.is_empty() {
        sum += jobs.remove(0); //~ remove-front
    }
    sum
}

fn reversed(items: &[u32]) -> Vec<u32> {
    let mut out = Vec::new(); //~ no-capacity
    for item in items {
        out.insert(0, *item); //~ remove-front
    }
    out
}

fn text(words: &[char]) -> String {
    let mut text = String::new();
    for c in words {
        text.insert(0, *c); //~ remove-front
    }
    text
}

struct Window {
    last: Vec<f64>,
}

impl Window {
    fn add(&mut self, values: &[f64]) {
        for value in values {
            self.last.push(*value);
            if self.last.len() > 100 {
                self.last.remove(0); //~ remove-front
            }
        }
    }
}

fn unknown(source: &Source, n: usize) {
    let mut list = source.list();
    for _ in 0..n {
        list.remove(0); //~ remove-front
    }
}

fn deque(mut jobs: VecDeque<u32>) {
    while !jobs.is_empty() {
        jobs.remove(0);
    }
}

fn map(rows: &[u32]) -> BTreeMap<u32, u32> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for row in rows {
        counts.insert(0, *row);
    }
    counts
}

fn once(mut args: Vec<String>) -> Vec<String> {
    args.remove(0);
    args
}

fn last(mut jobs: Vec<u32>) {
    while let Some(job) = jobs.pop() {
        run(job);
    }
}

fn other(mut jobs: Vec<u32>, at: usize) {
    for _ in 0..at {
        jobs.remove(at);
        jobs.swap_remove(0);
    }
}

fn own(rows: &[Vec<u32>]) {
    for row in rows {
        let mut row = row.to_owned();
        row.remove(0);
        show(row);
    }
}

// One of them, at most.
fn receiver_first(names: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if *name == "self" {
            all.insert(0, name.to_string());
        } else {
            all.push(name.to_string());
        }
    }
    all
}
