//! Scripts for a database's first start, as a checkout left them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compose::{MountKind, Service};

/// Where the image looks for them.
const PLACE: &str = "/docker-entrypoint-initdb.d";

/// The shell scripts that `service` mounts from this machine and whose lines end as on Windows.
pub fn with_windows_line_ends(service: &Service) -> Vec<PathBuf> {
    let mounts = service.volumes.iter().filter(|it| {
        let target = it.target.as_deref().unwrap_or_default();
        it.kind == MountKind::Bind && Path::new(target).starts_with(PLACE)
    });
    let sources = mounts.filter_map(|it| it.source.as_deref());
    let mut found: Vec<PathBuf> = sources.flat_map(|it| scripts(Path::new(it))).collect();
    found.sort();
    found
}

fn scripts(path: &Path) -> Vec<PathBuf> {
    let files: Vec<PathBuf> = match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_owned()],
    };
    let is_windows = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "sh")
            && fs::read(path).is_ok_and(|text| text.windows(2).any(|pair| pair == b"\r\n"))
    };
    files.into_iter().filter(is_windows).collect()
}
