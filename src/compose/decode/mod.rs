//! From the finished tree to the model.

mod field;
mod listing;
mod raw;
pub(in crate::compose) mod resource;
mod section;
pub(in crate::compose) mod service;
