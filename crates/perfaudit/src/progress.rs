//! Progress on a terminal; nothing in a pipe.

use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use perfaudit_bench::{CommandEvent, GatherEvent};
use perfaudit_render::quantity::counted;

use crate::output;

/// One line on standard error that says what is going on.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Draws on standard error when that is a terminal.
    pub(crate) fn start() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {wide_msg}").expect("the template is well-formed"),
        );
        bar.enable_steady_tick(Duration::from_millis(500));
        Self { bar }
    }

    pub(crate) fn say(&self, what: String) {
        self.bar.set_message(what);
    }

    /// Says something that stays, above the line.
    pub(crate) fn note(&self, text: &str) {
        self.bar.suspend(|| output::note(text));
    }

    pub(crate) fn gathering(&self, event: GatherEvent<'_>) {
        match event {
            GatherEvent::Listing { target } => self.say(format!("list  {target}")),
            GatherEvent::Planned { benchmarks, estimate } => {
                let what = counted(benchmarks, "benchmark");
                self.say(format!("bench {what}, about {}", HumanDuration(estimate)));
            }
            GatherEvent::Measuring { id, position, of, left } => {
                self.say(format!("bench {position}/{of}, about {} left: {id}", HumanDuration(left)));
            }
        }
    }

    pub(crate) fn commanding(&self, event: CommandEvent<'_>) {
        match event {
            CommandEvent::Planned { commands, estimate } => {
                let what = counted(commands, "command");
                self.say(format!("run   {what}, about {}", HumanDuration(estimate)));
            }
            CommandEvent::WarmingUp { id } => self.say(format!("warm  {id}")),
            CommandEvent::Measuring { id, made, planned } => {
                self.say(format!("run   {}/{planned}: {id}", made + 1));
            }
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}
