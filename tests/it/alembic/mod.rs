//! Projects of Alembic's, beside Alembic itself.

mod bad_input;
mod current;
mod finding;
mod heads;
mod histories;
mod random;
mod real;
mod writing;
