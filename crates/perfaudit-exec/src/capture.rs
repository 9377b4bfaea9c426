//! Output of a child, bounded in memory.

/// What a child printed on one stream: all of it, or its beginning and its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    head: Vec<u8>,
    tail: Vec<u8>,
    total: u64,
    limit: usize,
}

impl Captured {
    /// Keeps at most `limit` bytes of the beginning and as many of the end.
    #[must_use]
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.limit - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        bytes = rest;
        self.tail.extend_from_slice(bytes);
        // Let it grow to twice the limit before it is cut, so that the cost stays linear.
        if self.tail.len() > 2 * self.limit {
            let cut = self.tail.len() - self.limit;
            self.tail.drain(..cut);
        }
    }

    /// True when all that was printed is here.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.total == (self.head.len() + self.tail.len()) as u64
    }

    /// The number of bytes that were printed.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.total
    }

    /// What is kept, as text; bytes that are not UTF-8 are replaced, a gap is named.
    #[must_use]
    pub fn text(&self) -> String {
        let gap = self.total - (self.head.len() + self.tail.len()) as u64;
        if gap == 0 {
            let all: Vec<u8> = [self.head.as_slice(), self.tail.as_slice()].concat();
            return String::from_utf8_lossy(&all).into_owned();
        }
        format!(
            "{}\n[{gap} bytes left out]\n{}",
            String::from_utf8_lossy(&self.head),
            String::from_utf8_lossy(&self.tail)
        )
    }

    /// The last lines that are not blank, at most `lines`.
    #[must_use]
    pub fn last_lines(&self, lines: usize) -> Vec<String> {
        let text = self.text();
        let mut last: Vec<String> = text
            .lines()
            .rev()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .take(lines)
            .map(str::to_owned)
            .collect();
        last.reverse();
        last
    }
}

impl From<String> for Captured {
    /// What was captured earlier, as a whole.
    fn from(text: String) -> Self {
        let total = text.len() as u64;
        Self { limit: text.len(), head: text.into_bytes(), tail: Vec::new(), total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_output_is_kept_whole() {
        let mut captured = Captured::new(8);
        captured.push(b"0123");
        captured.push(b"456789");
        assert!(captured.is_complete());
        assert_eq!(captured.text(), "0123456789");
    }

    #[test]
    fn endless_output_keeps_its_beginning_and_its_end_and_says_what_is_gone() {
        let mut captured = Captured::new(10);
        for i in 0..10_000_u32 {
            captured.push(format!("{i:04}\n").as_bytes());
        }
        assert!(!captured.is_complete());
        assert_eq!(captured.total_bytes(), 50_000);
        assert!(captured.head.len() <= 10 && captured.tail.len() <= 20);
        let text = captured.text();
        assert!(text.starts_with("0000\n0001\n"), "{text}");
        assert!(text.contains("bytes left out"), "{text}");
        assert_eq!(captured.last_lines(1), ["9999"]);
    }
}
