use std::num::NonZeroUsize;

use log_decode::{Compression, Format};
use log_write::Codec;

/// Rows that are transformed and written together.
const BATCH_ROWS: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not zero");

/// How a run reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Format of the input.
    pub format: Format,
    /// Compression of the input.
    pub compression: Compression,
    /// Compression of the output.
    pub codec: Codec,
    /// Rows that are transformed and written together.
    pub batch_rows: NonZeroUsize,
}

impl Options {
    /// The usual options for an input of this kind: Snappy, and batches of the usual size.
    pub fn new(format: Format, compression: Compression) -> Options {
        Options { format, compression, codec: Codec::Snappy, batch_rows: BATCH_ROWS }
    }

    /// The usual options for an input with this file name, if its extension says what it is.
    pub fn for_file_name(name: &str) -> Option<Options> {
        let (plain_name, compression) = match name.strip_suffix(".gz") {
            Some(rest) => (rest, Compression::Gzip),
            None => (name, Compression::Plain),
        };
        let format = match plain_name.rsplit_once('.')?.1 {
            "pb" => Format::Protobuf,
            "json" | "ndjson" => Format::Json,
            _ => return None,
        };
        Some(Options::new(format, compression))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_tells_format_and_compression() {
        let kind = |name| Options::for_file_name(name).map(|options| (options.format, options.compression));
        assert_eq!(kind("a.pb"), Some((Format::Protobuf, Compression::Plain)));
        assert_eq!(kind("a.b.ndjson.gz"), Some((Format::Json, Compression::Gzip)));
        assert_eq!(kind("json"), None);
        assert_eq!(kind("a.csv"), None);
    }
}
