//! The password of a role: how it is stored, how it is set, and how that is proved.
//!
//! The server accepts a verifier in place of a password, so the clear text never leaves this
//! process: not in a statement, not in the server's log (which shows every statement that
//! fails), not in `docker inspect`. Whether it took is asked from outside, and with two
//! questions, since inside the container, and under trust authentication, any password works.

use std::time::Duration;

use super::{
    Account, Error, Event, Provider, Refusal, Session, Target,
    cluster::Sighting,
    diagnosis::{self, Evidence, ask},
    verifier::verifier,
};
use crate::{
    ident::RoleName,
    secret::Secret,
    sql::quote::{Ident, Literal},
};

/// The longest that one attempt of the check may take.
const ATTEMPT: Duration = Duration::from_secs(10);

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
    use super::{Plan, Proof};
    use crate::{ident::RoleName, secret::Secret};

    #[test]
    fn no_clear_text_reaches_a_statement() {
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
        assert_eq!(
            serde_json::to_string(&Proof::Proved).expect("it serialises"),
            r#""proved""#
        );
    }
}
