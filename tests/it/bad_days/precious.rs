//! Something that must not be lost.

use crate::support::Town;

/// Puts it into the database.
pub(super) fn make(town: &Town) {
    town.sql(
        "drop table if exists precious; create table precious (x int); \
         insert into precious values (42)",
    );
}

/// Whether it is in the database.
pub(super) fn is_there(town: &Town) -> bool {
    town.sql("select to_regclass('precious')") == "precious"
        && town.sql("select x from precious") == "42"
}
