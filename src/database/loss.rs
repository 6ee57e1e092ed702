//! What would die, asked of the server through the channel that needs no password.

use super::{
    Error, Provider,
    diagnosis::ask,
    note::{self, Purpose},
    provider::State,
    reset::{Depth, Facts, Holding, Inside, Loss},
};
use crate::{ident::DatabaseName, sql::quote::Literal};

/// Gathers what a reset has to know. A server that cannot be asked makes the loss unknown, not
/// the reset impossible.
pub async fn facts(provider: &dyn Provider, depth: Depth) -> Result<Facts, Error> {
    let status = provider.observe().await?;
    let loss = match status.state {
        State::Running => known(provider, depth).await.unwrap_or(Loss::Unknown),
        State::Absent | State::Stopped | State::Restarting | State::Paused => Loss::Unknown,
    };
    Ok(Facts {
        status,
        loss,
        sharers: match depth {
            Depth::Contents => Vec::new(),
            Depth::Volume => provider.sharers().await?,
        },
    })
}

async fn known(provider: &dyn Provider, depth: Depth) -> Result<Loss, Error> {
    let question = question(&provider.account().database, depth);
    let answer = ask(provider, &question).await?;
    let mut cluster: Whole = read(answer)?;
    cluster.holdings.retain(|it| !is_scaffolding(it));
    for holding in &mut cluster.holdings {
        if holding.open {
            let answer = provider.admin(&holding.name, INSIDE).await?;
            holding.inside = Some(read::<Inside>(answer)?);
        }
    }
    Ok(Loss::Known {
        holdings: cluster.holdings,
        roles: cluster.roles,
    })
}

/// A template that resets make again by themselves, or a copy that was never finished: nobody
/// loses anything with it.
fn is_scaffolding(holding: &Holding) -> bool {
    match holding.note() {
        Some(note) => note.purpose == Purpose::Template,
        None => note::is_unfinished(&holding.name),
    }
}

#[derive(Debug, serde::Deserialize)]
struct Whole {
    holdings: Vec<Holding>,
    roles: u64,
}

fn question(database: &DatabaseName, depth: Depth) -> String {
    let database = Literal(database.as_str());
    let (which, roles) = match depth {
        Depth::Contents => (format!("datname = {database}"), "0"),
        Depth::Volume => (
            "datname not in ('template0', 'template1')".to_owned(),
            "(select count(*) from pg_roles where oid >= 16384)",
        ),
    };
    format!(
        "select json_build_object('roles', {roles}, 'holdings', \
         (select coalesce(json_agg(json_build_object('name', datname, 'open', datallowconn, \
         'size', pg_database_size(oid), 'comment', shobj_description(oid, 'pg_database')) order by datname = {database} desc, oid), '[]') \
         from pg_database where {which}));"
    )
}

fn read<T: serde::de::DeserializeOwned>(answer: String) -> Result<T, Error> {
    serde_json::from_str(&answer).map_err(|_| Error::Unreadable { answer })
}

/// An object counts if its schema is neither the system's nor `public` as `initdb` makes it. The
/// journal of migrations and its ledger are objects, but no tables that a person would miss.
const INSIDE: &str = "with schemas as (select oid from pg_namespace \
    where nspname !~ '^pg_' and nspname <> 'information_schema'), \
    tables as (select oid, greatest(reltuples, pg_stat_get_live_tuples(oid), 0) as rows, \
    reltuples <= 0 and pg_stat_get_live_tuples(oid) = 0 and relkind = 'r' \
    and pg_relation_size(oid) > 0 as uncounted from pg_class where relkind in ('r', 'p') \
    and relname not in ('_sqlx_migrations', '_townpass_migrations', 'alembic_version') \
    and relnamespace in (select oid from schemas)) \
    select json_build_object(\
    'tables', (select count(*) from tables), \
    'rows', (select case when not coalesce(bool_or(uncounted), false) then coalesce(sum(rows), 0)::bigint end from tables), \
    'objects', (select count(*) from pg_class where relnamespace in (select oid from schemas)) \
    + (select count(*) from pg_proc where pronamespace in (select oid from schemas)) \
    + (select count(*) from pg_type where typnamespace in (select oid from schemas)) \
    + (select count(*) from pg_largeobject_metadata) \
    + (select count(*) from pg_extension where extname <> 'plpgsql') \
    + (select count(*) from pg_namespace where oid >= 16384 and nspname !~ '^pg_'), \
    'last_write', (select extract(epoch from max((pg_stat_file(pg_relation_filepath(oid), true)).modification))::bigint \
    from tables where pg_relation_filepath(oid) is not null));";
