//! Pulls an image, and says how far it is, layer by layer and in all.

use std::{collections::BTreeMap, time::Duration};

use bollard::{models::CreateImageInfo, query_parameters::CreateImageOptions};
use futures_util::StreamExt;

use crate::docker::{Engine, Error, Event, error::says_disk_full, image::reference::Reference};

impl Engine {
    /// Pulls an image, even if it is there. A pull that was cut off goes on where it was when it
    /// is run again: the engine keeps complete layers.
    pub async fn pull(
        &self,
        reference: &Reference,
        platform: Option<&str>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let image = reference.to_string();
        let found = self.keyring().account(&reference.registry).await;
        if let Some(warning) = &found.warning {
            on_event(Event::Warning(warning));
        }
        let options = CreateImageOptions {
            from_image: Some(reference.name.clone()),
            tag: Some(reference.selector().to_owned()),
            platform: platform.unwrap_or_default().to_owned(),
            ..CreateImageOptions::default()
        };
        let credentials = found
            .account
            .map(|account| account.credentials(&reference.registry));
        on_event(Event::Pulling { image: &image });
        // The engine answers once the registry did, and a slow one may take its time.
        let api = self.api().clone().with_timeout(Duration::from_mins(10));
        let mut lines = api.create_image(Some(options), None, credentials);
        let mut progress = Progress::default();
        while let Some(line) = lines.next().await {
            match line {
                Ok(line) => progress.take(&line, &image, on_event),
                Err(error) => {
                    let error = Error::answer(format!("pull image `{image}`"), error);
                    return Err(explain(reference, progress.begun(), error));
                }
            }
        }
        on_event(Event::Pulled { image: &image });
        Ok(())
    }
}

/// Whether any layer was on its way when a pull failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    Yes,
    No,
}

/// What is known of the layers so far.
#[derive(Default)]
struct Progress {
    layers: BTreeMap<String, Layer>,
}

#[derive(Default)]
struct Layer {
    downloaded: u64,
    size: u64,
    complete: bool,
}

impl Progress {
    fn begun(&self) -> Begun {
        if self.layers.values().any(|layer| layer.downloaded > 0) {
            Begun::Yes
        } else {
            Begun::No
        }
    }

