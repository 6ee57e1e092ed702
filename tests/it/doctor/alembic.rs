//! What an Alembic project breaks, and `init --fix-env-py`, which mends one of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::doctor_with;
use crate::support::{Town, docker};

/// What Alembic's own template says.
const ENV_PY: &str = "\
from alembic import context

config = context.config

# add your model's MetaData object here
# for 'autogenerate' support
target_metadata = None


def run_migrations_online() -> None:
    context.configure(target_metadata=target_metadata)


run_migrations_online()
";

const VERSION: &str = "\
\"\"\"create users\"\"\"
revision = \"a1\"
down_revision = None


def upgrade() -> None:
    pass
";

/// Makes a program of a file.
fn program(town: Town, name: &str) -> Town {
    let town = town.write(name, "#!/bin/sh\n");
    let path = town.path().join(name);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    town
}

/// An Alembic project beside the reference's Compose file. Something that could run it is there.
fn project() -> Town {
    let town = program(Town::new(), ".venv/bin/python");
    program(town, ".venv/bin/alembic")
        .write("alembic.ini", "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\n")
        .write("alembic/env.py", ENV_PY)
        .write("alembic/versions/a1_create_users.py", VERSION)
        .write("app/__init__.py", "")
        .write(
            "app/db.py",
            "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
        )
        .write(
            "app/models/user.py",
            "from app.db import Base\n\n\nclass User(Base):\n    __tablename__ = \"users\"\n",
        )
}

fn env_py(town: &Town) -> String {
    fs::read_to_string(town.path().join("alembic/env.py")).expect("it is there")
}

/// Looks without an engine: what is Alembic's is told all the same.
fn look(town: &Town) -> super::Found {
    doctor_with(town, &["--provider", "embedded"], &[])
}

#[test]
fn a_target_that_is_not_set_is_set_by_the_command() {
    let town = project();
    let found = look(&town).says(
        "alembic",
        "warning",
        "alembic/env.py:7: `target_metadata` is not set",
    );
    found.mend("alembic", &town).success();
    let text = env_py(&town);
    assert!(
        text.contains(
            "support\nfrom app.db import Base\nimport app.models.user  # noqa: F401\n\n\
             target_metadata = Base.metadata\n\n\ndef run"
        ),
        "{text}"
    );
    look(&town).says("alembic", "ok", "`alembic.ini`, 1 revisions, head a1");
    let again = town.run("init --fix-env-py").success();
    again
        .shows("Base.metadata, set already")
        .shows("nothing to write");
}

#[test]
fn the_difference_is_shown_and_a_base_is_chosen() {
    let town = project();
    town.run("init --fix-env-py")
        .expect(4)
        .shows("-target_metadata = None")
        .shows("+target_metadata = Base.metadata")
        .says("townpass init --yes");
    assert_eq!(env_py(&town), ENV_PY, "nothing is written");
    let town = town.write("app/other.py", "Other = declarative_base()\n");
    town.run("init --fix-env-py --yes")
        .expect(2)
        .says("app.db:Base, app.other:Other")
        .says("--base app.db:Base");
    town.run("init --fix-env-py --base nonsense --yes")
        .expect(2);
    town.run("init --fix-env-py --base app.other:Other --yes")
        .success();
    assert!(env_py(&town).contains("from app.other import Other\n"));
    let bare = Town::bare();
    bare.run("init --fix-env-py")
        .expect(2)
        .says("there is no `alembic.ini`");
    let without = Town::bare()
        .write("alembic.ini", "[alembic]\nscript_location = alembic\n")
        .write("alembic/env.py", ENV_PY);
    without
        .run("init --fix-env-py")
        .expect(2)
        .says("no class is found");
    town.run("init --base app.db:Base").expect(2);
}

#[test]
fn each_file_of_an_alembic_project_can_be_broken() {
    let second = VERSION.replace("\"a1\"", "\"b2\"");
    let town = project().write("alembic/versions/b2_orders.py", &second);
    look(&town)
        .says(
            "alembic",
            "failure",
            "Multiple head revisions are present: a1, b2",
        )
        .mended_by("alembic", "townpass dev migrate merge heads -m merge");
    let lost = second.replace("None", "\"zz\"");
    let town = town.write("alembic/versions/b2_orders.py", &lost);
    look(&town).says("alembic", "failure", "zz");
    let town = town.write("alembic/versions/b2_orders.py", "def (:\n");
    look(&town).says("alembic", "failure", "this is no Python");
    fs::remove_file(town.path().join("alembic/versions/b2_orders.py")).expect("it is there");
    let town = town.write("alembic/env.py", "def (:\n");
    look(&town).says("alembic", "failure", "this is no Python");
    fs::remove_file(town.path().join("alembic/env.py")).expect("it is there");
    look(&town).says("alembic", "failure", "there is no `alembic/env.py`");
    let town = town.write("alembic.ini", "[alembic]\n");
    look(&town).says("alembic", "failure", "script_location");
    let wired = ENV_PY.replace("= None", "= Base.metadata");
    let town = project().write("alembic/env.py", &wired);
    fs::remove_dir_all(town.path().join(".venv")).expect("it is there");
    doctor_with(&town, &["--provider", "embedded"], &[("PATH", "/nowhere")]).says(
        "alembic",
        "warning",
        "nothing is found that could run Alembic",
    );
}

#[test]
fn a_database_at_a_revision_that_no_file_has() {
    if !docker::demanded() {
        return;
    }
    let town = project();
    town.run("dev up").success();
    town.sql("create table alembic_version (version_num varchar(32) not null)");
    town.sql("insert into alembic_version values ('a1')");
    doctor_with(&town, &[], &[]).says("alembic", "warning", "`target_metadata` is not set");
    town.sql("update alembic_version set version_num = 'c3'");
    doctor_with(&town, &[], &[])
        .fails(&["alembic"])
        .says("alembic", "failure", "the database is at `c3`")
        .mended_by("alembic", "townpass dev migrate stamp --purge heads");
}
