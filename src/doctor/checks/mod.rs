//! The checks, in the order in which they would bite. Each is a decision over the evidence.

pub(super) mod engine;

pub(super) mod compose_file;
pub(super) mod configuration;
pub(super) mod service;

pub(super) mod image;

pub(super) mod port;

pub(super) mod volume;

pub(super) mod container;

pub(super) mod address;
pub(super) mod name_resolution;

pub(super) mod connection;

pub(super) mod authentication;
pub(super) mod database;
pub(super) mod rights;

pub(super) mod history;
pub(super) mod journal;

pub(super) mod alembic;

pub(super) mod clock;
pub(super) mod disk;

pub(super) mod excluded_ports;
pub(super) mod line_ends;
pub(super) mod path_length;
pub(super) mod wsl;
