//! A tree of stacks that share their outer frames.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use perfaudit_result::NodeId;
use rustc_hash::FxBuildHasher;

/// A tree of stacks that share their outer frames: each node is a frame and the node that called it, callers first.
#[derive(Debug, Clone)]
pub struct CallTree<K> {
    nodes: Vec<(Option<NodeId>, K)>,
    /// The nodes by caller and frame, as many of the first ones as were ever looked for. Keys are not held twice: there
    /// may be millions.
    index: HashTable<NodeId>,
}

impl<K> Default for CallTree<K> {
    fn default() -> Self {
        Self { nodes: Vec::new(), index: HashTable::new() }
    }
}

impl<K: Copy + Eq + Hash> CallTree<K> {
    /// The tree of these nodes: callers before callees; a node's place is its id. One that stands twice stays twice.
    #[must_use]
    pub fn of_distinct(nodes: Vec<(Option<NodeId>, K)>) -> Self {
        Self { nodes, index: HashTable::new() }
    }

    /// The node of `frame` called by `parent`, made if it is new.
    ///
    /// # Panics
    /// When there are 2^32 nodes.
    pub fn child(&mut self, parent: Option<NodeId>, frame: K) -> NodeId {
        if self.index.len() < self.nodes.len() {
            self.fill_index();
        }
        let nodes = &mut self.nodes;
        let hash = |node: &(Option<NodeId>, K)| FxBuildHasher.hash_one(node);
        let node = (parent, frame);
        let is_same = |&id: &NodeId| nodes[id as usize] == node;
        match self.index.entry(hash(&node), is_same, |&id| hash(&nodes[id as usize])) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let id = NodeId::try_from(nodes.len()).expect("no recording has 2^32 different stacks");
                nodes.push(node);
                *new.insert(id).get()
            }
        }
    }

    #[cold]
    fn fill_index(&mut self) {
        let Self { nodes, index } = self;
        let hash = |&id: &NodeId| FxBuildHasher.hash_one(nodes[id as usize]);
        index.reserve(nodes.len() - index.len(), hash);
        for id in (0..).take(nodes.len()).skip(index.len()) {
            index.insert_unique(hash(&id), id, hash);
        }
    }

    /// Makes room for so many more nodes.
    pub fn reserve(&mut self, more: usize) {
        let Self { nodes, index } = self;
        nodes.reserve(more);
        index.reserve(more, |&id| FxBuildHasher.hash_one(nodes[id as usize]));
    }

    /// Every node as its caller and its frame, callers before callees; a node's place is its id.
    #[must_use]
    pub fn nodes(&self) -> &[(Option<NodeId>, K)] {
        &self.nodes
    }

    /// [`Self::nodes`], when no more will come.
    #[must_use]
    pub fn into_nodes(self) -> Vec<(Option<NodeId>, K)> {
        self.nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_that_was_made_elsewhere_grows_as_one_that_was_made_here() {
        let mut tree = CallTree::of_distinct(vec![(None, "main"), (Some(0), "parse")]);
        assert_eq!(tree.child(Some(0), "parse"), 1);
        assert_eq!(tree.child(Some(1), "read"), 2);
        assert_eq!(tree.child(Some(1), "read"), 2);
        assert_eq!(tree.nodes().len(), 3);
    }

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
