//! Two heads, revisions that are nowhere, a database that is behind: what a team makes of a history.

use std::fs;

use super::{HEAD, Started, generated};
use crate::support::{docker, git};

#[test]
fn several_heads() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    // Two pull requests, each right by itself.
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    started.revision("5e28b1c3d4f5", HEAD, "city");
    started.refused(
        "alembic upgrade head",
        "Multiple head revisions are present for given argument 'head'",
    );
    started.refused("alembic revision -m x", "Multiple heads are present");
    started
        .typed("townpass dev migrate upgrade head")
        .expect(5)
        .says("Multiple head revisions are present for given argument 'head'")
        .says("4d17a0b2c3e4, add a phone")
        .says("townpass dev migrate merge heads -m");
    for words in ["revision -m x", "revision --autogenerate -m x"] {
        started
            .typed(&format!("townpass dev migrate {words}"))
            .expect(5)
            .says("Multiple heads are present")
            .says("townpass dev migrate merge heads -m");
    }
    started
        .typed("townpass doctor")
        .expect(1)
        .shows("→ townpass dev migrate merge heads -m merge");
    started
        .typed("townpass dev migrate merge heads -m 'phone and city'")
        .success();
    started
        .typed("townpass dev migrate upgrade head")
        .success()
        .shows("upgraded 3 revisions");
    // A step back from a merge.
    started.refused("alembic downgrade -1", "Ambiguous walk");
    started
        .typed("townpass dev migrate downgrade -1")
        .success()
        .shows("downgraded 1 revision");
    started
        .typed("townpass dev migrate current")
        .success()
        .prints("4d17a0b2c3e4\n5e28b1c3d4f5\n");
    assert_eq!(generated(&started.town).len(), 3);
}

#[test]
fn a_revision_that_no_file_has() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    // Applied on a branch that is left again.
    git::commit(&started.town.path(), "a-backend");
    git::git(&started.town.path(), "switch -q -c phone");
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    git::commit(&started.town.path(), "phone");
    started.typed("townpass dev migrate").success();
    git::git(&started.town.path(), "switch -q main");
    let lost = "Can't locate revision identified by '4d17a0b2c3e4'";
    for words in [
        "current",
        "upgrade head",
        "downgrade -1",
        "stamp head",
        "revision --autogenerate -m x",
    ] {
        started.refused(&format!("alembic {words}"), lost);
        started
            .typed(&format!("townpass dev migrate {words}"))
            .expect(5)
            .says("Can't locate revision identified by `4d17a0b2c3e4`")
            .says("git has its file, by Ada, 2026-02-03, commit ")
            .says("(phone) on phone): switch to the branch that has the revision")
            .says("`townpass dev migrate stamp --purge REVISION`");
    }
    started
        .typed("townpass doctor")
        .expect(1)
        .shows("→ townpass dev migrate stamp --purge heads");
    // As it says.
    git::git(&started.town.path(), "switch -q phone");
    started.typed("townpass dev migrate downgrade -1").success();
    started.typed("townpass dev migrate upgrade head").success();
    git::git(&started.town.path(), "switch -q main");
    // Or, where nobody needs it any more.
    started.town.sql("alter table users drop phone");
    started
        .typed("townpass dev migrate stamp --purge heads")
        .success();
    started.stands_at("3c02b898183a (head)\n");

    // A word that names nothing.
    for words in ["upgrade 9f9f", "downgrade 8e8e", "show 9f9f"] {
        let word = words.split(' ').next_back().expect("a word");
        let lost = format!("Can't locate revision identified by '{word}'");
        started.refused(&format!("alembic {words}"), &lost);
        started
            .typed(&format!("townpass dev migrate {words}"))
            .expect(2)
            .says(&format!("can't locate revision identified by `{word}`"))
            .says("`townpass dev migrate history` lists them all");
    }
    started.refused(
        "alembic upgrade +2",
        "Relative revision +2 didn't produce 2 migrations",
    );
    started
        .typed("townpass dev migrate upgrade +2")
        .expect(2)
        .says("relative revision `+2` didn't produce 2 migrations");
}

#[test]
fn a_database_that_is_behind() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    started.refused(
        "alembic revision --autogenerate -m x",
        "Target database is not up to date.",
    );
    started
        .typed("townpass dev migrate revision --autogenerate -m x")
        .expect(1)
        .says("Target database is not up to date: 1 revision is not applied")
        .says("`townpass dev migrate upgrade head`");
    started.typed("townpass dev migrate upgrade head").success();
    started
        .typed("townpass dev migrate revision --autogenerate -m x")
        .success();
    // `--autogenerate=false`, as their guide has it.
    started.refused(
        "alembic revision -m 'by hand' --autogenerate=false",
        "ignored explicit argument 'false'",
    );
    started
        .typed("townpass dev migrate revision -m 'by hand' --autogenerate=false")
        .success()
        .shows("_by_hand.py");
}

#[test]
fn files_that_are_broken() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    let file = "alembic/versions/4d17a0b2c3e4_add.py";
    let both = |theirs: &str, ours: &str, help: &str| {
        started.refused("alembic upgrade head", theirs);
        started
            .typed("townpass dev migrate")
            .expect(5)
            .says(ours)
            .says(help);
        let found = started.typed("townpass doctor").expect(1);
        assert!(found.stdout.contains(ours), "{found}");
        fs::remove_file(started.path(file)).expect("it is there");
    };
    started.revision("4d17a0b2c3e4", "f00d5eedf00d", "phone");
    both(
        "KeyError: 'f00d5eedf00d'",
        "Revision f00d5eedf00d referenced from 4d17a0b2c3e4 is not present",
        "restore its file",
    );
    started.revision("4d17a0b2c3e4", "4d17a0b2c3e4", "phone");
    both(
        "Self-loop is detected in revisions (4d17a0b2c3e4)",
        "Self-loop is detected in revisions (4d17a0b2c3e4)",
        "name the revision before this one",
    );
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    started.edit(file, "\"\"\"add a phone", "<<<<<<< HEAD\n\"\"\"add a phone");
    both(
        "SyntaxError: invalid syntax",
        "4d17a0b2c3e4_add.py:1:1`: this is no Python",
        "mend the file",
    );
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    started.edit(file, "revision: str = '4d17a0b2c3e4'", "");
    both(
        "Could not determine revision id from filename 4d17a0b2c3e4_add.py",
        "there is no `revision` in this file",
        "write its id",
    );
    // Alembic takes one of the two, and only warns.
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    let copy = started.path("alembic/versions/copy.py");
    fs::copy(started.path(file), &copy).expect("it is ours");
    started
        .exported("alembic heads")
        .success()
        .says("Revision 4d17a0b2c3e4 is present more than once");
    started
        .typed("townpass dev migrate heads")
        .expect(5)
        .says("Revision 4d17a0b2c3e4 is present more than once")
        .says("if one is a copy, remove it");
    fs::remove_file(copy).expect("it is there");
    started.typed("townpass dev migrate").success();
    started.stands_at("4d17a0b2c3e4 (head)\n");
}
