//! What a program allocates, and where.
//!
//! - [`route`]: looks at the program first: whether its allocations can be seen at all, by standing before the C library or
//!   by taking over functions of an allocator of its own, or why not.
//! - [`count`]: runs it with the preloaded library that counts, and reads what each of its processes allocated.
//! - [`sample`]: the same at a small cost: a part is counted, and [`estimates`] tell the rest with intervals.
//! - [`Stacks`]: the stacks of all processes in one tree; [`symbolise`] gives them functions and lines.
//! - [`sites`]: pure: which line each allocation is charged to.
//! - [`export`]: formats of other tools.
//! - [`per_iteration`]: pure: what an iteration of a benchmark allocates, from one iteration and from many.

mod allocator;
mod charge;
mod count;
mod detour;
mod estimate;
pub mod export;
mod iteration;
mod measured;
mod route;
mod sites;
mod stacks;
mod symbolise;

pub use count::{CountError, Counted, count, sample};
pub use detour::NoDetour;
pub use estimate::{Estimated, SiteEstimate, estimates, unseen_bytes};
pub use iteration::{Each, Iterations, Part, per_iteration};
pub use measured::{MeasuredHeap, measured_heap};
pub use perfaudit_agent::{AllocationSampling, SampledTotals};
pub use route::{OwnAllocator, Refusal, Route, route};
pub use sites::{SiteLimits, Sites, sites};
pub use stacks::{CountedStack, Gaps, ProcessTotals, Stacks};
pub use symbolise::{SymbolisedHeap, symbolise};
