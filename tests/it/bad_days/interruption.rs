//! Ctrl-C and worse at each step, two at once, and nobody there to be asked: what was begun is
//! ended by the next run, and what was there is there.

use std::time::Duration;

use insta::assert_snapshot;

use super::{
    precious, redact,
    relay::{Mishap, Relay},
};
use crate::support::{Town, docker};

#[test]
fn ctrl_c_at_each_step_of_up() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    for word in [
        "POST /networks/create",
        "POST /volumes/create",
        "POST /containers/create",
        "/start ",
    ] {
        let relay = Relay::start(&town, word, Mishap::Hangs);
        let mut running = town
            .townpass(["dev", "up"])
            .env("DOCKER_HOST", relay.address())
            .start();
        relay.until_it_hangs();
        running.signal("INT");
        let output = running.end().expect(130);
        assert_eq!(output.stdout, "", "{output}");
        assert!(
            output.stderr.ends_with(
                "error: interrupted\n  help: nothing is lost: run the same command again to go on\n"
            ),
            "{output}"
        );
    }
    // While it is waited for, which no word marks.
    let mut running = town.townpass(["dev", "up", "--output", "json"]).start();
    running.after(Duration::from_millis(300)).signal("INT");
    let output = running.end();
    if output.status != 0 {
        let error = output.expect(130);
        let error: serde_json::Value =
            serde_json::from_str(error.raw_stderr.lines().last().expect("an error")).expect("JSON");
        assert_eq!(error["exit-code"], 130);
    }
    let _ = town.run("dev up").success();
    assert_eq!(town.sql("select current_user"), "admin");
}

#[test]
fn ctrl_c_leaves_a_terminal_as_it_was() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let screen = town
        .townpass(["dev", "up"])
        .on_terminal("started container", "\u{3}")
        .expect(130)
        .raw_stdout;
    assert!(screen.contains("interrupted"), "{screen}");
    let last = |code: &str| screen.rfind(code);
    assert!(
        last("\u{1b}[?25l") <= last("\u{1b}[?25h"),
        "the cursor is hidden: {screen:?}"
    );
}

#[test]
fn a_reset_of_the_contents_is_stopped_at_each_step() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let _ = town.run("dev up").success();
    for (word, signal, status) in [
        ("create an empty database", "INT", 130),
        ("create an empty database", "KILL", -1),
        ("put it in place of", "INT", 130),
        ("put it in place of", "KILL", -1),
    ] {
        let case = format!("{signal} at `{word}`");
        precious::make(&town);
        let mut running = town.townpass(["dev", "reset-db", "--yes"]).start();
        running.until_says(word).signal(signal);
        let ended = running.end();
        // It may have been quicker than the signal.
        assert!([0, status].contains(&ended.status), "{case}: {ended}");
        // There is a database of that name all the time, and it answers.
        let _ = town.run("dev up").success();
        if !precious::is_there(&town) {
            let _ = town.run("dev snapshot restore").success();
        }
        assert!(precious::is_there(&town), "{case}");

        let _ = town.run("dev reset-db --yes").success();
        assert!(!precious::is_there(&town), "{case}");
        let _ = town.run("dev snapshot restore").success();
        assert!(precious::is_there(&town), "{case}");
    }
    // Nothing unfinished lies about.
    let unfinished = town.sql("select datname from pg_database where datname like '%unfinished%' or datname like '%.new%'");
    assert_eq!(unfinished, "");
}

#[test]
fn a_look_into_a_volume_is_killed() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let _ = town.run("dev up").success();
    let _ = town.run("dev down").success();
    let volume = format!("{}_pgdata", town.project());
    let using = format!("volume={volume}");
    let users = || docker::docker(&["ps", "-aq", "--filter", &using]).expect("an answer");
    let kill = || {
        let relay = Relay::start(&town, "/archive?path=", Mishap::Hangs);
        let mut running = town
            .townpass(["doctor"])
            .env("DOCKER_HOST", relay.address())
            .start();
        relay.until_it_hangs();
        running.signal("KILL");
        let _ = running.end().expect(-1);
        assert_eq!(users().lines().count(), 1, "one is left behind");
    };
    // What somebody else called so is nobody's of ours.
    let other = format!("townpass-look-{}", town.project());
    let project = format!("com.docker.compose.project={}", town.project());
    let made = [
        "create",
        "--name",
        &other,
        "--label",
        &project,
        "postgres:16",
    ];
    docker::docker(&made).expect("an answer");

    kill();
    // It may be looking still: then it is nobody else's to end.
    let _ = town.run("doctor");
    assert_eq!(users().lines().count(), 1);
    std::thread::sleep(Duration::from_secs(11));
    let _ = town.run("doctor");
    assert_eq!(users(), "");
    let named = format!("name={other}");
    let others = docker::docker(&["ps", "-aq", "--filter", &named]).expect("an answer");
    assert_eq!(others.lines().count(), 1);
    // The data is not kept for the sake of a look.
    kill();
    let _ = town.run("dev reset-db --volume --yes").success();
    let _ = town.run("dev down").success();
    kill();
    let _ = town.run("dev down --volumes --yes").success();
    assert_eq!(users(), "");
}

