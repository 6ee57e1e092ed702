//! The Compose specification as values.
