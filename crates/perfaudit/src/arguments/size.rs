//! What `perfaudit size` is given.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use perfaudit_prove::source::{ArmSource, ArmSourceError};

use super::AuditArguments;

#[derive(Debug, Args)]
#[command(mut_arg("path", |path| {
    path.help("Directory of the project (the root of a workspace, or a package of it), or one program, library or object file")
        .long_help(None)
}))]
pub(crate) struct SizeArguments {
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
    /// Tell what B has more and less than A, by names without hashes: two programs or libraries, or what two source
    /// trees ship (a git revision, `work` for the working tree, `path:DIR`)
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "path", help_heading = "What to measure")]
    pub(crate) diff: Vec<Weighable>,
    /// Charge code also to the functions that it was inlined from, by debug information
    #[arg(long, conflicts_with = "diff", help_heading = "How to measure")]
    pub(crate) inlines: bool,
    /// Compile the project once more, and count the lines that the compiler hands to LLVM for each function of each crate
    #[arg(long, conflicts_with = "diff", help_heading = "What to measure")]
    pub(crate) ir: bool,
}

/// Something that is weighed beside another one.
#[derive(Debug, Clone)]
pub(crate) enum Weighable {
    File(PathBuf),
    Tree(ArmSource),
}

impl FromStr for Weighable {
    type Err = ArmSourceError;

    /// A file that is there is meant, whatever revisions are called.
    fn from_str(text: &str) -> Result<Self, ArmSourceError> {
        if Path::new(text).is_file() {
            return Ok(Self::File(text.into()));
        }
        Ok(match text.parse()? {
            ArmSource::Binary(path) => Self::File(path),
            // Who names a path means a file, and wants to hear that it is not there.
            ArmSource::Revision(name)
                if name == text && (text.starts_with(['/', '.']) || text.contains("/target/")) =>
            {
                Self::File(text.into())
            }
            source => Self::Tree(source),
        })
    }
}
