//! Reads Docker's `config.json` and its context store, as far as finding an engine needs them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::docker::{
    Error,
    endpoint::address::{Tls, Verify},
    endpoint::surroundings::Surroundings,
    endpoint::usual,
    endpoint::{self, Candidate, Choice, Origin},
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
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Error, Surroundings, candidates, store_id};
    use crate::docker::endpoint::Origin;
    use crate::docker::endpoint::address::{Address, Tls, Verify};
    use crate::docker::endpoint::surroundings::Platform;

    fn write(directory: &tempfile::TempDir, path: &str, text: &str) {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn with_context(name: &str, docker: &str) -> (tempfile::TempDir, Surroundings) {
        let directory = tempfile::tempdir().expect("a directory");
        let meta = format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{docker}}}"#);
        write(
            &directory,
            &format!("contexts/meta/{}/meta.json", store_id(name)),
            &meta,
        );
        let surroundings = Surroundings {
            docker_config: Some(directory.path().to_owned()),
            ..Surroundings::new(Platform::Linux)
        };
        (directory, surroundings)
    }

    #[test]
    fn the_stores_directories_are_named_by_hash() {
        let id = "fe9c6bd7a66301f49ca9b6a70b217107cd1284598bfc254700c989b916da791e";
        assert_eq!(store_id("desktop-linux"), id);
    }

    #[test]
    fn the_current_context_is_exclusive() {
        let docker = r#"{"docker":{"Host":"unix:///home/u/.docker/desktop/docker.sock","SkipTLSVerify":false}}"#;
        let (directory, surroundings) = with_context("desktop-linux", docker);
        write(
            &directory,
            "config.json",
            r#"{"currentContext":"desktop-linux","auths":{}}"#,
        );
        let candidates = candidates(&surroundings).expect("it is there");
        let [candidate] = &candidates[..] else {
            panic!("{candidates:?}");
        };
        assert_eq!(
            candidate.address,
            Address::Socket("/home/u/.docker/desktop/docker.sock".into())
        );
        assert_eq!(
            candidate.origin,
            Origin::CurrentContext("desktop-linux".to_owned())
        );
    }

    #[test]
    fn a_context_brings_its_tls_files() {
        let docker = r#"{"docker":{"Host":"tcp://build.example.org:2376","SkipTLSVerify":true}}"#;
        let (directory, surroundings) = with_context("far", docker);
        let files = format!("contexts/tls/{}/docker", store_id("far"));
        write(&directory, &format!("{files}/cert.pem"), "");
        write(&directory, &format!("{files}/key.pem"), "");
        let surroundings = Surroundings {
            docker_context: Some("far".to_owned()),
            ..surroundings
        };
        let candidates = candidates(&surroundings).expect("it is there");
        let Address::Tcp { tls, .. } = &candidates[0].address else {
            panic!("{candidates:?}");
        };
        let files = directory.path().join(files);
        let expected = Tls {
            ca: None,
            identity: Some((files.join("cert.pem"), files.join("key.pem"))),
            verify: Verify::Nothing,
        };
        assert_eq!(tls.as_ref(), Some(&expected));
    }

    #[test]
    fn a_missing_context_names_those_that_exist() {
        let (_directory, surroundings) = with_context("far", r#"{"docker":{"Host":"tcp://h"}}"#);
        let surroundings = Surroundings {
            context: Some("near".to_owned()),
            ..surroundings
        };
        let answer = candidates(&surroundings);
        let Err(Error::NoContext { name, known, .. }) = &answer else {
            panic!("{answer:?}");
        };
        assert_eq!(
            (name.as_str(), &known[..]),
            ("near", &["far".to_owned()][..])
        );
    }

    #[test]
    fn a_broken_configuration_matters_only_where_it_decides() {
        let (directory, surroundings) = with_context("far", r"{}");
        write(&directory, "config.json", "{");
        let answer = candidates(&surroundings);
        assert!(
            matches!(answer, Err(Error::Configuration { .. })),
            "{answer:?}"
        );
        let told = Surroundings {
            docker_host: Some("unix:///x".to_owned()),
            ..surroundings.clone()
        };
        assert!(candidates(&told).is_ok());
        let empty = Surroundings {
            context: Some("far".to_owned()),
            ..surroundings
        };
        let answer = candidates(&empty);
        assert!(
            matches!(answer, Err(Error::Configuration { .. })),
            "{answer:?}"
        );
    }
}
