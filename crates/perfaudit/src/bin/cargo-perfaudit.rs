//! The command `cargo perfaudit`.

fn main() -> std::process::ExitCode {
    // Cargo passes the name of the subcommand on as the first argument.
    let arguments = std::env::args_os().enumerate();
    perfaudit::run(
        arguments.filter(|(place, text)| !(*place == 1 && text == "perfaudit")).map(|(_, text)| text),
    )
}
