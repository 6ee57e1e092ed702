//! Reads Docker's `config.json` and its context store, as far as finding an engine needs them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Error,
    endpoint::{self, Candidate, Choice, Origin, Surroundings, Tls, Verify},
    usual,
};

/// The endpoints to try, in order. At least one.
pub fn candidates(surroundings: &Surroundings) -> Result<Vec<Candidate>, Error> {
    let directory = surroundings.configuration();
    let named = surroundings.context.is_some()
        || surroundings.docker_host.is_some()
        || surroundings.docker_context.is_some();
    let current = match &directory {
        // A broken `config.json` must not matter to whoever said which engine is meant.
        Some(directory) if !named => current_context(directory)?,
        _ => None,
    };
    match endpoint::choose(surroundings, current.as_deref()) {
        Choice::Usual => Ok(usual::places(surroundings)),
        Choice::Host(host) => {
            let tls = endpoint::variable_tls(surroundings);
            Ok(vec![endpoint::parse(&host, Origin::HostVariable, tls)?])
        }
        Choice::Context(origin) => Ok(vec![of_context(directory.as_deref(), origin)?]),
    }
}

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

fn current_context(directory: &Path) -> Result<Option<String>, Error> {
    let Some(file): Option<ConfigFile> = read_json(&directory.join("config.json"))? else {
        return Ok(None);
    };
    Ok(file.current_context.filter(|name| !name.is_empty()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    name: String,
    #[serde(default)]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerEndpoint {
    #[serde(default)]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

fn of_context(directory: Option<&Path>, origin: Origin) -> Result<Candidate, Error> {
    let name = origin.context().unwrap_or_default().to_owned();
    let missing = || Error::NoContext {
        name: name.clone(),
        origin: origin.to_string(),
        known: directory.map(known).unwrap_or_default(),
    };
    let directory = directory.ok_or_else(missing)?;
    let id = store_id(&name);
    let path = directory.join("contexts/meta").join(&id).join("meta.json");
    let meta: Meta = read_json(&path)?.ok_or_else(missing)?;
    let docker = meta.endpoints.docker.ok_or_else(|| Error::Configuration {
        path,
        because: "the context names no `docker` endpoint".to_owned(),
    })?;
    let files = directory.join("contexts/tls").join(&id).join("docker");
    let tls = tls_of(&files, docker.skip_tls_verify);
    endpoint::parse(&docker.host, origin, tls)
}

/// A context uses TLS where it has files for it, or says how to check the server.
fn tls_of(files: &Path, skip_verify: bool) -> Option<Tls> {
    let there = |name: &str| Some(files.join(name)).filter(|path| path.exists());
    let ca = there("ca.pem");
    let identity = there("cert.pem").zip(there("key.pem"));
    if ca.is_none() && identity.is_none() && !skip_verify {
        return None;
    }
    let verify = if skip_verify {
        Verify::Nothing
    } else {
        Verify::Server
    };
    Some(Tls {
        ca,
        identity,
        verify,
    })
}

/// The names of the contexts in the store.
fn known(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory.join("contexts/meta"));
    let mut names: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| read_json::<Meta>(&entry.path().join("meta.json")).ok()?)
        .map(|meta| meta.name)
        .collect();
    names.sort();
    names
}

/// A context's directory in the store: the SHA-256 of its name.
fn store_id(name: &str) -> String {
    Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read_json<T: serde::de::DeserializeOwned>(path: &PathBuf) -> Result<Option<T>, Error> {
    let refuse = |because: String| Error::Configuration {
        path: path.clone(),
        because,
    };
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| refuse(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refuse(error.to_string())),
    }
}
