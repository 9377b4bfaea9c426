//! Timing tests.

use perfaudit_exec::{Command, Finished};

use super::cargo::{Hindrance, LONGEST_TESTS};
use super::plan::{DeliveryPart, TestScope};
use super::{Delivery, unmeasured};
use crate::command::CommandSpec;
use crate::message;

use super::builds::Attempt;

/// The failing tests that a row names.
const NAMED: usize = 10;

impl Delivery<'_> {
    /// Runs tests that are built and pass.
    pub(super) fn test_suite(&mut self) -> Attempt {
        let part = DeliveryPart::TestSuite;
        let scopes = &self.request.plan.tests;
        let (mut specs, mut refused) = (Vec::new(), Vec::new());
        for scope in scopes {
            match self.passing(scope) {
                Ok(spec) => specs.push(spec),
                Err(hindrance) => refused.push(unmeasured(part, &scope.name, &hindrance)),
            }
        }
        let mut measured = self.time("tests", &specs)?;
        measured.workloads.extend(refused);
        Ok(Ok(measured))
    }

    /// Builds tests and runs them once: only the time of tests that pass means something.
    fn passing(&mut self, scope: &TestScope) -> Result<CommandSpec, Hindrance> {
        // Test builds lie beside those of benchmarks, for the next run: they are not what is measured.
        let target_directory = self.request.work.join("build");
        let cargo = &self.request.project.cargo;
        let command = self
            .cargo(cargo, "test", &target_directory, scope.package.as_deref())
            .arg("--no-fail-fast")
            .args(&scope.arguments);
        // Examples in documentation cannot be built beforehand.
        if scope.arguments != ["--doc"] {
            self.attend_build("build tests", &command.clone().arg("--no-run"))?;
        }
        let longest = LONGEST_TESTS.max(self.request.patience);
        let first: Command = command.clone().time_limit(longest);
        let finished = self.attend(&format!("try  tests/{}", scope.name), &first)?;
        if !finished.ending.is_success() {
            return Err(Hindrance::new(crate::row::state_of(finished.ending), why_not_passing(&finished)));
        }
        let spec = self.spec(DeliveryPart::TestSuite, &scope.name, &command);
        Ok(CommandSpec { timeout: Some(longest), ..spec })
    }
}

/// The tests that failed by their names, else what was said last.
fn why_not_passing(finished: &Finished) -> String {
    let stdout = finished.stdout.text();
    let failed: Vec<&str> =
        stdout.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED")).collect();
    if failed.is_empty() {
        return format!(
            "the tests do not pass, and the time of failing tests says nothing: {}",
            message::failed(finished)
        );
    }
    let more = failed.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
    format!(
        "{} of its tests failed, and the time of failing tests says nothing:\n{}{more}",
        failed.len(),
        failed[..failed.len().min(NAMED)].join("\n")
    )
}
