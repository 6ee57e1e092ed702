//! One look at a server from here: an authenticated query, asked twice.

use std::time::Duration;

use tokio::time;

use super::{Refusal, Session, Target, cluster::Cluster};

/// The pause before a young server is asked again.
const PAUSE: Duration = Duration::from_millis(50);
/// A server younger than this may still be the temporary one of an initialisation.
const YOUNG: Duration = Duration::from_secs(3);

/// What one look at a server showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::database) struct Answer {
    pub(in crate::database) version: String,
    pub(in crate::database) cluster: Cluster,
    pub(in crate::database) age: Duration,
    started: String,
}

/// Asks twice. The second answer must come from the server of the first. One that is young is asked
/// on a second connection, after a pause: it may be gone by then. One that has been there for long
/// is asked again where it was asked first, since the start of a session is what costs.
pub(in crate::database) async fn answer(
    target: &Target,
    deadline: Duration,
) -> Result<Answer, Refusal> {
    let mut session = Session::open(target, deadline).await?;
    let first = ask(&mut session, deadline).await?;
    if first.age < YOUNG {
        session.close().await;
        time::sleep(PAUSE).await;
        session = Session::open(target, deadline).await?;
    }
    let second = ask(&mut session, deadline).await?;
    session.close().await;
    if first.started == second.started {
        Ok(second)
    } else {
        Err(Refusal::Starting(
            "the server was started anew between two questions".to_owned(),
        ))
    }
}

async fn ask(session: &mut Session, deadline: Duration) -> Result<Answer, Refusal> {
    let question = session.rows(
        "select pg_postmaster_start_time()::text, \
         greatest(0, extract(epoch from clock_timestamp() - pg_postmaster_start_time()))::float8::text, \
         current_setting('server_version'), \
         (select system_identifier from pg_control_system())::text",
    );
    let rows = time::timeout(deadline, question).await;
    let rows = rows
        .map_err(|_| Refusal::Silent)?
        .map_err(|complaint| Refusal::Protocol(complaint.to_string()))?;
    let mut values = rows.into_iter().flatten().map(Option::unwrap_or_default);
    let mut next = || values.next().unwrap_or_default();
    let (started, age) = (next(), next());
    Ok(Answer {
        started,
        age: Duration::try_from_secs_f64(age.parse().unwrap_or(0.0)).unwrap_or_default(),
        version: next(),
        cluster: Cluster::new(next()),
    })
}
