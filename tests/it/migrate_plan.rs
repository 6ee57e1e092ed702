//! `townpass migrate plan`, and what must be approved before it is run.

use sqlx::AssertSqlSafe;

use crate::support::{Output, Town, cluster::Database};

fn url(database: &Database) -> String {
    let options = database.options();
    format!(
        "postgresql://{}@{}:{}/{}",
        options.get_username(),
        options.get_host(),
        options.get_port(),
        options.get_database().expect("it has a name")
    )
}

/// Two revisions, the second of which loses a column.
fn town() -> Town {
    Town::bare()
        .migration(
            1,
            "users",
            "create table users (id int, email text);\n\
             insert into users select n, '' from generate_series(1, 1000) n;\n",
            "drop table users;\n",
        )
        .migration(
            2,
            "no_email",
            "-- townpass:revises 1\nalter table users drop column email;\n",
            "alter table users add column email text;\n",
        )
}

struct Site {
    town: Town,
    database: Database,
}

impl Site {
    /// A database that has the first revision.
    async fn new() -> Self {
        let site = Self {
            town: town(),
            database: Database::fresh().await,
        };
        site.run("migrate upgrade 1", &[]).success();
        site
    }

    #[track_caller]
    fn run(&self, words: &str, variables: &[(&str, &str)]) -> Output {
        let mut invocation = self
            .town
            .townpass(words.split(' '))
            .env("DATABASE_URL", url(&self.database));
        for (name, value) in variables {
            invocation = invocation.env(name, value);
        }
        invocation.run()
    }

    fn hash(&self, words: &str) -> String {
        let plan = self.run(&format!("--output json {words}"), &[]).success();
        plan.json()["hash"].as_str().expect("a hash").to_owned()
    }
}

#[tokio::test]
async fn a_plan_shows_statements_locks_sizes_and_dangers() {
    let site = Site::new().await;
    let mut connection = site.database.connect().await;
    sqlx::raw_sql(AssertSqlSafe("analyze users"))
        .execute(&mut connection)
        .await
        .expect("it is analysed");
    let shown = site.run("migrate plan", &[]).success();
    let hash = site.hash("migrate plan");
    let shown = shown
        .stdout
        .replace(&hash, "[HASH]")
        .replace("73.7 kB", "[SIZE]");
    let shown = shown.replace("65.5 kB", "[SIZE]");
    insta::assert_snapshot!(shown, @r"
    upgrade 2, no email
       2  alter table users drop column email
          locks users (about 1000 rows, [SIZE]): ACCESS EXCLUSIVE
          loses data: drops column `email` of `users` and what is in it
    plan [HASH]
    not approved: 1 danger of losing data
    to run exactly this: townpass migrate upgrade head --approve [HASH]
    ");
    let json = site.run("--output json migrate plan", &[]).success().json();
    let statement = &json["steps"][0]["statements"][0];
    assert_eq!(statement["line"], 2);
    assert_eq!(statement["locks"][0]["mode"], "ACCESS EXCLUSIVE");
    assert_eq!(statement["hazards"][0]["rule"], "ban-drop-column");
    assert_eq!(statement["hazards"][0]["danger"], "loses-data");
    assert_eq!(statement["hazards"][0]["estimated-rows"], 1000);
    assert_eq!(json["unapproved"], 1);

    let down = site.run("migrate plan --down", &[]).success();
    assert!(down.stdout.contains("downgrade 1, users"), "{down}");
    site.run("migrate upgrade", &[]).success();
    assert_eq!(
        site.run("migrate plan", &[]).success().stdout,
        "nothing to upgrade\n"
    );
}

#[test]
fn without_a_database_the_plan_is_for_an_empty_one() {
    let shown = town().run("migrate plan").success();
    assert!(shown.stdout.starts_with("no database was asked"), "{shown}");
    // What it makes itself it may take away.
    assert!(!shown.stdout.contains("loses data"), "{shown}");
}

#[tokio::test]
async fn what_loses_data_is_approved_by_the_hash_of_the_plan() {
    let site = Site::new().await;
    let hash = site.hash("migrate plan");
    for (words, variables) in [
        ("migrate upgrade", &[("CI", "true")][..]),
        ("migrate upgrade", &[("TOWNPASS_ENVIRONMENT", "production")]),
        ("--environment production migrate upgrade", &[]),
    ] {
        site.run(words, variables)
            .expect(4)
            .says("drops column `email` of `users`")
            .says(&format!("townpass migrate upgrade head --approve {hash}"))
            .says("-- townpass:approve ban-drop-column");
    }
    let wrong = "0".repeat(64);
    site.run(&format!("migrate upgrade --approve {wrong}"), &[])
        .expect(4)
        .says(&hash);
    // The hash is of that way and no other.
    site.run(&format!("migrate downgrade base --approve {hash}"), &[])
        .expect(4);
    site.run("migrate upgrade --approve abc", &[])
        .expect(2)
        .says("64 hexadecimal digits");
    // A job that was given no answer.
    site.run(
        "migrate upgrade",
        &[("CI", "true"), ("TOWNPASS_APPROVE", "")],
    )
    .expect(4);
    let variables = [("CI", "true"), ("TOWNPASS_APPROVE", hash.as_str())];
    site.run("migrate upgrade", &variables).success();
    // The job that runs again has nothing to do.
    let again = site.run("migrate upgrade", &variables).success();
    assert_eq!(again.stdout, "nothing to upgrade\n");
}

#[tokio::test]
async fn a_saved_plan_is_run_as_it_was_or_not_at_all() {
    let site = Site::new().await;
    site.run("migrate plan 2 --save plan.json", &[]).success();
    let path = site.town.path().join("migrations/2_no_email.up.sql");
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, format!("{text}select 1;\n")).expect("it can be written");
    site.run("migrate upgrade --plan plan.json", &[])
        .expect(4)
        .says("was approved");
    std::fs::write(&path, text).expect("it can be written");
    site.run(
        "--environment production migrate upgrade --plan plan.json",
        &[],
    )
    .success();
    std::fs::write(site.town.path().join("other.json"), "{}").expect("it can be written");
    site.run("migrate downgrade base --plan other.json", &[])
        .expect(2)
        .says("no plan of ours");
    site.run("migrate upgrade --plan gone.json", &[]).expect(3);
}

