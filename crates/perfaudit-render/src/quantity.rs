//! Figures as people read them: `1.84 ms +-0.02`, `71.3 MB/s +1.2 -0.9`.

use perfaudit_result::{ConfidenceLevel, Estimate, Figure, Interval, Of, Unit};

/// A decimal prefix: the factor it stands for and the symbol of the scaled unit.
struct Scale {
    factor: f64,
    symbol: &'static str,
}

const fn scale(factor: f64, symbol: &'static str) -> Scale {
    Scale { factor, symbol }
}

/// Scales of each unit, ascending.
fn scales(unit: Unit) -> &'static [Scale] {
    const TIME: [Scale; 5] =
        [scale(1e-3, "ps"), scale(1.0, "ns"), scale(1e3, "us"), scale(1e6, "ms"), scale(1e9, "s")];
    const BYTES: [Scale; 5] =
        [scale(1.0, "B"), scale(1e3, "kB"), scale(1e6, "MB"), scale(1e9, "GB"), scale(1e12, "TB")];
    const BYTE_RATE: [Scale; 5] =
        [scale(1.0, "B/s"), scale(1e3, "kB/s"), scale(1e6, "MB/s"), scale(1e9, "GB/s"), scale(1e12, "TB/s")];
    const BIT_RATE: [Scale; 5] = [
        scale(1.0, "bit/s"),
        scale(1e3, "kbit/s"),
        scale(1e6, "Mbit/s"),
        scale(1e9, "Gbit/s"),
        scale(1e12, "Tbit/s"),
    ];
    const ELEMENT_RATE: [Scale; 5] = [
        scale(1.0, "elem/s"),
        scale(1e3, "k elem/s"),
        scale(1e6, "M elem/s"),
        scale(1e9, "G elem/s"),
        scale(1e12, "T elem/s"),
    ];
    const COUNT: [Scale; 3] = [scale(1.0, ""), scale(1e3, "k"), scale(1e6, "M")];
    const RATIO: [Scale; 1] = [scale(0.01, "%")];
    const PLAIN: [Scale; 1] = [scale(1.0, "units")];
    match unit {
        Unit::Nanoseconds => &TIME,
        Unit::Bytes => &BYTES,
        Unit::BytesPerSecond => &BYTE_RATE,
        Unit::BitsPerSecond => &BIT_RATE,
        Unit::ElementsPerSecond => &ELEMENT_RATE,
        Unit::Count => &COUNT,
        Unit::Ratio => &RATIO,
        Unit::Unknown => &PLAIN,
    }
}

/// The largest scale in which the value is at least 1, else the smallest.
fn scale_for(value: f64, unit: Unit) -> &'static Scale {
    let scales = scales(unit);
    // 0.9995 rounds up to 1.00 of the next unit.
    scales.iter().rev().find(|scale| value.abs() >= 0.9995 * scale.factor).unwrap_or(&scales[0])
}

/// Decimals that give `scaled` three significant digits, and the half-width of its interval at least one; at
/// most five significant digits in all.
fn decimals(scaled: f64, half_width: Option<f64>) -> usize {
    let places = |x: f64, digits: i32| {
        if x > 0.0 { digits - 1 - rounded_exponent(x, digits) } else { 0 }
    };
    let three = places(scaled.abs(), 3);
    let five = places(scaled.abs(), 5);
    let wanted = half_width.map_or(three, |width| three.max(places(width, 1)));
    usize::try_from(wanted.min(five).max(0)).unwrap_or(0)
}

/// The decimal exponent of `x` once it is rounded to `digits` significant digits: 9.996 has exponent 1 at three.
#[expect(clippy::cast_possible_truncation, reason = "the exponent of an f64 fits into an i32")]
fn rounded_exponent(x: f64, digits: i32) -> i32 {
    let exponent = x.log10().floor() as i32;
    let unit = 10_f64.powi(exponent - digits + 1);
    if (x / unit).round() * unit >= 10_f64.powi(exponent + 1) { exponent + 1 } else { exponent }
}

