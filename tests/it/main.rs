//! it

mod engine;
