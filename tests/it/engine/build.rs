//! Builds by the engine's classic builder.

use std::{collections::BTreeMap, fs, path::Path, process::Command as Process};

use townpass::{
    compose::{Build, Hosts},
    docker::{Error, Event, Wanted, decide::plan::ImageSource},
    ident::{ProjectName, ServiceName},
};

use super::sandbox::{Sandbox, docker, engine, unique};

/// A directory to build from, and the names of what is built; all gone at the end.
struct Site {
    sandbox: Sandbox,
    directory: tempfile::TempDir,
    project: ProjectName,
    service: ServiceName,
}

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        let directory = tempfile::tempdir().expect("a directory");
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            let text = text.replace("BASE", &sandbox.image);
            fs::write(path, text).expect("it can be written");
        }
        Self {
            sandbox,
            directory,
            project: ProjectName::new(unique("built")),
            service: ServiceName::new("app"),
        }
    }

    fn image(&self) -> String {
        format!("{}-{}", self.project, self.service)
    }

    fn build(&self) -> Build {
        Build {
            context: self.directory.path().display().to_string(),
            ..Build::default()
        }
    }

    async fn fetch(
        &self,
        build: &Build,
        image: &str,
        source: ImageSource,
    ) -> (Vec<String>, Result<(), Error>) {
        let wanted = Wanted {
            project: &self.project,
            service: &self.service,
            image,
            build: Some(build),
            platform: None,
        };
        let mut lines = Vec::new();
        let answer = engine()
            .await
            .fetch_image(&wanted, source, &mut |event| {
                if let Event::BuildLine { line, .. } | Event::Note(line) = event {
                    lines.push(line.to_owned());
                }
            })
            .await;
        (lines, answer)
    }

    async fn built(&self, build: &Build) -> Vec<String> {
        let (lines, answer) = self.fetch(build, &self.image(), ImageSource::Build).await;
        if let Err(error) = answer {
            panic!("{error}: {lines:#?}");
        }
        lines
    }

    async fn refused(&self, build: &Build) -> Error {
        let (_, answer) = self.fetch(build, &self.image(), ImageSource::Build).await;
        answer.expect_err("it cannot be built")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let filter = format!("label=com.docker.compose.project={}", self.project);
        let images = Process::new("docker")
            .args(["images", "-aq", "--filter", &filter])
            .output();
        let images = images.map(|output| output.stdout).unwrap_or_default();
        for image in String::from_utf8_lossy(&images).lines() {
            let _ = Process::new("docker").args(["rmi", "-f", image]).output();
        }
    }
}

fn run(image: &str, script: &str) -> String {
    docker(&["run", "--rm", image, "sh", "-c", script])
}

