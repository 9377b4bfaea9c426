/// How bad it is, in the order of OpenTelemetry's short names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Finest detail.
    Trace,
    /// For developers.
    Debug,
    /// Normal operation.
    Info,
    /// Unexpected, but handled.
    Warn,
    /// An operation failed.
    Error,
    /// The process cannot go on.
    Fatal,
}

impl Severity {
    /// All severities, mildest first.
    pub const ALL: [Severity; 6] =
        [Severity::Trace, Severity::Debug, Severity::Info, Severity::Warn, Severity::Error, Severity::Fatal];

    /// The short name, in upper case.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Trace => "TRACE",
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO",
            Severity::Warn => "WARN",
            Severity::Error => "ERROR",
            Severity::Fatal => "FATAL",
        }
    }

    /// The severity with this short name, in upper case.
    pub fn from_name(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// The first of the four severity numbers that OpenTelemetry gives each short name: 1, 5, 9, 13, 17, 21.
    pub fn number(self) -> u8 {
        self as u8 * 4 + 1
    }

    /// The severity of an OpenTelemetry severity number (1 to 24).
    pub fn from_number(number: i32) -> Option<Severity> {
        let index = usize::try_from(number.checked_sub(1)?).ok()? / 4;
        Severity::ALL.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Severity;

    #[test]
    fn names_and_numbers_lead_back_to_the_severity() {
        for severity in Severity::ALL {
            assert_eq!(Severity::from_name(severity.name()), Some(severity));
            assert_eq!(Severity::from_number(severity.number().into()), Some(severity));
        }
    }

    #[test]
    fn numbers_outside_1_to_24_have_no_severity() {
        for number in [i32::MIN, -1, 0, 25, i32::MAX] {
            assert_eq!(Severity::from_number(number), None, "{number}");
        }
    }
}
