//! What one document of a file says, and what it takes away.

use super::node::{Node, Path};

/// One document of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its content, tags and merge keys resolved.
    pub root: Node,
    /// What earlier documents and files said here is taken away before merging.
    pub cleared: Vec<Path>,
}
