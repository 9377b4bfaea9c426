fn lines(rows: &[Row], out: &mut impl std::io::Write) {
    for row in rows {
        let mut line = String::new(); //~ buffer-in-loop
        line.push_str(&row.name);
        line.push('\n');
        out.write_all(line.as_bytes()).unwrap();
    }
}

fn blocks(reader: &mut Reader) -> usize {
    let mut total = 0;
    loop {
        let mut block = vec![0; 4096]; //~ buffer-in-loop
        let n = reader.read(&mut block);
        if n == 0 {
            break;
        }
        total += n + usize::from(block[0]);
    }
    total
}

fn sums(groups: &[Vec<u32>]) -> u32 {
    let mut best = 0;
    for group in groups {
        let mut kept = Vec::with_capacity(group.len()); //~ buffer-in-loop
        kept.extend(group.iter().filter(|x| **x > 3));
        best = best.max(measure(&kept));
    }
    best
}

fn read(source: &mut Source) -> usize {
    let mut n = 0;
    while source.has_more() {
        let mut line = String::new(); //~ buffer-in-loop
        source.read_line(&mut line);
        n += line.trim().len();
    }
    n
}

fn formatted(rows: &[Row]) {
    use std::fmt::Write as _;
    for row in rows {
        let mut line = String::new(); //~ buffer-in-loop
        write!(line, "{}", row.id).unwrap();
        show(&line);
    }
}

// It leaves the loop.
fn kept(rows: &[Row]) -> Vec<String> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let mut line = String::new();
        line.push_str(&row.name);
        out.push(line);
    }
    out
}

fn moved(rows: &[Row]) {
    for row in rows {
        let mut line = String::new();
        line.push_str(&row.name);
        consume(line);
    }
}

fn boxed(rows: &[Row]) -> Vec<Box<[u8]>> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows { //~ parallel-loop
        let mut bytes = Vec::new();
        bytes.push(row.id);
        out.push(bytes.into_boxed_slice());
    }
    out
}

// Empty: nothing is allocated.
fn empty(rows: &[Row]) {
    for row in rows {
        let mut none: Vec<u8> = Vec::new();
        show_all(row, &none);
        none.clear();
    }
}

// Before the loop.
fn before(rows: &[Row]) {
    let mut line = String::new();
    for row in rows {
        line.clear();
        line.push_str(&row.name);
        show(&line);
    }
}

fn immutable(rows: &[Row]) {
    for row in rows {
        let text = String::from("x");
        show_both(&text, row);
    }
}
