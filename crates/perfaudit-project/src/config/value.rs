//! Readers of single values.

use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;

use perfaudit_result::Mode;
use toml::de::DeValue;

use super::audit::{ChosenStage, FloorSource};
use super::duration::parse_duration;
use super::problem::{Complaint, quote};
use super::section::{Item, Report};

/// What a value is, for people.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Notes that something else was expected here.
pub(super) fn mismatch<T>(item: Item<'_>, expected: &str, report: &mut Report<'_>) -> Option<T> {
    let found = kind(item.get_ref());
    report.refuse(&item.span(), Complaint::new(format!("expected {expected}, found {found}")))
}

pub(super) fn text<'a>(item: Item<'a>, report: &mut Report<'_>) -> Option<&'a str> {
    match item.get_ref() {
        DeValue::String(text) => Some(text),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
            let found = kind(item.get_ref());
            let complaint = Complaint::new(format!("expected a text, found {found}"));
            report.refuse(&item.span(), complaint.hint("put it in quotation marks"))
        }
        _ => mismatch(item, "a text", report),
    }
}

/// A reader of texts that `parse` understands.
pub(super) fn parsed<'a, T>(
    parse: impl FnOnce(&str) -> Result<T, Complaint>,
) -> impl FnOnce(Item<'a>, &mut Report<'_>) -> Option<T> {
    |item, report| {
        let text = text(item, report)?;
        report.accept(&item.span(), parse(text))
    }
}

/// The same, with something in it.
pub(super) fn process_text(text: &str) -> Result<String, Complaint> {
    if text.trim().is_empty() {
        Err(Complaint::new("expected something, found an empty text"))
    } else {
        nul_free(text)
    }
}

/// A text that can be given to a process.
pub(super) fn nul_free(text: &str) -> Result<String, Complaint> {
    if text.contains('\0') {
        Err(Complaint::new(format!("{} holds a NUL character, which no process can be given", quote(text))))
    } else {
        Ok(text.to_owned())
    }
}

pub(super) fn boolean(item: Item<'_>, report: &mut Report<'_>) -> Option<bool> {
    match item.get_ref() {
        DeValue::Boolean(value) => Some(*value),
        _ => mismatch(item, "true or false", report),
    }
}

/// The values of an array, each read by `reader`; wrong ones are noted and left out.
pub(super) fn array<'a, T>(
    item: Item<'a>,
    report: &mut Report<'_>,
    expected: &str,
    mut reader: impl FnMut(Item<'a>, &mut Report<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    match item.get_ref() {
        DeValue::Array(items) => Some(items.iter().filter_map(|item| reader(item, report)).collect()),
        _ => mismatch(item, expected, report),
    }
}

/// An array of texts that `parse` understands.
pub(super) fn texts<'a, T: 'a>(
    parse: fn(&str) -> Result<T, Complaint>,
) -> impl FnOnce(Item<'a>, &mut Report<'_>) -> Option<Vec<T>> {
    move |item, report| {
        array(item, report, "an array of texts, as in [\"a\", \"b\"]", |item, report| {
            parsed(parse)(item, report)
        })
    }
}

/// A whole number that `convert` finds in range.
fn whole<T>(
    item: Item<'_>,
    report: &mut Report<'_>,
    expected: &str,
    convert: impl FnOnce(i64) -> Option<T>,
) -> Option<T> {
    let DeValue::Integer(integer) = item.get_ref() else { return mismatch(item, expected, report) };
    let value = i64::from_str_radix(integer.as_str(), integer.radix()).ok().and_then(convert);
    let refusal = || Complaint::new(format!("expected {expected}, found {}", quote(&integer.to_string())));
    report.accept(&item.span(), value.ok_or_else(refusal))
}

/// At least one, of something that is repeated.
pub(super) fn count(item: Item<'_>, report: &mut Report<'_>) -> Option<NonZeroU32> {
    whole(item, report, "a whole number from 1", |number| NonZeroU32::new(number.try_into().ok()?))
}

/// Any number of repetitions, or none.
pub(super) fn count_or_none(item: Item<'_>, report: &mut Report<'_>) -> Option<u32> {
    whole(item, report, "a whole number from 0", |number| number.try_into().ok())
}

/// How many runs are kept.
pub(super) fn keep(item: Item<'_>, report: &mut Report<'_>) -> Option<NonZeroU16> {
    whole(item, report, "a whole number from 1 to 65535", |number| NonZeroU16::new(number.try_into().ok()?))
}

pub(super) fn exit_code(item: Item<'_>, report: &mut Report<'_>) -> Option<u8> {
    whole(item, report, "an exit code from 0 to 255", |number| number.try_into().ok())
}

/// A share of 1 that is more than nothing.
pub(super) fn share(item: Item<'_>, report: &mut Report<'_>) -> Option<f64> {
    const EXPECTED: &str = "a share above 0 and up to 1, as in 0.5";
    let (number, written) = match item.get_ref() {
        DeValue::Float(float) => (float.as_str().parse::<f64>().ok(), float.to_string()),
        DeValue::Integer(integer) => (integer.as_str().parse::<f64>().ok(), integer.to_string()),
        _ => return mismatch(item, EXPECTED, report),
    };
    let refusal = || Complaint::new(format!("expected {EXPECTED}, found {}", quote(&written)));
    let number = number.filter(|number| *number > 0.0 && *number <= 1.0);
    report.accept(&item.span(), number.ok_or_else(refusal))
}

pub(super) fn mode(text: &str) -> Result<Mode, Complaint> {
    match text {
        "quick" => Ok(Mode::Quick),
        "standard" => Ok(Mode::Standard),
        "full" => Ok(Mode::Full),
        _ => Err(Complaint::new(format!("{} is no mode", quote(text)))
            .expecting(text, &["quick", "standard", "full"])),
    }
}

pub(super) fn floor_source(text: &str) -> Result<FloorSource, Complaint> {
    match text {
        "auto" => Ok(FloorSource::Auto),
        "stored" => Ok(FloorSource::Stored),
        "fresh" => Ok(FloorSource::Fresh),
        _ => Err(Complaint::new(format!("{} is no source of a noise floor", quote(text)))
            .expecting(text, &["auto", "stored", "fresh"])),
    }
}

pub(super) fn stage(text: &str) -> Result<ChosenStage, Complaint> {
    ChosenStage::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or_else(|| {
        Complaint::new(format!("{} is no stage that can be left out", quote(text)))
            .expecting(text, &ChosenStage::ALL.map(ChosenStage::as_str))
    })
}

pub(super) fn duration(text: &str) -> Result<Duration, Complaint> {
    parse_duration(text).map_err(|error| Complaint::new(error.to_string()))
}
