//! Small files that the kernel makes up.

use std::path::Path;

/// The content without surrounding white space; none when it cannot be read.
pub(crate) fn read(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// The value of the first line `key : value` of a file such as `/proc/cpuinfo` or `/proc/meminfo`.
pub(crate) fn field(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}
