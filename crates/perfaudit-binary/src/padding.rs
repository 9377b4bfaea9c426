//! Which bytes without a symbol fill the gap before the next function.

/// Linkers and assemblers align functions to no more than this.
const MOST: usize = 64;

/// Whether bytes of a code section between two symbols are there only so that the second one is aligned: a short run of
/// what linkers fill gaps with, or of instructions that do nothing, up to a multiple of 16 (or 4, where fill is plain).
pub(crate) fn is_fill(bytes: &[u8], end_address: u64) -> bool {
    if bytes.is_empty() || bytes.len() >= MOST {
        return false;
    }
    let all = |value: u8| bytes.iter().all(|byte| *byte == value);
    let is_plain = all(0) || all(0xcc) || all(0x90);
    is_plain && end_address.is_multiple_of(4)
        || end_address.is_multiple_of(16) && bytes.len() < 16 && does_nothing(bytes)
}

/// The no-operations of x86 that assemblers fill with: `66* [2e] 0f 1f /0` and `66* 90`. Source: Intel SDM volume 2,
/// NOP, recommended multi-byte sequences.
fn does_nothing(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let prefixes = bytes.iter().take_while(|byte| matches!(byte, 0x66 | 0x2e)).count();
        let rest = &bytes[prefixes..];
        let length = match rest {
            [0x90, ..] => 1,
            [0x0f, 0x1f, modes, ..] => match modes {
                0x00 => 3,
                0x40 => 4,
                0x44 => 5,
                0x80 => 7,
                0x84 => 8,
                _ => return false,
            },
            [0xcc, ..] => 1,
            _ => return false,
        };
        let Some(after) = rest.get(length..) else { return false };
        bytes = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_before_aligned_functions_are_fill_and_code_is_not() {
        assert!(is_fill(&[0xcc; 7], 0x1010));
        assert!(is_fill(&[0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0], 0x1010));
        assert!(is_fill(&[0x0f, 0x1f, 0x40, 0x00], 0x1020));
        assert!(!is_fill(&[0x0f, 0x1f, 0x40, 0x00], 0x1021));
        assert!(!is_fill(&[0x0f, 0x1f, 0x40], 0x1020));
        assert!(!is_fill(&[0xc3], 0x1010));
        assert!(!is_fill(&[0; 64], 0x1040));
        assert!(!is_fill(&[], 0x1010));
    }
}
