//! SQL as text: quoting, splitting.
