//! Pulls from a real registry, and what can go wrong with them.

use std::{
    path::PathBuf,
    process::Command as Process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixStream},
    time::{Duration, sleep},
};
use townpass::docker::{Engine, Error, Event, Platform, Reference, Surroundings, connect};

use super::{
    registry::{Doors, Registry},
    sandbox::{Sandbox, docker, unique},
};

/// An image whose content no other has, so that it has to be downloaded.
struct Fresh {
    _sandbox: Sandbox,
    image: String,
}

impl Fresh {
    fn new(megabytes: usize) -> Self {
        let sandbox = Sandbox::new();
        let image = unique("fresh");
        let container = unique("filler");
        let fill = format!("dd if=/dev/urandom of=/filler bs=1024k count={megabytes}");
        docker(&[
            "run",
            "--name",
            &container,
            &sandbox.image,
            "sh",
            "-c",
            &fill,
        ]);
        docker(&["commit", &container, &image]);
        docker(&["rm", "-f", &container]);
        Self {
            _sandbox: sandbox,
            image,
        }
    }

    /// Forgets the image here, so that only the registry has it.
    fn push_away(&self, registry: &Registry) -> String {
        let pushed = registry.take(&self.image);
        docker(&["rmi", &self.image]);
        pushed
    }
}

/// Removes an image at the end of a test.
struct Pulled(String);

impl Drop for Pulled {
    fn drop(&mut self) {
        let _ = Process::new("docker").args(["rmi", "-f", &self.0]).output();
    }
}

async fn engine_with(configuration: Option<PathBuf>) -> Engine {
    let surroundings = Surroundings {
        docker_host: Some("unix:///var/run/docker.sock".to_owned()),
        docker_config: configuration,
        ..Surroundings::new(Platform::here())
    };
    connect(&surroundings).await.expect("an engine answers")
}

async fn pull(engine: &Engine, image: &str) -> Result<Vec<String>, Error> {
    let mut told = Vec::new();
    let reference = Reference::parse(image)?;
    engine
        .pull(&reference, None, &mut |event| {
            told.push(format!("{event:?}"));
        })
        .await?;
    Ok(told)
}

fn is_there(image: &str) -> bool {
    let output = Process::new("docker")
        .args(["image", "inspect", image])
        .output();
    output.expect("docker is there").status.success()
}

