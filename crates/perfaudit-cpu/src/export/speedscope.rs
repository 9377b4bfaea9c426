//! Speedscope's file format: `https://www.speedscope.app/file-format-schema.json`, profiles of type `sampled`, one for
//! each thread.

use std::io::{self, Write};

use perfaudit_result::CpuProfile;
use serde::Serialize;

use super::seconds_per_sample;

#[derive(Serialize)]
struct Frame<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

pub(super) fn write(profile: &CpuProfile, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        br#"{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"perfaudit","name":"#,
    )?;
    json(out, &profile.workload.0)?;
    out.write_all(br#","activeProfileIndex":0,"shared":{"frames":["#)?;
    for (at, function) in profile.functions.iter().enumerate() {
        comma(out, at)?;
        json(out, &Frame { name: &function.name, file: function.file.as_deref(), line: function.line })?;
    }
    out.write_all(br#"]},"profiles":["#)?;
    let (unit, weight) = match seconds_per_sample(profile) {
        Some(seconds) => ("seconds", seconds),
        None => ("none", 1.0),
    };
    for (at, thread) in (0..).zip(&profile.threads) {
        comma(out, at as usize)?;
        let runs = || profile.samples.iter().filter(|run| run.thread == at);
        let total: u64 = runs().map(|run| run.count).sum();
        out.write_all(br#"{"type":"sampled","name":"#)?;
        json(out, &format!("{} ({})", thread.name, thread.thread))?;
        write!(out, r#","unit":"{unit}","startValue":0,"endValue":"#)?;
        json(out, &(total as f64 * weight))?;
        out.write_all(br#","samples":["#)?;
        for (at, run) in runs().enumerate() {
            comma(out, at)?;
            let mut stack: Vec<u32> = profile.stack(run.node).map(|frame| frame.function).collect();
            stack.reverse();
            json(out, &stack)?;
        }
        out.write_all(br#"],"weights":["#)?;
        for (at, run) in runs().enumerate() {
            comma(out, at)?;
            json(out, &(run.count as f64 * weight))?;
        }
        out.write_all(b"]}")?;
    }
    out.write_all(b"]}\n")
}

fn comma(out: &mut dyn Write, at: usize) -> io::Result<()> {
    out.write_all(if at == 0 { b"" } else { b"," })
}

fn json<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}
