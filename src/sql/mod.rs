//! SQL as text: quoting, splitting.

pub mod quote;
