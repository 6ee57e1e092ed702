//! Why a server refuses us: a volume older than the Compose file, or another server.
//!
//! The image reads `POSTGRES_USER`, `POSTGRES_PASSWORD` and `POSTGRES_DB` once, when it
//! initialises an empty volume. A volume that was made with others goes on with them, and all
//! that a client hears is `password authentication failed`. The provider's own channel asks for
//! no password, so the truth can be read there: [`survey`] fetches it as one [`Evidence`], and
//! [`read`] answers with the error that names the mend.

use std::time::Duration;

use serde::Deserialize;

use super::{
    Account, Error, Provider, Refusal, Target,
    answer::Answer,
    cluster::{Cluster, Sighting},
    role::{Locked, Role},
};
use crate::{
    ident::{DatabaseName, RoleName},
    sql::quote::Literal,
};

/// How long a container may take until its server runs for good: longer than any `initdb`.
const INITIALISATION: Duration = Duration::from_mins(1);

/// What the cluster itself says about the role and database we want.
#[derive(Clone, Debug, Deserialize)]
pub struct Evidence {
    /// Which cluster said it.
    pub cluster: Cluster,
    /// Its server's version, `16.4`.
    pub version: String,
    /// The wanted role, where it exists.
    pub role: Option<Role>,
    /// The superusers that can log in, the one of `initdb` first.
    pub superusers: Vec<RoleName>,
    /// Every database that is no template.
    pub databases: Vec<Database>,
}

/// A database as `pg_database` knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Database {
    /// `datname`.
    pub name: DatabaseName,
    /// `datallowconn`.
    pub open: bool,
}

impl Evidence {
    /// Whether the wanted database is among those of the cluster.
    pub fn database(&self, name: &DatabaseName) -> Option<&Database> {
        self.databases.iter().find(|it| it.name == *name)
    }
}

/// Asks the cluster through the channel that needs no password.
pub async fn survey(provider: &dyn Provider, wanted: &Account) -> Result<Evidence, Error> {
    let answer = ask(provider, &question(&wanted.user)).await?;
    serde_json::from_str(&answer).map_err(|_| Error::Unreadable { answer })
}

/// Turns a final refusal into the error that says how to mend it.
pub async fn explain(provider: &dyn Provider, target: &Target, refusal: &Refusal) -> Error {
    match survey(provider, &target.account).await {
        Ok(evidence) => read(target, refusal, &evidence),
        Err(_) => Error::Refused {
            endpoint: target.endpoint.clone(),
            role: target.account.user.clone(),
            refusal: refusal.clone(),
        },
    }
}

/// The meaning of a refusal, given what the cluster says about itself.
pub fn read(target: &Target, refusal: &Refusal, evidence: &Evidence) -> Error {
    let account = &target.account;
    let role = account.user.clone();
    let database = account.database.clone();
    let wrong_server = || Error::WrongServer {
        endpoint: target.endpoint.clone(),
        sighting: Sighting::Refused(refusal.to_string()),
    };
    match (refusal, &evidence.role) {
        (Refusal::Unsendable, _) => Error::Unsendable { role },
        (Refusal::Password(_) | Refusal::Authorization(_), None) => Error::RoleMissing {
            role,
            present: evidence.superusers.clone(),
        },
        (Refusal::Password(_) | Refusal::Authorization(_), Some(found)) if !found.login => {
            Error::RoleLocked {
                role,
                why: Locked::NoLogin,
            }
        }
        (Refusal::Password(_), Some(found)) if found.expired => Error::RoleLocked {
            role,
            why: Locked::Expired,
        },
        (Refusal::Password(_), Some(found))
            if found.verifier.is_some()
                && account
                    .password
                    .as_ref()
                    .is_none_or(|it| it.reveal().is_empty()) =>
        {
            Error::NoPassword { role }
        }
        (Refusal::Password(_), Some(found)) => {
            let fits = match (&found.verifier, &account.password) {
                (Some(verifier), Some(password)) => verifier.accepts(&account.user, password),
                _ => false,
            };
            if fits {
                wrong_server()
            } else {
                Error::StalePassword { role }
            }
        }
        (Refusal::NoDatabase(_), _) if evidence.database(&database).is_none() => {
            Error::DatabaseMissing {
                database,
                present: evidence
                    .databases
                    .iter()
                    .map(|it| it.name.clone())
                    .collect(),
            }
        }
        (Refusal::ClosedDatabase(_), _)
            if evidence.database(&database).is_some_and(|it| !it.open) =>
        {
            Error::DatabaseClosed { database }
        }
        (Refusal::NoDatabase(_) | Refusal::ClosedDatabase(_), _) => wrong_server(),
        (
            Refusal::Authorization(_)
            | Refusal::Closed
            | Refusal::HungUp
            | Refusal::Silent
            | Refusal::Starting(_)
            | Refusal::Protocol(_)
            | Refusal::Network(_)
            | Refusal::ReadOnly
            | Refusal::Server { .. },
            _,
        ) => Error::Refused {
            endpoint: target.endpoint.clone(),
            role,
            refusal: refusal.clone(),
        },
    }
}

