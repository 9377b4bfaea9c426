//! JSON as measuring tools write it. Python and google-benchmark write `NaN` and `Infinity`, which JSON forbids.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::error::ImportError;
use crate::quantity::Number;

/// Each token that JSON does not know and the text that stands for it: equally long, so that columns stay true.
const NON_FINITE: [(&[u8], &[u8], Number); 3] = [
    (b"NaN", b"\"N\"", Number::Nan),
    (b"-Infinity", b"\"-Infin\" ", Number::Infinite),
    (b"Infinity", b"\"Infin\" ", Number::Infinite),
];

/// The number that a text stands for, if it is one of those that replace a token.
pub(crate) fn non_finite(text: &str) -> Option<Number> {
    NON_FINITE.iter().find_map(|(_, quoted, number)| {
        let written = quoted.trim_ascii_end();
        (written[1..written.len() - 1] == *text.as_bytes()).then_some(*number)
    })
}

/// Parses a file; `expected` says what should be in it.
pub(crate) fn parse<T: DeserializeOwned>(
    file: &str,
    bytes: &[u8],
    expected: &'static str,
) -> Result<T, ImportError> {
    serde_json::from_slice(&quoted(bytes)).map_err(|source| ImportError::Json {
        file: file.to_owned(),
        source,
        expected,
    })
}

/// A JSON value as a text for people: a string without its quotes.
pub(crate) fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The same JSON with every token that it does not know in quotes.
fn quoted(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut edited: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'N' | b'I' | b'-' => {
                let token = NON_FINITE.iter().find(|(token, ..)| bytes[at..].starts_with(token));
                let Some((token, quoted, _)) = token else {
                    at += 1;
                    continue;
                };
                let edited = edited.get_or_insert_with(|| bytes.to_vec());
                edited[at..at + token.len()].copy_from_slice(quoted);
                at += token.len();
            }
            _ => at += 1,
        }
    }
    edited.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// The first byte after the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_json_does_not_know_are_quoted_and_nothing_moves() {
        let text = br#"{"NaN": [NaN, -Infinity, Infinity, "NaN \" NaN", 1]}"#;
        let edited = quoted(text);
        assert_eq!(edited.len(), text.len());
        assert_eq!(
            std::str::from_utf8(&edited).unwrap(),
            r#"{"NaN": ["N", "-Infin" , "Infin" , "NaN \" NaN", 1]}"#
        );
    }

    #[test]
    fn json_without_such_tokens_is_not_copied() {
        assert!(matches!(quoted(br#"{"a": [-1, "I", "N"]}"#), Cow::Borrowed(_)));
    }

    #[test]
    fn each_token_comes_back_as_a_number_that_is_not_finite() {
        let numbers: Vec<Number> = parse("f", b"[NaN,Infinity,-Infinity,1]", "numbers").unwrap();
        assert_eq!(numbers, [Number::Nan, Number::Infinite, Number::Infinite, Number::Finite(1.0)]);
    }

    #[test]
    fn a_text_in_the_place_of_a_number_is_refused() {
        assert!(parse::<Vec<Number>>("f", br#"["12"]"#, "numbers").is_err());
    }
}