#[tokio::test]
async fn layers_and_total_are_told() {
    let registry = Registry::start(Doors::Open);
    let pushed = Pulled(Fresh::new(6).push_away(&registry));
    let engine = engine_with(None).await;
    let mut totals = Vec::new();
    let mut statuses = Vec::new();
    let reference = Reference::parse(&pushed.0).expect("a name");
    let answer = engine
        .pull(&reference, None, &mut |event| {
            if let Event::PullTotal {
                current,
                total,
                complete,
                layers,
                ..
            } = event
            {
                totals.push((current, total, complete, layers));
            }
            if let Event::Layer { status, .. } = event {
                statuses.push(status.to_owned());
            }
        })
        .await;
    answer.expect("it is there");
    assert!(is_there(&pushed.0));
    let Some(&(current, total, complete, layers)) = totals.last() else {
        panic!("nothing was told");
    };
    assert_eq!((complete, layers), (2, 2));
    assert_eq!(current, total);
    assert!(total > 5 << 20, "{total}");
    assert!(
        statuses.iter().any(|status| status == "Downloading"),
        "{statuses:?}"
    );
    assert!(
        statuses.iter().any(|status| status == "Pull complete"),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn what_a_registry_has_not() {
    let registry = Registry::start(Doors::Open);
    let sandbox = Sandbox::new();
    let pushed = registry.take(&sandbox.image);
    let engine = engine_with(None).await;
    let other_tag = pushed.replace(":1", ":2");
    let other_tag = format!("{}:2", other_tag.rsplit_once(':').expect("a tag").0);
    let other_name = format!("localhost:{}/{}:1", registry.port, unique("absent"));
    for image in [other_tag, other_name] {
        let answer = pull(&engine, &image).await;
        assert!(
            matches!(answer, Err(Error::NoImage { .. })),
            "{image}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_registry_that_is_down() {
    let port = Registry::start(Doors::Open).port;
    let engine = engine_with(None).await;
    let answer = pull(&engine, &format!("localhost:{port}/x:1")).await;
    assert!(
        matches!(answer, Err(Error::RegistryUnreachable { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn who_may_pull() {
    let registry = Registry::start(Doors::Closed);
    let configuration = registry.log_in();
    let pushed = Pulled(Fresh::new(1).push_away(&registry));
    let answer = pull(&engine_with(None).await, &pushed.0).await;
    let Err(Error::Unauthorized {
        registry: named, ..
    }) = &answer
    else {
        panic!("{answer:?}");
    };
    assert_eq!(named, &format!("localhost:{}", registry.port));

    let answer = pull(&engine_with(Some(configuration)).await, &pushed.0).await;
    answer.expect("the account is known");
    assert!(is_there(&pushed.0));
}

#[tokio::test]
async fn a_helper_that_is_not_there_is_told_and_nobody_is_logged_in() {
    let registry = Registry::start(Doors::Open);
    let pushed = Pulled(Fresh::new(1).push_away(&registry));
    let configuration = tempfile::tempdir().expect("a directory");
    let text = r#"{"credsStore": "townpass-no-such"}"#;
    std::fs::write(configuration.path().join("config.json"), text).expect("it can be written");
    let engine = engine_with(Some(configuration.path().to_owned())).await;
    let told = pull(&engine, &pushed.0)
        .await
        .expect("the registry is open");
    assert!(
        told.iter()
            .any(|event| event.contains("docker-credential-townpass-no-such")),
        "{told:?}"
    );
}

/// The engine goes away in the middle of a download; the next pull ends well.
#[tokio::test]
async fn a_pull_that_is_cut_off_is_run_again() {
    let registry = Registry::start(Doors::Open);
    let fresh = Fresh::new(8);
    let pushed = fresh.push_away(&registry);
    let slow = slow_relay(registry.port).await;
    let pushed = Pulled(pushed.replace(&registry.port.to_string(), &slow.to_string()));

    let cut = Arc::new(AtomicBool::new(false));
    let port = engine_until(Arc::clone(&cut)).await;
    let surroundings = Surroundings {
        docker_host: Some(format!("tcp://127.0.0.1:{port}")),
        ..Surroundings::new(Platform::here())
    };
    let engine = connect(&surroundings).await.expect("it answers");
    let reference = Reference::parse(&pushed.0).expect("a name");
    let answer = engine
        .pull(&reference, None, &mut |event| {
            if let Event::Layer {
                status: "Downloading",
                current,
                ..
            } = event
                && current > 0
            {
                cut.store(true, Ordering::SeqCst);
            }
        })
        .await;
    assert!(
        matches!(answer, Err(Error::PullInterrupted { .. })),
        "{answer:?}"
    );
    assert!(!is_there(&pushed.0));

    let answer = pull(&engine_with(None).await, &pushed.0).await;
    answer.expect("the engine is back");
    assert!(is_there(&pushed.0));
}

/// Leads to a registry, at some two megabytes a second.
async fn slow_relay(registry: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(server) = TcpStream::connect(("127.0.0.1", registry)).await else {
                    return;
                };
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
                    if to_client.write_all(&buffer[..count]).await.is_err() {
                        break;
                    }
                    sleep(Duration::from_millis(30)).await;
                }
            });
        }
    });
    port
}

/// Leads to the engine, until it is cut.
async fn engine_until(cut: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let cut = Arc::clone(&cut);
            tokio::spawn(async move {
                let Ok(mut engine) = UnixStream::connect("/var/run/docker.sock").await else {
                    return;
                };
                let watch = async {
                    while !cut.load(Ordering::SeqCst) {
                        sleep(Duration::from_millis(10)).await;
                    }
                };
                tokio::select! {
                    _ = copy_bidirectional(&mut client, &mut engine) => {}
                    () = watch => {}
                }
            });
        }
    });
    port
}
