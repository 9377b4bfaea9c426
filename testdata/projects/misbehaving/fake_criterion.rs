//! Talks like a benchmark executable of Criterion, and leaves it to each benchmark what it writes and how it ends.

use std::ffi::OsString;
use std::path::PathBuf;
use std::{env, fs};

/// A name and what to do when it is to be measured.
pub type Benchmark = (&'static str, fn(&Measurement));

/// The place for the results of one benchmark.
pub struct Measurement {
    name: &'static str,
    home: Option<OsString>,
}

#[allow(dead_code)]
impl Measurement {
    /// Twenty batches of ten iterations that take about 100 ns each.
    pub const SOUND: &'static str = r#"{"sampling_mode":"Flat",
        "iters":[10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10,10],
        "times":[1003,1010,998,1007,1001,1012,995,1004,1009,1000,1006,997,1011,1002,1008,996,1005,999,1013,1004]}"#;

    /// What Criterion calls `CRITERION_HOME`.
    pub fn home(&self) -> PathBuf {
        PathBuf::from(self.home.as_ref().expect("CRITERION_HOME is set"))
    }

    /// Makes the folder for the files of this benchmark.
    pub fn folder(&self) -> PathBuf {
        let folder = self.home().join(self.name.replace('/', "_")).join("new");
        fs::create_dir_all(&folder).expect("the folder can be made");
        folder
    }

    /// Writes a complete set of files.
    pub fn write_sound(&self) {
        self.write_sample(Self::SOUND);
    }

    /// Writes this as `sample.json`, with a `benchmark.json` as it should be.
    pub fn write_sample(&self, sample: &str) {
        self.write("null", sample);
    }

    /// Writes a `benchmark.json` with this throughput, and this as `sample.json`.
    pub fn write(&self, throughput: &str, sample: &str) {
        let name = self.name;
        let benchmark = format!(
            r#"{{"group_id":"{name}","function_id":null,"value_str":null,"throughput":{throughput},"full_id":"{name}","directory_name":"{name}","title":"{name}"}}"#
        );
        let folder = self.folder();
        fs::write(folder.join("sample.json"), sample).expect("the file can be written");
        fs::write(folder.join("benchmark.json"), benchmark).expect("the file can be written");
    }
}

/// Lists the benchmarks, or runs the one that the command line names.
pub fn main(benchmarks: &[Benchmark]) {
    // The name of this variable in the executable is what Criterion is known by.
    let home = env::var_os("CRITERION_HOME");
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, _) in benchmarks {
            println!("{name}: benchmark");
        }
        return;
    }
    let wanted = arguments.last().expect("perfaudit names a benchmark");
    for (name, run) in benchmarks.iter().filter(|(name, _)| name == wanted) {
        run(&Measurement { name, home: home.clone() });
    }
}
