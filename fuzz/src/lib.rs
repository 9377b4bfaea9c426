//! What the fuzz targets of imported files share.

use perfaudit_import::{FileFormat, ImportedWorkload, Values, read_as};

/// Reads or refuses a file; what is read is sound.
pub fn import(format: FileFormat, bytes: &[u8]) {
    let _ = FileFormat::detect("input", bytes);
    if let Ok(imported) = read_as(format, "input", bytes) {
        assert!(!imported.workloads.is_empty());
        imported.workloads.iter().for_each(is_sound);
    }
}

/// Asserts that a workload holds measurements, and these finite values.
pub fn is_sound(workload: &ImportedWorkload) {
    assert!(!workload.measurements.is_empty());
    for measurement in &workload.measurements {
        if let Values::Raw(raw) = &measurement.values {
            assert!(raw.len() > 0 && raw.values().all(f64::is_finite));
        }
    }
    for warning in &workload.warnings {
        assert!(!warning.to_string().is_empty());
    }
}
