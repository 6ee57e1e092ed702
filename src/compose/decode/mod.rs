//! From the finished tree to the model.

mod field;
mod listing;
mod raw;
pub mod resource;
mod section;
pub mod service;
