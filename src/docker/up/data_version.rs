//! Reads which PostgreSQL wrote a data directory, before a server is let loose on it.
//!
//! The engine hands out files of a container that was created and never ran, mounts included,
//! so this takes one request and no process.

use std::io::Read;

use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::StreamExt;

use crate::compose::Service;
use crate::docker::Engine;
use crate::docker::decide::postgres::Server;
use crate::docker::decide::refusal::Refusal;
use crate::docker::error::Error;
use crate::docker::observe::found;
use crate::docker::observed::{Container, Image};
use crate::docker::payload::{Circumstances, InlineFile};

/// No `PG_VERSION` is longer.
const LONGEST: usize = 64 * 1024;

impl Engine {
    /// Refuses data of another major. `around` is of a container that was created, not started.
    pub(in crate::docker) async fn check_data_version(
        &self,
        service: &Service,
        around: &Circumstances<'_>,
        image: &Image,
    ) -> Result<(), Error> {
        let Some(server) = Server::of(service, around.image, Some(image)) else {
            return Ok(());
        };
        let path = format!("{}/PG_VERSION", server.data_directory.trim_end_matches('/'));
        let Some(text) = self.read_file(around.name, &path).await? else {
            return Ok(());
        };
        let data = text.trim();
        if data.is_empty() || data == server.major.to_string() {
            return Ok(());
        }
        let source = server.data_mount(service).and_then(|it| it.source.clone());
        let volume = source.map(|key| match around.project.volumes.get(&key) {
            Some(volume) => volume.name.clone(),
            None => key,
        });
        Err(Refusal::OtherMajor {
            service: service.name.to_string(),
            image: around.image.to_owned(),
            volume: volume.unwrap_or_else(|| server.data_directory.clone()),
            data: data.to_owned(),
            server: server.major.to_string(),
        }
        .into())
    }

    /// The major that wrote the data of a container, whether it runs or not; nothing where there
    /// is no cluster yet.
    pub async fn data_version(&self, container: &Container) -> Result<Option<String>, Error> {
        let directory = container.variable("PGDATA");
        let directory = directory.map_or("/var/lib/postgresql/data", |it| it.reveal());
        let path = format!("{}/PG_VERSION", directory.trim_end_matches('/'));
        let text = self.read_file(&container.id, &path).await?;
        let major = text.map(|text| text.trim().to_owned());
        Ok(major.filter(|major| !major.is_empty()))
    }

    /// The text of a small file of a container, if there is one.
    pub(in crate::docker) async fn read_file(
        &self,
        container: &str,
        path: &str,
    ) -> Result<Option<String>, Error> {
        let options = DownloadFromContainerOptionsBuilder::default()
            .path(path)
            .build();
        let mut pieces = self.api().download_from_container(container, Some(options));
        let mut archive = Vec::new();
        while let Some(piece) = pieces.next().await {
            let doing = || format!("read `{path}` of container `{container}`");
            let Some(piece) = found(piece, doing)? else {
                return Ok(None);
            };
            archive.extend_from_slice(&piece);
            if archive.len() > LONGEST {
                break;
            }
        }
        Ok(first_file(&archive))
    }

    /// Writes files into a container that was created, not started.
    pub(in crate::docker) async fn write_files(
        &self,
        container: &str,
        files: &[InlineFile],
    ) -> Result<(), Error> {
        let doing = || format!("write secrets and configs into container `{container}`");
        let archive = archive_of(files).map_err(|source| Error::Lost {
            doing: doing(),
            source,
        })?;
        let options = bollard::query_parameters::UploadToContainerOptionsBuilder::default()
            .path("/")
            .build();
        self.api()
            .upload_to_container(container, Some(options), bollard::body_full(archive.into()))
            .await
            .map_err(|error| Error::answer(doing(), error))
    }
}

fn archive_of(files: &[InlineFile]) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let text = file.text.reveal().as_bytes();
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(file.mode);
        header.set_uid(file.owner);
        header.set_gid(file.group);
        archive.append_data(&mut header, file.path.trim_start_matches('/'), text)?;
    }
    archive.into_inner()
}

fn first_file(archive: &[u8]) -> Option<String> {
    let mut archive = tar::Archive::new(archive);
    let mut entry = archive.entries().ok()?.next()?.ok()?;
    let mut text = String::new();
    entry.read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{archive_of, first_file};
    use crate::docker::payload::InlineFile;
    use crate::secret::Secret;

    #[test]
    fn what_is_written_can_be_read() {
        let file = InlineFile {
            path: "/run/secrets/db_password".to_owned(),
            text: Secret::new("p@ss"),
            mode: 0o400,
            owner: 999,
            group: 999,
        };
        let archive = archive_of(&[file]).expect("an archive in memory");
        assert_eq!(first_file(&archive).as_deref(), Some("p@ss"));
        assert_eq!(first_file(b""), None);
    }
}
