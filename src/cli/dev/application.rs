//! The URL of the project's application, as seen from here.

use std::time::Duration;

use super::session::Session;
use crate::cli::context::Context;
use crate::config::database_url::Source;
use crate::database::{self, Account};
use crate::error::Error;
use crate::host::{self, Answer, Outcome, detect};
use crate::report::{Story, view};
use crate::url::{Address, DatabaseUrl};

/// How long the server, which answers, may take to let the application in.
const PATIENCE: Duration = Duration::from_secs(10);

/// A URL with its origin. The Compose file alone also makes one.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    /// The URL to use.
    pub(crate) url: DatabaseUrl,
    /// Who wrote it; nobody where it was made of the Compose file's account.
    pub(crate) source: Option<Source>,
    /// What was decided about it, and why.
    pub(crate) why: Vec<String>,
    /// What was written names another's database, and this URL took its place.
    replaced: Option<Replaced>,
}

/// A URL that is left alone.
#[derive(Clone, Debug)]
struct Replaced {
    source: Source,
    address: Address,
}

impl Application {
    /// Takes what is written, or makes a URL of the account.
    pub(crate) fn written(context: &Context, session: &Session) -> Result<Self, Error> {
        let flag = context.globals.database_url.as_deref();
        let configured = crate::config::Configured::inside(
            flag,
            &context.env,
            &session.project,
            &session.wanted.service,
        )?;
        Ok(match configured {
            Some(configured) => Self {
                url: configured.url,
                source: Some(configured.source),
                why: Vec::new(),
                replaced: None,
            },
            None => Self::of_account(session),
        })
    }

    fn of_account(session: &Session) -> Self {
        let Account {
            user,
            password,
            database,
        } = session.provider.account();
        let endpoint = session.inner_endpoint();
        Self {
            url: DatabaseUrl::build(user, password.as_ref(), &endpoint, database),
            source: None,
            why: vec![format!(
                "no DATABASE_URL is set: made of service `{}` in the Compose file",
                session.wanted.service
            )],
            replaced: None,
        }
    }

    /// The URL as it is right here. The project's own takes the place of one that names another
    /// database. What may be wrong with it is told.
    pub(crate) async fn seen_from_here(
        self,
        session: &Session,
        story: &Story<'_>,
    ) -> Result<Self, Error> {
        let (seen, warnings) = self.seen(session).await?;
        for warning in &warnings {
            story.warning(warning);
        }
        Ok(seen)
    }

    /// The same, with what may be wrong with it.
    pub(crate) async fn seen(self, session: &Session) -> Result<(Self, Vec<String>), Error> {
        let mut evidence = session.provider.whereabouts().await?;
        if let Some(endpoint) = &session.answered_at {
            evidence
                .answers
                .push((endpoint.clone(), Answer::PostgreSql));
        }
        let mut seen = self;
        if let Some(source) = seen.source.clone() {
            detect::look(&mut evidence, &seen.url).await;
            let decision = host::decide(&evidence, &seen.url)?;
            if !is_strange(session, &decision).await {
                let warnings = match decision.outcome {
                    // It was asked who it is, and is ours.
                    Outcome::Suspect => Vec::new(),
                    Outcome::Kept | Outcome::Changed | Outcome::Foreign => decision.warnings,
                };
                seen.url = decision.url;
                seen.why.push(decision.why);
                return Ok((seen, warnings));
            }
            let address = decision.address;
            seen = Self::of_account(session);
            seen.replaced = Some(Replaced { source, address });
        }
        detect::look_for_server(&mut evidence).await;
        let route = host::reach(&evidence)?;
        seen.url = seen.url.with_endpoint(&route.endpoint);
        seen.why.push(format!(
            "from here it is `{}`: {}",
            route.endpoint, route.why
        ));
        Ok((seen, route.warnings))
    }

    /// The address of a URL that means another's database, whose place this one took.
    pub(crate) fn replaced(&self) -> Option<&Address> {
        self.replaced.as_ref().map(|it| &it.address)
    }

