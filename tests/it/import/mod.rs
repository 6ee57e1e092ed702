//! `townpass migrate import`: what other tools wrote, proved on real servers, and databases that they
//! moved, which change over without running anything.

mod alembic;
mod development;
mod other_folder;
mod project;
mod refused;
mod tools;
