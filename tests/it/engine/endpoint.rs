//! Endpoints, tried for real.
