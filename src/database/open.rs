//! One connection by URL, for migrations: every address of it, with TLS and settings as it asks.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Row as _};
use tokio::time;

use super::{Error, Provider, Refusal, diagnosis::survey};
use crate::ident::{DatabaseName, RoleName};
use crate::url::{Address, DatabaseUrl, Parameters, Server, SslMode};

/// How long a server that was seen to answer may take to let us in.
const KNOCK: Duration = Duration::from_secs(5);

/// The connection that migrations run on.
pub use sqlx::PgConnection;

/// Connects to the first address of `url` that takes us. Each has until `deadline`. What it was
/// made with makes another connection like it.
pub async fn open(
    url: &DatabaseUrl,
    deadline: Duration,
) -> Result<(PgConnection, PgConnectOptions), Error> {
    let parameters = url.parameters();
    let mut last = None;
    for address in &parameters.addresses {
        let options = options(&parameters, address);
        match time::timeout(deadline, options.connect()).await {
            Ok(Ok(mut connection)) => {
                if parameters.server == Server::Any || takes_writes(&mut connection).await {
                    return Ok((connection, options));
                }
                last = Some((address, Refusal::ReadOnly));
            }
            Ok(Err(error)) => last = Some((address, Refusal::from(error))),
            Err(_) => last = Some((address, Refusal::Silent)),
        }
        if last.as_ref().is_some_and(|(_, refusal)| refusal.is_final()) {
            break;
        }
    }
    let (address, refusal) = match last {
        Some((address, refusal)) => (address.to_string(), refusal),
        None => (url.to_string(), Refusal::Closed),
    };
    Err(Error::Unreachable { address, refusal })
}

/// Whether the server is no standby, and does not refuse writes by a setting.
async fn takes_writes(connection: &mut PgConnection) -> bool {
    let question = "select not pg_is_in_recovery()
        and not current_setting('default_transaction_read_only')::boolean";
    let answer = sqlx::raw_sql(question).fetch_one(connection).await;
    answer.is_ok_and(|row| row.try_get(0).unwrap_or(false))
}

/// Whether `url` leads to the provider's own server: both name the same `system_identifier`.
/// Where one of them cannot be asked, nothing is proved.
pub async fn leads_to(provider: &dyn Provider, url: &DatabaseUrl) -> bool {
    let Ok((mut connection, _)) = open(url, KNOCK).await else {
        return false;
    };
    let question = "select system_identifier::text from pg_control_system()";
    let seen = sqlx::query_scalar::<_, String>(question)
        .fetch_one(&mut connection)
        .await;
    match (seen, survey(provider, provider.account()).await) {
        (Ok(seen), Ok(evidence)) => evidence.cluster.as_str() == seen,
        _ => false,
    }
}

fn options(parameters: &Parameters, address: &Address) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass()
        .port(address.port())
        .ssl_mode(ssl_mode(parameters.ssl_mode))
        .application_name(parameters.application_name.as_deref().unwrap_or("townpass"))
        // Poolers refuse to pass it on, and no number is read that would need it.
        .extra_float_digits(None)
        .options(
            parameters
                .settings
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .disable_statement_logging();
    options = match address {
        Address::Tcp(endpoint) => options.host(&endpoint.host),
        Address::Socket { directory, .. } => options.socket(directory),
        Address::Unnamed { .. } => options.host("127.0.0.1"),
    };
    if let Some(user) = &parameters.user {
        options = options.username(user.as_str());
    }
    if let Some(password) = &parameters.password {
        options = options.password(password.reveal());
    }
    // As libpq does: the database called like the role.
    let database = parameters.database.as_ref().map(DatabaseName::as_str);
    if let Some(database) = database.or(parameters.user.as_ref().map(RoleName::as_str)) {
        options = options.database(database);
    }
    if let Some(file) = &parameters.ssl_root_certificate {
        options = options.ssl_root_cert(file);
    }
    if let Some(file) = &parameters.ssl_certificate {
        options = options.ssl_client_cert(file);
    }
    if let Some(file) = &parameters.ssl_key {
        options = options.ssl_client_key(file);
    }
    options
}

fn ssl_mode(mode: SslMode) -> PgSslMode {
    match mode {
        SslMode::Disable => PgSslMode::Disable,
        SslMode::Allow => PgSslMode::Allow,
        SslMode::Prefer => PgSslMode::Prefer,
        SslMode::Require => PgSslMode::Require,
        SslMode::VerifyCa => PgSslMode::VerifyCa,
        SslMode::VerifyFull => PgSslMode::VerifyFull,
    }
}
