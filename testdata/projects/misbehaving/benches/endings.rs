//! Benchmarks that do not end as they should.

#[path = "../fake_criterion.rs"]
mod fake_criterion;

use std::os::unix::process::CommandExt;
use std::process::{abort, exit, id, Command};
use std::thread::sleep;
use std::time::Duration;

use fake_criterion::Measurement;

fn main() {
    fake_criterion::main(&[
        ("sound", Measurement::write_sound),
        ("panics", |_| panic!("out of cheese <script>alert(1)</script>")),
        ("aborts", |_| abort()),
        ("is killed", |_| {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {}", id())]).status();
            sleep(Duration::from_secs(1000));
        }),
        ("exits with 3", |_| {
            eprintln!("first line\nlast line");
            exit(3);
        }),
        ("exits with 0", |_| exit(0)),
        ("fails after its results", |measurement| {
            measurement.write_sound();
            panic!("while cleaning up");
        }),
        ("hangs", |_| sleep(Duration::from_secs(1000))),
        ("ignores SIGTERM", |_| {
            let script = "trap '' TERM; while :; do sleep 1; done";
            let error = Command::new("sh").args(["-c", script]).exec();
            panic!("sh cannot be started: {error}");
        }),
        ("leaves a process behind", |measurement| {
            let started = Command::new("setsid").args(["sleep", "1000"]).spawn();
            started.expect("setsid can be started");
            measurement.write_sound();
        }),
        ("leaves a file behind", |measurement| {
            std::fs::write("left-behind.txt", "by a benchmark").expect("the package is writable");
            measurement.write_sound();
        }),
    ]);
}
