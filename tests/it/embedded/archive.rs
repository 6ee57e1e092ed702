//! Both routes to an archive, and what a bad one leaves behind: nothing.

use std::{path::PathBuf, time::Duration};

use townpass::{
    database::{
        Provider as _,
        embedded::{Error, Fetch, Proxies, Python, Releases as From},
    },
    ident::DatabaseName,
};

use super::{
    private::{Private, names},
    releases::{Habit, MAJOR, Releases, archive_path},
};

/// A project on a machine with no PostgreSQL, that may download from `releases`.
fn downloading(releases: &Releases) -> Private {
    let mut private = Private::new().wanting(MAJOR);
    private.settings.search.places.clear();
    private.settings.fetch = Fetch::Online {
        releases: From {
            base_url: releases.base.clone(),
            proxies: Proxies::default(),
            patience: Duration::from_secs(20),
        },
        python: Python::Forbidden,
    };
    private
}

fn cached(private: &Private) -> Vec<String> {
    names(&private.settings.cache)
        .into_iter()
        .filter(|it| !it.ends_with("lock"))
        .collect()
}

fn complete() -> String {
    let name = archive_path()
        .file_name()
        .expect("a file")
        .to_string_lossy();
    name.trim_end_matches(".tar.gz").to_owned()
}

async fn help(private: &Private) -> String {
    let error = private.failure().await;
    assert!(matches!(error, Error::NoBinaries { .. }), "{error}");
    miette::Diagnostic::help(&error).expect("help").to_string()
}

#[tokio::test]
async fn the_wanted_major_is_downloaded_once() {
    let releases = Releases::new(Habit::Good);
    let mut private = downloading(&releases);
    // Another major of the machine does not stand in for the wanted one.
    private.settings.search.places = vec!["/usr/lib/postgresql/15/bin".to_owned()];
    let plan = private.provider().plan().await.expect("planned");
    assert!(plan[0].starts_with("download postgresql-16."), "{plan:?}");
    let said = private.start().await;
    let progress = said
        .iter()
        .filter(|it| it.starts_with("progress: "))
        .count();
    assert!(progress > 10, "{said:?}");
    let version = private.value("show server_version").await;
    assert!(version.starts_with("16."), "{version}");
    assert_eq!(cached(&private), [complete()]);
    private.value("create extension pgcrypto").await;
    let name = DatabaseName::new("townpass_db");
    let (provider, quit) = (private.provider(), ["-c".to_owned(), "\\q".to_owned()]);
    let code = provider.psql(&name, &quit).await;
    assert_eq!(code.expect("it has psql"), 0);

    private
        .provider()
        .destroy(&mut |_| ())
        .await
        .expect("destroyed");
    private.settings.fetch = Fetch::Offline;
    private.start().await;
    assert_eq!(
        releases.requests().len(),
        1,
        "what is kept needs no connection"
    );
}

#[tokio::test]
async fn a_download_that_is_cut_goes_on() {
    let releases = Releases::new(Habit::Cut(4_000_000));
    let private = downloading(&releases);
    private.start().await;
    assert_eq!(cached(&private), [complete()]);
    let ranges = releases.requests();
    assert_eq!(ranges.len(), 3, "{ranges:?}");
    assert!(ranges[1].contains("range: bytes=4000000-"), "{ranges:?}");
}

#[tokio::test]
async fn what_was_cut_for_good_is_not_taken_for_complete_and_goes_on_later() {
    let half = Releases::new(Habit::CutForGood(5_000_000));
    let mut private = downloading(&half);
    let help = help(&private).await;
    assert!(help.contains("it answers 403"), "{help}");
    assert!(cached(&private).iter().all(|it| it.ends_with(".partial")));

    let good = Releases::new(Habit::Good);
    private.settings.fetch = downloading(&good).settings.fetch.clone();
    private.start().await;
    assert!(good.requests()[0].contains("range: bytes=5000000-"));
    assert_eq!(cached(&private), [complete()]);
}

