//! The one thing to do about each cause.

use super::Cause;

impl Cause {
    /// The one thing to do next, for a container of `service`.
    pub fn remedy(&self, service: &str) -> String {
        const AGAIN: &str = "run `townpass dev down` and `townpass dev up`";
        const ANEW: &str = "run `townpass dev reset-db --volume`";
        match self {
            Self::PasswordMissing => format!(
                "set `POSTGRES_PASSWORD` under `services.{service}.environment`, then {AGAIN}"
            ),
            Self::SetTwice(name) => format!(
                "remove `{name}` or `{name}_FILE` from `services.{service}.environment`, then \
                 {AGAIN}"
            ),
            Self::FormerMount => format!(
                "mount the volume at `/var/lib/postgresql` under `services.{service}.volumes`, \
                 then {AGAIN}"
            ),
            Self::FormerCluster(_) => format!(
                "set the image under `services.{service}.image` back to the older major, or \
                 {ANEW} to begin anew"
            ),
            Self::OtherMajor { data, .. } => format!(
                "set `services.{service}.image` back to PostgreSQL {data}, or {ANEW} to begin \
                 anew; a snapshot of the old volume is kept"
            ),
            Self::NotEmpty(_) => format!(
                "set `PGDATA` to a directory beneath the mount under \
                 `services.{service}.environment`, or {ANEW} to empty the volume"
            ),
            Self::DiskFull => {
                "run `docker system df` to see what takes it and `docker system prune` to free it"
                    .to_owned()
            }
            Self::SharedMemoryFull => {
                format!("set `services.{service}.shm_size` to `256mb`, then {AGAIN}")
            }
            Self::Permission(_) => format!(
                "make the mounted directory belong to the server's user, or keep the data in a \
                 named volume under `services.{service}.volumes`"
            ),
            Self::InitScript { .. } => format!(
                "mend the script, then {ANEW}: the next start would skip the scripts and serve \
                 a half-made cluster"
            ),
            Self::LineEnds(_) => format!(
                "save the script with line ends of Unix (`*.sh text eol=lf` in `.gitattributes`), \
                 then {ANEW}"
            ),
            Self::DirectoryInUse => {
                "stop the other container that uses the volume; `docker ps --all` lists them"
                    .to_owned()
            }
            Self::Damaged(_) => {
                format!("restore a snapshot with `townpass dev snapshot restore`, or {ANEW}")
            }
            Self::Setting(_) => {
                format!("mend the setting under `services.{service}.command`, then {AGAIN}")
            }
            Self::OtherPlatform => format!(
                "set `services.{service}.platform`, or name an image for this processor, then \
                 {AGAIN}"
            ),
            Self::OutOfMemory => format!(
                "raise `services.{service}.mem_limit` or the memory of the engine, then \
                 {AGAIN}"
            ),
            Self::NotStarted(_) | Self::Said(_) | Self::Silent => {
                format!("run `townpass dev logs {service}` to see its whole log")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn each_remedy_names_a_command_or_a_key() {
        for cause in [
            Cause::PasswordMissing,
            Cause::FormerMount,
            Cause::DiskFull,
            Cause::Silent,
            Cause::DirectoryInUse,
        ] {
            assert!(cause.remedy("db").contains('`'), "{cause:?}");
        }
    }
}
