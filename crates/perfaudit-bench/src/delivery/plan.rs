//! Which workloads there are, decided from the objectives alone.

use std::num::NonZeroU32;
use std::path::PathBuf;

use perfaudit_project::{CargoPackage, CargoProject, PackageTarget, TargetRole};
use perfaudit_result::{MetricName, Mode, WorkloadId, WorkloadKind};

use crate::command::Family;

/// Something that building, testing or shipping a project costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryPart {
    /// A build into an empty target directory.
    CleanBuild,
    /// A build after a change.
    IncrementalBuild,
    /// The tests, once they are built.
    TestSuite,
    /// The size of what is shipped.
    BinarySize,
    /// Lines of what the compiler hands to LLVM.
    IrLines,
}

impl DeliveryPart {
    /// All of them, in the order of measuring.
    pub const ALL: [Self; 5] =
        [Self::CleanBuild, Self::IncrementalBuild, Self::TestSuite, Self::BinarySize, Self::IrLines];

    /// The kind and the first word of its workloads.
    pub(super) fn family(self) -> Family {
        let (kind, word) = match self {
            Self::CleanBuild => (WorkloadKind::CleanBuild, "build"),
            Self::IncrementalBuild => (WorkloadKind::IncrementalBuild, "build"),
            Self::TestSuite => (WorkloadKind::TestSuite, "tests"),
            Self::BinarySize => (WorkloadKind::Binary, "binary"),
            Self::IrLines => (WorkloadKind::Ir, "ir"),
        };
        Family { kind, word }
    }

    fn metric(self) -> MetricName {
        self.family().kind.own_metric().expect("what is measured for an objective has its metric")
    }

    /// How often each of its workloads is timed. Builds and tests are dear; from six observations on the median has an
    /// interval of 95 % (two-sided, by order statistics: `1 - 2 / 2^6`).
    #[must_use]
    pub fn runs(self, mode: Mode) -> NonZeroU32 {
        let runs = match (self, mode) {
            (Self::BinarySize | Self::IrLines, _) => 1,
            (Self::IncrementalBuild, Mode::Quick) => 3,
            (Self::IncrementalBuild, Mode::Standard) => 6,
            (Self::IncrementalBuild, Mode::Full) => 12,
            (Self::CleanBuild | Self::TestSuite, Mode::Quick) => 1,
            (Self::CleanBuild | Self::TestSuite, Mode::Standard) => 3,
            (Self::CleanBuild | Self::TestSuite, Mode::Full) => 6,
        };
        NonZeroU32::new(runs).expect("every arm is positive")
    }
}

/// An objective, as far as it decides what is measured.
pub struct Goal<'a> {
    /// What is promised of.
    pub metric: MetricName,
    /// Whether a workload is meant.
    pub matches: &'a dyn Fn(&WorkloadId) -> bool,
}

/// What is measured because objectives name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryPlan {
    /// Whether the project is built from nothing: `build/clean`.
    pub(super) is_built: bool,
    /// Packages that are changed, each by itself: `build/incremental/PACKAGE`.
    pub(super) changed: Vec<ChangedPackage>,
    /// Parts of the test suite: `tests/all`, `tests/PACKAGE/...`.
    pub(super) tests: Vec<TestScope>,
    /// What is weighed: `binary/PACKAGE/NAME`.
    pub(super) shipped: Vec<ShippedFile>,
    /// Packages whose lines of LLVM IR are counted: `ir/PACKAGE`.
    pub(super) ir: Vec<String>,
}

/// A package with the source file that is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangedPackage {
    pub(super) package: String,
    /// The root of its library, else of its first program; absolute, in the tree that is built.
    pub(super) source: PathBuf,
}

/// A part of the test suite, and how cargo is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestScope {
    /// `all`, or the package with cargo's words for the target.
    pub(super) name: String,
    /// None is every selected package.
    pub(super) package: Option<String>,
    pub(super) arguments: Vec<String>,
}

/// A program, or a shared library for programs in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShippedFile {
    pub(super) package: String,
    pub(super) name: String,
    pub(super) is_program: bool,
}

const ALL_TESTS: &str = "all";

