//! The life of a private server: made, asked, stopped, started again, removed.

use townpass::{
    database::{
        Provider as _, Refusal,
        provider::{Data, State},
    },
    ident::{DatabaseName, RoleName},
    secret::Secret,
};

use super::private::{Private, account};

fn database(name: &str) -> DatabaseName {
    DatabaseName::new(name)
}

/// From nothing to nothing. [`super::ordinary`] runs it as another user.
#[tokio::test]
async fn a_life() {
    let private = Private::new();
    let provider = private.provider();
    let state = async || provider.observe().await.expect("observed").state;
    assert_eq!(state().await, State::Absent);
    assert_eq!(provider.plan().await.expect("planned").len(), 2);
    assert!(
        !private.settings.directory.exists(),
        "looking makes nothing"
    );

    let said = private.start().await.join("\n");
    assert!(said.contains("initialise a database"), "{said}");
    assert!(
        said.contains("it is not isolated like a container"),
        "{said}"
    );
    assert!(said.contains("sorts by C"), "{said}");
    assert_eq!(state().await, State::Running);
    assert_eq!(provider.plan().await.expect("planned"), [""; 0]);
    assert!(matches!(
        private.refusal("wrong").await,
        Some(Refusal::Password(_))
    ));
    let facts = "select concat_ws(' ', current_user, current_database(), usesuper, \
                 current_setting('server_encoding'), current_setting('synchronous_commit'), \
                 current_setting('fsync'), current_setting('listen_addresses'), \
                 upper('ä')) \
                 from pg_user where usename = current_user";
    assert_eq!(
        private.value(facts).await,
        "admin townpass_db t UTF8 off on 127.0.0.1 Ä"
    );
    let zone = provider.admin(&database("postgres"), "show timezone").await;
    assert_eq!(zone.expect("answered"), "Etc/UTC", "as in the image");
    private
        .value("create table kept as select 42 as answer")
        .await;

    let port = provider.endpoint().await.expect("it runs").port;
    assert_eq!(
        private.start().await,
        [""; 0],
        "a second start does nothing"
    );
    assert!(provider.running_for().await.expect("known").is_some());
    assert!(provider.ailment().await.expect("asked").is_none());

    provider.stop(&mut |_| ()).await.expect("stopped");
    assert_eq!(state().await, State::Stopped);
    let ailment = provider.ailment().await.expect("asked").expect("it ended");
    assert_eq!(
        ailment.to_string(),
        "the database server ended: it was stopped"
    );
    let said = private.start().await.join("\n");
    assert!(!said.contains("isolated"), "said once: {said}");
    assert_eq!(provider.endpoint().await.expect("it runs").port, port);
    assert_eq!(private.value("select answer from kept").await, "42");

    let Data::Directory(data) = provider.observe().await.expect("observed").data else {
        panic!("it is a directory");
    };
    provider.destroy(&mut |_| ()).await.expect("destroyed");
    assert!(!std::path::Path::new(&data).exists());
    assert_eq!(state().await, State::Absent);
    private.start().await;
    assert_eq!(
        private
            .value("select count(*) from pg_tables where tablename = 'kept'")
            .await,
        "0"
    );
}