/// A value alone: `1.84 ms`.
#[must_use]
pub fn value(value: f64, unit: Unit) -> String {
    let scale = scale_for(value, unit);
    let scaled = value / scale.factor;
    // `512 B`, not `512.0 B`: what is counted has fractions in means only.
    let whole = matches!(unit, Unit::Bytes | Unit::Count) && scale.factor == 1.0 && value.fract() == 0.0;
    let places = if whole { 0 } else { decimals(scaled, None) };
    format!("{scaled:.places$} {}", scale.symbol)
}

/// Values that are known exactly, each told from the others: where three digits do not, as many in one unit as it takes,
/// as in `19.5399 MB` and `19.5424 MB`.
#[must_use]
pub fn told_apart<const N: usize>(values: [f64; N], unit: Unit) -> [String; N] {
    /// Whole numbers up to 2^53 have no more in any unit.
    const MOST_PLACES: usize = 15;
    let are_told = |shown: &[String; N]| {
        let mut pairs = (0..N).flat_map(|i| (0..i).map(move |j| (i, j)));
        pairs.all(|(i, j)| values[i].total_cmp(&values[j]).is_eq() || shown[i] != shown[j])
    };
    let usual = values.map(|one| value(one, unit).trim_end().to_owned());
    if are_told(&usual) {
        return usual;
    }
    let scale = scale_for(values.into_iter().fold(0.0, |most, one| one.abs().max(most)), unit);
    let with = |places: usize| {
        values.map(|one| {
            let shown = format!("{:.places$} {}", one / scale.factor, scale.symbol);
            shown.trim_end().to_owned()
        })
    };
    (1..=MOST_PLACES).map(with).find(are_told).unwrap_or(usual)
}

/// A value with its interval: `1.84 ms +-0.02`, or `1.84 ms +0.05 -0.02` when it is not symmetric.
#[must_use]
pub fn with_interval(value: f64, interval: Interval, unit: Unit) -> String {
    let scale = scale_for(value, unit);
    let scaled = value / scale.factor;
    let above = ((interval.upper() - value) / scale.factor).max(0.0);
    let below = ((value - interval.lower()) / scale.factor).max(0.0);
    let places = decimals(scaled, Some(above.max(below)));
    let (above, below) = (format!("{above:.places$}"), format!("{below:.places$}"));
    if above == below {
        format!("{scaled:.places$} {} +-{above}", scale.symbol)
    } else {
        format!("{scaled:.places$} {} +{above} -{below}", scale.symbol)
    }
}

/// The interval alone, in one unit: `1.82 to 1.86 ms`.
#[must_use]
pub fn interval(interval: Interval, unit: Unit) -> String {
    let scale = scale_for(interval.upper(), unit);
    let (lower, upper) = (interval.lower() / scale.factor, interval.upper() / scale.factor);
    let places = decimals(upper, Some((upper - lower) / 2.0));
    format!("{lower:.places$} to {upper:.places$} {}", scale.symbol)
}

/// A figure: the value with its interval, the value alone, what it is at most, or `-` where it cannot be estimated.
#[must_use]
pub fn figure(figure: &Figure) -> String {
    match &figure.estimate {
        // A length is what it is: the bytes themselves, since nothing is uncertain.
        Estimate::WithInterval { value: length, .. } if figure.of == Of::File => {
            format!("{} ({length} B)", value(*length, figure.unit))
        }
        Estimate::WithInterval { value: count, .. } if figure.of == Of::Compilation => format!("{count}"),
        Estimate::WithInterval { value, interval, .. } => with_interval(*value, *interval, figure.unit),
        Estimate::WithoutInterval { value: estimate, .. } => value(*estimate, figure.unit),
        Estimate::AtMost { bound, .. } => format!("at most {}", value(*bound, figure.unit)),
        Estimate::NotEstimable { .. } => "-".to_owned(),
    }
}

/// A confidence level as `95 %` or `99.9 %`.
#[must_use]
pub fn level(level: ConfidenceLevel) -> String {
    percent(level.get())
}

/// A share of 1 in per cent, to one decimal where it has one: `95 %`, `12.3 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round();
    if tenths % 10.0 == 0.0 { format!("{:.0} %", tenths / 10.0) } else { format!("{:.1} %", tenths / 10.0) }
}

