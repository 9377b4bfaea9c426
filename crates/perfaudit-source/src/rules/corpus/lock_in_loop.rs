use std::sync::{Mutex, RwLock};

fn total(total: &Mutex<u64>, rows: &[u64]) {
    for row in rows {
        *total.lock().unwrap() += row; //~ lock-in-loop
    }
}

struct Store {
    names: RwLock<Vec<String>>,
    shards: Vec<Mutex<u32>>,
    seen: parking_lot::Mutex<Vec<u32>>,
}

impl Store {
    fn known(&self, wanted: &[String]) -> usize {
        wanted.iter().filter(|name| self.names.read().unwrap().contains(name)).count() //~ lock-in-loop
    }

    fn add(&self, names: Vec<String>) {
        for name in names {
            let mut all = self.names.write().expect("not poisoned"); //~ lock-in-loop
            all.push(name);
        }
    }

    fn bare(&self, ids: &[u32]) {
        for id in ids {
            self.seen.lock().push(*id); //~ lock-in-loop
        }
    }

    fn fallible(&self, ids: &[String]) -> Result<usize, Error> {
        let mut n = 0;
        for _id in ids {
            n += self.names.read()?.len(); //~ lock-in-loop
        }
        Ok(n)
    }

    // Another lock each time.
    fn sharded(&self, n: usize) {
        for i in 0..n {
            *self.shards[i].lock().unwrap() += 1;
        }
        for shard in &self.shards {
            *shard.lock().unwrap() += 1;
        }
    }

    fn before(&self, names: &[String]) {
        let mut all = self.names.write().unwrap();
        for name in names { //~ parallel-loop
            all.push(name.to_owned());
        }
    }

    // A worker that waits.
    fn work(&self, queue: &Mutex<Queue>) {
        loop {
            let job = queue.lock().unwrap().pop();
            run(job);
        }
    }
}

fn printed(rows: &[u32]) {
    use std::io::Write as _;
    for row in rows {
        writeln!(std::io::stdout().lock(), "{row}").unwrap();
    }
}

fn files(files: &mut [Source]) {
    for file in files {
        let text = file.read().unwrap();
        show(text);
    }
}

fn once(total: &Mutex<u64>, rows: &[u64]) {
    let sum: u64 = rows.iter().sum();
    *total.lock().unwrap() += sum;
}

// Only where something fails.
fn failures(files: &[String], failed: &Mutex<Vec<String>>) -> usize {
    let mut n = 0;
    for file in files {
        match check(file) {
            Ok(found) => n += found,
            Err(error) => failed.lock().unwrap().push(error),
        }
    }
    n
}
