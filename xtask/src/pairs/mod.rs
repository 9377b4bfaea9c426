//! Live comparisons whose truth is known: programs beside themselves, and beside themselves with exact extra work.
//!
//! All kinds take turns, so that whatever the machine does meanwhile hits all alike, and so that what was measured when
//! the time is over can be told.

mod comparison;
mod program;
mod table;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use perfaudit_result::NoiseFloor;

use self::comparison::Judge;
use self::program::{Program, Twin};
use self::table::{Kind, chance};
use crate::error::TaskError;
use crate::perf::load;
use crate::{child, complain, say};

/// Injected slowdowns, in percent of the work.
const SLOWDOWNS: [u64; 3] = [1, 2, 5];
/// Comparisons find a change where there is none at most this often.
const ALPHA: f64 = 0.01;
/// So many alarms that they come by chance less often are no chance.
const NO_CHANCE: f64 = 0.001;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Take this perfaudit instead of building one in release mode
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
    /// Rounds of comparisons: in each, every program is compared with each of its twins and with each slowdown; 14 make
    /// 126 of programs with themselves
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// After this long no further comparison begins
    #[arg(long, value_name = "MINUTES", default_value_t = 9.0)]
    minutes: f64,
    /// A difference up to this does not matter
    #[arg(long, value_name = "PERCENT", default_value = "0.5%")]
    delta: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let perfaudit = child::release_binary(arguments.perfaudit.as_ref())?;
    let scratch = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let programs = Program::all(&scratch.path().join("programs"))?;
    let folder = scratch.path().join("comparisons");
    std::fs::create_dir(&folder).map_err(TaskError::file(&folder))?;
    let judge = Judge { perfaudit, folder, delta: arguments.delta.clone() };
    let until = Instant::now() + Duration::from_secs_f64(arguments.minutes.max(0.0) * 60.0);
    let mut session = Session { judge, programs, until, seed: 0, floor: None };
    let mut twins = session
        .kinds(&Twin::ALL, |program, twin| Kind::new(format!("{}, {}", program.name, twin.label()), 0.0));
    let mut slowed = session.kinds(&SLOWDOWNS, |program, percent| {
        Kind::new(format!("{}, {percent} % more work", program.name), program.slowed(*percent).1)
    });
    let load = load();
    for round in 0..arguments.rounds {
        complain(&format!("round {} of {}", round + 1, arguments.rounds));
        let is_over = session.round(&mut twins, |program, kind| program.twins(Twin::ALL[kind]))?
            || session.round(&mut slowed, |program, kind| program.slowed(SLOWDOWNS[kind]).0)?;
        if is_over {
            complain("the time is over");
            break;
        }
    }
    tell(&session, &twins, &slowed, &load, &arguments.delta)
}

struct Session {
    judge: Judge,
    programs: Vec<Program>,
    until: Instant,
    seed: u32,
    floor: Option<NoiseFloor>,
}

impl Session {
    /// One for each program and each of `kinds`.
    fn kinds<T>(&self, kinds: &[T], make: impl Fn(&Program, &T) -> Kind) -> Vec<Kind> {
        self.programs.iter().flat_map(|program| kinds.iter().map(|kind| make(program, kind))).collect()
    }

    /// Compares each kind of each program once; answers whether the time is over.
    fn round(
        &mut self,
        all: &mut [Kind],
        lines: impl Fn(&Program, usize) -> [String; 2],
    ) -> Result<bool, TaskError> {
        let kinds = all.len() / self.programs.len();
        for (index, one) in all.iter_mut().enumerate() {
            if Instant::now() >= self.until {
                return Ok(true);
            }
            self.seed += 1;
            let lines = lines(&self.programs[index / kinds], index % kinds);
            let (said, floor) = self.judge.compare(lines, self.seed)?;
            one.said.push(said);
            self.floor = floor;
        }
        Ok(false)
    }
}

fn tell(
    session: &Session,
    twins: &[Kind],
    slowed: &[Kind],
    load: &str,
    delta: &str,
) -> Result<(), TaskError> {
    let floors: Vec<String> = session
        .floor
        .iter()
        .flat_map(|floor| &floor.estimates)
        .map(|floor| format!("{:.1} standard errors of {} pairs", floor.errors, floor.pairs))
        .collect();
    let floors = if floors.is_empty() { "not established".to_owned() } else { floors.join(", ") };
    say(&format!("Load of the machine before: {load}; delta {delta}; noise floor: {floors}.\n"));
    say(
        "| program against itself | comparisons | CHANGED | taken back | EQUIVALENT | open | pairs | estimate | interval |",
    );
    say("|---|---|---|---|---|---|---|---|---|");
    twins.iter().filter(|kind| !kind.said.is_empty()).for_each(|kind| say(&kind.row_of_twins()));
    let alarms: usize = twins.iter().map(Kind::changed).sum();
    let comparisons: usize = twins.iter().map(|kind| kind.said.len()).sum();
    let by_chance = chance(alarms, comparisons, ALPHA);
    say(&format!(
        "\nCHANGED in {alarms} of {comparisons}; as many or more come by chance, where each errs once in a hundred, in {:.1} % of such series.\n",
        100.0 * by_chance
    ));
    say(
        "| program | truth | CHANGED | taken back | where it can be found | interval holds the truth | pairs | estimate | interval |",
    );
    say("|---|---|---|---|---|---|---|---|---|");
    slowed.iter().filter(|kind| !kind.said.is_empty()).for_each(|kind| say(&kind.row_of_slowed()));
    say(
        "\nTaken back: pairs show a difference, and instructions do not carry it. Truth: the extra rounds times the share of its time that a process spends in rounds. \"Where it can be found\": comparisons whose own minimum detectable effect is at most the truth.",
    );
    if by_chance < NO_CHANCE {
        return Err(TaskError::Failed(format!(
            "{alarms} false alarms in {comparisons} comparisons are more than 1 % explains: look at what the machine did meanwhile"
        )));
    }
    Ok(())
}
