//! What is missing for a module's symbols, and what to do about it.

use std::fmt;

/// Something that is missing for the symbols of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolRemark {
    /// The file name of the module, or `[kernel]`.
    pub module: String,
    /// What is missing or wrong.
    pub flaw: Flaw,
    /// Samples that were in such code when they were taken.
    pub innermost: u64,
    /// Samples with such code anywhere in their stack; holds those of `innermost`.
    pub anywhere: u64,
}

/// What is missing or wrong where symbols come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The file is not there any more.
    FileGone,
    /// The file has changed since the recording.
    FileChanged,
    /// The file cannot be read, or is damaged.
    Damaged {
        /// Why.
        reason: String,
    },
    /// Some functions have neither name nor line.
    NoNames,
    /// Some functions have a name, but no lines and no inlined functions.
    NoLines,
    /// The debug information that the file refers to is of another build.
    DebugFileDiffers {
        /// The name of the file that does not match.
        file: String,
    },
    /// Debug information that several programs share is not there.
    SharedFileMissing {
        /// The name of its file.
        file: String,
    },
    /// Debug information was split off, and parts are not there.
    SplitUnitsMissing {
        /// How many.
        count: usize,
        /// The name of one.
        example: String,
    },
    /// The code was made at run time.
    NoFile,
    /// The kernel does not show the addresses of its functions.
    KernelHidesAddresses,
    /// The recording is of another kernel, whose functions are unknown here.
    ForeignKernel,
}

impl Flaw {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::FileGone => "keep the file until the profile is made",
            Self::FileChanged => "do not build while profiling; record again",
            Self::Damaged { .. } => "build the file again and record again",
            Self::NoNames => "build without strip, or install the debug symbols of the package",
            Self::NoFile => "nothing: code that a program makes at run time cannot be named",
            Self::NoLines => {
                "build with debug = 1 (\"limited\") in the Cargo profile, or install the debug symbols"
            }
            Self::DebugFileDiffers { .. } => "install the debug symbols of the same build",
            Self::SharedFileMissing { .. } => "install the package of debug symbols that holds it (dwz)",
            Self::SplitUnitsMissing { .. } => {
                "keep the .dwo or .dwp files of the build, or build with split-debuginfo = \"off\""
            }
            Self::KernelHidesAddresses => {
                "the administrator can show them to this user (kernel.kptr_restrict, CAP_SYSLOG)"
            }
            Self::ForeignKernel => "record on this machine",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileGone => out.write_str("the file is not there any more"),
            Self::FileChanged => out.write_str("the file has changed since the recording"),
            Self::Damaged { reason } => write!(out, "its debug information cannot be used: {reason}"),
            Self::NoNames => out.write_str("functions without names"),
            Self::NoFile => out.write_str("code that was made at run time"),
            Self::NoLines => out.write_str("functions without lines, and inlined functions are not seen"),
            Self::DebugFileDiffers { file } => write!(out, "{file} is of another build"),
            Self::SharedFileMissing { file } => {
                write!(
                    out,
                    "{file}, with debug information that it shares with other files, is not there or of another build"
                )
            }
            Self::SplitUnitsMissing { count: 1, example } => {
                write!(out, "{example}, which debug information was split to, is not there")
            }
            Self::SplitUnitsMissing { count, example } => {
                write!(
                    out,
                    "{count} files that debug information was split to are not there, such as {example}"
                )
            }
            Self::KernelHidesAddresses => out.write_str("the kernel hides the addresses of its functions"),
            Self::ForeignKernel => {
                out.write_str("the names of another kernel's functions are not known here")
            }
        }
    }
}

impl fmt::Display for SymbolRemark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { module, flaw, innermost, anywhere } = self;
        let samples = if *anywhere == 1 { "sample" } else { "samples" };
        write!(out, "{module}: {flaw} ({anywhere} {samples}, {innermost} innermost); {}", flaw.remedy())
    }
}
