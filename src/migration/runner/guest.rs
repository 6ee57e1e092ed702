//! The sessions of a program that worked for us and was stopped: the server may go on with what it
//! asked for last, and with the locks of that.

use std::time::Duration;

use sqlx::Row as _;
use tokio::time::{Instant, sleep};

use crate::migration::error::Error;
use crate::migration::journal::database;
use crate::migration::journal::session::{Session, rows};
use crate::sql::Literal;

/// How long a session may take to end once it is told to.
const PATIENCE: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(50);

/// Ends every session of the server that calls itself `name` (its `application_name`), and waits
/// until they are gone.
///
/// Fails where the database does not answer, or they are another role's.
pub async fn end_sessions(name: &str, session: &mut Session) -> Result<(), Error> {
    let failed =
        |error: sqlx::Error| database("end the sessions of a program that was stopped", &error);
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) AS left FROM pg_stat_activity
         WHERE application_name = {} AND pid <> pg_backend_pid()",
        Literal(name)
    );
    let since = Instant::now();
    loop {
        let found = rows(session, &end).await.map_err(failed)?;
        let left: i64 = found
            .first()
            .map_or(Ok(0), |row| row.try_get("left"))
            .map_err(failed)?;
        if left == 0 || since.elapsed() > PATIENCE {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
}