#[tokio::test]
async fn whoever_says_that_it_is_for_development_is_believed() {
    let site = Site::new().await;
    let free = [("CI", "true"), ("TOWNPASS_ENVIRONMENT", "development")];
    site.run("migrate upgrade", &free).success();
    site.run("migrate downgrade base", &free).success();
    // From an empty database everything is the plan's own.
    site.run("migrate upgrade", &[("CI", "true")]).success();
    site.run("migrate downgrade base", &[("CI", "true")])
        .expect(4);
}

#[tokio::test]
async fn an_approval_in_the_file_lets_it_pass() {
    let town = town().write(
        "migrations/2_no_email.up.sql",
        "-- townpass:revises 1\n-- townpass:approve drop-column reason=\"copied\"\n\
         alter table users drop column email;\n",
    );
    let database = Database::fresh().await;
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", url(&database))
            .env("TOWNPASS_ENVIRONMENT", "production")
            .run()
    };
    run("migrate upgrade 1").success();
    run("migrate upgrade").success();
}

#[tokio::test]
async fn in_production_there_is_one_head_and_no_development() {
    let site = Site::new().await;
    let town = &site.town;
    std::fs::write(
        town.path().join("migrations/3_fork.sql"),
        "-- townpass:revises 1\nselect 1;\n",
    )
    .expect("it can be written");
    site.run("--environment production migrate upgrade heads", &[])
        .expect(5)
        .says("Multiple head revisions");
    // Branches that are meant to stay apart have names.
    for (name, label) in [("2_no_email.up.sql", "shop"), ("3_fork.sql", "audit")] {
        let path = town.path().join("migrations").join(name);
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, format!("-- townpass:label {label}\n{text}")).expect("it is ours");
    }
    for target in ["audit@head", "heads"] {
        let words = format!("--environment production migrate upgrade {target} --dry-run");
        site.run(&words, &[]).success();
    }
    site.run("--environment production migrate upgrade audit@head", &[])
        .success();
    let town = Town::new().write("townpass.toml", "environment = \"production\"\n");
    for words in ["dev up", "dev reset-db --yes", "dev migrate", "dev url"] {
        town.run(words).expect(4).says("townpass migrate");
    }
}

