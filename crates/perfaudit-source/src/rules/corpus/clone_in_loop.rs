use std::sync::Arc;

#[derive(Clone)]
struct Record {
    name: String,
    id: u64,
}

fn rows(records: &[Record]) -> Vec<Record> {
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        let row = canonical(record.clone()); //~ clone-in-loop
        rows.push(row);
    }
    rows
}

fn same(prefix: &String, names: &[String]) -> usize {
    let mut n = 0;
    for name in names {
        n += joined(prefix.clone(), name); //~ clone-in-loop
    }
    n
}

fn list(allowed: &Vec<String>, names: &[String]) -> usize {
    names.iter().filter(|name| check(allowed.to_vec(), name)).count() //~ clone-in-loop
}

struct Job {
    options: Vec<String>,
}

impl Job {
    fn run(&self, inputs: &[String]) {
        let mut left = inputs.len();
        while left > 0 {
            step(self.options.clone()); //~ clone-in-loop
            left -= 1;
        }
    }

    fn lengths(&self, inputs: &[String]) -> usize {
        let mut total = 0;
        for input in inputs {
            let options = self.options.to_owned();
            total += options.len() + input.len();
        }
        total
    }
}

fn text(names: &[String]) {
    for name in names {
        show(name.clone()); //~ clone-in-loop
    }
}

fn canonical(record: Record) -> Record {
    record
}

// Counted references.
fn shared(data: Arc<Vec<u8>>, n: usize) {
    for _ in 0..n {
        spawn(data.clone());
    }
}

fn channels(tx: Sender, jobs: &[u8]) {
    for job in jobs {
        work(tx.clone(), *job);
    }
}

// Plain numbers.
fn numbers(limit: u64, ids: &[u64]) {
    for id in ids {
        take(limit.clone(), *id);
    }
}

// The copies are what is wanted.
fn names(records: &[Record]) -> Vec<String> {
    let mut names = Vec::with_capacity(records.len());
    for record in records { //~ parallel-loop
        names.push(record.name.clone());
    }
    records.iter().map(|record| record.name.clone()).collect()
}

fn moved(template: &Record, ids: &[u64]) -> Vec<Record> {
    ids.iter().map(|id| Record { name: template.name.clone(), id: *id }).collect()
}

// Once, on the way out.
fn found(records: &[Record], id: u64) -> Option<Record> {
    for record in records {
        if record.id == id {
            return Some(record.clone());
        }
    }
    None
}

fn failing(names: &[String]) -> Result<(), Failure> {
    for name in names {
        if name.is_empty() {
            return Err(failure(name.clone()));
        }
    }
    Ok(())
}

// A snapshot of what the loop changes.
fn steps(mut text: String) -> usize {
    let mut n = 0;
    while text.len() < 100 {
        text.push('a');
        n += measure(text.clone());
    }
    n
}

// Three times is not a loop.
fn few(name: &String) {
    for _ in 0..3 {
        show(name.clone());
    }
}

// Not in a loop.
fn once(name: &String) {
    show(name.clone());
}

// Each turn changes a copy of its own.
fn repeated(piece: &Vec<String>, turns: &[u32]) -> Vec<String> {
    let mut all = Vec::new();
    for _ in turns {
        all = crossed(all, piece.clone());
    }
    all
}

fn crossed(left: Vec<String>, mut right: Vec<String>) -> Vec<String> {
    right.extend(left);
    right
}
