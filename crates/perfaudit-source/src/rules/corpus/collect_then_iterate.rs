use std::thread;

fn lines(text: &str) -> usize {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect(); //~ collect-then-iterate
    let mut records = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        records.push(parse(number, line));
    }
    records.len()
}

fn sum(rows: &[u32]) -> u32 {
    let even: Vec<u32> = rows.iter().copied().filter(|row| row % 2 == 0).collect(); //~ collect-then-iterate
    let mut sum = 0;
    for row in even {
        sum += row;
    }
    sum
}

fn counted(text: &str) -> usize {
    text.split(' ').collect::<Vec<_>>().len() //~ collect-then-iterate
}

fn chained(text: &str) -> usize {
    text.chars().collect::<Vec<char>>().iter().filter(|c| c.is_ascii()).count() //~ collect-then-iterate
}

fn mapped(rows: &[u32]) -> u32 {
    let doubled = rows.iter().map(|row| row * 2).collect::<Vec<_>>(); //~ collect-then-iterate
    doubled.iter().sum::<u32>()
}

// All must run before the first is joined.
fn threads(n: usize) {
    let handles: Vec<_> = (0..n).map(|i| thread::spawn(move || work(i))).collect();
    for handle in handles {
        handle.join().unwrap();
    }
}

// Sorted in between.
fn sorted(rows: &[u32]) -> u32 {
    let mut all: Vec<u32> = rows.iter().copied().collect();
    all.sort_unstable();
    let mut last = 0;
    for row in all {
        last = row;
    }
    last
}

// Gone through twice.
fn twice(rows: &[u32]) -> u32 {
    let all: Vec<u32> = rows.iter().map(|row| row + 1).collect();
    let mut sum = 0;
    for row in &all {
        sum += row;
    }
    for row in &all {
        sum -= row;
    }
    sum
}

fn each_time(rows: &[u32], n: usize) -> u32 {
    let all: Vec<u32> = rows.iter().map(|row| row + 1).collect();
    let mut sum = 0;
    for _ in 0..n {
        for row in &all {
            sum += row;
        }
    }
    sum
}

// The map is changed while its keys are gone through.
fn changed(map: &mut std::collections::BTreeMap<u32, u32>) {
    let keys: Vec<u32> = map.keys().copied().collect();
    for key in keys {
        map.remove(&key);
    }
}

// The first error comes before any effect.
fn checked(texts: &[String]) -> Result<u32, std::num::ParseIntError> {
    let numbers = texts.iter().map(|text| text.parse()).collect::<Result<Vec<u32>, _>>()?;
    let mut sum = 0;
    for number in numbers {
        sum += number;
    }
    Ok(sum)
}

fn backwards(text: &str) -> String {
    text.split(' ').collect::<Vec<_>>().into_iter().rev().collect()
}

fn indexed(text: &str) -> usize {
    let words: Vec<&str> = text.split(' ').collect();
    words[0].len()
}

fn given(text: &str) -> usize {
    let words: Vec<&str> = text.split(' ').collect();
    take(&words)
}

// The values must live as long as what borrows from them.
fn lent(columns: &[Column]) -> usize {
    let data: Vec<Data> = columns.iter().map(|column| column.data()).collect();
    let refs: Vec<&Data> = data.iter().collect();
    merge(&refs)
}

// The closure takes what the values were borrowed from.
fn ends_the_borrow(state: Rc<State>) -> impl Iterator<Item = (Rc<State>, String)> {
    state.names().map(ToOwned::to_owned).collect::<Vec<_>>().into_iter().map(move |name| (state.clone(), name))
}

fn runs_later(table: &mut Table) -> usize {
    let all = table.types().collect::<Vec<_>>().into_iter().map(|ty| ty + 1);
    all.filter(|ty| table.insert(*ty)).count()
}

fn for_each_name(table: &mut Table) {
    for name in table.names().cloned().collect::<Vec<_>>().into_iter() {
        table.remove(name);
    }
}

// What is lent by a local cannot leave with it.
fn leaves(text: &str) -> impl Iterator<Item = String> {
    let upper = text.to_uppercase();
    upper.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter()
}

trait Combined: Iterator<Item = u32> + Sized {
    // The vector's iterator has another method of this name.
    fn combined(self) -> u32 {
        self.collect::<Vec<_>>().into_iter().combined()
    }
}

fn longest(note: &Note, counts: &mut Counts) -> usize {
    let all: Vec<String> = words(&note.body).map(str::to_lowercase).collect(); //~ collect-then-iterate
    let mut longest = 0;
    for word in &all {
        longest = longest.max(word.len());
    }
    longest
}

// What is kept must be owned then, which only some words are.
fn distinct(note: &Note) -> Vec<String> {
    let all: Vec<String> = words(&note.body).map(str::to_lowercase).collect(); //~ collect-then-iterate
    let mut seen: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
    for word in &all {
        if word.len() > 3 {
            seen.insert(word);
        }
    }
    seen.iter().map(|word| (*word).to_owned()).collect()
}

// What is given to the call is changed by the loop.
fn pruned(notes: &mut Notes) -> usize {
    let stale: Vec<u32> = stale(&notes.all).collect();
    let mut n = 0;
    for id in &stale {
        n += usize::from(notes.all.remove(id));
    }
    n
}

// Nobody knows where the call takes it from.
fn of_the_world() -> u32 {
    let open: Vec<u32> = sockets().collect();
    let mut sum = 0;
    for socket in open {
        sum += close(socket);
    }
    sum
}

fn of_a_folder(root: &Path) -> u64 {
    let files: Vec<PathBuf> = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    let mut n = 0;
    for file in files {
        n += rename(file);
    }
    n
}

fn taken(queue: &mut Queue) -> u32 {
    let all: Vec<u32> = waiting(queue).collect();
    let mut sum = 0;
    for one in all {
        sum += one;
    }
    sum
}
