//! Which frame a stack is charged to.

use perfaudit_result::{Function, FunctionId, HeapProfile, HeapStack, NodeId, OriginKind, SourceFrame};

/// The frame that a stack is charged to.
pub(crate) struct Charge<'a> {
    pub(crate) frame: &'a SourceFrame,
    /// The function that it calls there.
    pub(crate) callee: Option<FunctionId>,
    /// Whether no other package stands between it and the allocator.
    pub(crate) is_direct: bool,
}

/// What the names of the functions end in by which programs of Rust call their allocator. What lies within them is the
/// allocator, be it one that the project brings by `#[global_allocator]`.
const ALLOCATING: [&str; 3] = ["::__rust_alloc", "::__rust_alloc_zeroed", "::__rust_realloc"];

/// Tells what stacks are charged to: for each node once, since it follows from what its caller is charged to.
pub(crate) struct Charger<'a> {
    profile: &'a HeapProfile,
    charged: Vec<Charged>,
    /// Of each node, the innermost frame on its stack that calls the allocator.
    within: Vec<Option<NodeId>>,
}

/// What a stack that ends at a node is charged to.
#[derive(Debug, Clone, Copy)]
struct Charged {
    rank: Rank,
    frame: u32,
    /// None where the node itself is charged.
    callee: Option<FunctionId>,
    is_direct: bool,
}

/// Why a frame is charged, the best reason last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Outermost,
    /// The innermost outside of the standard library and the system's libraries.
    OfProgram,
    /// The innermost of the project's own.
    Own,
}

impl<'a> Charger<'a> {
    pub(crate) fn of(profile: &'a HeapProfile) -> Self {
        let allocates = |function: &Function| ALLOCATING.iter().any(|end| function.name.ends_with(end));
        let allocates: Vec<bool> = profile.functions.iter().map(allocates).collect();
        let rank = |function: &Function| match profile.origins[function.origin as usize].kind {
            OriginKind::Own => Rank::Own,
            OriginKind::Dependency | OriginKind::Unknown => Rank::OfProgram,
            _ => Rank::Outermost,
        };
        let ranks: Vec<Rank> = profile.functions.iter().map(rank).collect();
        let mut charged: Vec<Charged> = Vec::with_capacity(profile.nodes.len());
        let mut within = Vec::with_capacity(profile.nodes.len());
        for (id, node) in (0..).zip(&profile.nodes) {
            let function = profile.frames[node.frame as usize].function;
            let rank = ranks[function as usize];
            let caller = node.parent.map(|parent| charged[parent as usize]);
            charged.push(match caller {
                Some(caller) if rank == Rank::Outermost || caller.rank > rank => Charged {
                    callee: caller.callee.or(Some(function)),
                    is_direct: caller.is_direct && rank == Rank::Outermost,
                    ..caller
                },
                _ => Charged { rank, frame: node.frame, callee: None, is_direct: rank == Rank::Own },
            });
            within.push(match node.parent {
                _ if allocates[function as usize] => Some(id),
                Some(parent) => within[parent as usize],
                None => None,
            });
        }
        Self { profile, charged, within }
    }

    /// What a stack is charged to.
    pub(crate) fn charge(&self, stack: &HeapStack) -> Charge<'a> {
        let charged = match self.within[stack.node as usize] {
            None => self.charged[stack.node as usize],
            Some(allocates) => match self.profile.nodes[allocates as usize].parent {
                Some(outside) => self.charged[outside as usize],
                // A stack that ends within the allocator is charged to where it ends.
                None => Charged {
                    rank: Rank::Outermost,
                    frame: self.profile.nodes[allocates as usize].frame,
                    callee: None,
                    is_direct: false,
                },
            },
        };
        let frame = &self.profile.frames[charged.frame as usize];
        Charge { frame, callee: charged.callee, is_direct: charged.is_direct }
    }
}
