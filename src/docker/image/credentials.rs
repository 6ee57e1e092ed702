//! Who we are to a registry, as Docker's own client keeps it: in `config.json`, or with a
//! program that keeps secrets.

use std::{collections::HashMap, fs, path::PathBuf, process::Stdio};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::docker::image::reference::HUB;
use crate::secret::Secret;

/// The registry of Docker Hub, as its credentials are filed.
const HUB_KEY: &str = "https://index.docker.io/v1/";

/// Where credentials are looked up.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    /// The directory of `config.json`; nobody is known without.
    pub configuration: Option<PathBuf>,
}

/// What a keyring knows of a registry.
#[derive(Clone, Debug, Default)]
pub(in crate::docker) struct Found {
    pub(in crate::docker) account: Option<Account>,
    /// Why it may know less than it should.
    pub(in crate::docker) warning: Option<String>,
}

/// An account at a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::docker) enum Account {
    Password { user: String, password: Secret },
    Token(Secret),
}

impl Account {
    /// In the form that bollard sends.
    pub(in crate::docker) fn credentials(&self, registry: &str) -> DockerCredentials {
        let mut credentials = DockerCredentials {
            serveraddress: Some(key_of(registry).to_owned()),
            ..DockerCredentials::default()
        };
        match self {
            Self::Password { user, password } => {
                credentials.username = Some(user.clone());
                credentials.password = Some(password.reveal().to_owned());
            }
            Self::Token(token) => credentials.identitytoken = Some(token.reveal().to_owned()),
        }
        credentials
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ConfigFile {
    auths: HashMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: HashMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl Keyring {
    /// The account for a registry's host, if there is one.
    pub(in crate::docker) async fn account(&self, registry: &str) -> Found {
        let Some(path) = self.configuration.as_ref().map(|it| it.join("config.json")) else {
            return Found::default();
        };
        let Ok(bytes) = fs::read(&path) else {
            return Found::default();
        };
        let file: ConfigFile = match serde_json::from_slice(&bytes) {
            Ok(file) => file,
            Err(error) => {
                let path = path.display();
                return Found::warning(format!(
                    "cannot read `{path}`, so nobody is logged in: {error}"
                ));
            }
        };
        match helper_for(&file, registry) {
            Some(helper) => ask(&helper, key_of(registry)).await,
            None => Found {
                account: entry_of(&file, registry),
                warning: None,
            },
        }
    }
}

impl Found {
    fn warning(text: String) -> Self {
        Self {
            account: None,
            warning: Some(text),
        }
    }
}

fn key_of(registry: &str) -> &str {
    if registry == HUB { HUB_KEY } else { registry }
}

/// The program that keeps a registry's credentials; one for it alone comes first.
fn helper_for(file: &ConfigFile, registry: &str) -> Option<String> {
    let own = file
        .cred_helpers
        .get(key_of(registry))
        .or_else(|| file.cred_helpers.get(registry));
    own.or(file.creds_store.as_ref())
        .filter(|name| !name.is_empty())
        .map(|name| format!("docker-credential-{name}"))
}

fn entry_of(file: &ConfigFile, registry: &str) -> Option<Account> {
    let key = key_of(registry);
    let entry = file.auths.get(key).or_else(|| {
        // Old files name registries by URL.
        let host = |key: &str| {
            let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
            rest.split('/').next().unwrap_or_default().to_owned()
        };
        let found = file.auths.iter().find(|(name, _)| host(name) == host(key));
        found.map(|(_, entry)| entry)
    })?;
    if let Some(token) = entry
        .identitytoken
        .as_deref()
        .filter(|token| !token.is_empty())
    {
        return Some(Account::Token(Secret::new(token)));
    }
    if let Some(auth) = entry.auth.as_deref().filter(|auth| !auth.is_empty()) {
        let decoded = String::from_utf8(STANDARD.decode(auth).ok()?).ok()?;
        let (user, password) = decoded.split_once(':')?;
        return Some(Account::Password {
            user: user.to_owned(),
            password: Secret::new(password.trim_end_matches('\0')),
        });
    }
    Some(Account::Password {
        user: entry.username.clone()?,
        password: Secret::new(entry.password.clone()?),
    })
}

/// Asks a program that keeps credentials, in its protocol: the registry on standard input, JSON
/// on standard output.
async fn ask(program: &str, key: &str) -> Found {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        username: String,
        secret: String,
    }
    let unasked = |because: String| {
        Found::warning(format!(
            "the credential helper `{program}` cannot be asked, so nobody is logged in: {because}"
        ))
    };
    let child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return unasked(error.to_string()),
    };
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read says why itself.
        let _ = input.write_all(key.as_bytes()).await;
    }
    let output = match child.wait_with_output().await {
        Ok(output) => output,
        Err(error) => return unasked(error.to_string()),
    };
    if !output.status.success() {
        // Helpers print their errors on standard output.
        let said = String::from_utf8_lossy(&output.stdout);
        if said.contains("credentials not found") {
            return Found::default();
        }
        return unasked(said.trim().to_owned());
    }
    match serde_json::from_slice::<Answer>(&output.stdout) {
        Ok(Answer { username, secret }) => {
            let secret = Secret::new(secret);
            Found {
                account: Some(if username == "<token>" {
                    Account::Token(secret)
                } else {
                    Account::Password {
                        user: username,
                        password: secret,
                    }
                }),
                warning: None,
            }
        }
        // The text may hold the secret, so it is not shown.
        Err(_) => unasked("its answer is not what it should be".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, ConfigFile, Secret, entry_of, helper_for};

    fn file(json: &str) -> ConfigFile {
        serde_json::from_str(json).expect("it is JSON")
    }

    #[test]
    fn entries_are_found_by_host_or_url() {
        let file = file(
            r#"{"auths": {
                "https://index.docker.io/v1/": {"auth": "bWU6cGE6c3M="},
                "ghcr.io": {"identitytoken": "tok"},
                "https://old.example.org/v2/": {"username": "u", "password": "p"},
                "empty.example.org": {}
            }}"#,
        );
        let password = |user: &str, password: &str| {
            Some(Account::Password {
                user: user.to_owned(),
                password: Secret::new(password),
            })
        };
        let cases = [
            ("docker.io", password("me", "pa:ss")),
            ("ghcr.io", Some(Account::Token(Secret::new("tok")))),
            ("old.example.org", password("u", "p")),
            ("empty.example.org", None),
            ("quay.io", None),
        ];
        for (registry, expected) in cases {
            assert_eq!(entry_of(&file, registry), expected, "{registry}");
        }
    }

    #[test]
    fn a_helper_of_its_own_comes_before_the_general_one() {
        let file = file(r#"{"credsStore": "desktop", "credHelpers": {"gcr.io": "gcloud"}}"#);
        let cases = [
            ("gcr.io", "docker-credential-gcloud"),
            ("docker.io", "docker-credential-desktop"),
        ];
        for (registry, expected) in cases {
            assert_eq!(helper_for(&file, registry).as_deref(), Some(expected));
        }
        assert_eq!(helper_for(&ConfigFile::default(), "gcr.io"), None);
    }

    /// A program that answers each registry as such programs do.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_helper_is_asked_in_its_own_protocol() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("docker-credential-test");
        let script = r#"#!/bin/sh
test "$1" = get || exit 9
case $(cat) in
https://index.docker.io/v1/) echo '{"ServerURL":"x","Username":"me","Secret":"p"}' ;;
ghcr.io) echo '{"ServerURL":"x","Username":"<token>","Secret":"tok"}' ;;
quay.io) echo 'credentials not found in native keychain'; exit 1 ;;
odd) echo 'p4ssw0rd' ;;
*) echo 'the keychain is locked'; exit 1 ;;
esac
"#;
        fs::write(&path, script).expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let program = path.to_str().expect("it is text");

        let known = super::ask(program, super::key_of("docker.io")).await;
        let account = Account::Password {
            user: "me".to_owned(),
            password: Secret::new("p"),
        };
        assert_eq!(known.account, Some(account));
        let token = super::ask(program, "ghcr.io").await;
        assert_eq!(token.account, Some(Account::Token(Secret::new("tok"))));
        let unknown = super::ask(program, "quay.io").await;
        assert_eq!((unknown.account, unknown.warning), (None, None));
        let locked = super::ask(program, "else").await.warning;
        assert!(locked.is_some_and(|text| text.contains("the keychain is locked")));
        let odd = super::ask(program, "odd")
            .await
            .warning
            .expect("it is told");
        assert!(!odd.contains("p4ssw0rd"), "{odd}");
    }
}
