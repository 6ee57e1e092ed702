//! New version files are Alembic's, byte for byte but for id and time.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::histories::Revision;
use super::real::{RELEASES, Real, environment};
use crate::support::Town;

/// A project as `alembic init` makes it, with these lines more in its configuration.
fn town(release: &str, template: &str, lines: &str) -> Town {
    let town = Town::bare();
    let status = Command::new(environment(release).join("bin/alembic"))
        .args(["init", "-t", template, "db"])
        .current_dir(town.path())
        .output()
        .expect("it runs");
    assert!(status.status.success(), "{status:?}");
    let ini = town.path().join("alembic.ini");
    let text = fs::read_to_string(&ini).expect("it is there");
    // A comment behind the value is a part of it in the older release's own file.
    let kept = text
        .lines()
        .filter(|line| !line.contains("path_separator ="));
    let text: String = kept.map(|line| format!("{line}\n")).collect();
    let text = text.replacen("[alembic]\n", &format!("[alembic]\n{lines}"), 1);
    fs::write(ini, text).expect("written");
    let version = |id: &str, parent: Option<&str>| {
        Revision {
            id: id.to_owned(),
            parents: parent.into_iter().map(str::to_owned).collect(),
            labels: if id == "bbbb1" {
                vec!["pay".to_owned()]
            } else {
                Vec::new()
            },
            message: String::new(),
            ..Revision::default()
        }
        .text(0)
    };
    town.write("db/versions/aaaa1_x.py", &version("aaaa1", None))
        .write("db/versions/aaaa2_x.py", &version("aaaa2", Some("aaaa1")))
        .write("db/versions/bbbb1_x.py", &version("bbbb1", Some("aaaa1")))
}

/// Every file below `directory` but ours that was there, with its text, its time made the same.
fn files(directory: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|it| it == "py") {
                let name = path
                    .strip_prefix(directory)
                    .expect("below")
                    .display()
                    .to_string();
                let text = fs::read_to_string(&path).expect("UTF-8");
                found.push((name, text.lines().map(timeless).collect()));
            }
        }
    }
    found.sort();
    found
}

/// A line without digits of a time.
fn timeless(line: &str) -> String {
    match line.strip_prefix("Create Date: ") {
        Some(time) => {
            let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
            format!(
                "Create Date: {}\n",
                time.chars().map(digits).collect::<String>()
            )
        }
        None => format!("{line}\n"),
    }
}

/// A template, lines more of the configuration, and commands.
const CASES: &[(&str, &str, &[&[&str]])] = &[
    (
        "generic",
        "",
        &[
            &[
                "revision",
                "--rev-id",
                "new1",
                "--head",
                "aaaa2",
                "-m",
                "Add it's \"users\"",
            ],
            &["revision", "--rev-id", "new2", "--head", "pay@head"],
            &[
                "revision",
                "--rev-id",
                "new3",
                "--head",
                "aaaa1",
                "--splice",
                "--branch-label",
                "side",
                "--depends-on",
                "bbbb",
                "-m",
                "a message of so many words that not all of them find room",
            ],
            &[
                "revision",
                "--rev-id",
                "new4",
                "--head",
                "base",
                "--depends-on",
                "pay",
                "--depends-on",
                "aaaa2",
                "-m",
                "新增 使用者",
            ],
            &[
                "merge",
                "--rev-id",
                "new5",
                "new1",
                "new2",
                "-m",
                "join them",
            ],
            &["merge", "--rev-id", "new6", "heads"],
        ],
    ),
    (
        "async",
        "file_template = %%(year)d-%%(rev)s-%%(slug)s\ntruncate_slug_length = 7\ntimezone = utc\n\
                 recursive_version_locations = true\n",
        &[
            &[
                "revision",
                "--rev-id",
                "new1",
                "--head",
                "pay@head",
                "-m",
                "one two three",
            ],
            &[
                "merge",
                "--rev-id",
                "new2",
                "aaaa2",
                "new1",
                "--branch-label",
                "all",
            ],
        ],
    ),
    (
        "generic",
        "version_path_separator = space\nversion_locations = %(here)s/db/versions %(here)s/more\n",
        &[
            &[
                "revision",
                "--rev-id",
                "new1",
                "--head",
                "aaaa2",
                "-m",
                "beside its parent",
            ],
            &[
                "revision",
                "--rev-id",
                "new2",
                "--head",
                "base",
                "--version-path",
                "more",
                "-m",
                "elsewhere",
            ],
        ],
    ),
];

