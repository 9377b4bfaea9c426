//! Artifacts that are compressed: those whose path ends with `.gz`.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// The most that is unpacked: a small file can hold zeros without end.
const MOST_BYTES: u64 = 1 << 30;

/// What is written for an artifact.
pub(crate) fn packed(path: &str, content: &[u8]) -> Option<Vec<u8>> {
    if !is_packed(path) {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    Some(written.expect("writing into memory cannot fail"))
}

/// The content of an artifact of which this was written.
pub(crate) fn unpacked(path: &str, written: Vec<u8>) -> io::Result<Vec<u8>> {
    unpacked_up_to(MOST_BYTES, path, written)
}

fn unpacked_up_to(most: u64, path: &str, written: Vec<u8>) -> io::Result<Vec<u8>> {
    if !is_packed(path) {
        return Ok(written);
    }
    let mut content = Vec::new();
    GzDecoder::new(written.as_slice()).take(most + 1).read_to_end(&mut content)?;
    if content.len() as u64 > most {
        let told = format!("more than the {most} bytes that are unpacked at most");
        return Err(io::Error::new(io::ErrorKind::InvalidData, told));
    }
    Ok(content)
}

fn is_packed(path: &str) -> bool {
    path.ends_with(".gz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_other_files_stay_as_they_are() {
        let written = packed("a.json.gz", &[b'x'; 10_000]).unwrap();
        assert!(written.len() < 100);
        assert_eq!(unpacked("a.json.gz", written).unwrap(), [b'x'; 10_000]);
        assert_eq!(packed("a.json", b"{}"), None);
        assert_eq!(unpacked("a.json", b"{}".to_vec()).unwrap(), b"{}");
    }

    #[test]
    fn what_is_no_such_file_or_never_ends_is_refused() {
        assert!(unpacked("a.gz", b"{}".to_vec()).is_err());
        let zeros = packed("a.gz", &[0; 1001]).unwrap();
        let told = unpacked_up_to(1000, "a.gz", zeros).unwrap_err().to_string();
        assert!(told.contains("unpacked at most"), "{told}");
    }
}
