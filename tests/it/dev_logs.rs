//! `townpass dev logs`: what the server says, as it says it.

use std::io::{BufRead as _, BufReader};

use crate::support::{Town, docker, reference};

#[test]
fn the_tail_and_what_follows() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev logs").expect(3).says("townpass dev up");
    town.run("dev up").success();
    let all = town.run("dev logs").success();
    assert!(all.stdout.contains("ready to accept connections"), "{all}");
    let tail = town.run("dev logs --tail 2").success();
    assert_eq!(tail.stdout.lines().count(), 2, "{tail}");
    assert!(all.stdout.lines().count() > 2, "{all}");

    let mut following = town.townpass(["dev", "logs", "-f", "--tail", "0"]).spawn();
    let mut lines = BufReader::new(following.stdout.take().expect("it is a pipe"));
    // What was said before it listened is not told: say it until it does.
    let told = std::thread::scope(|scope| {
        let heard = scope.spawn(move || {
            let mut line = String::new();
            lines.read_line(&mut line).expect("it is text");
            line
        });
        while !heard.is_finished() {
            town.sql("do $$ begin raise log 'the town sleeps'; end $$");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        heard.join().expect("it was read")
    });
    assert!(told.contains("the town sleeps"), "{told}");
    // Ctrl-C is how it ends: no misfortune, and nothing to say.
    #[cfg(unix)]
    {
        crate::support::signal(&following, "INT");
        let ended = following.wait_with_output().expect("it is ours");
        assert_eq!(ended.status.code(), Some(130));
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    }
    #[cfg(not(unix))]
    {
        following.kill().expect("it is ours");
        following.wait().expect("it is ours");
    }
}

#[test]
fn a_service_beside_the_database() {
    if !docker::demanded() {
        return;
    }
    let talker = "services:\n  talker:\n    image: townpass-offline-python\n    \
                  entrypoint: [\"sh\", \"-c\", \"echo hello; exec sleep 300\"]\n";
    let town = Town::with(&reference().replace("services:\n", talker));
    town.run("dev logs talkr").expect(2).says("`talker`");
    town.run("dev logs talker").expect(3).says("dev up talker");
    town.run("dev up talker").success();
    // It says so when it comes to it.
    let said = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        town.run("dev logs talker").success().stdout == "hello\n"
    });
    assert!(said, "it said nothing in twenty seconds");
    let both = town.run("dev logs db talker").success();
    assert!(both.stdout.contains("talker | hello\n"), "{both}");
    assert!(both.stdout.contains("db     | "), "{both}");
}
