//! The verbs that only read the history: `history`, `heads`, `branches`, `show`, and the targets
//! they take. No database is asked.

use insta::assert_snapshot;

use crate::support::Town;

/// A trunk, a branch with a label, and a head that depends on it.
pub(crate) fn branched() -> Town {
    Town::bare()
        .migration(20_260_105_083_000, "create_users", "", "")
        .migration(20_260_112_021_500, "create_records", "", "")
        .migration(
            20_260_203_064_500,
            "create_notices",
            "-- townpass:revises 20260112021500\n-- townpass:label notices\n",
            "",
        )
        .migration(
            20_260_217_091_000,
            "create_favorites",
            "-- townpass:revises 20260112021500\n",
            "",
        )
        .migration(
            20_260_217_101_000,
            "count_notices",
            "-- townpass:revises 20260217091000\n-- townpass:depends 20260203064500\n",
            "",
        )
}

#[test]
fn the_listings_are_alembics() {
    let town = branched();
    assert_snapshot!(town.run("migrate history").success().stdout, @"
    20260217091000 (20260203064500) -> 20260217101000 (head), count notices
    20260112021500 -> 20260217091000, create favorites
    20260112021500 -> 20260203064500 (notices) (effective head), create notices
    20260105083000 -> 20260112021500 (branchpoint), create records
    <base> -> 20260105083000, create users
    ");
    assert_snapshot!(town.run("migrate heads").success().stdout, @"
    20260203064500 (notices) (effective head)
    20260217101000 (head)
    ");
    assert_snapshot!(town.run("migrate branches -v").success().stdout, @"
    Rev: 20260112021500 (branchpoint)
    Parent: 20260105083000
    Branches into: 20260203064500, 20260217091000
    Path: [DIR]/migrations/20260112021500_create_records.up.sql

        create records

        Create Date: 2026-01-12 02:15:00

                   -> 20260203064500 (notices) (effective head), create notices
                   -> 20260217091000, create favorites
    ");
    assert_snapshot!(town.run("migrate show count").success().stdout, @"
    Rev: 20260217101000 (head)
    Parent: 20260217091000
    Also depends on: 20260203064500
    Path: [DIR]/migrations/20260217101000_count_notices.up.sql

        count notices

        Create Date: 2026-02-17 10:10:00
    ");
    assert_eq!(town.run("migrate show base").success().stdout, "");
    let json = town.run("--output json migrate heads").success().json();
    assert_eq!(json["revisions"][0]["labels"][0], "notices");
    assert_eq!(json["revisions"][1]["depends"][0], "20260203064500");
}

#[test]
fn the_graph_is_drawn() {
    let graph = branched().run("migrate history --graph").success();
    assert_snapshot!(graph.stdout, @"
    ○    20260217101000 (head) (depends on 20260203064500), count notices
    ○    20260217091000, create favorites
    │ ○  20260203064500 (notices) (effective head), create notices
    ├─╯
    ○    20260112021500, create records
    ○    20260105083000, create users
    ");
}

#[test]
fn a_range_has_both_its_ends() {
    let town = branched();
    let listed = |range: &str| {
        let shown = town.townpass(["migrate", "history", "-r", range]).run();
        let revisions = shown.success().stdout;
        let of = |line: &str| {
            let (_, words) = line.split_once(", ").expect("words");
            words.to_owned()
        };
        revisions.lines().map(of).collect::<Vec<_>>().join("; ")
    };
    for (range, words) in [
        ("users:records", "create records; create users"),
        ("favorites:", "count notices; create favorites"),
        (":notices", "create notices; create records; create users"),
        ("records:+0", "create records"),
        ("-1:notices", "create notices; create records"),
        ("favorites:count@head", "count notices; create favorites"),
    ] {
        assert_eq!(listed(range), words, "{range}");
    }
    assert_snapshot!(town.run("migrate history -r notices:favorites").expect(2).stderr, @"
    error: requested range `notices:favorites` does not refer to ancestor/descendant revisions along the same branch
      help: the older end comes first; `townpass migrate history --graph` shows the branches
    ");
}

#[test]
fn what_cannot_be_meant_is_said() {
    let town = branched();
    assert_snapshot!(town.run("migrate show favorits").expect(2).stderr, @"
    error: can't locate revision identified by `favorits`
      help: did you mean `favorites`? `townpass migrate history` lists them all
    ");
    assert_snapshot!(town.run("migrate show create").expect(2).stderr, @"
    error: several revisions can be meant by `create`: `20260105083000`, `20260112021500`, `20260203064500`, `20260217091000`
      help: write more of the version
    ");
    assert_snapshot!(town.run("migrate show records+1").expect(2).stderr, @"
    error: ambiguous walk: `records+1` could lead to `20260203064500`, `20260217091000`
      help: name the revision itself
    ");
    assert_snapshot!(town.run("migrate show head").expect(5).stderr, @r#"
    error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      help: the heads are
              20260203064500, create notices: `[DIR]/migrations/20260203064500_create_notices.up.sql`
              20260217101000, count notices: `[DIR]/migrations/20260217101000_count_notices.up.sql`
            no object is named by more than one of them
            join them with a revision that follows all:
              townpass migrate merge heads -m "merge heads"
            or, if the last was shared with nobody yet, let it follow the one before:
              townpass migrate rebase 20260217101000 --onto 20260203064500
    "#);
}
