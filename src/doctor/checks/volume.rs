//! Whether the data was written by this major, and with the password that is configured.

use jiff::Timestamp;

use crate::doctor::evidence::{Evidence, Volume};
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "volume",
    needs: &["engine", "service"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let Some(volume) = &evidence.volume else {
        return Verdict::Idle("there is no data yet".to_owned());
    };
    let details = details(volume);
    if let (Some(written), Some(read)) = (&volume.written_by, volume.read_by)
        && *written != read.to_string()
    {
        return Verdict::Failure(
            Seen::new(format!(
                "{} holds the data of PostgreSQL {written}, and the image is PostgreSQL {read}",
                volume.data
            ))
            .with(details),
            Mend::run("townpass dev reset-db --volume").saying(format!(
                "set the image back to PostgreSQL {written}; or begin anew, with a snapshot kept"
            )),
        );
    }
    match &volume.login {
        Some(Err(trouble)) => Verdict::Failure(Seen::of(trouble).with(details), Mend::of(trouble)),
        Some(Ok(())) => {
            let line = format!("{}, initialised with the configured password", volume.data);
            Verdict::Well(Seen::new(line).with(details))
        }
        None => {
            let line = format!("{}; its password was not compared", volume.data);
            Verdict::Well(Seen::new(line).with(details))
        }
    }
}

fn details(volume: &Volume) -> Vec<String> {
    let created = volume.created.and_then(|it| Timestamp::try_from(it).ok());
    let created = created.map(|it| format!("made {}", it.strftime("%Y-%m-%d %H:%M UTC")));
    let written = volume.written_by.as_ref();
    let written = written.map(|major| format!("written by PostgreSQL {major}"));
    created.into_iter().chain(written).collect()
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::evidence::Volume;
    use crate::doctor::{Trouble, cases};

    #[test]
    fn data_of_another_time_is_found() {
        let volume = |written: Option<&str>, login| Volume {
            data: "volume `backend_pgdata`".to_owned(),
            created: None,
            written_by: written.map(str::to_owned),
            read_by: Some(16),
            login,
        };
        let stale = Trouble::new(
            "the data was initialised with another password",
            "set it: `townpass dev reset-db --password`",
        );
        for (volume, expected) in [
            (None, "idle: there is no data yet"),
            (
                Some(volume(Some("16"), Some(Ok(())))),
                "well: volume `backend_pgdata`, initialised with the configured password",
            ),
            (
                Some(volume(None, None)),
                "well: volume `backend_pgdata`; its password was not compared",
            ),
            (
                Some(volume(Some("15"), None)),
                "failure: volume `backend_pgdata` holds the data of PostgreSQL 15, and the image \
                 is PostgreSQL 16 -> townpass dev reset-db --volume",
            ),
            (
                Some(volume(Some("16"), Some(Err(stale)))),
                "failure: the data was initialised with another password \
                 -> townpass dev reset-db --password",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.volume = volume;
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}