    /// The same for a command that changes the database: a URL that names another is refused.
    pub(crate) async fn ours_from_here(
        self,
        session: &Session,
        story: &Story<'_>,
    ) -> Result<Self, Error> {
        let mut seen = self.seen_from_here(session, story).await?;
        match seen.replaced.take() {
            Some(Replaced { source, address }) => Err(Error::AnotherDatabase {
                of: source,
                address: address.to_string(),
            }),
            None => Ok(seen),
        }
    }

    /// Refuses to change anything while `DATABASE_URL` means another database: whoever typed the
    /// command may mean that one. The server need not run for that.
    pub(crate) async fn ensure_ours(&self, session: &Session) -> Result<(), Error> {
        let Some(source) = &self.source else {
            return Ok(());
        };
        let Ok(mut evidence) = session.provider.whereabouts().await else {
            return Ok(());
        };
        detect::look(&mut evidence, &self.url).await;
        match host::decide(&evidence, &self.url) {
            Ok(decision) if is_strange(session, &decision).await => Err(Error::AnotherDatabase {
                of: source.clone(),
                address: decision.address.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses to reset one database and migrate another: a URL for a second database of the same
    /// server.
    pub(crate) fn ensure_same_database(&self, session: &Session) -> Result<(), Error> {
        let ours = &session.provider.account().database;
        match (&self.source, self.url.database()) {
            (Some(source), Some(theirs)) if theirs != *ours => Err(Error::OtherDatabase {
                of: source.clone(),
                theirs,
                ours: ours.clone(),
                service: session.wanted.service.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Warns of a URL that was left alone.
    pub(crate) fn warn(&self, story: &Story<'_>) {
        if let Some(Replaced { source, address }) = &self.replaced {
            story.warning(&format!(
                "{source} names `{address}`, which is not this project's database; it is left alone"
            ));
        }
    }

    /// Says why the URL is what it is, with `-v`.
    pub(crate) fn explain(&self, context: &Context) {
        for why in &self.why {
            context.printer.explain(why);
        }
    }

    /// The URL as it is right in a container on the project's network.
    pub(crate) fn seen_by_containers(mut self, session: &Session) -> Self {
        let endpoint = session.inner_endpoint();
        self.url = self.url.with_endpoint(&endpoint);
        self.why.push(format!(
            "a container on the project's network reaches it as `{endpoint}`"
        ));
        self
    }

    /// Logs in as the application will. The owner's account was tried before.
    pub(crate) async fn prove(&self, session: &Session) -> Result<(), Error> {
        let owner = session.provider.account();
        let as_owner = self.url.user().as_ref() == Some(&owner.user)
            && self.url.password() == owner.password
            && self.url.database().as_ref() == Some(&owner.database);
        let Some(source) = self.source.as_ref().filter(|_| !as_owner) else {
            return Ok(());
        };
        match database::open(&self.url, PATIENCE).await {
            Ok(_) => Ok(()),
            Err(refused) => Err(Error::ApplicationRefused {
                of: source.clone(),
                service: session.wanted.service.clone(),
                refused: Box::new(refused),
            }),
        }
    }

    /// The result to show.
    pub(crate) fn view(&self, session: &Session) -> view::url::Url {
        let endpoint = match self.url.address() {
            Address::Tcp(endpoint) => Some(endpoint),
            Address::Socket { .. } | Address::Unnamed { .. } => None,
        };
        view::url::Url {
            url: self.url.to_string(),
            usable: self.url.reveal().to_owned(),
            host: endpoint.as_ref().map(|it| it.host.clone()),
            port: endpoint.map(|it| it.port),
            provider: session.provider.kind().to_string(),
            why: self.why.clone(),
        }
    }
}

/// Whether a URL means another's database. What only seems to be another server is asked who it
/// is: a pooler in front of the project's own is not another's.
async fn is_strange(session: &Session, decision: &host::Decision) -> bool {
    match decision.outcome {
        Outcome::Foreign => true,
        Outcome::Suspect => !database::leads_to(&*session.provider, &decision.url).await,
        Outcome::Kept | Outcome::Changed => false,
    }
}
