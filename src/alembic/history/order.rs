//! The order in which Alembic tells a history: newest first.
//!
//! Any order in which a revision comes before what it needs would do to apply them; Alembic's own
//! is followed step by step, so that listings are the same line by line. It walks down from the
//! heads, and goes over to another head as soon as that one needs what would be next.

use std::collections::BTreeSet;

/// What each revision needs, by its place in the order in which files were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// What each follows.
    pub parents: Vec<Vec<usize>>,
    /// What each depends on, without what one of its ancestors depends on already.
    pub depends: Vec<Vec<usize>>,
}

impl Links {
    /// What `at` needs directly, what it follows first.
    fn needs(&self, at: usize) -> Vec<usize> {
        let mut needs = Vec::new();
        for &it in self.parents[at].iter().chain(&self.depends[at]) {
            if !needs.contains(&it) {
                needs.push(it);
            }
        }
        needs
    }

    /// `at` and all that it needs.
    fn ancestors(&self, at: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut pending = vec![at];
        while let Some(at) = pending.pop() {
            if found.insert(at) {
                pending.extend(self.parents[at].iter().chain(&self.depends[at]));
            }
        }
        found
    }

    /// `revisions`, each before all that it needs, walking down from those of `heads` that are
    /// among them. What cannot be walked to is left out; none is where `heads` needs all of them.
    pub fn sorted(&self, revisions: &BTreeSet<usize>, heads: &BTreeSet<usize>) -> Vec<usize> {
        let mut left = revisions.clone();
        let mut heads: Vec<usize> = heads.intersection(revisions).copied().collect();
        let mut beneath: Vec<BTreeSet<usize>> =
            heads.iter().map(|&head| self.ancestors(head)).collect();
        let mut sorted = Vec::with_capacity(revisions.len());
        let mut at = 0;
        while let Some(&candidate) = heads.get(at) {
            let mut others = (0..heads.len()).filter(|&other| other != at);
            if let Some(first) = others.find(|&other| beneath[other].contains(&candidate)) {
                at = first;
                continue;
            }
            if left.remove(&candidate) {
                sorted.push(candidate);
            }
            let next: Vec<usize> = self
                .needs(candidate)
                .into_iter()
                .filter(|it| left.contains(it) && !heads.contains(it))
                .collect();
            let Some((&first, rest)) = next.split_first() else {
                heads.remove(at);
                beneath.remove(at);
                at = at.saturating_sub(1);
                continue;
            };
            heads[at] = first;
            heads.extend(rest);
            if self.depends[candidate].is_empty() && self.parents[candidate].len() == 1 {
                beneath[at].remove(&candidate);
            } else {
                beneath[at] = self.ancestors(first);
                beneath.extend(rest.iter().map(|&it| self.ancestors(it)));
            }
        }
        sorted
    }
}
