//! From a clone to a migrated database and back, with no Python and no Docker client on the PATH.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::{Started, project};
use crate::support::{Output, docker, git};

/// What a machine has that has neither: a shell's own programs.
fn programs(directory: &Path) {
    fs::create_dir(directory).expect("it is ours");
    for name in ["sh", "cat", "ls", "sed"] {
        let found = Command::new("which").arg(name).output().expect("which");
        let found = String::from_utf8(found.stdout).expect("UTF-8");
        symlink(found.trim(), directory.join(name)).expect("it is ours");
    }
}

#[test]
fn a_clone_without_python() {
    if !docker::demanded() {
        return;
    }
    let origin = project();
    git::commit(&origin.path(), "a-backend");
    // A town that is nothing but the clone.
    let town = crate::support::Town::bare();
    git::git(
        &town.path(),
        &format!("clone -q {} .", origin.path().display()),
    );
    // The clone is a project of its own, beside the other.
    for (from, to) in [
        (origin.container(), town.container()),
        (
            format!("{}:5432", origin.port()),
            format!("{}:5432", town.port()),
        ),
    ] {
        super::edit(&town.path().join("docker-compose.yml"), &from, &to);
    }
    let bin = town.home().join("bin");
    programs(&bin);
    let run = |line: &str| -> Output {
        let binary = Path::new(env!("CARGO_BIN_EXE_townpass"));
        let only = bin.join("townpass");
        if !only.exists() {
            symlink(binary, &only).expect("it is ours");
        }
        town.shell(&bin, line).env("PATH", &bin).run()
    };
    for name in ["python", "python3", "alembic", "uv", "docker", "psql"] {
        run(name).expect(127);
    }

    run("townpass dev up")
        .success()
        .says("started container `[CONTAINER]`")
        .prints("postgresql+psycopg://admin:password@127.0.0.1:[PORT]/townpass_db\n");
    run("townpass dev migrate")
        .success()
        .says("upgrade 1a34685c3b0f, create users")
        .shows("upgraded 3 revisions");
    let history = run("townpass dev migrate history --verbose").success();
    insta::assert_snapshot!(history.stdout, @r"
    Rev: 3c02b898183a (head)
    Parent: 2b7edeccd9e3
    Path: [DIR]/alembic/versions/3c02b898183a_add_a_name.py

        add a name
        
        Revision ID: 3c02b898183a
        Revises: 2b7edeccd9e3
        Create Date: 2026-03-01 10:00:00.000000

    Rev: 2b7edeccd9e3
    Parent: 1a34685c3b0f
    Path: [DIR]/alembic/versions/2b7edeccd9e3_create_favorites.py

        create favorites
        
        Revision ID: 2b7edeccd9e3
        Revises: 1a34685c3b0f
        Create Date: 2026-02-17 09:10:00.000000

    Rev: 1a34685c3b0f
    Parent: <base>
    Path: [DIR]/alembic/versions/1a34685c3b0f_create_users.py

        create users
        
        Revision ID: 1a34685c3b0f
        Revises:
        Create Date: 2026-01-05 08:30:00.000000
    ");
    run("townpass dev migrate downgrade -1")
        .success()
        .says("downgrade 3c02b898183a, add a name")
        .shows("downgraded 1 revision");
    run("townpass dev migrate current")
        .success()
        .prints("2b7edeccd9e3\n");
    town.sql("insert into users (email) values ('ann@example.org')");
    run("townpass dev reset-db --yes").success();
    assert_eq!(
        town.sql("select version_num, (select count(*) from users) from alembic_version"),
        "3c02b898183a|0"
    );

    // Whoever has Alembic finds all as Alembic left it.
    let url = run("townpass dev url").success().raw_stdout;
    let url = url.trim().to_owned();
    let started = Started { town, url };
    started.stands_at("3c02b898183a (head)\n");
    started.exported("alembic upgrade head").success();
    let theirs = started.exported("alembic history --verbose").success();
    assert_eq!(theirs.stdout, history.stdout);
}
