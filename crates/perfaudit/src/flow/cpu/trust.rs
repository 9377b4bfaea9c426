//! How far a profile can be trusted.

use perfaudit_cpu::analyse::Precision;
use perfaudit_cpu::symbols::SymbolRemark;
use perfaudit_result::{CpuProfile, Figure, Rung, Trust};

/// What speaks for and against a profile.
pub(super) struct Case<'a> {
    /// The part that is kept.
    pub(super) kept: &'a CpuProfile,
    /// How exactly that part is known; none for whole processes.
    pub(super) precision: Option<&'a Precision>,
    /// What is missing of symbols.
    pub(super) symbols: &'a [SymbolRemark],
    /// What else limits it.
    pub(super) others: &'a [String],
    /// The profiled time over the unprofiled one.
    pub(super) slowdown: Option<&'a Figure>,
}

/// Fewer samples tell nothing of a share.
const LEAST_SAMPLES: u64 = 30;
/// Fewer samples tell little: a share of a tenth is known to a fifth of itself.
const FEW_SAMPLES: u64 = 300;
/// A rate that is off by more was not kept.
const RATE_TOLERANCE: f64 = 0.1;

/// A share of samples above which a profile is limited, and one above which it misleads.
struct Bounds {
    limited: f64,
    unfit: f64,
}

const LOST: Bounds = Bounds { limited: 0.01, unfit: 0.10 };
const TRUNCATED: Bounds = Bounds { limited: 0.02, unfit: 0.25 };
const UNSYMBOLISED: Bounds = Bounds { limited: 0.05, unfit: 0.50 };
/// Above this, looking changed what was looked at; or the machine did something else meanwhile, which samples of CPU time
/// do not mind, so that no profile is unfit for it.
const SLOWED: Bounds = Bounds { limited: 0.05, unfit: f64::INFINITY };
/// Kernel time above this share that is in no stack is worth telling.
const HIDDEN_KERNEL: f64 = 0.05;
/// A lack of symbols below this share of samples is not worth a line.
const WORTH_TELLING: f64 = 0.01;

/// The judgement, and what it rests on, each with its remedy.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples are far below 2^53")]
pub(super) fn judge(case: &Case<'_>) -> (Trust, Vec<String>) {
    let sampler = &case.kept.sampler;
    let kept = case.kept.total();
    let mut judgement = Judgement::default();
    match case.precision {
        Some(Precision::NotFound) => {
            judgement.unfit("the measured function is in no stack: the benchmark was over before it was sampled, or its debug information is missing".to_owned());
        }
        Some(Precision::BelowEntry(why)) => {
            judgement.limited(format!(
                "what is timed could not be told from what the harness does around it: {why}"
            ));
        }
        Some(Precision::Timed) | None => {}
    }
    let longer = match sampler.rung {
        Rung::Imported => "record for longer",
        _ => "profile for longer with `--mode full`",
    };
    if kept < LEAST_SAMPLES {
        judgement.unfit(format!("{kept} samples are too few: {longer}"));
    } else if kept < FEW_SAMPLES {
        judgement.limited(format!("only {kept} samples: {longer}"));
    }
    let of_all = |count: u64| count as f64 / sampler.samples.max(1) as f64;
    let lost = sampler.lost as f64 / (sampler.samples + sampler.lost).max(1) as f64;
    judgement.share(lost, &LOST, "of the samples were lost: end other work on the machine");
    judgement.share(
        of_all(sampler.truncated),
        &TRUNCATED,
        "of the stacks do not reach their root: their callers are unknown",
    );
    judgement.share(of_all(sampler.unsymbolised), &UNSYMBOLISED, "of the samples are in code without a name");
    if let Some(reached) = sampler.reached_hz
        && (reached / sampler.asked_hz - 1.0).abs() > RATE_TOLERANCE
    {
        judgement.limited(format!("{reached:.0} samples per CPU-second were taken instead of {:.0}: shares hold, but rest on other numbers than asked for", sampler.asked_hz));
    }
    if let Some(stopped) = sampler.stopped_s {
        let share = sampler.cpu_s.filter(|cpu| *cpu > 0.0).map(|cpu| 100.0 * stopped / cpu);
        let share = share.map_or_else(String::new, |share| format!(", {share:.1} % of its CPU time"));
        judgement.limited(format!("each sample stopped a thread, for at most {stopped:.2} s in all{share}; where threads wait for a processor, that counts like running"));
    }
    if let (false, Some(cpu), Some(system)) = (sampler.rung.counts_kernel(), sampler.cpu_s, sampler.system_s)
        && system > HIDDEN_KERNEL * cpu
    {
        judgement.limited(format!(
            "{:.0} % of the CPU time was spent in the kernel, which these samples do not show",
            100.0 * system / cpu
        ));
    }
    if let Some(slower) = case.slowdown.and_then(|figure| {
        figure.interval().map_or_else(|| figure.value(), |interval| Some(interval.lower()))
    }) {
        judgement.share(
            slower - 1.0,
            &SLOWED,
            "longer than without profiling: the profile may show the profiler's own effect",
        );
    }
    for remark in case.others {
        judgement.limited(remark.clone());
    }
    for remark in case.symbols {
        if of_all(remark.innermost) > WORTH_TELLING {
            judgement.limited(format!("{}: {}: {}", remark.module, remark.flaw, remark.flaw.remedy()));
        }
    }
    judgement.finish()
}

/// A judgement in the making.
pub(in crate::flow) struct Judgement {
    trust: Trust,
    remarks: Vec<String>,
}

impl Default for Judgement {
    fn default() -> Self {
        Self { trust: Trust::Sound, remarks: Vec::new() }
    }
}

impl Judgement {
    pub(in crate::flow) fn limited(&mut self, remark: String) {
        if self.trust == Trust::Sound {
            self.trust = Trust::Limited;
        }
        self.remarks.push(remark);
    }

    pub(in crate::flow) fn unfit(&mut self, remark: String) {
        self.trust = Trust::Unfit;
        self.remarks.push(remark);
    }

    /// The trust, and why it is no greater.
    pub(in crate::flow) fn finish(self) -> (Trust, Vec<String>) {
        (self.trust, self.remarks)
    }

    fn share(&mut self, share: f64, bounds: &Bounds, what: &str) {
        let remark = format!("{:.1} % {what}", 100.0 * share);
        if share > bounds.unfit {
            self.unfit(remark);
        } else if share > bounds.limited {
            self.limited(remark);
        }
    }
}
