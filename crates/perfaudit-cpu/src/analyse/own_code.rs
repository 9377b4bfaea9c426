//! Whether the project's own library runs in a benchmark at all.

use perfaudit_result::{CpuProfile, OriginKind};
use perfaudit_stats::{Level, ShareEstimate, clopper_pearson};

use super::shares::Whole;

/// How many samples hold code of the project's libraries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnCodeEvidence {
    /// Samples with a frame of a library of the project, inlined ones included.
    pub library: u64,
    /// Samples with a frame of which nobody knows whose it is, and none of a library: any of them may be of one.
    pub unknown: u64,
    /// Samples in all.
    pub samples: u64,
    /// With 95 % confidence, the share of samples with library code is below this; unknown samples count as library
    /// code. The exact binomial bound, or the wider one of blocks of time where the share varies between them.
    pub upper: f64,
}

/// Counts samples with code of the project's libraries.
///
/// A benchmark's own functions are of the project too. Debug information tells them apart by file: what lies in a
/// folder `benches`, `tests` or `examples` (`in_target` says so for files elsewhere, such as a bench target with a path
/// of its own) is no library code, and neither is a function of the project whose file is not known.
#[must_use]
pub fn own_code_evidence(profile: &CpuProfile, in_target: impl Fn(&str) -> bool) -> OwnCodeEvidence {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Holds {
        Nothing,
        Unknown,
        Library,
    }
    let of_function: Vec<Holds> = (profile.functions.iter())
        .map(|function| match (profile.origins[function.origin as usize].kind, &function.file) {
            (OriginKind::Own, Some(file)) if !lies_in_target(file) && !in_target(file) => Holds::Library,
            (OriginKind::Own, None) | (OriginKind::Unknown, _) => Holds::Unknown,
            _ => Holds::Nothing,
        })
        .collect();
    let mut of_node: Vec<Holds> = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let here = of_function[profile.frames[node.frame as usize].function as usize];
        of_node.push(node.parent.map_or(here, |parent| here.max(of_node[parent as usize])));
    }
    let whole = Whole::of(profile);
    let mut possible = vec![0; whole.blocks()];
    let (mut library, mut unknown) = (0, 0);
    for run in &profile.samples {
        match of_node[run.node as usize] {
            Holds::Nothing => continue,
            Holds::Unknown => unknown += run.count,
            Holds::Library => library += run.count,
        }
        possible[run.block as usize] += run.count;
    }
    let samples = profile.total();
    let exact = clopper_pearson(library + unknown, samples, Level::P90).upper;
    let upper = match whole.share(&possible).estimate(Level::P90) {
        ShareEstimate::Estimated { interval, .. } => exact.max(interval.upper),
        ShareEstimate::Unbounded { .. } => exact,
    };
    OwnCodeEvidence { library, unknown, samples, upper }
}

fn lies_in_target(file: &str) -> bool {
    file.split(['/', '\\']).any(|folder| ["benches", "tests", "examples"].contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::testing::repeated;

    const LOOP: &str =
        "t dep:criterion|b.rs|1|criterion::bencher::Bencher<M>::iter;own:mine|benches/b.rs|3|b::bench";

    #[test]
    fn a_benchmark_that_never_calls_the_library_is_hollow_for_certain_only_with_enough_samples() {
        let hollow = |samples: u64| {
            own_code_evidence(&repeated(20, &[format!("{LOOP} {}", samples / 20).as_str()]), |_| false)
        };
        let many = hollow(1000);
        assert_eq!((many.library, many.unknown, many.samples), (0, 0, 1000));
        assert!(many.upper < 0.01, "{many:?}");
        assert!(hollow(300).upper < 0.01, "the least number that suffices");
        assert!(hollow(280).upper >= 0.01, "too few samples say nothing");
    }

    #[test]
    fn library_code_counts_when_it_is_inlined_and_unknown_code_may_be_library_code() {
        let sampled = repeated(
            20,
            &[&format!("{LOOP};own:mine|src/lib.rs|7|parse;std||1|core::x 30"), &format!("{LOOP} 20")],
        );
        let found = own_code_evidence(&sampled, |_| false);
        assert_eq!(found.library, 600);
        assert!(found.upper >= 0.01);
        assert_eq!(own_code_evidence(&sampled, |file| file == "src/lib.rs").library, 0);
        let unknown = repeated(20, &["t ?||0|[unknown in b] 50"]);
        assert!(own_code_evidence(&unknown, |_| false).upper >= 0.5);
    }
}
