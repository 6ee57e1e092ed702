//! A journal that nobody wrote: what a database would say if certain revisions were applied.
//!
//! Plans for databases that cannot be asked are made from it. It must never be taken for one that
//! was read.

use crate::migration::directory::Directory;
use crate::migration::directory::version::Version;
use crate::migration::graph::Graph;
use crate::migration::journal::{Journal, Row};

impl Journal {
    /// The journal of a database that has `revisions` and all that they need, as their files are
    /// now.
    pub fn assumed(directory: &Directory, graph: &Graph, revisions: &[Version]) -> Self {
        let versions = graph.with_ancestors(revisions);
        let revisions = versions.iter().filter_map(|it| directory.get(*it));
        Self::of(revisions.map(|revision| Row {
            version: revision.version,
            description: revision.description.clone(),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success: true,
            checksum: revision.checksum(),
            execution_time: None,
        }))
    }
}
