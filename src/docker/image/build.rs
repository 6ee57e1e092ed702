//! Builds a service's image with the engine's classic builder.
//!
//! What only `BuildKit` does is refused before anything is sent, with the command that does it.

use std::{collections::HashMap, path::Path, time::Duration};

use bollard::{
    BollardRequest, Docker,
    auth::DockerCredentials,
    body_try_stream,
    models::BuildInfo,
    query_parameters::{BuildImageOptionsBuilder, TagImageOptionsBuilder},
};
use futures_util::{StreamExt, stream};
use hyper::http::uri::PathAndQuery;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::compose::{Build, Ulimit};
use crate::docker::{
    Engine, Error, Event,
    image::Wanted,
    image::build_context::{Archive, BuildContext, Dockerfile},
    image::dockerfile,
    image::reference::Reference,
    labels,
};

impl Engine {
    /// Builds a service's image from its `build:` and gives it all its names.
    pub async fn build(
        &self,
        wanted: &Wanted<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let image = wanted.image;
        let service = wanted.service.as_str();
        let build = wanted.build.ok_or_else(|| Error::NothingToBuild {
            service: service.to_owned(),
        })?;
        refuse_unsupported(service, build)?;
        let sent = send(service, build)?;
        let credentials = self.base_credentials(&sent.bases, on_event).await;
        let mut labels: HashMap<&str, &str> = build
            .labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        labels.insert(labels::PROJECT, wanted.project.as_str());
        labels.insert(labels::SERVICE, service);
        labels.insert(labels::VERSION, labels::COMPOSE_RELEASE);
        let options = options(image, wanted, build, &sent, &labels);
        on_event(Event::Building { image });

        let api = self.with_query(further_query(build));
        let (body, failed) = match sent.archive {
            Some(Archive { pieces, failed }) => {
                let pieces = stream::unfold(pieces, |mut pieces| async {
                    pieces.recv().await.map(|piece| (piece, pieces))
                });
                (body_try_stream(pieces), Some(failed))
            }
            None => (bollard::body_full(bytes::Bytes::new()), None),
        };
        let mut lines = api.build_image(options, Some(credentials), Some(body));
        let mut printed = Printed::default();
        while let Some(line) = lines.next().await {
            match line {
                Ok(line) => printed.take(&line, image, on_event),
                Err(error) => {
                    printed.flush(image, on_event);
                    if let Some(error) = failed.as_ref().and_then(|failed| failed.get()) {
                        return Err(Error::BuildContext {
                            path: build.context.clone().into(),
                            source: std::io::Error::new(error.kind(), error.to_string()),
                        });
                    }
                    return Err(explain(image, error));
                }
            }
        }
        printed.flush(image, on_event);
        for tag in &build.tags {
            self.tag(image, tag).await?;
        }
        on_event(Event::Built { image });
        Ok(())
    }

