//! Finds the engine that answers, and says of the others why they do not.

pub(in crate::docker) mod dial;
#[cfg(windows)]
pub(in crate::docker) mod pipe;
pub(in crate::docker) mod ssh;
pub(in crate::docker) mod tls;

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper::{HeaderMap, Uri, body::Body, header::HeaderValue};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
};
use tokio::time::timeout;
use tower_service::Service;

use crate::docker::{
    Engine, Error,
    connect::dial::{Dial, Wire},
    endpoint::Candidate,
    endpoint::attempt::{Attempt, Cause},
    endpoint::context_store,
    endpoint::surroundings::Surroundings,
    engine::{ApiVersion, Facts},
    image::credentials::Keyring,
};

/// How long the engine may take for the head of an answer. Stopping a container and waiting for
/// one take as long as they take; they set their own deadlines.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(2);

/// Connects to the engine that `surroundings` mean, after one request that proves it answers.
pub async fn connect(surroundings: &Surroundings) -> Result<Engine, Error> {
    let mut tried = Vec::new();
    for candidate in context_store::candidates(surroundings)? {
        match attempt(&candidate, surroundings).await {
            Ok(engine) => return Ok(engine),
            Err(cause) => tried.push(Attempt { candidate, cause }),
        }
    }
    Err(Error::NoEngine { tried })
}

async fn attempt(candidate: &Candidate, surroundings: &Surroundings) -> Result<Engine, Cause> {
    let dial = Dial::new(&candidate.address, &surroundings.ssh)?;
    let spoken = Spoken::default();
    let api = client(&dial, &spoken).map_err(|error| Cause::Other(error.to_string()))?;
    // Asked for its version, an engine runs its helpers to ask for theirs, which takes longer than
    // all else that a running database needs. The head of every answer says what we need to know.
    match timeout(dial.patience(), api.ping()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return Err(dial::cause_of(&error)),
        Err(_) => return Err(Cause::TimedOut),
    }
    let api_version = spoken
        .get()
        .copied()
        .ok_or_else(|| Cause::NotAnEngine("its answer names no API version".to_owned()))?;
    let facts = Facts {
        endpoint: candidate.clone(),
        api_version,
    };
    let keyring = Keyring {
        configuration: surroundings.configuration(),
    };
    Ok(Engine::new(api, dial, facts, keyring))
}

/// The newest API that the engine speaks, once it has answered.
type Spoken = Arc<OnceLock<ApiVersion>>;

fn client(dial: &Dial, spoken: &Spoken) -> Result<Docker, bollard::errors::Error> {
    // The body's type has no public name, so the client is made where a request shows it.
    fn requests<B>(dial: Dial) -> Client<Connector, B>
    where
        B: Body + Send,
        B::Data: Send,
    {
        Client::builder(TokioExecutor::new()).build(Connector(dial))
    }
    let client = requests(dial.clone());
    let spoken = Arc::clone(spoken);
    Docker::connect_with_custom_transport(
        move |mut request: BollardRequest| {
            credentials_for_urls(request.headers_mut());
            let answer = client.request(request);
            let spoken = Arc::clone(&spoken);
            async move {
                let answer = answer.await?;
                if let Some(version) = answer.headers().get("api-version").and_then(api_version) {
                    spoken.get_or_init(|| version);
                }
                Ok(answer)
            }
        },
        // Names nothing: each request goes where `dial` goes.
        Some("http://engine"),
        REQUEST_TIMEOUT.as_secs(),
        API_DEFAULT_VERSION,
    )
}

fn api_version(header: &HeaderValue) -> Option<ApiVersion> {
    ApiVersion::parse(header.to_str().ok()?)
}

/// bollard writes credentials in base64's usual alphabet; the engine reads that for URLs, and
/// takes what it cannot read as none.
fn credentials_for_urls(headers: &mut HeaderMap) {
    for name in ["x-registry-auth", "x-registry-config"] {
        if let Some(value) = headers.get_mut(name)
            && let Ok(text) = value.to_str()
            && let Ok(mut translated) =
                HeaderValue::from_str(&text.replace('+', "-").replace('/', "_"))
        {
            translated.set_sensitive(true);
            *value = translated;
        }
    }
}

/// Gives the HTTP client its connections.
#[derive(Clone)]
struct Connector(Dial);

impl Service<Uri> for Connector {
    type Response = TokioIo<Wire>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dial = self.0.clone();
        Box::pin(async move { Ok(TokioIo::new(dial.open().await?)) })
    }
}
