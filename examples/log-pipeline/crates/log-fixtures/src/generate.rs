use std::fmt::Write as _;

use log_records::{Body, HttpAccess, LogRecord, Severity, TraceContext};
use serde_json::{Map, Value};

use crate::rng::Rng;
use crate::words::{DOMAINS, PATHS, ROLES, SECRET_KEYS, THINGS, TROUBLES, USER_AGENTS, VERBS};

/// 2026-01-01T00:00:00Z in nanoseconds since the Unix epoch.
const START_UNIX_NANO: u64 = 1_767_225_600_000_000_000;
/// How many of 1000 records have at most this severity, in the order of [`Severity::ALL`].
const SEVERITY_CUMULATIVE: [u32; 6] = [10, 150, 870, 950, 998, 1000];
const ACCESSES_PER_THOUSAND: u32 = 80;
const SECRETS_PER_THOUSAND: u32 = 6;
const TRACED_PER_THOUSAND: u32 = 600;

/// `count` records, the same for the same seed.
pub fn generate(count: usize, seed: u64) -> Vec<LogRecord> {
    let mut rng = Rng::new(seed);
    let services = Services::new();
    let mut now = START_UNIX_NANO;
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        now += rng.long_tailed(50_000.0) as u64;
        records.push(record(&mut rng, &services, now));
    }
    records
}

struct Services {
    names: Vec<String>,
    cumulative: Vec<u32>,
}

impl Services {
    /// The service of rank r writes in proportion to 1 / (r + 9) (Zipf-Mandelbrot).
    fn new() -> Services {
        let names: Vec<String> = ROLES
            .iter()
            .flat_map(|role| DOMAINS.iter().map(move |domain| format!("{domain}-{role}")))
            .collect();
        let mut total = 0;
        let cumulative = (1..=names.len() as u32)
            .map(|rank| {
                total += 100_000 / (rank + 9);
                total
            })
            .collect();
        Services { names, cumulative }
    }

    fn pick(&self, rng: &mut Rng) -> String {
        let name = &self.names[rng.weighted(&self.cumulative)];
        // Some producers write their name as it stands in a title.
        if rng.chance(30) { name.to_uppercase() } else { name.clone() }
    }
}

fn record(rng: &mut Rng, services: &Services, time_unix_nano: u64) -> LogRecord {
    let severity = Severity::ALL[rng.weighted(&SEVERITY_CUMULATIVE)];
    let service = services.pick(rng);
    let body = if rng.chance(ACCESSES_PER_THOUSAND) {
        Body::Access(access(rng))
    } else {
        Body::Text(text(rng, severity))
    };
    let attributes = Value::Object(attributes(rng)).to_string();
    let trace = rng.chance(TRACED_PER_THOUSAND).then(|| trace(rng));
    LogRecord { time_unix_nano, severity, service, body, attributes, trace }
}

fn text(rng: &mut Rng, severity: Severity) -> String {
    let mut text = if severity >= Severity::Warn {
        let trouble = rng.pick(&TROUBLES);
        format!(
            "{trouble}: attempt {} of 5, peer 10.0.{}.{}",
            1 + rng.below(5),
            rng.below(256),
            rng.below(256)
        )
    } else {
        let verb = rng.pick(&VERBS);
        let thing = rng.pick(&THINGS);
        format!("{verb} {thing} {} in {} ms", rng.below(1_000_000), 1 + rng.long_tailed(12.0) as u32)
    };
    for _ in 0..rng.long_tailed(1.5) as usize {
        let key = rng.pick(&["region", "shard", "queue", "node"]);
        write!(text, " {key}:{}", rng.below(64)).expect("writing to a String does not fail");
    }
    if rng.chance(SECRETS_PER_THOUSAND) {
        let key = rng.pick(&SECRET_KEYS);
        write!(text, " {key}={:016x}", rng.next()).expect("writing to a String does not fail");
    }
    if severity >= Severity::Error && rng.chance(500) {
        for depth in 0..3 + rng.long_tailed(6.0) as u32 {
            let module = rng.pick(&DOMAINS);
            write!(
                text,
                "\n  {depth}: shop::{module}::handle_request (src/{module}.rs:{})",
                1 + rng.below(900)
            )
            .expect("writing to a String does not fail");
        }
    }
    text
}

fn access(rng: &mut Rng) -> HttpAccess {
    HttpAccess {
        method: rng.pick(&["GET", "GET", "GET", "POST", "PUT"]).to_owned(),
        scheme: rng.pick(&["https", "https", "http"]).to_owned(),
        host: "shop.example".to_owned(),
        path: rng.pick(&PATHS).to_owned(),
        query: rng.chance(60).then(|| format!("page={}", 1 + rng.below(40))),
        protocol: rng.pick(&["HTTP/2", "HTTP/1.1"]).to_owned(),
        client_address: format!("198.51.{}.{}", rng.below(256), rng.below(256)),
        user_agent: rng.pick(&USER_AGENTS).to_owned(),
        referer: rng.chance(300).then(|| "https://shop.example/cart".to_owned()),
        status: [200, 304, 404, 500][rng.weighted(&[900, 950, 990, 1000])],
        response_bytes: rng.long_tailed(18_000.0) as u64,
        duration_micros: rng.long_tailed(9_000.0) as u64,
    }
}

fn attributes(rng: &mut Rng) -> Map<String, Value> {
    let mut attributes = Map::new();
    attributes.insert("host.name".into(), format!("node-{:02}", rng.below(40)).into());
    if rng.chance(550) {
        // Whole thousandths, so that writing and reading the number keeps it exactly.
        let duration = (rng.long_tailed(25.0) * 1000.0).round() / 1000.0;
        attributes.insert("duration_ms".into(), duration.into());
    }
    if rng.chance(350) {
        let status = [200, 201, 404, 503][rng.weighted(&[880, 930, 980, 1000])];
        attributes.insert("http.status_code".into(), status.into());
    }
    if rng.chance(450) {
        attributes.insert("user.id".into(), format!("u-{}", rng.below(50_000)).into());
    }
    if rng.chance(300) {
        attributes.insert("thread.name".into(), format!("worker \"{}\"", rng.below(16)).into());
    }
    if rng.chance(120) {
        attributes.insert("retry".into(), rng.chance(500).into());
    }
    attributes
}

fn trace(rng: &mut Rng) -> TraceContext {
    let trace_id = (u128::from(rng.next()) << 64) | u128::from(rng.next());
    TraceContext { trace_id: trace_id.to_be_bytes(), span_id: rng.next().to_be_bytes() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_records_and_another_seed_others() {
        assert!(generate(500, 1) == generate(500, 1));
        assert!(generate(500, 1) != generate(500, 2));
    }

    #[test]
    fn fewer_records_are_the_first_of_more() {
        assert!(generate(100, 1) == generate(300, 1)[..100]);
    }

    #[test]
    fn a_tenth_of_the_services_writes_more_than_a_quarter_of_the_records() {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for record in generate(20_000, 1) {
            *counts.entry(record.service.to_lowercase()).or_default() += 1;
        }
        let mut counts: Vec<usize> = counts.into_values().collect();
        counts.sort_unstable();
        assert_eq!(counts.len(), 120);
        assert!(counts.iter().rev().take(12).sum::<usize>() > 5_000);
    }

    #[test]
    fn most_records_are_info_and_time_never_goes_back() {
        let records = generate(20_000, 1);
        let info = records.iter().filter(|record| record.severity == Severity::Info).count();
        assert!((13_600..15_200).contains(&info), "{info}");
        assert!(records.is_sorted_by_key(|record| record.time_unix_nano));
    }
}
