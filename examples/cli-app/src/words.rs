use std::collections::HashMap;

/// The words of a text as they are written.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// A number for each word, from 0 in the order in which they were first met.
#[derive(Clone, Debug, Default)]
pub struct Words {
    numbers: HashMap<String, u32>,
}

impl Words {
    /// The number of a word; a word that was not met yet gets the next one.
    pub fn number(&mut self, word: &str) -> u32 {
        let next = self.numbers.len() as u32;
        if !self.numbers.contains_key(word) {
            self.numbers.insert(word.to_owned(), next);
        }
        self.numbers[word]
    }

    /// The number of a word, if it was met.
    pub fn get(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    /// How many words were met.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether no word was met yet.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_and_space_stand_between_words() {
        let text = "It's 5 o'clock -- \u{fc}ber-all: tea.";
        assert_eq!(
            words(text).collect::<Vec<_>>(),
            ["It", "s", "5", "o", "clock", "\u{fc}ber", "all", "tea"]
        );
    }

    #[test]
    fn a_word_keeps_its_number() {
        let mut words = Words::default();
        assert_eq!(["tea", "cup", "tea", "pot"].map(|word| words.number(word)), [0, 1, 0, 2]);
        assert_eq!((words.get("cup"), words.get("milk"), words.len()), (Some(1), None, 3));
    }
}
