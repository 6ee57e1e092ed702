//! What the embedded provider is told: plain values, gathered elsewhere.

use std::{path::PathBuf, time::Duration};

use super::binaries::USUAL_PLACES;
use crate::{
    database::Account,
    ident::{ProjectName, ServiceName},
};

/// Everything that one project's private server depends on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account that the Compose file asks for.
    pub account: Account,
    /// The Compose service that it stands in for.
    pub service: ServiceName,
    /// The project, as its server is called in a list of processes.
    pub project: ProjectName,
    /// The major that the image's tag names; `None` takes the newest at hand.
    pub wanted_major: Option<u16>,
    /// The port that the Compose file publishes; any free one where it is absent or taken.
    pub port: Option<u16>,
    /// A directory for this project's cluster, log and copies. For root it must be one that
    /// an unprivileged user can pass through.
    pub directory: PathBuf,
    /// A directory for archives, shared by all projects of the user.
    pub cache: PathBuf,
    /// Where binaries are looked for.
    pub search: Search,
    /// Whether and how an archive is downloaded.
    pub fetch: Fetch,
}

impl Settings {
    /// The custom: the usual places, then the public releases, then pip or uv.
    pub fn new(
        account: Account,
        service: ServiceName,
        project: ProjectName,
        directory: PathBuf,
        cache: PathBuf,
    ) -> Self {
        Self {
            account,
            service,
            project,
            wanted_major: None,
            port: None,
            directory,
            cache,
            search: Search::default(),
            fetch: Fetch::default(),
        }
    }
}

/// Where binaries are looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// A directory that the user named (`TOWNPASS_PG_BIN`); nothing else is looked at then.
    pub configured: Option<PathBuf>,
    /// The directories of `PATH`; pip and uv are looked for there, too.
    pub path: Vec<PathBuf>,
    /// Directories, each with at most one `*` as a whole component.
    pub places: Vec<String>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            configured: None,
            path: Vec::new(),
            places: USUAL_PLACES.iter().map(|&it| it.to_owned()).collect(),
        }
    }
}

/// Whether and how an archive is downloaded.
#[derive(Clone, Debug)]
pub enum Fetch {
    /// Never: only what is on the machine already.
    Offline,
    /// From the releases; where they do not answer, through the Python package.
    Online {
        /// The first route.
        releases: Releases,
        /// The second route.
        python: Python,
    },
}

impl Default for Fetch {
    fn default() -> Self {
        Self::Online {
            releases: Releases::default(),
            python: Python::Allowed,
        }
    }
}

/// The releases of theseus-rs/postgresql-binaries, or a mirror with the same layout:
/// `<base>/<version>/postgresql-<version>-<target>.tar.gz`.
#[derive(Clone, Debug)]
pub struct Releases {
    /// The address before the version.
    pub base_url: String,
    /// The proxies of the environment.
    pub proxies: Proxies,
    /// How long a connection, or the next bytes, may take.
    pub patience: Duration,
}

impl Releases {
    /// Where the archives are published.
    pub const PUBLIC: &str = "https://github.com/theseus-rs/postgresql-binaries/releases/download";
}

impl Default for Releases {
    fn default() -> Self {
        Self {
            base_url: Self::PUBLIC.to_owned(),
            proxies: Proxies::default(),
            patience: Duration::from_secs(15),
        }
    }
}

/// Whether the user's own pip or uv may be asked for the Python package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Python {
    /// It may.
    Allowed,
    /// It may not.
    Forbidden,
}

/// The proxy variables of the environment, as values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// `HTTPS_PROXY`
    pub https: Option<String>,
    /// `HTTP_PROXY`
    pub http: Option<String>,
    /// `ALL_PROXY`
    pub all: Option<String>,
    /// `NO_PROXY`: names, suffixes with a leading dot, or `*`, between commas.
    pub none: Option<String>,
}

/// Masked, since a proxy's address may hold a password.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxies(****)")
    }
}

impl Proxies {
    /// The proxy for a request to `host` by `scheme`.
    pub fn of(&self, scheme: &str, host: &str) -> Option<&str> {
        if self.spares(host) {
            return None;
        }
        let own = match scheme {
            "https" => &self.https,
            _ => &self.http,
        };
        own.as_deref()
            .or(self.all.as_deref())
            .filter(|proxy| !proxy.is_empty())
    }

    fn spares(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.none.iter().flat_map(|it| it.split(',')).any(|entry| {
            let entry = entry.trim().trim_start_matches("*.").to_ascii_lowercase();
            let bare = entry.trim_start_matches('.');
            entry == "*"
                || (!bare.is_empty() && (host == bare || host.ends_with(&format!(".{bare}"))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_proxy_serves_which_address() {
        let proxies = Proxies {
            https: Some("http://one:8080".to_owned()),
            http: None,
            all: Some("http://two:8080".to_owned()),
            none: Some("localhost, .corp.example,*.lan,10.0.0.1".to_owned()),
        };
        let cases = [
            ("https", "github.com", Some("http://one:8080")),
            ("http", "mirror.example", Some("http://two:8080")),
            ("https", "localhost", None),
            ("https", "LOCALHOST", None),
            ("https", "git.corp.example", None),
            ("https", "corp.example", None),
            ("https", "notcorp.example", Some("http://one:8080")),
            ("https", "files.lan", None),
            ("http", "10.0.0.1", None),
        ];
        for (scheme, host, proxy) in cases {
            assert_eq!(proxies.of(scheme, host), proxy, "{scheme}://{host}");
        }
        assert_eq!(Proxies::default().of("https", "github.com"), None);
    }

    #[test]
    fn a_proxy_is_not_shown() {
        let proxies = Proxies {
            https: Some("http://me:hunter2@proxy:1".to_owned()),
            ..Proxies::default()
        };
        assert!(!format!("{proxies:?}").contains("hunter2"));
    }
}
