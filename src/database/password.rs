//! The password of a role: how it is stored, how it is set, and how that is proved.
//!
//! The server accepts a verifier in place of a password, so the clear text never leaves this
//! process: not in a statement, not in the server's log (which shows every statement that
//! fails), not in `docker inspect`. Whether it took is asked from outside, and with two
//! questions, since inside the container, and under trust authentication, any password works.

use std::{fmt, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use postgres_protocol::password;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Account, Error, Event, Provider, Refusal, Session, Target,
    diagnosis::{self, Evidence, ask},
    error::Sighting,
};
use crate::{
    ident::RoleName,
    secret::Secret,
    sql::quote::{Ident, Literal},
};

/// The longest that one attempt of the check may take.
const ATTEMPT: Duration = Duration::from_secs(10);

/// A password as `pg_authid.rolpassword` stores it. Worth hiding: it can be guessed against.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Verifier(String);

impl Verifier {
    /// Whether a server holding this lets `role` in with `password`.
    pub fn accepts(&self, role: &RoleName, password: &Secret) -> bool {
        if self.0.starts_with("md5") {
            return self.0 == password::md5(password.reveal().as_bytes(), role.as_str());
        }
        self.accepts_scram(password).unwrap_or(false)
    }

    /// RFC 5803's form, `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`.
    fn accepts_scram(&self, password: &Secret) -> Option<bool> {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let (cost, keys) = self.0.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
        let (iterations, salt) = cost.split_once(':')?;
        let (stored, _) = keys.split_once(':')?;
        let salted = salted_password(
            password.reveal(),
            &BASE64_STANDARD.decode(salt).ok()?,
            iterations.parse().ok()?,
        );
        let client_key = mac(&salted, &[b"Client Key"]);
        let stored = BASE64_STANDARD.decode(stored).ok()?;
        Some(Sha256::digest(client_key).as_slice() == stored)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

/// A fresh SCRAM-SHA-256 verifier of a password, as text for a statement.
pub(in crate::database) fn verifier(password: &Secret) -> String {
    password::scram_sha_256(password.reveal().as_bytes())
}

/// PBKDF2 with HMAC-SHA-256, one block. RFC 5802 calls it `Hi`.
fn salted_password(password: &str, salt: &[u8], iterations: u32) -> [u8; 32] {
    let prepared = stringprep::saslprep(password).unwrap_or_else(|_| password.into());
    let key = prepared.as_bytes();
    let mut round = mac(key, &[salt, &1_u32.to_be_bytes()]);
    let mut sum = round;
    for _ in 1..iterations {
        round = mac(key, &[&round]);
        sum.iter_mut()
            .zip(round)
            .for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// What has to be done so that the role can log in with a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The role is there: it gets the password, and what kept it out is lifted.
    Alter(RoleName),
    /// The volume was initialised with another `POSTGRES_USER`: the role is made, a superuser as
    /// the image would have made it.
    Create(RoleName),
}

impl Plan {
    /// Decides from what the cluster says.
    pub fn decide(wanted: &Account, evidence: &Evidence) -> Self {
        match evidence.role {
            Some(_) => Self::Alter(wanted.user.clone()),
            None => Self::Create(wanted.user.clone()),
        }
    }

    /// The plan as a sentence for a person.
    pub fn words(&self) -> String {
        match self {
            Self::Alter(role) => format!("set the password of role `{role}`"),
            Self::Create(role) => format!("create role `{role}`, a superuser, with the password"),
        }
    }

    fn statement(&self, password: &Secret) -> String {
        let (verb, role) = match self {
            Self::Alter(role) => ("alter role", role),
            Self::Create(role) => ("create role", role),
        };
        let rights = match self {
            Self::Alter(_) => "login",
            Self::Create(_) => "login superuser createdb createrole replication bypassrls",
        };
        format!(
            "{verb} {} with {rights} valid until 'infinity' password {};",
            Ident(role.as_str()),
            Literal(&verifier(password))
        )
    }
}

/// What the check from outside showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The new password is taken and a random one refused.
    Proved,
    /// A random password is taken as well: trust authentication is in force here.
    Trusted,
}

/// Sets the password of the target's role to the one in `target`, and proves it from outside.
pub async fn set(
    provider: &dyn Provider,
    target: &Target,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Proof, Error> {
    let account = &target.account;
    let role = || account.user.clone();
    let password = account.password.as_ref();
    let password = password.filter(|it| !it.reveal().is_empty());
    let password = password.ok_or_else(|| Error::PasswordEmpty { role: role() })?;
    if stringprep::saslprep(password.reveal()).is_err() || password.reveal().contains('\0') {
        return Err(Error::Unsendable { role: role() });
    }
    let evidence = diagnosis::survey(provider, account).await?;
    let plan = Plan::decide(account, &evidence);
    on_event(Event::Step(&plan.words()));
    ask(provider, &plan.statement(password)).await?;
    on_event(Event::Step(
        "try the new password, and a wrong one, from outside",
    ));
    prove(target).await
}

/// Two attempts over the network: the password of `target` and one that nobody set.
pub async fn prove(target: &Target) -> Result<Proof, Error> {
    match attempt(target).await {
        Ok(()) => {}
        Err(refusal) if matches!(refusal, Refusal::Password(_)) => {
            return Err(Error::WrongServer {
                endpoint: target.endpoint.clone(),
                sighting: Sighting::Refused(refusal.to_string()),
            });
        }
        Err(refusal) => {
            return Err(Error::Refused {
                endpoint: target.endpoint.clone(),
                role: target.account.user.clone(),
                refusal,
            });
        }
    }
    let mut stranger = target.clone();
    stranger.account.password = Some(Secret::new(format!("{:032x}", rand::random::<u128>())));
    Ok(match attempt(&stranger).await {
        Ok(()) => Proof::Trusted,
        Err(_) => Proof::Proved,
    })
}

async fn attempt(target: &Target) -> Result<(), Refusal> {
    match Session::open(target, ATTEMPT).await {
        Ok(session) => {
            session.close().await;
            Ok(())
        }
        Err(refusal) if refusal.is_after_authentication() => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, Proof, Verifier, verifier};
    use crate::{ident::RoleName, secret::Secret};

    #[test]
    fn a_verifier_knows_its_password() {
        let role = RoleName::new("admin");
        for password in [
            "password",
            "n'ew\"p$w;-- é密",
            " ",
            "\u{00a0}x",
            "tab\there",
        ] {
            let stored = Verifier(verifier(&Secret::new(password)));
            assert!(
                stored.accepts(&role, &Secret::new(password)),
                "{password:?}"
            );
            assert!(!stored.accepts(&role, &Secret::new(format!("{password}x"))));
        }
        // `select rolpassword` of a server: role `admin`, password `password`.
        let md5 = Verifier("md5d8578edf8458ce06fbc5bb76a58c5ca4".into());
        assert!(!md5.accepts(&role, &Secret::new("password")));
        assert!(!Verifier("SCRAM-SHA-256$x".into()).accepts(&role, &Secret::new("password")));
    }

    #[test]
    fn no_clear_text_reaches_a_statement_or_a_debug_print() {
        let secret = Secret::new("n'ew\"p$w");
        for plan in [
            Plan::Alter(RoleName::new("a\"b")),
            Plan::Create(RoleName::new("a\"b")),
        ] {
            let statement = plan.statement(&secret);
            assert!(statement.contains(r#"role "a""b" with"#), "{statement}");
            assert!(statement.contains("'SCRAM-SHA-256$4096:"), "{statement}");
            assert!(!statement.contains("n'"), "{statement}");
        }
        assert_eq!(format!("{:?}", Verifier(verifier(&secret))), "****");
        assert_eq!(
            serde_json::to_string(&Proof::Proved).expect("it serialises"),
            r#""proved""#
        );
    }
}
