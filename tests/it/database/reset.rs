//! A reset loses nothing unasked, and may be killed anywhere.

use townpass::database::{
    Error, Event, Provider, Session,
    lifecycle::{self, Contents, Outcome, keep_template},
    loss,
    provider::State,
    reset::{BindMount, Depth, Loss, Plan, Safety},
    snapshot,
    template::Key,
};

use super::cluster::{Cluster, PATIENCE, account, quiet, ready};

async fn plan(cluster: &Cluster, depth: Depth) -> Plan {
    let facts = loss::facts(cluster, depth).await.expect("the server tells");
    Plan::decide(depth, &cluster.wanted.database, facts, BindMount::Spare).expect("it may")
}

async fn reset(cluster: &Cluster, depth: Depth, key: Option<&Key>) -> Outcome {
    let plan = plan(cluster, depth).await;
    lifecycle::reset(cluster, &cluster.target(), &plan, key, PATIENCE, &mut quiet)
        .await
        .expect("the reset is done")
}

async fn fill(cluster: &Cluster) {
    let sql = "create table users (id int); insert into users select generate_series(1, 100); analyze users";
    cluster.run(sql).await.expect("the statement is right");
}

const TABLES: &str = "select count(*) from pg_tables where schemaname = 'public'";

#[tokio::test]
async fn the_plan_says_what_dies() {
    let cluster = Cluster::new().await;
    let empty = plan(&cluster, Depth::Contents).await;
    assert_eq!(empty.safety, Safety::Nothing);
    fill(&cluster).await;
    let full = plan(&cluster, Depth::Contents).await;
    assert_eq!(full.safety, Safety::Keep);
    let Loss::Known { holdings, .. } = &full.loss else {
        panic!("{:?}", full.loss);
    };
    let inside = holdings[0].inside.as_ref().expect("it is open");
    assert_eq!((inside.tables, inside.rows), (1, Some(100)));
    assert!(inside.last_written().is_some());
    assert!(holdings[0].size > 1_000_000);
    // What was never counted is not nothing.
    for sql in [
        "create table later (id int); insert into later values (1)",
        "select pg_stat_reset()",
    ] {
        cluster.run(sql).await.expect("it runs");
    }
    let Loss::Known { holdings, .. } = plan(&cluster, Depth::Contents).await.loss else {
        panic!("the server answers");
    };
    let inside = holdings[0].inside.as_ref().expect("it is open");
    assert_eq!((inside.tables, inside.rows), (2, None));
}

