//! Lists as divan before 0.1.18 does: a tree without arguments, and no `--format`.

fn main() {
    // The name by which divan is recognised.
    let _ = std::env::var("DIVAN_SAMPLE_COUNT");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if has("--format") {
        eprintln!("error: unexpected argument '--format' found");
        std::process::exit(2);
    }
    if has("--list") {
        println!("old\n\u{251c}\u{2500} left_out  (ignored)\n\u{2570}\u{2500} parse\n");
        return;
    }
    if has("^old::parse(::|$)") {
        let cells = "9 us \u{2502} 12 us \u{2502} 9.5 us \u{2502} 10 us \u{2502} 100 \u{2502} 100";
        println!("old fastest \u{2502} slowest \u{2502} median \u{2502} mean \u{2502} samples \u{2502} iters");
        println!("\u{2570}\u{2500} parse  \u{2502}  \u{2502}  \u{2502}  \u{2502}  \u{2502}");
        println!("   \u{251c}\u{2500} short  {cells}\n   \u{251c}\u{2500} empty\n   \u{2570}\u{2500} long  {cells}\n");
    }
}
