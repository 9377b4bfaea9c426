//! The command `perfaudit`.

fn main() -> std::process::ExitCode {
    perfaudit::run(std::env::args_os())
}
