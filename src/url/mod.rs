//! Database URLs in every dialect, byte for byte.