#[test]
fn a_reset_of_the_volume_is_killed_at_each_step() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let _ = town.run("dev up").success();
    let (volume, container) = (
        format!("DELETE /volumes/{}_pgdata", town.project()),
        format!("name={}", town.container()),
    );
    // It stops, copies into a new volume, removes container and volume, and makes both anew.
    for word in ["/stop", "POST /volumes/create", &volume, &container] {
        precious::make(&town);
        let before = snapshots(&town);
        let relay = Relay::start(&town, word, Mishap::Hangs);
        let mut running = town
            .townpass(["dev", "reset-db", "--volume", "--yes"])
            .env("DOCKER_HOST", relay.address())
            .start();
        relay.until_it_hangs();
        running.signal("KILL");
        let _ = running.end().expect(-1);
        let _ = town.run("dev reset-db --volume --yes").success();
        assert!(!precious::is_there(&town), "{word}");
        // The newest first: of those that are new, the last is the first that was made.
        let mut new = snapshots(&town);
        new.retain(|name| !before.contains(name));
        let name = new
            .pop()
            .unwrap_or_else(|| panic!("no copy, killed at `{word}`"));
        let _ = town
            .townpass(["dev", "snapshot", "restore", &name])
            .run()
            .success();
        assert!(precious::is_there(&town), "{word}");
    }
}

fn snapshots(town: &Town) -> Vec<String> {
    let list = town.run("dev snapshot list --output json").success().json();
    let rows = list["snapshots"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn two_at_once_make_one_database() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let (one, other) = (
        town.townpass(["dev", "up"]).start(),
        town.townpass(["dev", "up"]).start(),
    );
    let (one, other) = (one.end().success(), other.end().success());
    assert_eq!(one.stdout, other.stdout);
    let waited = "another townpass works on this project, waiting for it";
    assert!(
        one.stderr.contains(waited) != other.stderr.contains(waited),
        "{one}\n{other}"
    );
    let filter = format!("label=com.docker.compose.project={}", town.project());
    let containers = docker::docker(&["ps", "-aq", "--filter", &filter]).expect("a list");
    assert_eq!(containers.lines().count(), 1, "{containers}");
}

#[test]
fn nobody_is_there_to_be_asked() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let _ = town.run("dev up").success();
    precious::make(&town);
    let run = |words: &str| {
        let words = words.split(' ');
        redact::shown(&town.townpass(words).stdin("y\nyes\n").run())
    };
    assert_snapshot!(run("dev reset-db"), @r#"
    status: 4
    --- stdout
    --- stderr
    • PostgreSQL [VERSION] answers on 127.0.0.1:[PORT] after [TIME]
    warning: this removes database `townpass_db`, [SIZE], 1 table, [ROWS]
    note: a snapshot is kept first; `townpass dev snapshot restore` undoes this
    error: this needs a yes, and there is no terminal to ask on
      help: add `--yes` if what was said above may be destroyed
    "#);
    assert_snapshot!(run("dev reset-db --output json"), @r#"
    status: 4
    --- stdout
    --- stderr
    {"event":"ready","message":"PostgreSQL [VERSION] answers on 127.0.0.1:[PORT] after [TIME]"}
    {"event":"warning","message":"this removes database `townpass_db`, [SIZE], 1 table, [ROWS]
    {"event":"note","message":"a snapshot is kept first; `townpass dev snapshot restore` undoes this"}
    {"event":"error","exit-code":4,"message":"this needs a yes, and there is no terminal to ask on","help":"add `--yes` if what was said above may be destroyed"}
    "#);
    assert_snapshot!(run("dev reset-db --volume"), @r#"
    status: 4
    --- stdout
    --- stderr
    warning: this removes database `townpass_db`, [SIZE], 1 table, [ROWS]
    note: a snapshot is kept first; `townpass dev snapshot restore` undoes this
    error: this needs a yes, and there is no terminal to ask on
      help: add `--yes` if what was said above may be destroyed
    "#);
    assert_snapshot!(run("dev down --volumes"), @r#"
    status: 4
    --- stdout
    --- stderr
    warning: this removes database `townpass_db`, [SIZE], 1 table, [ROWS]
    error: this needs a yes, and there is no terminal to ask on
      help: add `--yes` if what was said above may be destroyed
    "#);
    assert!(precious::is_there(&town));
    assert_eq!(snapshots(&town), [""; 0]);
}
