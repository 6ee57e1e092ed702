//! `townpass migrate lint`: what migrations lose, block or break, in every shape of output.

use serde_json::Value;

use crate::support::Town;

/// Two revisions, the second of which loses a column and locks a table.
fn town() -> Town {
    Town::bare()
        .migration(1, "users", "create table users (id int, email text);\n", "drop table users;\n")
        .migration(
            2,
            "no_email",
            "-- townpass:revises 1\nalter table users drop column email;\ncreate index i on users (id);\n",
            "select 1;\n",
        )
}

#[test]
fn findings_are_told_with_their_place() {
    let found = town().run("migrate lint 2").expect(1);
    insta::assert_snapshot!(found.stdout, @r"
    migrations/2_no_email.up.sql:2:1: error: drops column `email` of `users` and what is in it [ban-drop-column]
        help: release a version that does not use it first, and keep a copy of what is still wanted
    migrations/2_no_email.up.sql:3:1: warning: builds an index on `users`, and blocks writers [require-concurrent-index-creation]
        help: create it CONCURRENTLY
    1 error, 1 warning in 1 migration
    ");
    let town = town();
    // Each by itself, since nobody knows what is applied.
    let each = town.run("migrate lint").expect(1);
    assert!(
        each.stdout
            .ends_with("1 error, 1 warning in 2 migrations\n"),
        "{each}"
    );
    town.run("migrate lint 1").success().hides("error:");
    // What a plan makes itself, it may also take away.
    let all = town.run("migrate lint base:heads").success();
    assert_eq!(all.stdout, "no findings in 2 migrations\n");
    town.run("migrate lint 1:2").expect(1);
    town.run("migrate lint 1:2 --ignore destructive").success();
    town.run("migrate lint --ignore drop-colum")
        .expect(2)
        .says("did you mean `ban-drop-column`?");
    town.run("migrate lint +1").expect(2);
}

#[test]
fn an_approval_in_the_file_is_enough() {
    let approved = town().write(
        "migrations/2_no_email.up.sql",
        "-- townpass:revises 1\n-- townpass:approve drop-column reason=\"copied to contacts\"\n\
         alter table users drop column email;\n",
    );
    let found = approved.run("migrate lint 2").success();
    assert!(
        found.stdout.contains("approved: copied to contacts"),
        "{found}"
    );
    let json = approved
        .run("--output json migrate lint 2")
        .success()
        .json();
    assert_eq!(json["findings"][0]["approved"], "copied to contacts");
    assert_eq!(json["findings"][0]["level"], "note");
    town()
        .write(
            "migrations/2_no_email.up.sql",
            "-- townpass:approve drop-column\nalter table users drop column email;\n",
        )
        .run("migrate lint 2")
        .expect(5)
        .says("the approval of `ban-drop-column` has no reason");
}

#[test]
fn github_marks_the_lines() {
    let town = town();
    let found = town
        .townpass(["migrate", "lint", "1:2", "--format", "github"])
        .env("GITHUB_WORKSPACE", town.path())
        .run()
        .expect(1);
    let first = found.stdout.lines().next().expect("a line");
    assert_eq!(
        first,
        "::error file=migrations/2_no_email.up.sql,line=2,endLine=2,title=ban-drop-column::\
         drops column `email` of `users` and what is in it%0Ahelp: release a version that does \
         not use it first, and keep a copy of what is still wanted"
    );
}

/// What the standard asks of the parts that are written here: section 3 of SARIF 2.1.0.
#[test]
fn sarif_has_the_shape_of_its_standard() {
    let found = town().run("migrate lint 1:2 --format sarif").expect(1);
    let log: Value = serde_json::from_str(&found.stdout).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(
        log["$schema"]
            .as_str()
            .is_some_and(|it| it.ends_with("sarif-2.1.0.json"))
    );
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "townpass");
    let rules = driver["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert_eq!((rules.len(), results.len()), (2, 2));
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index");
        let rule = &rules[usize::try_from(index).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["shortDescription"]["text"].is_string());
        let levels = ["none", "note", "warning", "error"];
        assert!(levels.contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            place["artifactLocation"]["uri"],
            "migrations/2_no_email.up.sql"
        );
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(
                place["region"][key].as_u64().is_some_and(|it| it > 0),
                "{key}"
            );
        }
    }
}
