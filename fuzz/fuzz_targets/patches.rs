//! Patches are read, or refused with their line; what is read stays in the tree, and is applied or not.
#![no_main]

use std::path::Path;

use perfaudit_prove::patch::{changes, claims, read};

libfuzzer_sys::fuzz_target!(|content: &[u8]| {
    match read("a.patch", content) {
        Ok(patches) => {
            assert!(!patches.is_empty());
            for patch in patches {
                assert!(!patch.files.is_empty());
                for path in patch.paths() {
                    let path = path.as_path();
                    assert!(path.is_relative() && !path.starts_with(".git"));
                    assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
                }
                let _ = claims(&patch.prose);
                // There is no such folder: nothing but new files fits.
                let _ = changes(&patch, Path::new("/nonexistent/folder"));
            }
        }
        Err(error) => assert!(error.line > 0 && !error.to_string().is_empty()),
    }
});