#[tokio::test]
async fn a_beginning_of_other_bytes_is_thrown_away() {
    let releases = Releases::new(Habit::Good);
    let private = downloading(&releases);
    std::fs::create_dir_all(&private.settings.cache).expect("made");
    let partial = private
        .settings
        .cache
        .join(format!(".{}.partial", complete()));
    std::fs::write(partial, vec![7; 1_000_000]).expect("written");
    private.start().await;
    assert_eq!(cached(&private), [complete()]);
    assert_eq!(releases.requests().len(), 2);
}

#[tokio::test]
async fn a_wrong_sum_is_an_error_and_nothing_is_kept() {
    let releases = Releases::new(Habit::Wrong);
    let private = downloading(&releases);
    let error = private.failure().await;
    assert!(matches!(error, Error::Mismatch { .. }), "{error}");
    assert!(error.to_string().contains(&releases.base), "{error}");
    assert_eq!(cached(&private), [""; 0]);
}

#[tokio::test]
async fn a_server_without_the_archive_or_without_a_word_is_named() {
    for (habit, said) in [
        (Habit::NotFound, "it answers 404"),
        (Habit::Silent(0), "timeout"),
        (Habit::Silent(100_000), "timeout"),
    ] {
        let releases = Releases::new(habit);
        let mut private = downloading(&releases);
        if let Fetch::Online { releases, .. } = &mut private.settings.fetch {
            releases.patience = Duration::from_secs(1);
        }
        let help = help(&private).await;
        assert!(help.contains(said), "{habit:?}: {help}");
        assert!(help.contains(&releases.base), "{help}");
        assert!(!cached(&private).contains(&complete()));
    }
}

#[tokio::test]
async fn a_proxy_is_used_unless_it_is_spared() {
    let proxy = Releases::new(Habit::Good);
    let mut private = downloading(&proxy);
    private.settings.fetch = Fetch::Online {
        releases: From {
            base_url: "http://releases.invalid/mirror".to_owned(),
            proxies: Proxies {
                http: Some(proxy.proxy()),
                ..Proxies::default()
            },
            patience: Duration::from_secs(20),
        },
        python: Python::Forbidden,
    };
    private.start().await;
    let asked = proxy.requests().join("\n");
    assert!(asked.contains("releases.invalid"), "{asked}");

    let direct = Releases::new(Habit::Good);
    let mut private = downloading(&direct);
    if let Fetch::Online { releases, .. } = &mut private.settings.fetch {
        releases.proxies = Proxies {
            http: Some("http://127.0.0.1:1".to_owned()),
            none: Some("127.0.0.1".to_owned()),
            ..Proxies::default()
        };
    }
    private.start().await;
    assert_eq!(direct.requests().len(), 1);
}

#[tokio::test]
async fn two_downloads_at_once_are_one() {
    let releases = Releases::new(Habit::Good);
    let (one, mut other) = (downloading(&releases), downloading(&releases));
    other.settings.cache.clone_from(&one.settings.cache);
    tokio::join!(one.start(), other.start());
    assert_eq!(releases.requests().len(), 1);
    assert_eq!(other.value("select 1").await, "1");
}

#[tokio::test]
async fn where_the_releases_do_not_answer_pip_is_asked() {
    let releases = Releases::new(Habit::NotFound);
    let mut private = downloading(&releases);
    if let Fetch::Online { python, .. } = &mut private.settings.fetch {
        *python = Python::Allowed;
    }
    private.settings.search.path = vec![PathBuf::from("/nonexistent")];
    let without = help(&private).await;
    assert!(
        without.contains("neither pip nor uv is on PATH"),
        "{without}"
    );

    private.settings.search.path =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let said = private.start().await.join("\n");
    assert!(said.contains("trying the Python package"), "{said}");
    let version = private.value("show server_version").await;
    assert!(version.starts_with("16."), "{version}");
    assert_eq!(cached(&private), [complete()]);
}
