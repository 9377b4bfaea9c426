//! Where the bytes of programs are: a treemap and tables.

use maud::{Markup, html};
use perfaudit_result::{AuditResult, BinarySize};

use super::page;
use super::text::{Line, Prose};
use crate::size::{self, Table};
use crate::treemap::{Area, layout};
use crate::{ir, quantity, text};

/// The rows of a table; result.json has more.
const ROWS: usize = 40;
/// The treemap, in the units of its drawing.
const WIDE: f64 = 960.0;
const HIGH: f64 = 420.0;
/// The crates that have an area of their own.
const CRATES: usize = 40;
/// The functions of each of them.
const FUNCTIONS: usize = 60;
/// Room for the name of a crate above its functions.
const CAPTION: f64 = 16.0;
/// The width of a letter.
const LETTER: f64 = 6.6;

/// The section.
pub(super) fn section(result: &AuditResult) -> Markup {
    page::section(
        "size",
        &html! {
            @for of in &result.size {
                h3 { code { (Line(&of.binary)) } }
                p { (Prose(&text::sentence(&of.answer))) }
                @for remark in &of.remarks { p { (Prose(&text::sentence(remark))) } }
                p.muted { (Prose(&text::sentence(&of.method))) }
                (treemap(of))
                (table(&size::packages(of, ROWS)))
                (table(&size::sections(of, ROWS)))
                (table(&size::functions(of, ROWS)))
                (table(&size::generics(of, ROWS)))
                (table(&size::modules(of, ROWS)))
                @if let Some(inlined) = size::inlined_packages(of, ROWS) { (table(&inlined)) }
                @if let Some(inlined) = size::inlined_functions(of, ROWS) { (table(&inlined)) }
                @let shared = size::shared(of);
                @if !shared.is_empty() { p { (Prose(&text::sentence(&shared))) } }
            }
            @if let Some(counted) = &result.ir {
                h3 { "What the compiler hands to LLVM" }
                p { (Prose(&text::sentence(&counted.answer))) }
                @for remark in &counted.remarks { p { (Prose(&text::sentence(remark))) } }
                p.muted { (Prose(&text::sentence(&counted.method))) }
                (table(&ir::packages(counted, ROWS)))
                (table(&ir::generics(counted, ROWS)))
                (table(&ir::instances(counted, ROWS)))
            }
        },
    )
}

/// What is drawn: a name and its bytes.
type Item = (String, u64);

/// Crates, and in each of them its largest functions; sections stand for what no symbol names. All areas together
/// are the file.
fn treemap(of: &BinarySize) -> Markup {
    let mut groups: Vec<(Item, Vec<Item>)> = Vec::new();
    for package in of.packages.iter().take(CRATES) {
        let functions = of.functions.iter().chain(&of.statics).filter(|row| row.package == package.name);
        let mut items: Vec<Item> = functions.map(|row| (row.name.clone(), row.bytes)).collect();
        items.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        items.truncate(FUNCTIONS);
        let told: u64 = items.iter().map(|(_, bytes)| bytes).sum();
        items.push(("all smaller".to_owned(), package.bytes.saturating_sub(told)));
        groups.push(((size::package(package.name.as_deref()).to_owned(), package.bytes), items));
    }
    let rest: u64 = of.packages.iter().skip(CRATES).map(|package| package.bytes).sum();
    groups.push((("other crates".to_owned(), rest), Vec::new()));
    let sections =
        of.sections.iter().map(|section| (section.name.clone(), section.bytes - section.named_bytes));
    groups.push((("no symbol".to_owned(), of.remainder_bytes), sections.collect()));
    groups.retain(|((_, bytes), _)| *bytes > 0);
    groups.sort_by_key(|((_, bytes), _)| std::cmp::Reverse(*bytes));
    let weights: Vec<u64> = groups.iter().map(|((_, bytes), _)| *bytes).collect();
    let areas = layout(&weights, Area { x: 0.0, y: 0.0, width: WIDE, height: HIGH });
    html! {
        div.scroll tabindex="0" {
            svg.treemap viewBox={ "0 0 " (WIDE) " " (HIGH) } width=(WIDE) height=(HIGH) role="img"
                aria-label={ "Where the " (of.file_bytes) " bytes are, by crate and function; the tables below tell the same" } {
                @for (((name, bytes), items), area) in groups.iter().zip(areas) {
                    g.crate {
                        (rectangle(area, name, *bytes))
                        (inside(area, items))
                    }
                }
            }
        }
    }
}