#[tokio::test]
async fn the_contents_go_and_come_back() {
    let cluster = Cluster::new().await;
    fill(&cluster).await;
    cluster
        .run(
            "create role reader; \
             alter database townpass_db set search_path to \"a b\", public; \
             alter role reader in database townpass_db set work_mem to '7MB'; \
             revoke connect on database townpass_db from public; \
             grant connect, create on database townpass_db to reader with grant option",
        )
        .await
        .expect("the statements are right");
    let outcome = reset(&cluster, Depth::Contents, None).await;
    assert_eq!(outcome.contents, Contents::Empty);
    assert_eq!(cluster.value(TABLES).await, "0");
    assert_eq!(cluster.value("show search_path").await, "\"a b\", public");
    let rights = "select has_database_privilege('reader', 'townpass_db', 'create with grant option') \
                  and not has_database_privilege('pg_monitor', 'townpass_db', 'connect')";
    assert_eq!(cluster.value(rights).await, "t");
    let setting = "select setconfig::text from pg_db_role_setting s, pg_database d \
                   where d.oid = setdatabase and datname = 'townpass_db' and setrole <> 0";
    assert_eq!(cluster.value(setting).await, "{work_mem=7MB}");

    let safety = outcome.safety.expect("a copy was kept");
    snapshot::restore(&cluster, &cluster.target(), &safety, PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(cluster.value("select count(*) from users").await, "100");
    assert_eq!(cluster.value("show search_path").await, "\"a b\", public");
}

#[tokio::test]
async fn applications_are_sent_away_however_fast_they_come_back() {
    let cluster = Cluster::new().await;
    fill(&cluster).await;
    let target = cluster.target();
    let busy = async {
        let mut sessions = 0_u32;
        loop {
            if let Ok(mut session) = Session::open(&target, PATIENCE).await {
                sessions += 1;
                while session.run("select 1").await.is_ok() {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
            }
            if sessions > 1_000 {
                return sessions;
            }
        }
    };
    tokio::select! {
        _ = busy => panic!("the reset never got its turn"),
        outcome = reset(&cluster, Depth::Contents, None) => assert!(outcome.safety.is_some()),
    }
    assert_eq!(cluster.value(TABLES).await, "0");
}

#[tokio::test]
async fn killed_at_any_step_it_is_whole_and_the_next_run_ends_well() {
    let cluster = Cluster::new().await;
    for depth in [Depth::Contents, Depth::Volume] {
        for step in 0.. {
            let present = cluster.observe().await.expect("it is known").state;
            if present != State::Running {
                cluster.start(&mut quiet).await.expect("it starts");
            }
            cluster
                .run("drop table if exists users")
                .await
                .expect("right");
            fill(&cluster).await;
            let plan = plan(&cluster, depth).await;
            assert_eq!(plan.safety, Safety::Keep);
            if !killed_after(&cluster, &plan, step).await {
                assert!(step > 1, "there were steps to be killed at");
                break;
            }
            if depth == Depth::Contents {
                let whole = cluster.value(TABLES).await;
                assert!(whole == "0" || whole == "1", "{whole}");
            }
            let again = plan_again(&cluster, depth).await;
            lifecycle::reset(
                &cluster,
                &cluster.target(),
                &again,
                None,
                PATIENCE,
                &mut quiet,
            )
            .await
            .expect("the second run ends well");
            assert_eq!(cluster.value(TABLES).await, "0");
            let left = cluster.databases().await;
            let left: Vec<_> = left.iter().filter(|it| it.contains("unfinished")).collect();
            assert!(left.is_empty(), "{left:?}");
            let kept = snapshot::list(&cluster, &cluster.target())
                .await
                .expect("a list");
            assert!(!kept.is_empty(), "the data of the first run is kept");
        }
    }
}

/// Runs until the given event, then drops the future. Whether there was such an event.
async fn killed_after(cluster: &Cluster, plan: &Plan, step: usize) -> bool {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let mut seen = 0;
    let mut on_event = |event: Event<'_>| {
        if matches!(event, Event::Step(_)) {
            if seen == step {
                sender.send(()).expect("the test listens");
            }
            seen += 1;
        }
    };
    let target = cluster.target();
    let reset = lifecycle::reset(cluster, &target, plan, None, PATIENCE, &mut on_event);
    let killed = tokio::select! {
        biased;
        Some(()) = receiver.recv() => true,
        done = reset => { done.expect("nothing else fails"); false }
    };
    // A server that answers at once lets a step and the rest go by in one go.
    killed || receiver.try_recv().is_ok()
}

/// As a second command would: a server that is down is planned for as it is found.
async fn plan_again(cluster: &Cluster, depth: Depth) -> Plan {
    plan(cluster, depth).await
}

#[tokio::test]
async fn a_database_that_is_not_there_is_made() {
    let cluster = Cluster::initialised_as(account("admin", "password", "other")).await;
    let outcome = reset(&cluster, Depth::Contents, None).await;
    assert_eq!(outcome.safety, None);
    ready(&cluster).await.expect("it is there");
    assert_eq!(cluster.databases().await, ["other", "townpass_db"]);
}

#[tokio::test]
async fn the_database_postgres_can_be_reset_too() {
    let mut cluster = Cluster::initialised_as(account("postgres", "x", "postgres")).await;
    cluster.wanted = account("postgres", "x", "postgres");
    fill(&cluster).await;
    let outcome = reset(&cluster, Depth::Contents, None).await;
    assert_eq!(cluster.value(TABLES).await, "0");
    let safety = outcome.safety.expect("a copy was kept");
    snapshot::restore(&cluster, &cluster.target(), &safety, PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(cluster.value("select count(*) from users").await, "100");
}

#[tokio::test]
async fn encoding_and_locale_stay_as_they_were() {
    let cluster = Cluster::new().await;
    let mut session = cluster.session().await;
    let other =
        "create database odd template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'";
    session.run(other).await.expect("the statement is right");
    session.close().await;
    let mut target = cluster.target();
    target.account.database = townpass::ident::DatabaseName::new("odd");
    let plan = Plan {
        database: target.account.database.clone(),
        ..plan(&cluster, Depth::Contents).await
    };
    lifecycle::reset(&cluster, &target, &plan, None, PATIENCE, &mut quiet)
        .await
        .expect("it is reset");
    let encoding = "select pg_encoding_to_char(encoding) from pg_database where datname = 'odd'";
    assert_eq!(cluster.value(encoding).await, "LATIN1");
}

#[tokio::test]
async fn a_template_saves_the_migrations() {
    let cluster = Cluster::new().await;
    let key = |text: &str| Key::new("test", "15", [("1.sql", text.as_bytes())]);
    let target = cluster.target();
    fill(&cluster).await;
    keep_template(&target, &key("a"), &mut quiet)
        .await
        .expect("it is kept");
    let outcome = reset(&cluster, Depth::Contents, Some(&key("b"))).await;
    assert_eq!(outcome.contents, Contents::Empty);
    let outcome = reset(&cluster, Depth::Contents, Some(&key("a"))).await;
    assert_eq!(outcome.contents, Contents::Migrated);
    assert_eq!(cluster.value("select count(*) from users").await, "100");
    for text in ["c", "d", "e", "e"] {
        keep_template(&target, &key(text), &mut quiet)
            .await
            .expect("it is kept");
    }
    let databases = cluster.databases().await;
    let templates = databases.iter().filter(|it| it.contains("_template_"));
    assert_eq!(templates.count(), 3);
}

#[tokio::test]
async fn the_volume_goes_and_comes_back() {
    let cluster = Cluster::new().await;
    fill(&cluster).await;
    cluster.run("create role reader").await.expect("right");
    let outcome = reset(&cluster, Depth::Volume, None).await;
    assert_eq!(
        cluster
            .value("select count(*) from pg_roles where rolname = 'reader'")
            .await,
        "0"
    );
    let safety = outcome.safety.expect("a copy was kept");
    snapshot::restore(&cluster, &cluster.target(), &safety, PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(cluster.value("select count(*) from users").await, "100");
    assert_eq!(
        cluster
            .value("select count(*) from pg_roles where rolname = 'reader'")
            .await,
        "1"
    );
}

#[tokio::test]
async fn contents_of_a_stopped_server_are_not_reset() {
    let cluster = Cluster::new().await;
    cluster.stop(&mut quiet).await.expect("it stops");
    let facts = loss::facts(&cluster, Depth::Contents).await.expect("facts");
    let plan = Plan::decide(
        Depth::Contents,
        &cluster.wanted.database,
        facts,
        BindMount::Spare,
    );
    assert!(matches!(plan, Err(Error::NotRunning)), "{plan:?}");
}

#[tokio::test]
async fn a_server_that_lacks_the_database_is_ready_for_a_reset() {
    use townpass::database::{until_admitted, until_ready};
    let cluster = Cluster::initialised_as(account("admin", "password", "other")).await;
    let target = cluster.target();
    let ready = until_ready(&cluster, &target, PATIENCE, &mut quiet).await;
    assert!(
        matches!(ready, Err(Error::DatabaseMissing { .. })),
        "{ready:?}"
    );
    until_admitted(&cluster, &target, PATIENCE, &mut quiet)
        .await
        .expect("it admits the role");
}
