//! A tree of stacks that share their outer frames.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use perfaudit_result::NodeId;

/// A tree of stacks that share their outer frames: each node is a frame and the node that called it, callers first.
#[derive(Debug, Clone)]
pub struct CallTree<K> {
    nodes: Vec<(Option<NodeId>, K)>,
    children: HashMap<(Option<NodeId>, K), NodeId>,
}

impl<K> Default for CallTree<K> {
    fn default() -> Self {
        Self { nodes: Vec::new(), children: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash> CallTree<K> {
    /// The node of `frame` called by `parent`, made if it is new.
    ///
    /// # Panics
    /// When there are 2^32 nodes.
    pub fn child(&mut self, parent: Option<NodeId>, frame: K) -> NodeId {
        match self.children.entry((parent, frame)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let id = NodeId::try_from(self.nodes.len()).expect("no recording has 2^32 different stacks");
                self.nodes.push((parent, frame));
                *new.insert(id)
            }
        }
    }

    /// Every node as its caller and its frame, callers before callees; a node's place is its id.
    #[must_use]
    pub fn nodes(&self) -> &[(Option<NodeId>, K)] {
        &self.nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_share_their_outer_frames_and_callers_stand_before_callees() {
        let mut tree = CallTree::default();
        let main = tree.child(None, "main");
        let parse = tree.child(Some(main), "parse");
        assert_eq!(tree.child(None, "main"), main);
        assert_eq!(tree.child(Some(main), "parse"), parse);
        assert_ne!(tree.child(Some(parse), "parse"), parse, "recursion is a deeper node");
        assert_eq!(tree.nodes(), [(None, "main"), (Some(main), "parse"), (Some(parse), "parse")]);
    }
}