/// Fails if the server that answered cannot be the provider's.
///
/// A server that has run for longer than what runs it is another one: a PostgreSQL installed on
/// the host that listens on the same port. One that is much younger is suspicious too: a server
/// starts with its container, or when that has initialised its data. Only then is the proof asked
/// for, which costs a command inside the container: the `system_identifier` from within.
pub(in crate::database) async fn ensure_same_server(
    provider: &dyn Provider,
    target: &Target,
    answer: &Answer,
    drift: Duration,
) -> Result<Identity, Error> {
    match provider.running_for().await? {
        Some(running)
            if answer.age > running.saturating_add(drift)
                || answer.age.saturating_add(INITIALISATION) < running =>
        {
            identify(provider, target, &answer.cluster).await
        }
        _ => Ok(Identity::Same),
    }
}

/// What is known of a server that answered, unless it is known to be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::database) enum Identity {
    /// It is the provider's.
    Same,
    /// The provider's cannot be asked: it may still be starting.
    Unproved,
}

/// Compares the cluster that answered at the endpoint with the provider's own. Where the
/// provider cannot be asked, nothing is proved and nothing is claimed.
pub async fn prove_same_server(
    provider: &dyn Provider,
    target: &Target,
    seen: &Cluster,
) -> Result<(), Error> {
    identify(provider, target, seen).await.map(|_| ())
}

async fn identify(
    provider: &dyn Provider,
    target: &Target,
    seen: &Cluster,
) -> Result<Identity, Error> {
    match survey(provider, &target.account).await {
        Ok(evidence) if evidence.cluster != *seen => Err(Error::WrongServer {
            endpoint: target.endpoint.clone(),
            sighting: Sighting::Clusters {
                ours: evidence.cluster,
                theirs: seen.clone(),
            },
        }),
        Ok(_) => Ok(Identity::Same),
        Err(_) => Ok(Identity::Unproved),
    }
}

/// Runs SQL in the maintenance database, which is `postgres` unless somebody dropped it.
pub(in crate::database) async fn ask(provider: &dyn Provider, sql: &str) -> Result<String, Error> {
    match provider.admin(&DatabaseName::new("postgres"), sql).await {
        Ok(answer) => Ok(answer),
        Err(first) => {
            let second = provider.admin(&DatabaseName::new("template1"), sql).await;
            second.map_err(|_| first)
        }
    }
}

