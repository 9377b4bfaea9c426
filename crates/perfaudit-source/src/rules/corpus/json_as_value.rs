use serde_json::{Map, Value};

struct Record {
    attributes: String,
    raw: Vec<u8>,
}

impl Record {
    fn attribute(&self, key: &str) -> Option<Value> {
        let mut attributes: Map<String, Value> = serde_json::from_str(&self.attributes).ok()?; //~ json-as-value
        attributes.remove(key)
    }

    fn raw(&self) -> Option<Value> {
        serde_json::from_slice(self.raw.as_slice()).ok() //~ json-as-value
    }

    fn into_value(self) -> Option<Value> {
        serde_json::from_str(&self.attributes).ok()
    }
}

fn names(lines: &[String]) -> Vec<String> {
    let mut names = Vec::with_capacity(lines.len());
    for line in lines { //~ parallel-loop
        let value: Value = serde_json::from_str(line).unwrap(); //~ json-as-value
        names.push(value["name"].to_string());
    }
    names
}

fn turbofish(lines: &[String]) -> usize {
    lines.iter().filter(|line| serde_json::from_str::<Value>(line).unwrap()["ok"] == true).count() //~ json-as-value
}

fn converted(settings: &Settings) -> Options {
    serde_json::from_value(serde_json::to_value(settings).unwrap()).unwrap() //~ json-as-value
}

fn copied(settings: &Settings) -> Settings {
    serde_json::from_str(&serde_json::to_string(settings).unwrap()).unwrap() //~ json-as-value
}

// Into a type of its own.
fn typed(lines: &[String]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let row: Row = serde_json::from_str(line).unwrap();
        rows.push(row);
    }
    rows
}

// Once.
fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn written(rows: &[Row], out: &mut Vec<u8>) {
    for row in rows {
        serde_json::to_writer(&mut *out, row).unwrap();
    }
}

struct Texts {
    stored: BTreeMap<String, String>,
}

impl Texts {
    fn get(&mut self, key: &str) -> Option<Digest> {
        let (key, value) = self.stored.remove_entry(key)?;
        let digest = serde_json::from_str(&value).ok()?; //~ json-as-value
        self.used.insert(key, value);
        Some(digest)
    }

    fn read(&self) -> Option<Digest> {
        let text = self.file().text()?;
        serde_json::from_str(&text).ok()
    }
}