impl DeliveryPlan {
    /// What the goals name of a project. A target's tests are run alone only for a goal that does not mean the whole
    /// suite.
    #[must_use]
    pub fn new(project: &CargoProject, goals: &[Goal<'_>]) -> Self {
        let is_wanted = |part: DeliveryPart, name: &str| {
            let id = id(part, name);
            let kind = part.family().kind;
            goals.iter().any(|goal| kind.is_measured_for(&goal.metric) && (goal.matches)(&id))
        };
        let suite = WorkloadId::whole_test_suite();
        let is_wanted_alone = |name: &str| {
            let id = id(DeliveryPart::TestSuite, name);
            let names = |goal: &&Goal<'_>| goal.metric == DeliveryPart::TestSuite.metric();
            goals.iter().filter(names).any(|goal| (goal.matches)(&id) && !(goal.matches)(&suite))
        };
        let has_targets = project.packages.iter().any(|package| !package.targets.is_empty());
        let mut tests = Vec::new();
        if has_targets && is_wanted(DeliveryPart::TestSuite, ALL_TESTS) {
            tests.push(TestScope { name: ALL_TESTS.to_owned(), package: None, arguments: Vec::new() });
        }
        let scopes = project.packages.iter().flat_map(scopes);
        tests.extend(scopes.filter(|scope| is_wanted_alone(&scope.name)));
        let changed = project.packages.iter().filter_map(changed);
        let shipped = project.packages.iter().flat_map(shipped);
        Self {
            is_built: has_targets && is_wanted(DeliveryPart::CleanBuild, "clean"),
            changed: changed.filter(|one| is_wanted(DeliveryPart::IncrementalBuild, &one.name())).collect(),
            tests,
            shipped: shipped.filter(|one| is_wanted(DeliveryPart::BinarySize, &one.name())).collect(),
            ir: handed_over(project).filter(|name| is_wanted(DeliveryPart::IrLines, name)).collect(),
        }
    }

    /// Builds from nothing and after a change of each package, whatever objectives name.
    #[must_use]
    pub fn of_builds(project: &CargoProject) -> Self {
        Self {
            is_built: project.packages.iter().any(|package| !package.targets.is_empty()),
            changed: project.packages.iter().filter_map(changed).collect(),
            ..Self::default()
        }
    }

    /// The same, with everything that the project ships weighed, whatever objectives name.
    #[must_use]
    pub fn with_all_shipped(self, project: &CargoProject) -> Self {
        Self { shipped: project.packages.iter().flat_map(shipped).collect(), ..self }
    }

    /// The same, with the lines of LLVM IR of all packages counted, whatever objectives name.
    #[must_use]
    pub fn with_all_ir(self, project: &CargoProject) -> Self {
        Self { ir: handed_over(project).collect(), ..self }
    }

    /// The workloads of a part.
    #[must_use]
    pub fn workloads(&self, part: DeliveryPart) -> Vec<WorkloadId> {
        self.names(part).iter().map(|name| id(part, name)).collect()
    }

    pub(super) fn names(&self, part: DeliveryPart) -> Vec<String> {
        match part {
            DeliveryPart::CleanBuild => self.is_built.then(|| "clean".to_owned()).into_iter().collect(),
            DeliveryPart::IncrementalBuild => self.changed.iter().map(ChangedPackage::name).collect(),
            DeliveryPart::TestSuite => self.tests.iter().map(|scope| scope.name.clone()).collect(),
            DeliveryPart::BinarySize => self.shipped.iter().map(ShippedFile::name).collect(),
            DeliveryPart::IrLines => self.ir.clone(),
        }
    }
}

pub(super) fn id(part: DeliveryPart, name: &str) -> WorkloadId {
    WorkloadId(format!("{}/{name}", part.family().word))
}

impl ChangedPackage {
    pub(super) fn name(&self) -> String {
        format!("incremental/{}", self.package)
    }
}

impl ShippedFile {
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.package, self.name)
    }
}

fn changed(package: &CargoPackage) -> Option<ChangedPackage> {
    let with = |is: fn(&PackageTarget) -> bool| package.targets.iter().find(|target| is(target));
    let root = with(|target| matches!(target.role, TargetRole::Library { .. }))
        .or_else(|| with(|target| target.role == TargetRole::Program))?;
    Some(ChangedPackage { package: package.name.clone(), source: root.source.clone() })
}

fn shipped(package: &CargoPackage) -> Vec<ShippedFile> {
    let file = |target: &PackageTarget| {
        let is_program = match target.role {
            TargetRole::Program => true,
            TargetRole::Library { is_shared: true } => false,
            TargetRole::Library { is_shared: false } | TargetRole::Test => return None,
        };
        Some(ShippedFile { package: package.name.clone(), name: target.name.clone(), is_program })
    };
    package.targets.iter().filter_map(file).collect()
}

/// Packages of which something is compiled for the target, and not for the compiler's own use alone.
fn handed_over(project: &CargoProject) -> impl Iterator<Item = String> {
    let has_program =
        |package: &CargoPackage| package.targets.iter().any(|target| target.role == TargetRole::Program);
    let packages = project.packages.iter();
    packages
        .filter(move |package| package.library.is_some() || has_program(package))
        .map(|package| package.name.clone())
}

fn scopes(package: &CargoPackage) -> Vec<TestScope> {
    let scope = |words: &[&str]| TestScope {
        name: std::iter::once(package.name.as_str())
            .chain(words.iter().copied())
            .collect::<Vec<_>>()
            .join("/"),
        package: Some(package.name.clone()),
        arguments: words
            .iter()
            .enumerate()
            .map(|(index, word)| if index == 0 { format!("--{word}") } else { (*word).to_owned() })
            .collect(),
    };
    let of = |target: &PackageTarget| {
        let name = target.name.as_str();
        let run = target.is_tested.then(|| match target.role {
            TargetRole::Library { .. } => scope(&["lib"]),
            TargetRole::Program => scope(&["bin", name]),
            TargetRole::Test => scope(&["test", name]),
        });
        run.into_iter().chain(target.has_doc_tests.then(|| scope(&["doc"]))).collect::<Vec<_>>()
    };
    package.targets.iter().flat_map(of).collect()
}