#[tokio::test]
async fn all_of_a_build_section_reaches_the_builder() {
    let site = Site::new(&[
        (
            "docker/app.Dockerfile",
            "FROM BASE AS first\nARG WORD=unset\nARG OTHER=default\nRUN echo \"$WORD $OTHER\" >/words && cat /etc/hosts >/hosts\n\
             COPY . /src\nFROM first AS second\nRUN touch /never\n",
        ),
        (".dockerignore", "*.log\nsecret\n!keep.log\n"),
        ("a.log", ""),
        ("keep.log", ""),
        ("secret/key", ""),
        ("sub/b.log", ""),
        ("sub/file", "text"),
    ]);
    let tag = unique("tag");
    let build = Build {
        dockerfile: Some("docker/app.Dockerfile".to_owned()),
        args: BTreeMap::from([
            ("WORD".to_owned(), Some("a b".to_owned())),
            ("OTHER".to_owned(), None),
        ]),
        labels: BTreeMap::from([("mine".to_owned(), "yes".to_owned())]),
        target: Some("first".to_owned()),
        tags: vec![format!("{tag}:2")],
        extra_hosts: Hosts(BTreeMap::from([
            ("one".to_owned(), vec!["10.0.0.1".to_owned()]),
            ("two".to_owned(), vec!["10.0.0.2".to_owned()]),
        ])),
        ..site.build()
    };
    let lines = site.built(&build).await;
    assert!(
        lines.iter().any(|line| line.contains("COPY . /src")),
        "{lines:?}"
    );
    let image = site.image();
    assert_eq!(run(&image, "cat /words"), "a b default");
    assert_eq!(run(&image, "grep -c -e one -e two /hosts"), "2");
    let files = run(
        &image,
        "cd /src; ls -A . sub; test -e /never && echo never; true",
    );
    for (file, there) in [
        ("keep.log", true),
        ("a.log", false),
        ("secret", false),
        ("b.log", true),
        ("never", false),
    ] {
        let found = files.lines().any(|line| line == file);
        assert_eq!(found, there, "{file}: {files}");
    }
    let labels = docker(&[
        "inspect",
        "--format",
        "{{json .Config.Labels}}",
        &format!("{tag}:2"),
    ]);
    let project = format!(r#""com.docker.compose.project":"{}""#, site.project);
    for label in [
        project.as_str(),
        r#""com.docker.compose.service":"app""#,
        r#""mine":"yes""#,
    ] {
        assert!(labels.contains(label), "{labels}");
    }
}

#[tokio::test]
async fn a_dockerfile_may_stand_in_the_compose_file_or_elsewhere() {
    let site = Site::new(&[
        ("context/file", "text"),
        ("elsewhere/Dockerfile", "FROM BASE\nCOPY file /far\n"),
    ]);
    let context = site.directory.path().join("context").display().to_string();
    let inline = Build {
        context: context.clone(),
        dockerfile_inline: Some(format!("FROM {}\nCOPY file /near\n", site.sandbox.image)),
        ..Build::default()
    };
    site.built(&inline).await;
    assert_eq!(run(&site.image(), "cat /near"), "text");
    let elsewhere = Build {
        context,
        dockerfile: Some("../elsewhere/Dockerfile".to_owned()),
        ..Build::default()
    };
    site.built(&elsewhere).await;
    assert_eq!(run(&site.image(), "cat /far"), "text");
}

#[tokio::test]
async fn links_modes_and_long_names_survive() {
    let long = "d".repeat(120);
    let file = format!("{long}/{long}/tool");
    let site = Site::new(&[
        ("Dockerfile", "FROM BASE\nCOPY . /src\n"),
        (&file, "#!/bin/sh\necho ran\n"),
    ]);
    let path = site.directory.path().join(&file);
    executable(&path);
    #[cfg(unix)]
    std::os::unix::fs::symlink(&file, site.directory.path().join("link")).expect("it can be made");
    site.built(&site.build()).await;
    assert_eq!(run(&site.image(), "/src/link"), "ran");
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[cfg(windows)]
fn executable(_: &Path) {}

#[tokio::test]
async fn what_cannot_be_built_says_why() {
    let site = Site::new(&[
        ("Dockerfile", "FROM BASE\nRUN echo before; exit 9\n"),
        (
            "kit.Dockerfile",
            "FROM BASE\nRUN --mount=type=cache,target=/x true\n",
        ),
    ]);
    let (lines, answer) = site
        .fetch(&site.build(), &site.image(), ImageSource::Build)
        .await;
    let Err(Error::Build { because, .. }) = &answer else {
        panic!("{answer:?}");
    };
    assert!(because.contains("non-zero code: 9"), "{because}");
    assert!(lines.iter().any(|line| line == "before"), "{lines:?}");

    let kit = Build {
        dockerfile: Some("kit.Dockerfile".to_owned()),
        ..site.build()
    };
    let error = site.refused(&kit).await;
    let Error::NeedsBuildKit { feature, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(feature, "line 2: RUN --mount=type=cache,target=/x true");

    let missing = Build {
        dockerfile: Some("no.Dockerfile".to_owned()),
        ..site.build()
    };
    let error = site.refused(&missing).await;
    assert!(
        matches!(&error, Error::BuildContext { path, .. } if path.ends_with("no.Dockerfile")),
        "{error:?}"
    );

    let secrets = Build {
        ssh: BTreeMap::from([("default".to_owned(), None)]),
        ..site.build()
    };
    let error = site.refused(&secrets).await;
    assert!(
        matches!(&error, Error::UnsupportedBuild { key, .. } if key == "ssh"),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_pulled_is_built() {
    let site = Site::new(&[("Dockerfile", "FROM BASE\nRUN echo built >/how\n")]);
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("it has one").port()
    };
    let image = format!("localhost:{closed}/{}:dev", unique("app"));
    let (lines, answer) = site
        .fetch(&site.build(), &image, ImageSource::PullOrBuild)
        .await;
    answer.expect("it is built");
    assert_eq!(run(&image, "cat /how"), "built");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("cannot be pulled, so it is built")),
        "{lines:?}"
    );
}