    /// Who we are to the registries that the stages' images come from.
    async fn base_credentials(
        &self,
        bases: &[Reference],
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> HashMap<String, DockerCredentials> {
        let mut credentials = HashMap::new();
        for base in bases {
            let found = self.keyring().account(&base.registry).await;
            if let Some(warning) = found.warning {
                on_event(Event::Warning(&warning));
            }
            if let Some(account) = found.account {
                let account = account.credentials(&base.registry);
                let name = account.serveraddress.clone().unwrap_or_default();
                credentials.insert(name, account);
            }
        }
        credentials
    }

    /// Gives an image another name.
    async fn tag(&self, image: &str, name: &str) -> Result<(), Error> {
        let reference = Reference::parse(name)?;
        let options = TagImageOptionsBuilder::default()
            .repo(&reference.name)
            .tag(reference.tag.as_deref().unwrap_or("latest"))
            .build();
        let answer = self.api().tag_image(image, Some(options)).await;
        answer.map_err(|error| Error::answer(format!("name image `{image}` `{name}`"), error))
    }

    /// The client with parameters that bollard's options lack, and without a deadline: the
    /// engine answers when it has the whole context.
    fn with_query(&self, query: String) -> Docker {
        let api = self.api().clone().with_timeout(Duration::from_hours(24));
        if query.is_empty() {
            return api;
        }
        api.with_request_modifier(move |mut request: BollardRequest| {
            let mut parts = request.uri().clone().into_parts();
            let before = parts
                .path_and_query
                .as_ref()
                .map_or("/", PathAndQuery::as_str);
            let joint = if before.contains('?') { '&' } else { '?' };
            parts.path_and_query = format!("{before}{joint}{query}").parse().ok();
            if let Ok(uri) = hyper::Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
            request
        })
    }
}

/// What is sent to the engine, or where it fetches it from.
struct Sent {
    archive: Option<Archive>,
    remote: Option<String>,
    dockerfile: String,
    bases: Vec<Reference>,
}

fn send(service: &str, build: &Build) -> Result<Sent, Error> {
    if is_remote(&build.context) {
        return Ok(Sent {
            archive: None,
            remote: Some(build.context.clone()),
            dockerfile: build.dockerfile.clone().unwrap_or_default(),
            bases: Vec::new(),
        });
    }
    let (context, Dockerfile { name, text }) = BuildContext::read(
        Path::new(&build.context),
        build.dockerfile.as_deref(),
        build.dockerfile_inline.as_deref(),
    )?;
    let needs = dockerfile::read(&text);
    if let Some((line, instruction)) = needs.build_kit {
        return Err(Error::NeedsBuildKit {
            service: service.to_owned(),
            feature: format!("line {line}: {instruction}"),
        });
    }
    let bases = needs
        .bases
        .iter()
        .filter_map(|base| Reference::parse(base).ok());
    Ok(Sent {
        archive: Some(context.archive()),
        remote: None,
        dockerfile: name,
        bases: bases.collect(),
    })
}

fn is_remote(context: &str) -> bool {
    [
        "http://",
        "https://",
        "git://",
        "ssh://",
        "git@",
        "github.com/",
    ]
    .iter()
    .any(|prefix| context.starts_with(prefix))
}

fn refuse_unsupported(service: &str, build: &Build) -> Result<(), Error> {
    let unsupported = [
        ("additional_contexts", !build.additional_contexts.is_empty()),
        (
            "cache_from",
            build.cache_from.iter().any(|from| from.contains('=')),
        ),
        ("cache_to", !build.cache_to.is_empty()),
        ("entitlements", !build.entitlements.is_empty()),
        ("isolation", build.isolation.is_some()),
        ("platforms", build.platforms.len() > 1),
        ("privileged", build.privileged),
        ("secrets", !build.secrets.is_empty()),
        ("ssh", !build.ssh.is_empty()),
        (
            "dockerfile_inline",
            build.dockerfile_inline.is_some() && is_remote(&build.context),
        ),
    ];
    match unsupported.iter().find(|(_, used)| *used) {
        Some((key, _)) => Err(Error::UnsupportedBuild {
            service: service.to_owned(),
            key: (*key).to_owned(),
        }),
        None => Ok(()),
    }
}

fn options(
    image: &str,
    wanted: &Wanted<'_>,
    build: &Build,
    sent: &Sent,
    labels: &HashMap<&str, &str>,
) -> bollard::query_parameters::BuildImageOptions {
    let arguments: HashMap<&str, &str> = build
        .args
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
        .collect();
    let mut options = BuildImageOptionsBuilder::default()
        .t(image)
        .dockerfile(&sent.dockerfile)
        .nocache(build.no_cache)
        .rm(true)
        .forcerm(true)
        .buildargs(&arguments)
        .labels(labels);
    if let Some(remote) = &sent.remote {
        options = options.remote(remote);
    }
    if !build.cache_from.is_empty() {
        options = options.cachefrom(&build.cache_from);
    }
    if build.pull {
        options = options.pull("true");
    }
    if let Some(network) = &build.network {
        options = options.networkmode(network);
    }
    if let Some(target) = &build.target {
        options = options.target(target);
    }
    if let Some(size) = build.shm_size {
        options = options.shmsize(i32::try_from(size.0).unwrap_or(i32::MAX));
    }
    let platform = build.platforms.first().map(String::as_str);
    if let Some(platform) = platform.or(wanted.platform) {
        options = options.platform(platform);
    }
    options.build()
}

/// Hosts, of which bollard's options take one, and limits, of which they take none.
fn further_query(build: &Build) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut parameters: Vec<String> = build
        .extra_hosts
        .lines(":")
        .iter()
        .map(|line| format!("extrahosts={}", encode(line)))
        .collect();
    if !build.ulimits.is_empty() {
        let limits: Vec<_> = build
            .ulimits
            .iter()
            .map(|(name, limit)| {
                let (soft, hard) = match *limit {
                    Ulimit::Single(limit) => (limit, limit),
                    Ulimit::Range { soft, hard } => (soft, hard),
                };
                json!({ "Name": name, "Soft": soft, "Hard": hard })
            })
            .collect();
        let limits = serde_json::Value::from(limits).to_string();
        parameters.push(format!("ulimits={}", encode(&limits)));
    }
    parameters.join("&")
}

/// The lines of a build, put together from the pieces it prints.
#[derive(Default)]
struct Printed {
    open: String,
}

impl Printed {
    fn take(&mut self, piece: &BuildInfo, image: &str, on_event: &mut dyn FnMut(Event<'_>)) {
        if let Some(text) = &piece.stream {
            self.open.push_str(text);
            while let Some(end) = self.open.find('\n') {
                let rest = self.open.split_off(end + 1);
                let line = std::mem::replace(&mut self.open, rest);
                show(&line, image, on_event);
            }
        } else if let (Some(status), None) = (&piece.status, &piece.progress_detail) {
            show(status, image, on_event);
        }
    }

    fn flush(&mut self, image: &str, on_event: &mut dyn FnMut(Event<'_>)) {
        show(&std::mem::take(&mut self.open), image, on_event);
    }
}

fn show(line: &str, image: &str, on_event: &mut dyn FnMut(Event<'_>)) {
    let line = line.trim_end();
    if !line.is_empty() {
        on_event(Event::BuildLine { image, line });
    }
}

fn explain(image: &str, error: bollard::errors::Error) -> Error {
    let error = Error::answer(format!("build image `{image}`"), error);
    if let Error::Engine { message, .. } = error {
        return Error::Build {
            image: image.to_owned(),
            because: message,
        };
    }
    error
}
