//! `townpass dev psql`: the container's own psql, with no password to type.

use crate::support::{Town, docker};

#[test]
fn arguments_input_and_exit_code_pass_through() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev psql").expect(3).says("townpass dev up");
    town.run("dev up").success();
    let asked = town
        .townpass([
            "dev",
            "psql",
            "--",
            "-XAtc",
            "select current_user, current_database()",
        ])
        .run()
        .success();
    assert_eq!(asked.stdout, "admin|townpass_db\n");
    let piped = town
        .townpass(["dev", "psql", "--", "-XAt"])
        .stdin("select 6 * 7;\n")
        .run()
        .success();
    assert_eq!(piped.stdout, "42\n");
    let wrong = town
        .townpass(["dev", "psql", "--", "-Xv", "ON_ERROR_STOP=1"])
        .stdin("select * from nowhere;\n")
        .run()
        .expect(3);
    assert!(
        wrong.stderr.contains("\"nowhere\" does not exist"),
        "{wrong}"
    );
}
