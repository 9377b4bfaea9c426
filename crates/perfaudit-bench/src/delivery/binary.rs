//! Weighing what a project ships.

use std::path::{Path, PathBuf};

use cargo_metadata::{Artifact, Message, TargetKind};
use perfaudit_result::{
    ConfidenceLevel, Direction, Estimate, Figure, Interval, Method, Metric, MetricName, Of, Unit, Workload,
    WorkloadState,
};
use perfaudit_run::sha256_of_file;

use super::cargo::Hindrance;
use super::plan::{DeliveryPart, ShippedFile};
use super::{Delivery, row, unmeasured};
use crate::command::MeasuredCommands;

const PART: DeliveryPart = DeliveryPart::BinarySize;

impl Delivery<'_> {
    /// Builds what is shipped, if a clean build has not just done so, and looks at the files.
    pub(super) fn binaries(&mut self) -> Result<MeasuredCommands, Hindrance> {
        self.fetch()?;
        let request = self.request;
        let built = self.scratch.clean();
        let target_directory = if built.is_dir() { built } else { request.work.join("build") };
        let command = self
            .build(&request.project.cargo, &target_directory, request.profile)
            .args(["--message-format", "json-render-diagnostics"]);
        let finished = self.attend_build("build binaries", &command)?;
        let artifacts: Vec<Artifact> = Message::parse_stream(finished.stdout.text().as_bytes())
            .filter_map(|message| match message {
                Ok(Message::CompilerArtifact(artifact)) => Some(artifact),
                _ => None,
            })
            .collect();
        let mut measured = MeasuredCommands::default();
        for file in &request.plan.shipped {
            let place = self.place(file, &artifacts);
            let row = self.weighed(file, place.as_deref());
            if let Some(place) = place {
                measured.shipped.insert(row.id.clone(), place);
            }
            measured.workloads.push(row);
        }
        Ok(measured)
    }

    fn place(&self, file: &ShippedFile, artifacts: &[Artifact]) -> Option<PathBuf> {
        let package = self.request.project.packages.iter().find(|package| package.name == file.package)?;
        let of_file = |artifact: &&Artifact| {
            let kind = if file.is_program { TargetKind::Bin } else { TargetKind::CDyLib };
            artifact.package_id == package.id
                && artifact.target.name == file.name
                && artifact.target.kind.contains(&kind)
        };
        let artifact = artifacts.iter().find(of_file)?;
        if file.is_program {
            return artifact.executable.clone().map(Into::into);
        }
        let is_shared = |path: &Path| {
            path.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION)
        };
        artifact
            .filenames
            .iter()
            .map(|path| path.as_std_path())
            .find(|path| is_shared(path))
            .map(Path::to_owned)
    }

    fn weighed(&self, file: &ShippedFile, place: Option<&Path>) -> Workload {
        let refuse =
            |why: String| unmeasured(PART, &file.name(), &Hindrance::new(WorkloadState::Unsupported, why));
        let Some(place) = place else {
            return refuse("cargo did not build it: it may require features that are not enabled".to_owned());
        };
        match std::fs::metadata(place) {
            Ok(metadata) => Workload {
                binary_sha256: sha256_of_file(place).ok(),
                metrics: vec![size(metadata.len(), self.request.profile)],
                ..row(PART, &file.name(), WorkloadState::Measured)
            },
            Err(error) => refuse(format!("what cargo built cannot be looked at: {error}")),
        }
    }
}

/// An exact figure: an interval without width.
#[expect(clippy::cast_precision_loss, reason = "files are shorter than 2^53 bytes")]
fn size(bytes: u64, profile: &str) -> Metric {
    let value = bytes as f64;
    let interval = Interval::new(value, value).expect("the length of a file is finite");
    let method = format!(
        "exact: length of the file that `cargo build --profile {profile}` makes with the project's own settings; nothing is estimated"
    );
    let figure = Figure {
        estimate: Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        unit: Unit::Bytes,
        n: 1,
        method: Method(method.into()),
        of: Of::File,
    };
    Metric { name: MetricName::BINARY_SIZE, direction: Direction::LowerIsBetter, figure }
}