/// A relative change in per cent: `+4.2 %`, `-31 %`; what rounds to nothing has no sign.
pub(crate) fn signed_percent(change: f64) -> String {
    let shown = percent(change.abs());
    match shown.as_str() {
        "0 %" => shown,
        _ if change < 0.0 => format!("-{shown}"),
        _ => format!("+{shown}"),
    }
}

/// A number of bytes: `512 B`, `1.84 MB`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
pub fn bytes(n: u64) -> String {
    value(n as f64, Unit::Bytes)
}

/// Seconds as `12 ms`, `4.2 s`, `3 min 07 s` or `1 h 02 min`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "durations are short and positive"
)]
pub fn seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 if seconds < 0.0995 => format!("{:.0} ms", seconds * 1e3),
        0..60 if seconds < 9.95 => format!("{seconds:.1} s"),
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A number with its noun: `1 benchmark`, `12 benchmarks`.
#[must_use]
pub fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_rounds_to_nothing_has_no_sign() {
        let shown = [0.042, -0.31, -0.0004, 0.0, 0.0005].map(signed_percent);
        assert_eq!(shown, ["+4.2 %", "-31 %", "0 %", "0 %", "+0.1 %"]);
    }

    #[test]
    fn a_value_has_three_digits_and_the_unit_that_suits_it() {
        for (nanoseconds, text) in [
            (0.000_263_1, "0.263 ps"),
            (0.2631, "263 ps"),
            (1.0, "1.00 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 us"),
            (1_840_000.0, "1.84 ms"),
            (61e9, "61.0 s"),
        ] {
            assert_eq!(value(nanoseconds, Unit::Nanoseconds), text);
        }
    }

    #[test]
    fn the_interval_is_given_to_the_digits_of_the_value() {
        let figure = |value, lower, upper| {
            with_interval(value, Interval::new(lower, upper).unwrap(), Unit::Nanoseconds)
        };
        assert_eq!(figure(1.84e6, 1.82e6, 1.86e6), "1.84 ms +-0.02");
        assert_eq!(figure(1.84e6, 1.82e6, 1.89e6), "1.84 ms +0.05 -0.02");
        assert_eq!(figure(1.84e6, 1.8398e6, 1.8402e6), "1.8400 ms +-0.0002");
        assert_eq!(figure(184e3, 100e3, 184e3), "184 us +0 -84");
    }

    #[test]
    fn exact_values_that_differ_are_shown_to_the_digit_that_tells_them_apart() {
        let bytes = |a, b| told_apart([a, b], Unit::Bytes);
        assert_eq!(bytes(19_539_920.0, 19_542_368.0), ["19.540 MB", "19.542 MB"]);
        assert_eq!(bytes(19_539_920.0, 19_539_921.0), ["19.539920 MB", "19.539921 MB"]);
        assert_eq!(bytes(18_400_000.0, 25_400_000.0), ["18.4 MB", "25.4 MB"]);
        assert_eq!(bytes(512.0, 512.0), ["512 B", "512 B"]);
        assert_eq!(told_apart([1000.0, 1000.0, 1001.0], Unit::Count), ["1.000 k", "1.000 k", "1.001 k"]);
        assert_eq!(told_apart([7.0, 8.0], Unit::Count), ["7", "8"]);
    }

    #[test]
    fn bytes_are_whole_and_shares_are_per_cent() {
        assert_eq!(bytes(12), "12 B");
        assert_eq!(bytes(1_840_000), "1.84 MB");
        assert_eq!(value(12.5, Unit::Bytes), "12.5 B");
        assert_eq!(level(ConfidenceLevel::P95), "95 %");
        assert_eq!(percent(0.1234), "12.3 %");
    }

    #[test]
    fn durations_read_like_a_clock() {
        assert_eq!(seconds(0.0123), "12 ms");
        assert_eq!(seconds(4.23), "4.2 s");
        assert_eq!(seconds(59.7), "1 min 00 s");
        assert_eq!(seconds(187.0), "3 min 07 s");
        assert_eq!(seconds(3725.0), "1 h 02 min");
    }
}
