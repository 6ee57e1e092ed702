//! Copies of the whole data directory.

use townpass::database::{self, Provider as _, embedded::Error, provider::State};

use super::private::Private;

#[tokio::test]
async fn a_copy_brings_the_data_back() {
    let private = Private::new();
    let provider = private.provider();
    let quiet = &mut |_: database::Event<'_>| ();
    let nothing = provider.save("early", quiet).await;
    assert!(
        matches!(nothing, Err(database::Error::NoData)),
        "{nothing:?}"
    );

    private.start().await;
    private
        .value("create table kept as select 42 as answer")
        .await;
    provider.save("first", quiet).await.expect("saved");
    assert_eq!(
        private.value("select answer from kept").await,
        "42",
        "it runs on"
    );
    private.value("drop table kept").await;
    provider.stop(quiet).await.expect("stopped");
    provider.save("second", quiet).await.expect("saved");
    let state = provider.observe().await.expect("observed").state;
    assert_eq!(state, State::Stopped, "it is as it was before");

    let saved = provider.saved().await.expect("listed");
    let names: Vec<&str> = saved.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    assert!(saved.iter().all(|it| it.size > Some(1 << 20)));

    private.start().await;
    provider.restore("first", quiet).await.expect("restored");
    assert_eq!(private.value("select answer from kept").await, "42");
    provider.destroy(quiet).await.expect("destroyed");
    assert_eq!(
        provider.saved().await.expect("listed").len(),
        2,
        "copies stay"
    );
    provider
        .restore("first", quiet)
        .await
        .expect("restored from nothing");
    private.start().await;
    assert_eq!(private.value("select answer from kept").await, "42");

    provider.forget("first").await.expect("forgotten");
    assert_eq!(provider.saved().await.expect("listed").len(), 1);
}

#[tokio::test]
async fn names_are_checked() {
    let private = Private::new();
    let provider = private.provider();
    let quiet = &mut |_: database::Event<'_>| ();
    private.start().await;
    provider.save("one", quiet).await.expect("saved");
    let error = |result: Result<(), database::Error>| match result {
        Err(database::Error::Embedded(error)) => error,
        other => panic!("{other:?}"),
    };
    let again = error(provider.save("one", quiet).await);
    assert!(matches!(again, Error::CopyExists(_)), "{again}");
    let outside = error(provider.save("../one", quiet).await);
    assert!(matches!(outside, Error::CopyName(_)), "{outside}");
    let missing = error(provider.restore("two", quiet).await);
    assert!(matches!(missing, Error::NoSuchCopy(_)), "{missing}");
    let missing = error(provider.forget("two").await);
    assert!(matches!(missing, Error::NoSuchCopy(_)), "{missing}");
    assert_eq!(private.value("select 1").await, "1", "it runs on");
}