#[test]
fn files_are_written_as_alembic_writes_them() {
    for release in RELEASES {
        let mut real = Real::start(release);
        for &(template, lines, commands) in CASES {
            let [ours, theirs] = [0, 1].map(|_| town(release, template, lines));
            for command in commands {
                let arguments: Vec<String> = command.iter().map(|&it| it.to_owned()).collect();
                let answer = real.run(&theirs.path(), &[arguments]).remove(0);
                assert_eq!(
                    answer.code, 0,
                    "{command:?} by {release}: {}",
                    answer.stdout
                );
                let told = ours
                    .townpass(std::iter::once(&"migrate").chain(*command))
                    .run()
                    .success();
                let [a, b] =
                    [&ours, &theirs].map(|town| town.path().canonicalize().expect("there"));
                let generating = answer
                    .stdout
                    .replace(&*b.to_string_lossy(), &a.to_string_lossy());
                let last = |text: &str| text.lines().last().unwrap_or_default().trim().to_owned();
                // Of what is not ASCII, it depends on the terminal what Alembic prints.
                if told.raw_stdout.is_ascii() {
                    assert_eq!(last(&told.raw_stdout), last(&generating), "{command:?}");
                }
            }
            assert_eq!(
                files(&ours.path()),
                files(&theirs.path()),
                "{template} by {release}"
            );
        }
    }
}

#[test]
fn an_id_is_twelve_hexadecimal_digits() {
    let town = town("1.20.1", "generic", "");
    let json = town
        .run("migrate revision --head pay@head -m x --output json")
        .success()
        .json();
    let id = json["revision"].as_str().expect("an id");
    assert!(
        id.len() == 12 && id.chars().all(|it| it.is_ascii_hexdigit()),
        "{id}"
    );
    assert_eq!(json["parents"], serde_json::json!(["bbbb1"]));
    assert_eq!(json["files"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_written_is_explained() {
    let town = town("1.20.1", "generic", "");
    for (words, status, says) in [
        (
            "revision -m x",
            5,
            "Multiple heads are present; please specify the head revision",
        ),
        (
            "revision -m x --head aaaa1",
            2,
            "revision `aaaa1` is not a head revision; please specify --splice",
        ),
        (
            "revision -m x --head aaaa2 --rev-id aaaa1",
            2,
            "`aaaa1` is taken by `",
        ),
        (
            "revision -m x --head aaaa2 --rev-id a-1",
            2,
            "Character(s) '-' not allowed in revision identifier 'a-1'",
        ),
        (
            "revision -m x --head aaaa2 --branch-label pay",
            2,
            "`pay` is taken by `",
        ),
        (
            "revision -m x --head aaaa2 --version-path db",
            2,
            "is not represented in current version locations",
        ),
        (
            "revision -m x --head aaaa2 --no-transaction",
            2,
            "`--no-transaction` is about files of SQL",
        ),
        ("merge aaaa2", 2, "there is nothing to merge: `aaaa2`"),
        (
            "edit base",
            2,
            "no revision files indicated by symbol 'base'",
        ),
    ] {
        town.run(&format!("migrate {words}"))
            .expect(status)
            .says(says);
    }
    let opened = town
        .townpass(["migrate", "edit", "pay"])
        .env("EDITOR", "ls")
        .run()
        .success();
    opened.shows("bbbb1_x.py");

    let loops = "% for x in y:\n% endfor\n";
    let town = town.write(
        "db/script.py.mako",
        &format!("\"\"\"${{message}}\"\"\"\n{loops}"),
    );
    let failed = town.run("migrate revision -m x --head aaaa2").expect(5);
    failed
        .says("script.py.mako:2:1")
        .says("this part of the template needs Python");
    let town = town.write(
        "db/script.py.mako",
        "revision = ${repr(up_revision)}\ndown_revision = None\n",
    );
    let failed = town.run("migrate revision -m x --head aaaa2").expect(2);
    failed.says("writes no right `down_revision` into the file");
    assert!(
        town.run("migrate check")
            .expect(5)
            .stdout
            .contains("3 revisions, 2 heads"),
        "nothing was written"
    );

    let hooks = self::town("1.20.1", "generic", "revision_environment = true\n");
    let failed = hooks.run("migrate revision -m x --head aaaa2").expect(3);
    failed.says("`revision_environment` is true, so `env.py` must run");
}