fn question(role: &RoleName) -> String {
    format!(
        "select json_build_object(\
         'cluster', (select system_identifier::text from pg_control_system()), \
         'version', current_setting('server_version'), \
         'role', (select json_build_object('login', rolcanlogin, \
         'expired', coalesce(rolvaliduntil < now(), false), 'verifier', rolpassword) \
         from pg_authid where rolname = {}), \
         'superusers', (select coalesce(json_agg(rolname order by oid), '[]') \
         from pg_authid where rolsuper and rolcanlogin), \
         'databases', (select coalesce(json_agg(json_build_object('name', datname, \
         'open', datallowconn) order by oid), '[]') from pg_database where not datistemplate));",
        Literal(role.as_str())
    )
}

#[cfg(test)]
mod tests {
    use super::{Evidence, read};
    use crate::{
        database::{Account, Error, Refusal, Target, role::Locked, verifier},
        host::Endpoint,
        ident::{DatabaseName, RoleName},
        secret::Secret,
    };

    fn target() -> Target {
        Target::new(
            Endpoint {
                host: "127.0.0.1".into(),
                port: 5433,
            },
            Account {
                user: RoleName::new("admin"),
                password: Some(Secret::new("password")),
                database: DatabaseName::new("townpass_db"),
            },
        )
    }

    fn evidence(role: &str) -> Evidence {
        let text = format!(
            r#"{{"cluster": "1", "version": "16.4", "role": {role}, "superusers": ["postgres"],
                "databases": [{{"name": "postgres", "open": true}}, {{"name": "shut", "open": false}}]}}"#
        );
        serde_json::from_str(&text).expect("the evidence is JSON")
    }

    fn role(login: bool, expired: bool, stored: &str) -> String {
        let verifier = verifier::verifier(&Secret::new(stored));
        format!(r#"{{"login": {login}, "expired": {expired}, "verifier": "{verifier}"}}"#)
    }

    #[test]
    fn each_refusal_finds_its_cause() {
        let denied = || Refusal::Password("password authentication failed".into());
        let read = |refusal: &Refusal, role: &str| read(&target(), refusal, &evidence(role));

        assert!(matches!(
            read(&denied(), &role(true, false, "another")),
            Error::StalePassword { .. }
        ));
        assert!(matches!(
            read(
                &denied(),
                r#"{"login": true, "expired": false, "verifier": null}"#
            ),
            Error::StalePassword { .. }
        ));
        let mut without = target();
        without.account.password = Some(Secret::new(""));
        let found = super::read(
            &without,
            &denied(),
            &evidence(&role(true, false, "another")),
        );
        assert!(matches!(found, Error::NoPassword { .. }), "{found:?}");
        assert!(matches!(
            read(&denied(), &role(true, false, "password")),
            Error::WrongServer { .. }
        ));
        assert!(matches!(
            read(&denied(), &role(true, true, "password")),
            Error::RoleLocked {
                why: Locked::Expired,
                ..
            }
        ));
        assert!(matches!(
            read(
                &Refusal::Authorization(String::new()),
                &role(false, false, "x")
            ),
            Error::RoleLocked {
                why: Locked::NoLogin,
                ..
            }
        ));
        assert!(matches!(
            read(
                &Refusal::Authorization("no pg_hba.conf entry".into()),
                &role(true, false, "x")
            ),
            Error::Refused { .. }
        ));
        let Error::RoleMissing { present, .. } = read(&denied(), "null") else {
            panic!("the role is not there");
        };
        assert_eq!(present, [RoleName::new("postgres")]);
        let missing = read(&Refusal::NoDatabase(String::new()), "null");
        let Error::DatabaseMissing { present, .. } = missing else {
            panic!("{missing:?}");
        };
        assert_eq!(present.len(), 2);
    }

    #[test]
    fn a_database_that_only_another_server_misses_betrays_that_server() {
        let shut = target().in_database(&DatabaseName::new("shut"));
        let evidence = evidence("null");
        assert!(matches!(
            read(&shut, &Refusal::ClosedDatabase(String::new()), &evidence),
            Error::DatabaseClosed { .. }
        ));
        assert!(matches!(
            read(&shut, &Refusal::NoDatabase(String::new()), &evidence),
            Error::WrongServer { .. }
        ));
    }
}
