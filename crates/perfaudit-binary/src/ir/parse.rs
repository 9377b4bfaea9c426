//! Functions and their lines in a file of LLVM's intermediate representation, read as a stream.
//!
//! Source: LLVM Language Reference, Functions: `define ... @NAME(...) ... {`, and the body up to a `}` at the beginning
//! of a line. What counts is an instruction: a line that is indented by two spaces, as cargo-llvm-lines counts it too.

use std::io::{self, BufRead};

/// Longer lines are read but not looked into: what is looked for stands at their beginning.
const LONGEST: usize = 1 << 20;

/// Hands each function with its number of lines to `found`.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn functions(mut reader: impl BufRead, found: &mut dyn FnMut(&[u8], u64)) -> io::Result<()> {
    let mut line = Vec::new();
    let mut current: Option<(Vec<u8>, u64)> = None;
    while read_line(&mut reader, &mut line)? {
        match &mut current {
            Some((_, lines)) if line.starts_with(b"  ") && line.len() > 2 => *lines += 1,
            Some((name, lines)) if line.starts_with(b"}") => {
                found(name, *lines);
                current = None;
            }
            Some(_) => {}
            None => current = defined(&line).map(|name| (name, 0)),
        }
    }
    Ok(())
}

/// Reads a line without its end, cut at the longest; false behind the last one.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        line.extend_from_slice(&part[..part.len().min(LONGEST - line.len())]);
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The name of a function whose definition begins in this line: `@name(` or `@"name"(`.
fn defined(line: &[u8]) -> Option<Vec<u8>> {
    let rest = line.strip_prefix(b"define ")?;
    let at = rest.iter().position(|byte| *byte == b'@')?;
    let name = &rest[at + 1..];
    match name.strip_prefix(b"\"") {
        Some(quoted) => {
            let end = quoted.iter().position(|byte| *byte == b'"')?;
            Some(unescaped(&quoted[..end]))
        }
        None => {
            let end = name.iter().position(|byte| *byte == b'(')?;
            (end > 0).then(|| name[..end].to_vec())
        }
    }
}

/// `\24` is the byte 0x24.
fn unescaped(quoted: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(quoted.len());
    let mut at = 0;
    while let Some(&byte) = quoted.get(at) {
        match (byte, digit(quoted.get(at + 1)), digit(quoted.get(at + 2))) {
            (b'\\', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        // A small buffer, so that lines lie across its ends.
        let reader = io::BufReader::with_capacity(7, text);
        functions(reader, &mut |name, lines| found.push((String::from_utf8_lossy(name).into_owned(), lines)))
            .unwrap();
        found
    }

    #[test]
    fn instructions_are_counted_and_labels_declarations_and_metadata_are_not() {
        let text = br#"; ModuleID = 'shop'
source_filename = "shop.rs"
@table = private constant [4 x i8] c"  } "
declare i32 @puts(ptr)
; shop::main
; Function Attrs: nonlazybind
define internal void @_RNvCs1_4shop4main(ptr %a) unnamed_addr #0 {
start:
  %b = alloca i64
  call void @puts(ptr %a)

next:                                             ; preds = %start
  ret void
}

define i32 @"with\24dollar"(i32 %x) {
  ret i32 %x
}
!0 = !{}
"#;
        assert_eq!(all(text), [("_RNvCs1_4shop4main".to_owned(), 3), ("with$dollar".to_owned(), 1)]);
    }

    #[test]
    fn a_file_that_is_cut_has_only_its_whole_functions() {
        assert_eq!(
            all(b"define void @a() {\n  ret void\n}\ndefine void @b() {\n  ret"),
            [("a".to_owned(), 1)]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            all(&bytes);
        }
    }
}
