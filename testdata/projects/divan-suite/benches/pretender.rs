//! Knows divan's arguments, and prints what divan never would.

fn main() {
    // The name by which divan is recognised.
    let _ = std::env::var("DIVAN_SAMPLE_COUNT");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    let names = ["other_columns", "garbage", "nothing", "sometimes", "hangs", "of_another"];
    if has("--list") {
        for name in names {
            println!("p::{name}: benchmark");
        }
        return;
    }
    let head = "p fastest \u{2502} slowest \u{2502} median \u{2502} mean \u{2502} samples \u{2502} iters";
    let row = |name: &str| {
        let cell = "9 ns \u{2502}";
        println!("{head}\n\u{2570}\u{2500} {name}  {cell} {cell} {cell} {cell} 100 \u{2502} 100");
    };
    match arguments.last().map(String::as_str) {
        Some("p::other_columns") => {
            println!("{}", head.replace("median", "typical"));
            println!("\u{2570}\u{2500} other_columns  1 \u{2502} 2 \u{2502} 3 \u{2502} 4 \u{2502} 5 \u{2502} 6");
        }
        Some("p::garbage") => println!("\u{2502}\u{2502}\u{2502}\u{2502}\u{2502}\u{2502} 1e999 ns \u{2502}\u{0}\u{2502}"),
        Some("p::sometimes") => {
            // The first process does its work, the second does not.
            let mark = std::env::temp_dir().join("perfaudit-pretender-ran");
            if mark.exists() {
                let _ = std::fs::remove_file(&mark);
                std::process::exit(3);
            }
            std::fs::write(&mark, "").expect("the folder for temporary files can be written");
            row("sometimes");
        }
        Some("p::hangs") => std::thread::sleep(std::time::Duration::from_secs(1000)),
        Some("p::of_another") => {
            row("else");
            row("of_another");
        }
        _ => {}
    }
}
