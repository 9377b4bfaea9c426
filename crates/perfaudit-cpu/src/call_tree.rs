//! A tree of stacks that share their outer frames.

use std::hash::Hash;

use perfaudit_result::NodeId;
use rustc_hash::FxHashMap;

/// A tree of stacks that share their outer frames: each node is a frame and the node that called it, callers first.
#[derive(Debug, Clone)]
pub struct CallTree<K> {
    nodes: Vec<(Option<NodeId>, K)>,
    /// What each of the first nodes has been linked to, as many of them as were there when one was last looked for.
    links: Vec<Links>,
    /// The frame that was linked last of those that nobody called, or [`NONE`].
    last_root: NodeId,
    /// Callees of callers with more than [`FEW`] of them, but for the first ones.
    others: FxHashMap<(Option<NodeId>, K), NodeId>,
}

/// The callees of a node, from the last one that was linked to the first. Most nodes have one or two, made soon after it:
/// they are found where it is, which a table of all nodes would scatter over memory.
#[derive(Debug, Clone, Copy)]
struct Links {
    /// [`NONE`] where there is none, as half of the size of an option is most of the speed.
    last_callee: NodeId,
    before: NodeId,
}

/// No node.
const NONE: NodeId = NodeId::MAX;

/// So many callees of one caller are linked.
const FEW: usize = 8;

impl<K> Default for CallTree<K> {
    fn default() -> Self {
        Self { nodes: Vec::new(), links: Vec::new(), last_root: NONE, others: FxHashMap::default() }
    }
}

impl<K: Copy + Eq + Hash> CallTree<K> {
    /// The tree of these nodes: callers before callees; a node's place is its id. One that stands twice stays twice.
    #[must_use]
    pub fn of_distinct(nodes: Vec<(Option<NodeId>, K)>) -> Self {
        Self { nodes, ..Self::default() }
    }

    /// The node of `frame` called by `parent`, made if it is new.
    ///
    /// # Panics
    /// When there are 2^32 nodes.
    pub fn child(&mut self, parent: Option<NodeId>, frame: K) -> NodeId {
        if self.links.len() < self.nodes.len() {
            self.link_all();
        }
        let mut linked = 0;
        let mut next = self.last_callee(parent);
        while next != NONE {
            if self.nodes[next as usize].1 == frame {
                return next;
            }
            linked += 1;
            next = self.links[next as usize].before;
        }
        if linked >= FEW
            && let Some(&known) = self.others.get(&(parent, frame))
        {
            return known;
        }
        let id = NodeId::try_from(self.nodes.len()).ok().filter(|&id| id != NONE);
        let id = id.expect("no recording has 2^32 different stacks");
        self.nodes.push((parent, frame));
        self.link(id, linked);
        id
    }

    fn last_callee(&self, parent: Option<NodeId>) -> NodeId {
        match parent {
            Some(parent) => self.links[parent as usize].last_callee,
            None => self.last_root,
        }
    }

    /// Links the first node that is not, whose caller has so many linked callees.
    fn link(&mut self, id: NodeId, linked: usize) {
        let (parent, frame) = self.nodes[id as usize];
        let mut links = Links { last_callee: NONE, before: NONE };
        if linked >= FEW {
            self.others.insert((parent, frame), id);
        } else {
            let last = match parent {
                Some(parent) => &mut self.links[parent as usize].last_callee,
                None => &mut self.last_root,
            };
            links.before = std::mem::replace(last, id);
        }
        self.links.push(links);
    }

    #[cold]
    fn link_all(&mut self) {
        self.links.reserve(self.nodes.len() - self.links.len());
        for id in (0..).take(self.nodes.len()).skip(self.links.len()) {
            let mut linked = 0;
            let mut next = self.last_callee(self.nodes[id as usize].0);
            while next != NONE {
                linked += 1;
                next = self.links[next as usize].before;
            }
            self.link(id, linked);
        }
    }

    /// Makes room for so many more nodes.
    pub fn reserve(&mut self, more: usize) {
        self.nodes.reserve(more);
        self.links.reserve(self.nodes.len() - self.links.len() + more);
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
    fn a_caller_of_many_knows_them_all() {
        let mut tree = CallTree::of_distinct(vec![(None, 0)]);
        let all: Vec<_> = (1..100).map(|frame| tree.child(Some(0), frame)).collect();
        assert_eq!(all, Vec::from_iter(1..100));
        assert_eq!(Vec::from_iter((1..100).map(|frame| tree.child(Some(0), frame))), all);
        let mut again = CallTree::of_distinct(tree.into_nodes());
        assert_eq!(Vec::from_iter((1..100).map(|frame| again.child(Some(0), frame))), all);
        assert_eq!(again.child(Some(0), 100), 100);
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
