fn formatted(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        text = format!("{text} {word}"); //~ string-growth
    }
    text
}

fn positional(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        text = format!("{} {}", text, word); //~ string-growth
    }
    text
}

fn cloned(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        text = text.clone() + word; //~ string-growth
    }
    text
}

fn concatenated(words: &[String]) -> String {
    let mut text = String::new();
    words.iter().for_each(|word| text = [text.as_str(), word].concat()); //~ string-growth
    text
}

struct Page {
    html: String,
}

impl Page {
    fn rows(&mut self, rows: &[u32]) {
        for row in rows {
            self.html = format!("{}<td>{row}</td>", self.html); //~ string-growth
        }
    }
}

// In place.
fn appended(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        text = text + word;
        text.push_str(word);
    }
    text
}

// Not from itself.
fn last(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        text = format!("last: {word}");
    }
    text
}

// Made in each turn.
fn each(words: &[String]) {
    for word in words {
        let mut line = String::new();
        line = format!("{line}{word}");
        show(line);
    }
}

fn once(text: String, word: &str) -> String {
    let mut text = text;
    text = format!("{text} {word}");
    text
}

fn numbers(rows: &[u32]) -> u32 {
    let mut total = 0;
    for row in rows {
        total = total + row;
    }
    total
}

// What is put in front cannot be appended.
fn nested(names: &[String], mut text: String) -> String {
    for name in names {
        text = format!("{name} {{ {text} }}");
    }
    text
}

fn in_front(names: &[String], mut text: String) -> String {
    for name in names {
        text = format!("{}.{}", name, text);
    }
    text
}
