//! Several heads: what the files and git tell of them, as of those of a folder of SQL.

use insta::assert_snapshot;

use crate::support::{Town, git};

/// A version file of that day in January, without a label.
fn version(town: Town, id: &str, parent: &str, day: u8, up: &str) -> Town {
    let text = format!(
        "\"\"\"Add {id}\n\nRevision ID: {id}\nCreate Date: 2026-01-{day:02} 10:00:00\n\n\"\"\"\n\
         from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{id}'\n\
         down_revision = {parent}\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    pass\n"
    );
    town.write(&format!("db/versions/{id}.py"), &text)
}

/// A column of `users`.
fn column(name: &str) -> String {
    format!("op.add_column('users', sa.Column('{name}', sa.Text()))")
}

/// Two heads that two people added, the younger with the smaller id.
fn town() -> Town {
    let town = Town::bare()
        .write("alembic.ini", "[alembic]\nscript_location = db\n")
        .write("db/env.py", "");
    let users = "op.create_table('users', sa.Column('id', sa.Integer()))";
    let town = version(town, "users", "None", 1, users);
    git::commit(&town.path(), "users");
    git::git(&town.path(), "checkout -q -b phone");
    let town = version(town, "phone", "'users'", 2, &column("phone"));
    git::commit(&town.path(), "phone");
    git::git(&town.path(), "checkout -q main");
    let town = version(town, "email", "'users'", 3, &column("email"));
    git::commit(&town.path(), "email");
    git::git(&town.path(), "merge -q --no-edit phone");
    town
}

#[test]
fn they_are_told_with_what_git_knows_and_what_they_share() {
    let town = town();
    assert_snapshot!(town.run("migrate show head").expect(5).stderr, @r#"
    error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      help: the heads are
              phone, Add phone: `[DIR]/db/versions/phone.py`
                by Ada, 2026-02-03, commit 5cf63f9 (phone) on main, phone
              email, Add email: `[DIR]/db/versions/email.py`
                by Ada, 2026-02-03, commit 8008d83 (email) on main
            more than one of them touches table `users`: look whether they agree
            join them with a revision that follows all:
              townpass migrate merge heads -m "merge heads"
            or, if the last was shared with nobody yet, let it follow the one before:
              townpass migrate rebase email --onto phone
    "#);
    let both = |words: &str| town.run(words).expect(5).stderr.matches("by Ada").count();
    assert_eq!(both("migrate revision -m more"), 2);
    let check = town.run("migrate check").expect(5).stdout;
    assert!(
        check.contains("phone.py:1:1: error: it is one of 2 heads"),
        "{check}"
    );
    assert!(check.contains("`branch_labels`"), "{check}");
    // What only Python can tell is not known.
    let town = version(town, "email", "'users'", 3, "work()");
    let untold = town.run("migrate show head").expect(5);
    assert!(!untold.stderr.contains("more than one of them"), "{untold}");
    assert!(untold.stderr.contains("by Ada"), "{untold}");
}

#[test]
fn branches_with_labels_are_meant() {
    let mut town = town();
    for (name, label) in [("email", "'mail'"), ("phone", "'calls'")] {
        let file = town.path().join(format!("db/versions/{name}.py"));
        let text = std::fs::read_to_string(file).expect("it is there");
        let text = format!("{text}\nbranch_labels = {label}\n");
        town = town.write(&format!("db/versions/{name}.py"), &text);
    }
    town.run("migrate check").success();
}
