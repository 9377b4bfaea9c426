//! The source of a function with its samples beside the lines.

use maud::{Markup, html};
use perfaudit_result::SourceExcerpt;

use crate::html::text::Line;
use crate::text;

/// The lines that are shown; the file has all.
const LINES: usize = 200;
/// The characters of a line that are shown.
const COLUMNS: usize = 160;

/// The excerpt, closed at first.
#[expect(clippy::cast_precision_loss, reason = "a width on a screen")]
pub(super) fn excerpt(excerpt: &SourceExcerpt) -> Markup {
    let most = excerpt.samples_per_line.iter().copied().max().unwrap_or(0).max(1);
    html! {
        details.excerpt {
            summary { "Source of " bdi { (Line(&excerpt.symbol)) } " in " code { (Line(&excerpt.file)) ":" (excerpt.first_line) } }
            div.scroll.tall tabindex="0" role="region" aria-label="Source with samples" {
                table.source {
                    caption {
                        "Samples by line, calls included"
                        @if excerpt.lines.len() > LINES { "; the first " (LINES) " of " (excerpt.lines.len()) " lines" }
                    }
                    thead { tr { th.num scope="col" { "Samples" } th.num scope="col" { "Line" } th scope="col" { "Source" } } }
                    tbody {
                        @for (at, line) in excerpt.lines.iter().take(LINES).enumerate() {
                            @let samples = excerpt.samples_per_line.get(at).copied().unwrap_or(0);
                            // Seven steps, those of the heat maps.
                            @let heat = (samples as f64 / most as f64 * 6.0).ceil();
                            tr class=[(samples > 0).then(|| format!("h{heat:.0}"))] {
                                td.num { @if samples > 0 { (samples) } }
                                td.num { (u64::from(excerpt.first_line) + at as u64) }
                                td { code { (text::shorten(&text::visible(&line.replace('\t', "    ")), COLUMNS)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
