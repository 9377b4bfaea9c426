//! `perfaudit what-if`.

use std::fmt::Write as _;

use perfaudit_exec::Interrupt;
use perfaudit_render::quantity;

use crate::arguments::{PlainFormat, WhatIfArguments};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::{self, Ceiling, WhatIf};
use crate::output;

pub(crate) fn run(arguments: &WhatIfArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let what = arguments.what.as_deref();
    let told = flow::what_if(what, &arguments.project, arguments.run.as_deref(), &interrupt)?;
    match arguments.format {
        PlainFormat::Json => {
            let json = serde_json::to_string_pretty(&told).expect("ceilings hold nothing that JSON cannot");
            output::raw(&(json + "\n"));
        }
        PlainFormat::Terminal => output::result(&text(&told)),
    }
    Ok(Exit::Pass)
}

fn text(told: &WhatIf) -> String {
    let mut text = match told.ceilings.first() {
        None => "no finding in source was measured to be hot: name a function instead\n".to_owned(),
        Some(first) => format!(
            "{} would be {:.2} times as fast if {} cost nothing\n",
            first.workload, first.speed_up, first.what
        ),
    };
    let mut last = "";
    for one in &told.ceilings {
        if one.what != last {
            let _ = write!(text, "\n{}\n", one.what);
            last = &one.what;
        }
        let _ = writeln!(text, "  {}", line(one));
        for patch in &one.achieved {
            let (saved, interval) = (quantity::percent(patch.saved), between(patch.interval));
            let _ =
                writeln!(text, "    {} ({}) saved {saved}{interval}", patch.patch, patch.verdict.as_str());
        }
    }
    let _ = write!(text, "\nFrom the profiles of run {}: {}.\n", told.run, told.method);
    text
}

fn line(one: &Ceiling) -> String {
    let (saves, interval) = (quantity::percent(one.saves), between(one.interval));
    format!("{}: {saves}{interval} saved, {:.2} times as fast", one.workload, one.speed_up)
}

fn between(interval: Option<[f64; 2]>) -> String {
    interval.map_or_else(String::new, |[from, to]| {
        format!(" ({} to {})", quantity::percent(from), quantity::percent(to))
    })
}
