//! YAML as Compose reads it: Go's `yaml.v3` rules for plain scalars, with the place of everything.

pub mod document;
pub mod merge_key;
pub mod node;
pub mod number;
pub mod parse;
pub mod scalar;
pub mod timestamp;

pub use document::Document;
pub use node::{Entry, Map, Node, Path, Value};
pub use parse::parse;
