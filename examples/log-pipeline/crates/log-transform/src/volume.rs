use std::collections::BTreeMap;

use log_records::Severity;

/// How many records of each severity came in each second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    counts: BTreeMap<(u64, Severity), u64>,
}

impl Volume {
    /// Counts one record.
    pub fn add(&mut self, time_unix_nano: u64, severity: Severity) {
        let bucket = (time_unix_nano / 1_000_000_000, severity);
        if !self.counts.contains_key(&bucket) {
            self.counts.insert(bucket, 0);
        }
        if let Some(count) = self.counts.get_mut(&bucket) {
            *count += 1;
        }
    }

    /// The counts in order of time: second since the Unix epoch, severity, records.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Severity, u64)> {
        self.counts.iter().map(|(&(second, severity), &count)| (second, severity, count))
    }

    /// All records counted.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_by_second_and_severity() {
        let mut volume = Volume::default();
        for (time, severity) in [
            (2_000_000_000, Severity::Info),
            (1_999_999_999, Severity::Info),
            (2_500_000_000, Severity::Info),
        ] {
            volume.add(time, severity);
        }
        volume.add(2_100_000_000, Severity::Error);
        let counts: Vec<_> = volume.iter().collect();
        assert_eq!(counts, [(1, Severity::Info, 1), (2, Severity::Info, 2), (2, Severity::Error, 1)]);
        assert_eq!(volume.total(), 4);
    }
}