fn inside(area: Area, items: &[Item]) -> Markup {
    let inner = Area {
        x: area.x + 1.0,
        y: area.y + CAPTION,
        width: (area.width - 2.0).max(0.0),
        height: (area.height - CAPTION - 1.0).max(0.0),
    };
    let items: Vec<&Item> = items.iter().filter(|(_, bytes)| *bytes > 0).collect();
    let weights: Vec<u64> = items.iter().map(|(_, bytes)| *bytes).collect();
    html! {
        @for ((name, bytes), area) in items.iter().zip(layout(&weights, inner)) {
            // What is smaller than a dot is only in the tables.
            @if area.width >= 2.0 && area.height >= 2.0 { g.function { (rectangle(area, name, *bytes)) } }
        }
    }
}

fn rectangle(area: Area, name: &str, bytes: u64) -> Markup {
    let short = |value: f64| format!("{value:.1}");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of letters")]
    let letters = ((area.width - 4.0) / LETTER).max(0.0) as usize;
    html! {
        rect x=(short(area.x)) y=(short(area.y)) width=(short(area.width)) height=(short(area.height)) {
            title { (Line(name)) ": " (quantity::bytes(bytes)) }
        }
        @if area.height >= 13.0 {
            @if let Some(label) = label(&text::visible(name), letters) {
                text x=(short(area.x + 3.0)) y=(short(area.y + 11.0)) { (Line(&label)) }
            }
        }
    }
}

/// What of a name fits into so many letters: all of it, or its end from a segment of its path on, or the beginning of the
/// last segment; none where that says nothing. The title has the whole.
fn label(name: &str, letters: usize) -> Option<String> {
    /// So much of a segment tells what it may be.
    const LEAST: usize = 5;
    const CUT: &str = "..";
    let ends = ends(name);
    if let Some(fitting) = ends.iter().find(|end| text::width(end) <= letters) {
        return Some((*fitting).to_owned());
    }
    let room = letters.checked_sub(CUT.len()).filter(|room| *room >= LEAST)?;
    let cut: String = ends.last()?.chars().take(room).collect();
    (text::width(&cut) <= room).then(|| format!("{cut}{CUT}"))
}

/// The ends of a path, each from a segment on, the longest first. What stands in brackets is no path of its own.
fn ends(name: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let mut starts = vec![0];
    let bytes = name.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'<' | b'(' | b'[' | b'{' => depth += 1,
            // Of `Fn() -> T` the arrow closes nothing.
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' | b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && at > 0 && bytes[at - 1] == b':' => starts.push(at + 1),
            _ => {}
        }
    }
    starts.into_iter().map(|start| &name[start..]).collect()
}

pub(super) fn table<const COLUMNS: usize>(of: &Table<COLUMNS>) -> Markup {
    let numbers = COLUMNS - 1;
    html! {
        @if !of.rows.is_empty() {
            div.scroll tabindex="0" {
                table.plain {
                    caption { (Line(&of.caption)) }
                    thead { tr {
                        th scope="col" { (of.heads[numbers]) }
                        @for head in &of.heads[..numbers] { th.num scope="col" { (head) } }
                    } }
                    tbody { @for row in &of.rows {
                        tr {
                            th scope="row" { code { (Line(&row[numbers])) } }
                            @for cell in &row[..numbers] { td.num { (cell) } }
                        }
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_areas_carry_the_end_of_a_path_or_nothing() {
        let name = "regex_automata::meta::strategy::new";
        assert_eq!(label(name, 40).as_deref(), Some(name));
        assert_eq!(label(name, 15).as_deref(), Some("strategy::new"));
        assert_eq!(label(name, 5).as_deref(), Some("new"));
        assert_eq!(label(name, 2), None);
        assert_eq!(label("<&T as core::fmt::Debug>::fmt", 12).as_deref(), Some("fmt"));
        assert_eq!(label("core::ops::call<Box<dyn Fn() -> a::B>>", 10).as_deref(), Some("call<Box.."));
        assert_eq!(label("aho_corasick", 6), None);
        assert_eq!(label("aho_corasick", 8).as_deref(), Some("aho_co.."));
    }
}
