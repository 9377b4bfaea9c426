fn rows(rows: &[u32]) {
    for row in rows {
        println!("{row}"); //~ print-in-loop
    }
}

fn each(rows: &[u32]) {
    rows.iter().for_each(|row| print!("{row},")); //~ print-in-loop
}

fn waits(queue: &Queue) {
    while let Some(item) = queue.next() {
        std::println!("{item}"); //~ print-in-loop
    }
}

fn nested(rows: &[Vec<u32>]) {
    for row in rows {
        for cell in row {
            print!("{cell} "); //~ print-in-loop
        }
    }
}

fn last(rows: &[u32]) -> u32 {
    for row in rows {
        if *row > 3 {
            println!("found {row}");
            return *row;
        }
    }
    0
}

fn once(rows: &[u32]) {
    println!("{} rows", rows.len());
    for row in rows {
        show(row);
    }
}

fn few() {
    for name in ["a", "b"] {
        println!("{name}");
    }
}

fn errors(rows: &[u32]) {
    for row in rows {
        eprintln!("{row}");
    }
}

fn written(rows: &[u32], out: &mut impl std::io::Write) {
    for row in rows {
        writeln!(out, "{row}").unwrap();
    }
}