#[tokio::test]
async fn every_character_may_stand_in_password_and_names() {
    let printable: String = (' '..='~').collect();
    let password = format!("{printable}äöü密碼");
    let mut private = Private::new();
    private.settings.account = account("öl b-r i;en", &password, r#"d=e 'f" \g"#);
    private.start().await;
    let who = "select current_user || '/' || current_database()";
    assert_eq!(private.value(who).await, r#"öl b-r i;en/d=e 'f" \g"#);
    assert!(private.refusal(&password[1..]).await.is_some());
    let name = private.settings.account.database.clone();
    let answer = private.provider().admin(&name, "select 1").await;
    assert_eq!(answer.expect("answered"), "1");
    let code = private
        .provider()
        .psql(&name, &["-c".to_owned(), "\\q".to_owned()])
        .await;
    assert_eq!(code.expect("psql runs with the password"), 0);
    let left = std::fs::read_to_string(private.path("server.json")).expect("it remembers");
    assert!(!left.contains("密碼"));
}

#[tokio::test]
async fn no_password_is_asked_where_none_is_wanted() {
    let mut private = Private::new();
    private.settings.account.password = None;
    private.settings.account.database = database("postgres");
    private.start().await;
    assert_eq!(private.value("select current_database()").await, "postgres");

    let mut empty = Private::new();
    empty.settings.account.password = Some(Secret::new(""));
    let said = empty.failure().await.to_string();
    assert_eq!(said, "`POSTGRES_PASSWORD` is empty");
    assert!(empty.names().iter().all(|it| !it.starts_with("data")));
}

#[tokio::test]
async fn the_superuser_is_asked_without_a_password() {
    let mut private = Private::new();
    private.start().await;
    let (maintenance, own) = (database("postgres"), database("townpass_db"));
    private.value("alter role admin password 'another'").await;
    assert!(private.refusal("password").await.is_some());

    private.settings.account.user = RoleName::new("admin");
    let provider = private.provider();
    let several = "create database a;\ncreate database b;\nselect 1, null, 'x|y';\nselect 2;\n";
    let answer = provider.admin(&maintenance, several).await;
    assert_eq!(answer.expect("answered"), "1||x|y\n2");
    let wrong = provider.admin(&own, "select 1;\nselect nonsense;").await;
    let wrong = wrong.expect_err("it is refused").to_string();
    assert!(
        wrong.contains("column \"nonsense\" does not exist"),
        "{wrong}"
    );

    provider.stop(&mut |_| ()).await.expect("stopped");
    let answer = provider.admin(&maintenance, "select current_setting('listen_addresses')");
    assert_eq!(answer.await.expect("answered"), "", "nobody else gets in");
    let state = provider.observe().await.expect("observed").state;
    assert_eq!(state, State::Stopped, "it is as it was before");
    provider
        .admin(&maintenance, "alter role admin password 'password'")
        .await
        .expect("set");
    private.start().await;
    assert_eq!(private.value("select 1").await, "1");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_no_trouble() {
    let private = Private::below(&"deep/".repeat(20));
    private.start().await;
    assert!(!private.path("socket").exists());
    let sql = "select current_setting('unix_socket_directories') = ''";
    assert_eq!(private.value(sql).await, "t");
    private.value("alter role admin password 'another'").await;
    let locked_out = private.refusal("password").await;
    assert!(locked_out.is_some());
    let (provider, own) = (private.provider(), database("townpass_db"));
    let several = "select 1, null, 'x|y';\nselect 2;\n";
    let answer = provider.admin(&own, several).await;
    assert_eq!(answer.expect("answered"), "1||x|y\n2");
    let wrong = provider.admin(&own, "select nonsense").await;
    let wrong = wrong.expect_err("it is refused").to_string();
    assert!(
        wrong.contains("column \"nonsense\" does not exist"),
        "{wrong}"
    );
    let set = "alter role admin password 'password'";
    provider.admin(&own, set).await.expect("set");
    assert_eq!(private.value("select 1").await, "1", "it runs again");
    provider.stop(&mut |_| ()).await.expect("stopped");
    let answer = provider.admin(&own, "select 3").await;
    assert_eq!(answer.expect("answered"), "3");
    private.start().await;
    let (provider, maintenance) = (private.provider(), database("postgres"));
    let answer = provider.admin(&maintenance, "select 1").await;
    assert_eq!(answer.expect("answered"), "1");
}

#[tokio::test]
async fn the_log_is_shown_and_followed() {
    let private = Private::new();
    let provider = private.provider();
    private.start().await;
    let mut all = Vec::new();
    let mut sink = |bytes: &[u8]| all.extend_from_slice(bytes);
    provider.logs(false, None, &mut sink).await.expect("read");
    let all = String::from_utf8(all).expect("UTF-8");
    assert_eq!(all, private.log());
    assert!(all.contains("ready to accept connections"));

    let mut last = Vec::new();
    let mut sink = |bytes: &[u8]| last.extend_from_slice(bytes);
    provider
        .logs(false, Some(1), &mut sink)
        .await
        .expect("read");
    let last = String::from_utf8(last).expect("UTF-8");
    assert_eq!(Some(last.trim_end()), private.log().lines().last());

    let mut followed = Vec::new();
    let mut sink = |bytes: &[u8]| followed.extend_from_slice(bytes);
    let (follow, stop) = (provider.logs(true, Some(0), &mut sink), private.provider());
    let mut quiet = |_: townpass::database::Event<'_>| ();
    let (followed_it, stopped) = tokio::join!(follow, stop.stop(&mut quiet));
    followed_it.expect("it ends with the server");
    stopped.expect("stopped");
    let followed = String::from_utf8(followed).expect("UTF-8");
    assert!(
        followed.contains("database system is shut down"),
        "{followed}"
    );
}
