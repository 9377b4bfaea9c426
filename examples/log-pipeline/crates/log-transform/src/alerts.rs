use std::collections::HashMap;

use log_records::Severity;

/// Words that make a message worth a look, with their weight.
const WEIGHTS: [(&str, u32); 16] = [
    ("aborted", 15),
    ("certificate", 20),
    ("corrupt", 50),
    ("deadline", 15),
    ("deadlock", 30),
    ("denied", 20),
    ("disk", 10),
    ("exceeded", 10),
    ("exhausted", 25),
    ("expired", 10),
    ("memory", 15),
    ("panicked", 50),
    ("refused", 25),
    ("restarting", 15),
    ("retry", 5),
    ("unexpected", 10),
];

/// A record whose score reached [`Alert::THRESHOLD`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// Severity of the record.
    pub severity: Severity,
    /// The service that wrote it.
    pub service: String,
    /// Its alert score.
    pub score: u32,
    /// Its message, masked.
    pub message: String,
}

impl Alert {
    /// The score from which a record is an alert.
    pub const THRESHOLD: u32 = 40;
}

/// Scores messages by the words in them.
#[derive(Debug)]
pub struct AlertScorer {
    weights: HashMap<&'static str, u32>,
}

impl AlertScorer {
    /// A scorer that knows the usual words.
    pub fn new() -> AlertScorer {
        AlertScorer { weights: HashMap::from(WEIGHTS) }
    }

    /// The weight of the severity plus those of all words in the message.
    pub fn score(&self, message: &str, severity: Severity) -> u32 {
        let mut score = severity_weight(severity);
        for word in message.split([' ', '\n', ',', ':', '/']) {
            score += self.weights.get(word).copied().unwrap_or(0);
        }
        score
    }
}

impl Default for AlertScorer {
    fn default() -> AlertScorer {
        AlertScorer::new()
    }
}

/// What the severity alone adds to an alert score.
pub fn severity_weight(severity: Severity) -> u32 {
    match severity {
        Severity::Trace | Severity::Debug | Severity::Info => 0,
        Severity::Warn => 10,
        Severity::Error => 30,
        Severity::Fatal => 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_adds_severity_and_words() {
        let scorer = AlertScorer::new();
        assert_eq!(scorer.score("processed order 7", Severity::Info), 0);
        assert_eq!(scorer.score("retry budget exhausted, giving up", Severity::Error), 30 + 5 + 25);
    }
}
