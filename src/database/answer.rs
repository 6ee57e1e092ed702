//! One look at a server from here: an authenticated query, asked on two connections.

use std::time::Duration;

use futures_util::future::try_join;
use tokio::time;

use super::{Refusal, Session, Target, cluster::Cluster};

/// The pause between the two connections.
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

/// How the two connections are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::database) enum Asking {
    /// At once: for a server that probably has been there for long.
    Together,
    /// The second once the first has its answer: a server that does not answer is knocked at once.
    InTurn,
}

/// Asks twice. The second connection must find the server of the first, and where that is young
/// it must come after a pause.
pub(in crate::database) async fn answer(
    target: &Target,
    deadline: Duration,
    asking: Asking,
) -> Result<Answer, Refusal> {
    let (first, second) = match asking {
        Asking::Together => {
            let (first, second) = try_join(look(target, deadline), look(target, deadline)).await?;
            (first, Some(second))
        }
        Asking::InTurn => (look(target, deadline).await?, None),
    };
    let second = match second {
        Some(second) if first.age >= YOUNG => second,
        _ => {
            if first.age < YOUNG {
                time::sleep(PAUSE).await;
            }
            look(target, deadline).await?
        }
    };
    if first.started == second.started {
        Ok(second)
    } else {
        Err(Refusal::Starting(
            "the server was started anew between two questions".to_owned(),
        ))
    }
}

async fn look(target: &Target, deadline: Duration) -> Result<Answer, Refusal> {
    let mut session = Session::open(target, deadline).await?;
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
    session.close().await;
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
