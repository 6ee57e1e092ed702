//! What is configured, and where each value came from.