    fn take(&mut self, line: &CreateImageInfo, image: &str, on_event: &mut dyn FnMut(Event<'_>)) {
        let (Some(id), Some(status)) = (line.id.as_deref(), line.status.as_deref()) else {
            return;
        };
        // The first line carries the tag as its id.
        if status.starts_with("Pulling from") {
            return;
        }
        let detail = line.progress_detail.clone().unwrap_or_default();
        let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        let current = count(detail.current).unwrap_or_default();
        let total = count(detail.total).filter(|total| *total > 0);
        let layer = self.layers.entry(id.to_owned()).or_default();
        match status {
            "Downloading" => {
                layer.downloaded = current;
                layer.size = total.unwrap_or(layer.size).max(current);
            }
            "Verifying Checksum" | "Download complete" | "Extracting" => {
                layer.downloaded = layer.size;
            }
            "Pull complete" | "Already exists" => {
                layer.downloaded = layer.size;
                layer.complete = true;
            }
            // A layer that failed begins anew.
            _ if status.starts_with("Retrying") => layer.downloaded = 0,
            _ => {}
        }
        on_event(Event::Layer {
            id,
            status,
            current,
            total,
        });
        on_event(Event::PullTotal {
            image,
            current: self.layers.values().map(|layer| layer.downloaded).sum(),
            total: self.layers.values().map(|layer| layer.size).sum(),
            complete: self.layers.values().filter(|layer| layer.complete).count(),
            layers: self.layers.len(),
        });
    }
}

/// What the engine's words about a pull mean.
fn explain(reference: &Reference, begun: Begun, error: Error) -> Error {
    let image = reference.to_string();
    if let Error::Lost { source, .. } = &error
        && begun == Begun::Yes
    {
        let because = source.to_string();
        return Error::PullInterrupted { image, because };
    }
    let Error::Engine {
        status,
        message: because,
        ..
    } = error
    else {
        return error;
    };
    match meaning(&because.to_lowercase(), begun) {
        Some(Meaning::NoImage) => Error::NoImage { image },
        Some(Meaning::NoPlatform) => Error::NoPlatform { image, because },
        Some(Meaning::Unauthorized) => Error::Unauthorized {
            image,
            registry: reference.registry.clone(),
            because,
        },
        Some(Meaning::Unreachable) => Error::RegistryUnreachable { image, because },
        Some(Meaning::Interrupted) => Error::PullInterrupted { image, because },
        Some(Meaning::DiskFull) => Error::DiskFull {
            doing: format!("pull image `{image}`"),
        },
        None if status == Some(404) => Error::NoImage { image },
        None => Error::Engine {
            doing: format!("pull image `{image}`"),
            status,
            message: because,
        },
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    NoImage,
    NoPlatform,
    Unauthorized,
    Unreachable,
    Interrupted,
    DiskFull,
}

/// Recognises the wordings of engines and registries, in lower case. The first row that has one
/// wins, so the order matters.
fn meaning(words: &str, begun: Begun) -> Option<Meaning> {
    const TABLE: [(Meaning, &[&str]); 5] = [
        (
            Meaning::NoPlatform,
            &[
                "no matching manifest for",
                "does not match the specified platform",
                "no match for platform",
            ],
        ),
        (
            // Docker Hub says "denied" for what it has not, too.
            Meaning::NoImage,
            &[
                "manifest unknown",
                "manifest for ",
                "repository does not exist",
                "name unknown",
                "repository name not known",
                ": not found",
            ],
        ),
        (
            Meaning::Unauthorized,
            &[
                "unauthorized",
                "authentication required",
                "no basic auth credentials",
                "denied",
                "forbidden",
                "toomanyrequests",
                "incorrect username or password",
            ],
        ),
        (
            Meaning::Interrupted,
            &[
                "unexpected eof",
                "connection reset",
                "broken pipe",
                "context canceled",
                "short read",
            ],
        ),
        (
            Meaning::Unreachable,
            &[
                "dial tcp",
                "no such host",
                "connection refused",
                "i/o timeout",
                "timeout exceeded",
                "deadline exceeded",
                "handshake timeout",
                "network is unreachable",
                "no route to host",
                "server misbehaving",
                "x509:",
                "tls:",
                "http response to https client",
                "proxyconnect",
                "bad gateway",
                "service unavailable",
                "eof",
            ],
        ),
    ];
    if says_disk_full(words) {
        return Some(Meaning::DiskFull);
    }
    let row = TABLE
        .iter()
        .find(|(_, wordings)| wordings.iter().any(|wording| words.contains(wording)));
    match (row?.0, begun) {
        (Meaning::Unreachable, Begun::Yes) => Some(Meaning::Interrupted),
        (meaning, _) => Some(meaning),
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::{CreateImageInfo, ProgressDetail};

    use super::{Begun, Event, Meaning, Progress, meaning};

    #[test]
    fn the_engines_wordings_are_understood() {
        use Begun::{No, Yes};
        let cases = [
            (
                "manifest for postgres:99 not found: manifest unknown: manifest unknown",
                No,
                Some(Meaning::NoImage),
            ),
            (
                "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
                No,
                Some(Meaning::NoImage),
            ),
            (
                r#"failed to resolve reference "docker.io/library/x:1": docker.io/library/x:1: not found"#,
                No,
                Some(Meaning::NoImage),
            ),
            (
                r#"Head "https://ghcr.io/v2/a/manifests/1": unauthorized"#,
                No,
                Some(Meaning::Unauthorized),
            ),
            (
                "Get \"http://localhost:5000/v2/a/manifests/1\": no basic auth credentials",
                No,
                Some(Meaning::Unauthorized),
            ),
            (
                "toomanyrequests: You have reached your pull rate limit.",
                No,
                Some(Meaning::Unauthorized),
            ),
            (
                "Error response from daemon: Head \"https://ghcr.io/v2/o/a/manifests/1\": denied",
                No,
                Some(Meaning::Unauthorized),
            ),
            (
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                No,
                Some(Meaning::Unreachable),
            ),
            (
                "Get \"http://localhost:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
                No,
                Some(Meaning::Unreachable),
            ),
            (
                "Get \"http://localhost:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
                Yes,
                Some(Meaning::Interrupted),
            ),
            (
                "Get \"https://registry-1.docker.io/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
                No,
                Some(Meaning::Unreachable),
            ),
            (
                "Get \"https://r/v2/\": x509: certificate signed by unknown authority",
                No,
                Some(Meaning::Unreachable),
            ),
            (
                "Get \"https://r/v2/\": http: server gave HTTP response to HTTPS client",
                No,
                Some(Meaning::Unreachable),
            ),
            ("unexpected EOF", Yes, Some(Meaning::Interrupted)),
            (
                "read tcp 1.2.3.4:5->6.7.8.9:443: read: connection reset by peer",
                Yes,
                Some(Meaning::Interrupted),
            ),
            (
                "failed to register layer: Error processing tar file(exit status 1): write /x: no space left on device",
                Yes,
                Some(Meaning::DiskFull),
            ),
            (
                "no matching manifest for linux/arm64/v8 in the manifest list entries",
                No,
                Some(Meaning::NoPlatform),
            ),
            ("something new", No, None),
        ];
        for (words, begun, expected) in cases {
            assert_eq!(meaning(&words.to_lowercase(), begun), expected, "{words}");
        }
    }

    #[test]
    fn layers_add_up() {
        let line = |id: &str, status: &str, current, total| CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: Some(ProgressDetail { current, total }),
            ..CreateImageInfo::default()
        };
        let lines = [
            line("16", "Pulling from library/postgres", None, None),
            line("a", "Pulling fs layer", None, None),
            line("b", "Already exists", None, None),
            line("a", "Downloading", Some(10), Some(40)),
            line("c", "Downloading", Some(5), Some(60)),
            line("a", "Download complete", None, None),
            line("a", "Extracting", Some(20), Some(40)),
            line("c", "Retrying in 5 seconds", None, None),
            line("a", "Pull complete", None, None),
        ];
        let mut totals = Vec::new();
        let mut progress = Progress::default();
        for line in &lines {
            progress.take(line, "postgres:16", &mut |event| {
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
            });
        }
        let expected = [
            (0, 0, 0, 1),
            (0, 0, 1, 2),
            (10, 40, 1, 2),
            (15, 100, 1, 3),
            (45, 100, 1, 3),
            (45, 100, 1, 3),
            (40, 100, 1, 3),
            (40, 100, 2, 3),
        ];
        assert_eq!(totals, expected);
    }
}