/// A history whose third revision takes its time.
async fn slow() -> (Site, String) {
    let site = Site::new().await;
    let slow = "-- townpass:revises 2\n-- no-transaction\nselect pg_sleep(1.5);\n\
        create table slow (id int);\n";
    for (name, text) in [
        ("3_slow.sql", slow),
        (
            "4_last.sql",
            "-- townpass:revises 3\ncreate table last (id int);\n",
        ),
    ] {
        let path = site.town.path().join("migrations").join(name);
        std::fs::write(path, text).expect("it can be written");
    }
    let hash = site.hash("migrate plan");
    (site, hash)
}

/// Waits until the journal has a row of the third revision.
async fn half_way(site: &Site) {
    let mut connection = site.database.connect().await;
    loop {
        let begun: bool =
            sqlx::query_scalar("select exists (select from _sqlx_migrations where version = 3)")
                .fetch_one(&mut connection)
                .await
                .expect("a journal");
        if begun {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn begin(site: &Site, words: &str) -> std::process::Child {
    site.town
        .townpass(words.split(' '))
        .env("DATABASE_URL", url(&site.database))
        .env("CI", "true")
        .spawn()
}

#[tokio::test]
async fn whoever_comes_late_goes_on_with_what_was_approved() {
    for target in ["head", "+3"] {
        let (site, head) = slow().await;
        let hash = if target == "head" {
            head
        } else {
            site.hash(&format!("migrate plan {target}"))
        };
        let words = format!("migrate upgrade {target} --approve {hash}");
        let first = begin(&site, &words);
        half_way(&site).await;
        let late = site.run(&words, &[("CI", "true")]);
        let first = first.wait_with_output().expect("it is ours");
        assert!(first.status.success(), "{first:?}");
        late.success();
        site.run("migrate current --check-heads", &[]).success();
        // Once more, when nothing of it is left.
        site.run(&words, &[("CI", "true")])
            .success()
            .prints("nothing to upgrade\n");
    }
}

#[tokio::test]
async fn a_job_that_was_killed_is_approved_still() {
    let (site, hash) = slow().await;
    let words = format!("migrate upgrade --approve {hash}");
    let mut first = begin(&site, &words);
    half_way(&site).await;
    first.kill().expect("it is ours");
    first.wait().expect("it is ours");
    let variables = [("CI", "true")];
    site.run(&words, &variables).success();
    site.run("migrate current --check-heads", &[]).success();
    // The same hash is no leave to do something else.
    let other = site.town.path().join("migrations/5_other.sql");
    std::fs::write(other, "-- townpass:revises 4\ndrop table users;\n").expect("it can be written");
    site.run(&words, &variables).expect(4).says("was approved");
}

#[tokio::test]
async fn a_way_back_that_does_nothing_is_no_plan() {
    let site = Site::new().await;
    let down = site.town.path().join("migrations/1_users.down.sql");
    std::fs::write(down, "-- later\n").expect("it can be written");
    for words in ["migrate plan --down", "migrate downgrade -1"] {
        site.run(words, &[])
            .expect(5)
            .says("1_users.down.sql` has no statement")
            .says("RAISE EXCEPTION");
    }
}

/// Several that start together, with these variables; how each ended.
fn at_once(site: &Site, variables: &[(&str, &str)]) -> Vec<Output> {
    std::thread::scope(|scope| {
        let run = || site.run("migrate upgrade --wait-lock 1m", variables);
        let all: Vec<_> = (0..6).map(|_| scope.spawn(run)).collect();
        all.into_iter()
            .map(|one| one.join().expect("it runs"))
            .collect()
    })
}

#[tokio::test]
async fn several_at_once_in_production_take_turns() {
    let site = Site::new().await;
    let hash = site.hash("migrate plan");
    let approved = [("CI", "true"), ("TOWNPASS_APPROVE", hash.as_str())];
    for one in at_once(&site, &approved) {
        one.success();
    }
    site.run("migrate current --check-heads", &[]).success();
    for version in 3..8 {
        let path = format!("migrations/{version}_step.sql");
        let up = format!("create table step_{version} (id int);\n");
        std::fs::write(site.town.path().join(path), up).expect("it can be written");
    }
    for one in at_once(&site, &[("TOWNPASS_ENVIRONMENT", "production")]) {
        one.success();
    }
    site.run("migrate current --check-heads", &[]).success();
}
