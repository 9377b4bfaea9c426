//! What `perfaudit rules` is given.

use clap::Args;

use super::PlainFormat;

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// Words to look for; without them all rules
    pub(crate) words: Vec<String>,
    /// Only rules of this category, as in `async` or `allocation`
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Option<String>,
    /// Only rules about this: `rust`, or `benchmarks` in any language
    #[arg(long, value_name = "NAME")]
    pub(crate) language: Option<String>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = PlainFormat::Terminal)]
    pub(crate) format: PlainFormat,
}
