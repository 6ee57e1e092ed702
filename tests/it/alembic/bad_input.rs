//! Version files and configurations that cannot be: each is pointed at.

use crate::support::Town;

/// A project with these version files.
fn town(files: &[(&str, &str)]) -> Town {
    let town = Town::bare().write("alembic.ini", "[alembic]\nscript_location = db\n");
    files
        .iter()
        .fold(town.write("db/env.py", ""), |town, (name, text)| {
            town.write(&format!("db/versions/{name}"), text)
        })
}

/// A version file of four lines at most.
const fn first() -> (&'static str, &'static str) {
    ("a.py", "revision = 'aaaa1'\ndown_revision = None\n")
}

#[test]
fn a_version_file_that_cannot_be_is_pointed_at() {
    for (text, place, says, help) in [
        (
            "revision = 'b'\ndown_revision = (\n",
            "b.py:3:1",
            "this is no Python",
            "Alembic cannot read it either",
        ),
        (
            "revision = 'b'\ndown_revision = previous()\n",
            "b.py:2:17",
            "`down_revision` cannot be known without running the file: it is no string",
            "write the value itself",
        ),
        (
            "if x:\n    revision = 'b'\ndown_revision = None\n",
            "b.py:2:16",
            "it depends on how the file is run",
            "write the value itself",
        ),
        (
            "down_revision = None\n",
            "b_x.py:1:1",
            "there is no `revision` in this file",
            "move the file out of the folder",
        ),
        (
            "revision = 'b'\n",
            "b.py:1:12",
            "there is no `down_revision`",
            "`down_revision = None`",
        ),
        (
            "revision = 'b-1'\ndown_revision = None\n",
            "b.py:1:12",
            "Character(s) '-' not allowed in revision identifier 'b-1'",
            "rename it",
        ),
        (
            "revision = 'aaaa1'\ndown_revision = None\n",
            "b.py:1:12",
            "Revision aaaa1 is present more than once: `",
            "an id of its own",
        ),
        (
            "revision = 'b'\ndown_revision = 'aaaa'\n",
            "b.py:2:17",
            "Revision aaaa referenced from b is not present",
            "did you mean `aaaa1`?",
        ),
        (
            "revision = 'b'\ndown_revision = 'zzzz'\n",
            "b.py:2:17",
            "Revision zzzz referenced from b is not present",
            "restore its file",
        ),
        (
            "revision = 'b'\ndown_revision = 'b'\n",
            "b.py:2:17",
            "Self-loop is detected in revisions (b)",
            "name the revision before this one",
        ),
        (
            "revision = 'b'\ndown_revision = 'aaaa1'\ndepends_on = 'b'\n",
            "b.py:3:14",
            "Dependency self-loop is detected in revisions (b)",
            "name another revision",
        ),
        (
            "revision = 'b'\ndown_revision = 'aaaa1'\nbranch_labels = 'aaaa1'\n",
            "b.py:3:17",
            "Branch name 'aaaa1' in revision b already used by revision aaaa1",
            "another name",
        ),
    ] {
        let name = if place.starts_with("b_x") {
            "b_x.py"
        } else {
            "b.py"
        };
        let town = town(&[first(), (name, text)]);
        let failed = town.run("migrate history").expect(5);
        failed.clone().says(place).says(says).says(help);
        let found = town.run("migrate check --output json").expect(5).json();
        let finding = &found["findings"][0];
        assert!(
            finding["message"]
                .as_str()
                .expect("a message")
                .contains(says),
            "{finding}"
        );
    }
}

#[test]
fn circles_are_named_with_their_files() {
    let two = ("b.py", "revision = 'bbbb1'\ndown_revision = 'cccc1'\n");
    let three = ("c.py", "revision = 'cccc1'\ndown_revision = 'bbbb1'\n");
    let failed = town(&[first(), two, three]).run("migrate heads").expect(5);
    failed
        .says("Cycle is detected in revisions (bbbb1, cccc1)")
        .says("look at `down_revision` in `");
    let two = (
        "b.py",
        "revision = 'bbbb1'\ndown_revision = None\ndepends_on = 'cccc1'\n",
    );
    let failed = town(&[first(), two, three]).run("migrate heads").expect(5);
    failed.says("Dependency cycle is detected in revisions (bbbb1, cccc1)");
}

#[test]
fn a_configuration_that_cannot_be_is_pointed_at() {
    for (name, text, status, says) in [
        (
            "alembic.ini",
            "[alembic]\n",
            2,
            "No 'script_location' key found in configuration",
        ),
        (
            "alembic.ini",
            "[alembic]\nscript_location = none\n",
            2,
            "Path doesn't exist: `",
        ),
        ("alembic.ini", "[alembic\nx\n", 2, "alembic.ini:1:1"),
        (
            "alembic.ini",
            "[alembic]\nscript_location = %(nothing)s/x\n",
            2,
            "`%(nothing)s` names no option",
        ),
        (
            "alembic.ini",
            "[alembic]\nscript_location = db\nversion_locations = a b\npath_separator = comma\n",
            2,
            "'comma' is not a valid value for path_separator",
        ),
        (
            "alembic.ini",
            "[alembic]\nscript_location = pkg:db\n",
            2,
            "package `pkg` of `pkg:db` is not found without Python",
        ),
        (
            "pyproject.toml",
            "[tool.alembic]\nscript_location = 1\n",
            2,
            "`script_location` is no string",
        ),
        ("pyproject.toml", "[tool\n", 2, "pyproject.toml:1:"),
        (
            "pyproject.toml",
            "[tool.alembic]\nscript_location = \"db\"\nrecursive_version_locations = \"yes\"\n",
            2,
            "boolean value expected for TOML parameter 'recursive_version_locations'",
        ),
    ] {
        let town = Town::bare().write("db/env.py", "").write(name, text);
        town.run("migrate heads").expect(status).says(says);
    }
    let town = town(&[first()]);
    town.run("migrate -n nothing heads")
        .expect(2)
        .says("has no '[nothing]' section");
    town.run("migrate -c a.ini -c b.ini heads")
        .expect(2)
        .says("only one ini file may be indicated");
}

#[test]
fn what_no_revision_is_meant_by_is_guessed_at() {
    let town = town(&[
        first(),
        (
            "b.py",
            "'''Add users'''\nrevision = 'bbbb1'\ndown_revision = 'aaaa1'\n",
        ),
    ]);
    town.run("migrate show usres")
        .expect(2)
        .says("can't locate revision identified by `usres`");
    town.run("migrate show nothing@head")
        .expect(2)
        .says("can't locate revision identified by `nothing`");
    town.run("migrate history -r aaaa1")
        .expect(2)
        .says("history range requires");
}
