//! Ready: an authenticated query on the target database from here, twice, the same server.
//!
//! A health check, `pg_isready` and a TCP connect all lie while a fresh volume is initialised:
//! the image first runs a temporary server, and a port proxy takes connections before any
//! server listens. So the one question asked here is the one the application will ask. It is
//! asked twice, and both answers must name the same `pg_postmaster_start_time()`; a server that is
//! only seconds old is given a moment and has to take a second connection.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use tokio::{net, time};

use super::{
    Error, Event, Provider, Refusal, Target,
    answer::answer,
    cluster::Cluster,
    diagnosis::{self, Identity},
};
use crate::ident::DatabaseName;

/// The pause between two attempts. A cold start takes about two seconds; this wastes a
/// fortieth of them at most.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause: where the answer is final, the wait is long already, or the server starts and
/// writes a line into its log at each attempt.
const LONG_PAUSE: Duration = Duration::from_millis(250);
/// The longest that the first attempt may take. Each that was in vain for its shortness alone may
/// take twice as long as the one before: where everything is slow, so are we.
const ATTEMPT: Duration = Duration::from_secs(3);
/// How often the provider is asked whether there is still hope.
const ASK: Duration = Duration::from_millis(250);
/// How much longer than its runner a server may seem to run, for clocks that disagree.
const DRIFT: Duration = Duration::from_secs(5);

/// How long a server that seems to be another is doubted while the provider's own cannot be asked.
const DOUBT: Duration = Duration::from_secs(15);

/// What answered, and after how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// As the server words it: `16.4`.
    pub server_version: String,
    /// The cluster that answered.
    pub cluster: Cluster,
    /// How long it took.
    pub elapsed: Duration,
}

/// Waits until the server answers as the application will ask it.
///
/// A final refusal (wrong password, no such role or database) that is repeated ends the wait
/// with its diagnosis; so does a server that exited or restarts in a loop.
pub async fn until_ready(
    provider: &dyn Provider,
    target: &Target,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Ready, Error> {
    let begun = Instant::now();
    let mut asked = begun;
    let mut longest = ATTEMPT;
    let mut refused_for_good = false;
    let mut starting = 0;
    loop {
        let left = patience.saturating_sub(begun.elapsed());
        let refusal = match answer(target, left.min(longest)).await {
            Ok(answer) => {
                let identity =
                    diagnosis::ensure_same_server(provider, target, &answer, DRIFT).await?;
                if identity == Identity::Same || begun.elapsed() >= DOUBT {
                    return Ok(Ready {
                        server_version: answer.version,
                        cluster: answer.cluster,
                        elapsed: begun.elapsed(),
                    });
                }
                Refusal::Starting("what answers there may be another server".to_owned())
            }
            Err(refusal) => refusal,
        };
        if refusal.is_final() && refused_for_good {
            return Err(diagnosis::explain(provider, target, &refusal).await);
        }
        refused_for_good = refusal.is_final();
        if matches!(refusal, Refusal::Silent) {
            longest *= 2;
        }
        let host = &target.endpoint.host;
        if matches!(refusal, Refusal::Network(_)) && is_unknown(host).await {
            return Err(Error::UnknownHost { host: host.clone() });
        }

        let because = refusal.to_string();
        on_event(Event::Waiting {
            elapsed: begun.elapsed(),
            because: &because,
        });
        if asked.elapsed() >= ASK {
            asked = Instant::now();
            if let Some(ailment) = provider.ailment().await? {
                return Err(ailment);
            }
        }
        if begun.elapsed() >= patience {
            return Err(Error::NotReady {
                endpoint: target.endpoint.clone(),
                waited: patience,
                last: because,
            });
        }
        starting = match refusal {
            Refusal::Starting(_) => starting + 1,
            _ => 0,
        };
        time::sleep(pause(&refusal, begun.elapsed(), starting).min(left)).await;
    }
}

/// Waits until the server admits the role, whether or not its database is there: a reset makes
/// it.
pub async fn until_admitted(
    provider: &dyn Provider,
    target: &Target,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Ready, Error> {
    match until_ready(provider, target, patience, on_event).await {
        Err(Error::DatabaseMissing { .. } | Error::DatabaseClosed { .. }) => {
            let beside = target.in_database(&DatabaseName::new("postgres"));
            until_ready(provider, &beside, patience, on_event).await
        }
        answer => answer,
    }
}

/// Whether a name leads nowhere, now that connecting to it has failed.
async fn is_unknown(host: &str) -> bool {
    host.parse::<IpAddr>().is_err() && net::lookup_host((host, 0)).await.is_err()
}

/// The pause after a refusal, the `starting`th in a row of a server that starts. One that listens
/// answers soon, or has to recover and takes longer each time one looks.
fn pause(refusal: &Refusal, elapsed: Duration, starting: u32) -> Duration {
    if refusal.is_final() || elapsed > Duration::from_secs(15) {
        LONG_PAUSE
    } else {
        let doubled = PAUSE * 2_u32.pow(starting.saturating_sub(1).min(8));
        doubled.min(LONG_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pause;
    use crate::database::Refusal;

    #[test]
    fn the_pause_is_short_where_the_next_look_may_be_the_last() {
        let soon = Duration::from_secs(1);
        let starts = || Refusal::Starting("the database system is starting up".to_owned());
        for (refusal, elapsed, starting, expected) in [
            (Refusal::Closed, soon, 0, 50),
            (Refusal::HungUp, soon, 0, 50),
            (starts(), soon, 1, 50),
            (starts(), soon, 2, 100),
            (starts(), soon, 3, 200),
            (starts(), soon, 4, 250),
            (starts(), soon, 4000, 250),
            (Refusal::Password(String::new()), soon, 0, 250),
            (Refusal::Closed, Duration::from_secs(16), 0, 250),
        ] {
            assert_eq!(
                pause(&refusal, elapsed, starting),
                Duration::from_millis(expected),
                "{refusal:?}, {starting}"
            );
        }
    }
}
