//! Walking a stack, with what the last walk of the same thread found.
//!
//! Two walks of a thread that follow each other share most of their outer frames. A walk therefore stops at the first
//! return address that lies at the same place, with the same value and the same frame pointer, as one of the last
//! walk, once it has seen that all return addresses further out still stand where they stood: reading them costs a
//! nanosecond each, following the rules ten times that.

use super::cfi::Rule;
use super::rules::of_return;

/// The deepest stack that is followed.
pub(crate) const DEEPEST: usize = 4096;

/// Where a walk starts: the frame of the function that was called last.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Start {
    /// Where its return address is.
    pub(crate) slot: usize,
    /// The frame pointer of its caller.
    pub(crate) frame_pointer: usize,
}

impl Start {
    /// Where the call will return to.
    #[inline]
    pub(crate) fn return_address(self) -> usize {
        // SAFETY: the return address of the running function.
        unsafe { (self.slot as *const usize).read() }
    }
}

/// A return address on the stack.
#[derive(Clone, Copy)]
#[repr(C)]
struct Frame {
    /// Where it is.
    slot: usize,
    /// What it is.
    address: usize,
    /// The frame pointer after returning to it.
    frame_pointer: usize,
    /// The node of the stack from the root to here.
    node: u32,
}

/// The last stack of a thread, outermost frame first, and room for the next one.
#[repr(C)]
pub(crate) struct Walker {
    depth: usize,
    /// Whether the last stack reached its root.
    is_whole: bool,
    frames: [Frame; DEEPEST],
    /// The frames of the next stack that are new, innermost first.
    fresh: [Frame; DEEPEST],
}

impl Walker {
    /// The node of the stack that starts at `start`. `child` gives the node of a return address below another, and
    /// `cut` the node that stands at the root of a stack that cannot be followed to its end. `limit` is where the
    /// thread's stack ends.
    #[inline]
    pub(crate) fn walk(
        &mut self,
        start: Start,
        limit: usize,
        child: impl Fn(Option<u32>, usize) -> u32,
        cut: impl Fn() -> u32,
    ) -> u32 {
        let (mut slot, mut frame_pointer) = (start.slot, start.frame_pointer);
        let mut old = self.depth;
        let mut fresh = 0;
        let mut kept = 0;
        let mut is_whole = false;
        loop {
            if slot >= limit || slot % size_of::<usize>() != 0 || fresh == DEEPEST {
                break;
            }
            // SAFETY: between the running function's frame and the end of the thread's stack all is mapped.
            let address = unsafe { (slot as *const usize).read() };
            while old > 0 && self.frames[old - 1].slot < slot {
                old -= 1;
            }
            if old > 0 {
                let known = &self.frames[old - 1];
                let is_same =
                    known.slot == slot && known.address == address && known.frame_pointer == frame_pointer;
                if is_same && self.stands(old - 1) {
                    (kept, is_whole) = (old, self.is_whole);
                    break;
                }
            }
            self.fresh[fresh] = Frame { slot, address, frame_pointer, node: 0 };
            fresh += 1;
            match of_return(address) {
                Rule::Frame { by_frame_pointer, offset, return_address, frame_pointer: saved } => {
                    let base = if by_frame_pointer { frame_pointer } else { slot + size_of::<usize>() };
                    let canonical = base.wrapping_add_signed(offset as isize);
                    let next = canonical.wrapping_add_signed(return_address as isize);
                    // Stacks grow towards lower addresses: an outer frame lies higher.
                    if next <= slot || next >= limit {
                        break;
                    }
                    if let Some(saved) = saved {
                        let place = canonical.wrapping_add_signed(saved as isize);
                        if place <= slot || place >= limit || place % size_of::<usize>() != 0 {
                            break;
                        }
                        // SAFETY: as above.
                        frame_pointer = unsafe { (place as *const usize).read() };
                    }
                    slot = next;
                }
                Rule::End => {
                    is_whole = true;
                    break;
                }
                Rule::Unknown => break,
            }
        }
        self.append(kept, fresh, is_whole, child, cut)
    }

    /// Whether the outermost `count` return addresses of the last stack still stand where they stood.
    #[inline]
    fn stands(&self, count: usize) -> bool {
        self.frames[..count].iter().all(|frame| {
            // SAFETY: the frames lie above one of the running stack, and below where it ends.
            (unsafe { (frame.slot as *const usize).read() }) == frame.address
        })
    }

    /// Puts the new frames in place of the old ones from `kept` on.
    #[inline]
    fn append(
        &mut self,
        kept: usize,
        fresh: usize,
        is_whole: bool,
        child: impl Fn(Option<u32>, usize) -> u32,
        cut: impl Fn() -> u32,
    ) -> u32 {
        let mut node = match (kept, is_whole) {
            (0, true) => None,
            (0, false) => Some(cut()),
            (kept, _) => Some(self.frames[kept - 1].node),
        };
        let mut depth = kept;
        for index in (0..fresh).rev() {
            let frame = self.fresh[index];
            let id = child(node, frame.address);
            node = Some(id);
            if depth < DEEPEST {
                self.frames[depth] = Frame { node: id, ..frame };
                depth += 1;
            }
        }
        self.depth = depth;
        self.is_whole = is_whole;
        node.unwrap_or_else(cut)
    }
}
