//! What makes input, as it stands in the file.

/// A helper of the file: its name and its text.
pub(super) struct Generator {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

/// In the order in which they stand; each uses later ones only.
pub(super) const GENERATORS: [Generator; 6] = [
    Generator {
        name: "letters",
        text: "/// A text of small letters, a space after every seventh.
fn letters(length: usize, seed: u64) -> String {
    let letter = |i: usize| if i % 8 == 7 { ' ' } else { char::from(b'a' + (number(seed + i as u64) % 26) as u8) };
    (0..length).map(letter).collect()
}
",
    },
    Generator {
        name: "hex_digits",
        text: "/// A text of hexadecimal digits.
fn hex_digits(length: usize, seed: u64) -> String {
    let digit = |i: usize| char::from(b\"0123456789abcdef\"[(number(seed + i as u64) % 16) as usize]);
    (0..length).map(digit).collect()
}
",
    },
    Generator {
        name: "digits",
        text: "/// A text of digits that does not begin with 0.
fn digits(length: usize, seed: u64) -> String {
    let digit = |i: usize| char::from(b'1' + (number(seed + i as u64) % 9) as u8);
    (0..length).map(digit).collect()
}
",
    },
    Generator {
        name: "bytes",
        text: "/// Bytes of every value.
fn bytes(length: usize, seed: u64) -> Vec<u8> {
    (0..length).map(|i| number(seed + i as u64) as u8).collect()
}
",
    },
    Generator {
        name: "float",
        text: "/// A number between 0 and 1000.
fn float(seed: u64) -> f64 {
    (number(seed) % 1_000_000) as f64 / 1000.0
}
",
    },
    Generator {
        name: "number",
        text: "/// A pseudo-random number (SplitMix64): the same in every run.
fn number(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
",
    },
];
