use perfaudit_render::{COMMENT_BYTES, markdown, markdown_within};
use perfaudit_result::AuditResult;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::fixture;

#[test]
fn a_result() {
    insta::assert_snapshot!(markdown(&fixture::full()));
}

#[test]
fn a_run_that_measured_nothing() {
    insta::assert_snapshot!(markdown(&fixture::empty()));
}

/// Columns of a row, pipes that a backslash escapes left out.
fn pipes(row: &str) -> usize {
    row.replace("\\|", "").matches('|').count()
}

/// Parses as GitHub does and checks that nothing from outside became markup.
fn check(text: &str) {
    let mut table = None;
    let mut fence: Option<&str> = None;
    let mut headings = 0;
    for line in text.lines() {
        let marks = &line[..line.len() - line.trim_start_matches('`').len()];
        if fence == Some(line) {
            fence = None;
        } else if fence.is_some() {
            // Text as it is.
        } else if marks.len() > 2 {
            fence = Some(marks);
        } else if !line.starts_with('|') {
            headings += usize::from(line.starts_with("# ") || line.starts_with("## "));
            table = None;
        } else if let Some(columns) = table {
            assert_eq!(pipes(line), columns, "{line}");
        } else {
            table = Some(pipes(line));
        }
    }
    for event in
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH)
    {
        match event {
            Event::InlineHtml(html) => assert!(["<code>", "</code>"].contains(&&*html), "{html}"),
            Event::Start(Tag::Heading { .. }) => headings -= 1,
            Event::Rule => panic!("a rule"),
            Event::Html(html) => panic!("a block of HTML: {html}"),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                panic!("a link to {dest_url}")
            }
            Event::InlineMath(math) | Event::DisplayMath(math) => panic!("a formula: {math}"),
            _ => {}
        }
    }
    assert_eq!(headings, 0, "a heading that is none of ours");
    assert!(!text.contains('\u{1b}'));
}

/// What a reader sees of code: spans, and `code` elements.
fn code(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Code(code) => codes.push(code.to_string()),
            Event::InlineHtml(html) if &*html == "<code>" => open = Some(String::new()),
            Event::InlineHtml(_) => codes.extend(open.take()),
            Event::Text(text) => {
                if let Some(open) = &mut open {
                    open.push_str(&text);
                }
            }
            _ => {}
        }
    }
    codes
}

#[test]
fn nothing_hostile_comes_through() {
    let text = markdown(&fixture::full());
    check(&text);
    let shown = fixture::hostile_title()
        .replace('\n', "\\n")
        .replace('\u{1b}', "\\u{1b}")
        .replace('\u{202e}', "\\u{202e}");
    assert!(code(&text).contains(&shown), "the name is shown as it is");
}

#[test]
fn whole_sections_go_from_the_end_and_are_named() {
    let result = fixture::full();
    let full = markdown_within(&result, usize::MAX);
    let text = markdown_within(&result, full.len() - 1);
    assert!(
        text.ends_with("Left out to fit the size limit, see report.html or result.json: Artifacts.\n"),
        "{text}"
    );
    assert!(!text.contains("## Artifacts"));
    assert!(text.contains("## Reproduce"));
    for limit in (60..full.len()).step_by(97) {
        let text = markdown_within(&result, limit);
        assert!(text.len() <= limit, "{} > {limit}", text.len());
        check(&text);
    }
}

#[test]
fn a_report_of_many_benchmarks_fits_into_a_comment() {
    let text = markdown(&fixture::long(3000));
    assert!(text.len() <= COMMENT_BYTES);
    assert!(text.contains("Left out to fit the size limit"));
}

fn with_names(name: &str, message: &str) -> AuditResult {
    let mut result = fixture::full();
    result.workloads[0].title = name.to_owned();
    result.workloads[1].target = name.to_owned();
    result.groups[1].axes[0].values[0] = name.to_owned();
    result.workloads[9].message = Some(message.to_owned());
    result.verdict.headline = message.to_owned();
    result.findings[0].title = message.to_owned();
    result.findings[0].message = message.to_owned();
    result.findings[0].rule = name.to_owned();
    result.reproduce[0].what = message.to_owned();
    result.preconditions[0].message = message.to_owned();
    result.reproduce[0].argv.push(message.to_owned());
    result
}

proptest! {
    #[test]
    fn whatever_names_and_messages_hold_tables_and_text_stay_whole(
        name in any::<String>(), message in "[ -~\n]{0,40}", marks in "[`|\\\\<>*_\\[\\]()#&~$@!: a\n-]{0,24}",
    ) {
        check(&markdown(&with_names(&name, &message)));
        check(&markdown(&with_names(&marks, &name)));
        check(&markdown(&with_names(&message, &marks)));
    }
}
