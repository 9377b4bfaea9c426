//! Noise floors of machines: one file for each machine as it was set up.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use perfaudit_result::NoiseFloor;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::error::StoreError;
use crate::store::data_directory;

/// Raised whenever what is measured, or how the floor is made of it, changes: floors of another procedure are not used.
const PROCEDURE: u32 = 3;
/// The longest name of a file without its extension.
const LONGEST_NAME: usize = 200;

/// What a noise floor belongs to. When any of it changes, the floor has to be measured again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineState {
    /// The model name of the CPU.
    pub cpu: String,
    /// Logical CPUs that a process may use.
    pub cores: u32,
    /// The operating system and the kernel's release.
    pub kernel: String,
    /// The architecture.
    pub arch: String,
    /// The frequency governor, where the kernel shows one.
    pub governor: Option<String>,
}

/// A floor as it is kept, with all that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFloor {
    /// The machine.
    pub machine: MachineState,
    /// The floor; its age is of no meaning here.
    pub floor: NoiseFloor,
    /// For each kernel of the floor, in its order: the wall times of both runs of each pair, in nanoseconds.
    pub pairs_ns: Vec<Vec<(u64, u64)>>,
    procedure: u32,
}

impl KeptFloor {
    /// A floor that was just measured.
    #[must_use]
    pub fn new(machine: MachineState, floor: NoiseFloor, pairs_ns: Vec<Vec<(u64, u64)>>) -> Self {
        Self { machine, floor, pairs_ns, procedure: PROCEDURE }
    }
}

/// Where noise floors are kept.
#[derive(Debug, Clone)]
pub struct NoiseFloors {
    folder: PathBuf,
}

impl NoiseFloors {
    /// Those in `place`, else in the user's data directory.
    ///
    /// # Errors
    /// When no place is named and the user has no home directory.
    pub fn open(place: Option<&Path>) -> Result<Self, StoreError> {
        let root = place.map(Path::to_owned).or_else(data_directory).ok_or(StoreError::NoPlace)?;
        Ok(Self { folder: root.join("noise-floors") })
    }

    /// The floor of a machine; none when there is none of this machine as it is now, or it was made otherwise. One
    /// that cannot be understood counts as none: it is measured again and replaced.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(&self, machine: &MachineState) -> Result<Option<KeptFloor>, StoreError> {
        let path = self.path(machine);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::File { path, source }),
            Ok(text) => text,
        };
        let kept: Option<KeptFloor> = serde_json::from_str(&text).ok();
        Ok(kept.filter(|kept| {
            let is_sound = kept.floor.ratio.is_finite() && kept.floor.ratio >= 0.0;
            is_sound && kept.machine == *machine && kept.procedure == PROCEDURE
        }))
    }

    /// Keeps a floor in place of an earlier one of the same machine.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn save(&self, kept: &KeptFloor) -> Result<(), StoreError> {
        let path = self.path(&kept.machine);
        let json = serde_json::to_vec(kept).expect("a floor holds nothing that JSON cannot");
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = NamedTempFile::new_in(&self.folder)?;
            file.write_all(&json)?;
            file.persist(&path).map_err(|error| error.error).map(drop)
        };
        write().map_err(|source| StoreError::File { path: path.clone(), source })
    }

    /// Names are for people; what the file belongs to stands in it.
    fn path(&self, machine: &MachineState) -> PathBuf {
        let MachineState { cpu, cores, kernel, arch, governor } = machine;
        let governor = governor.as_deref().unwrap_or("none");
        let plain: String = format!("{cpu} {cores} {arch} {kernel} {governor}")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
            .take(LONGEST_NAME)
            .collect();
        self.folder.join(format!("{plain}.json"))
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_result::ConfidenceLevel;

    use super::*;

    fn machine(kernel: &str) -> MachineState {
        MachineState {
            cpu: "Some CPU (R) @ 3 GHz/x".into(),
            cores: 2,
            kernel: kernel.into(),
            arch: "x86_64".into(),
            governor: None,
        }
    }

    fn kept(machine: MachineState) -> KeptFloor {
        let floor = NoiseFloor {
            ratio: 0.02,
            share: 0.95,
            level: ConfidenceLevel::P95,
            pairs: 1,
            comparisons: 1,
            estimates: Vec::new(),
            kernels: Vec::new(),
            measured: "2026-01-01T00:00:00Z".into(),
            age_s: 0,
        };
        KeptFloor::new(machine, floor, vec![vec![(1, 2)]])
    }

    #[test]
    fn a_floor_is_found_for_the_same_machine_and_for_no_other() {
        let place = tempfile::tempdir().unwrap();
        let floors = NoiseFloors::open(Some(place.path())).unwrap();
        assert_eq!(floors.load(&machine("6.1")).unwrap(), None);
        let kept = kept(machine("6.1"));
        floors.save(&kept).unwrap();
        assert_eq!(floors.load(&machine("6.1")).unwrap(), Some(kept));
        assert_eq!(floors.load(&machine("6.2")).unwrap(), None);
        // Two names that become one in the file system.
        assert_eq!(floors.load(&MachineState { arch: "x86-64".into(), ..machine("6.1") }).unwrap(), None);
    }

    #[test]
    fn a_floor_of_another_procedure_or_one_that_is_spoilt_counts_as_none() {
        let place = tempfile::tempdir().unwrap();
        let floors = NoiseFloors::open(Some(place.path())).unwrap();
        floors.save(&KeptFloor { procedure: PROCEDURE + 1, ..kept(machine("6.1")) }).unwrap();
        assert_eq!(floors.load(&machine("6.1")).unwrap(), None);
        fs::write(floors.path(&machine("6.1")), "{\"machine\":").unwrap();
        assert_eq!(floors.load(&machine("6.1")).unwrap(), None);
    }

    #[test]
    fn a_store_that_cannot_be_written_is_an_error_with_its_path() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let error = NoiseFloors::open(Some(&file)).unwrap().save(&kept(machine("6.1"))).unwrap_err();
        assert!(error.to_string().contains("noise-floors"), "{error}");
    }
}
