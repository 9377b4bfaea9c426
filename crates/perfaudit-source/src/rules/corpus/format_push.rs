fn sum(pairs: &[(String, u32)]) -> String {
    let mut json = String::new();
    for (key, value) in pairs {
        json += &format!("{key}:{value}"); //~ format-push
    }
    json
}

fn push(out: &mut String, n: usize) {
    out.push_str(&format!("{n} rows")); //~ format-push
    out.push_str(format!("{n} rows").as_str()); //~ format-push
    *out += &std::format!("{n}"); //~ format-push
}

fn collected(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() //~ format-push
}

struct Page {
    html: String,
}

impl Page {
    fn row(&mut self, cell: &str) {
        self.html.push_str(&format!("<td>{cell}</td>")); //~ format-push
    }
}

// Kept as they are.
fn lines(rows: &[u32]) -> Vec<String> {
    rows.iter().map(|row| format!("{row}")).collect::<Vec<String>>()
}

fn joined(rows: &[u32]) -> String {
    rows.iter().map(|row| format!("{row}")).collect::<Vec<_>>().join(",")
}

fn plain(out: &mut String, word: &str) {
    out.push_str(word);
    *out += word;
    *out += ", ";
}

fn written(out: &mut String, n: usize) {
    use std::fmt::Write as _;
    write!(out, "{n} rows").unwrap();
}

fn numbers(total: &mut u32, n: u32) {
    *total += n;
}

fn lent(n: usize) {
    show(&format!("{n} rows"));
}
