//! Alembic in the wrong directory, and without what its `env.py` reads.

use std::fs;

use super::{Started, fails};
use crate::support::docker;

#[test]
fn the_wrong_directory() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    fails(
        &started.exported("cd app && alembic current"),
        "No 'script_location' key found in configuration",
    );
    let ours = "townpass dev migrate current";
    started
        .typed(&format!("cd app && {ours}"))
        .success()
        .prints("3c02b898183a (head)\n");
    // From elsewhere with the configuration named: `prepend_sys_path = .` is another folder there.
    fails(
        &started.exported("cd / && alembic -c \"$OLDPWD/alembic.ini\" current"),
        "No module named 'app'",
    );
    started
        .typed("cd / && townpass -C \"$OLDPWD\" dev migrate current")
        .success()
        .prints("3c02b898183a (head)\n");
    started
        .typed(&format!("cd / && {ours}"))
        .expect(2)
        .says("there is no Compose file in `/`")
        .says("-C DIRECTORY");
    // A location without `%(here)s` counts from where the command runs.
    started.edit("alembic.ini", "%(here)s/alembic", "alembic");
    fails(
        &started.exported("cd app && alembic -c ../alembic.ini current"),
        "Path doesn't exist: ",
    );
    started
        .typed(&format!("cd app && {ours}"))
        .success()
        .prints("3c02b898183a (head)\n");
    // One that leads nowhere.
    started.edit("alembic.ini", "= alembic\n", "= migrations\n");
    fails(&started.exported("alembic current"), "Path doesn't exist: ");
    started
        .typed(ours)
        .expect(2)
        .says("Path doesn't exist: `[DIR]/migrations`")
        .says("`script_location` in `[DIR]/alembic.ini` names it");
    started.restore("alembic.ini");

    // Nothing says where the database is: `env.py` ends with a traceback.
    fs::remove_file(started.path(".env")).expect("it is there");
    fails(
        &started.typed("alembic current"),
        "KeyError: 'DATABASE_URL'",
    );
    started
        .typed(ours)
        .success()
        .prints("3c02b898183a (head)\n");
    started
        .typed("townpass dev migrate upgrade head --engine-mode python")
        .success();
    // A template that leaves it to `env.py`, which does not.
    started.edit(
        "alembic/env.py",
        "config.set_main_option(\"sqlalchemy.url\", database_url().replace(\"%\", \"%%\"))\n",
        "",
    );
    fails(
        &started.exported("alembic current"),
        "Bad value substitution: option 'sqlalchemy.url'",
    );
    started
        .typed(ours)
        .success()
        .prints("3c02b898183a (head)\n");
}
