fn rendered(rows: &[Row]) -> Vec<String> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows { //~ parallel-loop
        out.push(render(row));
    }
    out
}

fn steps(rows: &Vec<Row>, scale: f64) -> Vec<f64> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows.iter() { //~ parallel-loop
        let value = scaled(row, scale);
        out.push(rounded(value));
    }
    out
}

fn ranges(n: usize) -> Vec<u64> {
    let mut out = Vec::with_capacity(n);
    for i in 0..n { //~ parallel-loop
        out.push(simulate(i));
    }
    out
}

// A sum that goes on.
fn sum(rows: &[u64]) -> u64 {
    let mut sum = 0;
    for row in rows {
        sum += row;
    }
    sum
}

fn fallible(rows: &[String]) -> Result<Vec<u32>, Error> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        out.push(parse(row)?);
    }
    Ok(out)
}

fn stateful(rows: &[Row], state: &mut State) -> Vec<String> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        out.push(state.render(row));
    }
    out
}

fn copies(rows: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        out.push(*row);
    }
    out
}

fn lines(text: &str) -> Vec<String> {
    let mut out = Vec::with_capacity(9);
    for line in text.lines() {
        out.push(render(line));
    }
    out
}
