//! `revision` through Python: where models are compared, which are Python's, or a template is one that
//! only Python can fill in.

use std::path::{Path, PathBuf};

use super::Alembic;
use super::python::Python;
use crate::alembic::history::versions;
use crate::alembic::python::{self, Runner};
use crate::alembic::{self, History};
use crate::cli::context::Context;
use crate::cli::editor;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::revision::Args;
use crate::error::Error;
use crate::migration::Target;
use crate::migration::directory::draft::parents;
use crate::migration::directory::write::{self, NewFile};
use crate::report::view::authoring::Written;

/// Lets Alembic write a revision, and tells which file it wrote. `needs` is why, as the beginning of a
/// sentence.
pub(super) async fn revision(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &Args,
    needs: &str,
) -> Result<u8, Error> {
    let python = Python::find(context, workplace, alembic, needs).await?;
    let mut arguments = vec!["revision".to_owned()];
    if args.autogenerate {
        arguments.push("--autogenerate".to_owned());
    }
    arguments.extend(args.words());
    let ended = python.call(&arguments).await?;
    let mut files = Vec::new();
    for written in generated(&ended.stdout) {
        files.push(bring(workplace, alembic, &python.runner, &written).await?);
    }
    if files.is_empty() {
        return Err(python::Error::NothingWritten.into());
    }
    for file in &files {
        let script = versions::script(file)?;
        context.printer.show(&Written {
            revision: script.id.clone(),
            parents: script.parents.clone(),
            description: script.message().to_owned(),
            files: vec![file.display().to_string()],
        });
    }
    if args.edit {
        for file in &files {
            editor::open(context, file).await?;
        }
    }
    Ok(0)
}

/// Makes sure that the models are compared with a database that has all revisions, as Alembic demands,
/// and that the new one has a place: a Python takes its time to say the same in fewer words. Where
/// only Python could tell where the database stands, it is left to it.
pub(super) async fn ensure_up_to_date(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &Args,
) -> Result<(), Error> {
    if alembic.version_table().is_err() {
        return Ok(());
    }
    let history = alembic.history()?;
    let place = alembic.place(context, workplace, &history).await?;
    let heads: Vec<Target> = args.place.head.iter().cloned().collect();
    let standing = place.standing(&history);
    parents(
        &history,
        history.graph(),
        &standing,
        &heads,
        args.place.splicing(),
    )?;
    ensure_all_applied(&history, &place)
}

/// Makes sure that the models can be compared with the database as it is.
pub(super) fn ensure_all_applied(history: &History, place: &alembic::Place) -> Result<(), Error> {
    let pending = history.revisions().count() - place.applied(history).len();
    if pending > 0 {
        return Err(alembic::Error::NotUpToDate { pending }.into());
    }
    Ok(())
}

/// The files that Alembic says it wrote. It folds a long path into the next line.
fn generated(stdout: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = stdout;
    while let Some(start) = rest.find("Generating ") {
        rest = &rest[start + "Generating ".len()..];
        let Some(end) = rest.find(" ...") else {
            break;
        };
        found.push(rest[..end].replace(['\n', '\r'], "").trim().to_owned());
        rest = &rest[end..];
    }
    found
}

/// The file on this machine. One that a container keeps to itself is brought over.
async fn bring(
    workplace: &Workplace,
    alembic: &Alembic,
    runner: &Runner,
    written: &str,
) -> Result<PathBuf, Error> {
    if !runner.is_contained() {
        return Ok(PathBuf::from(written));
    }
    let name = written.rsplit('/').next().unwrap_or(written);
    let locations = &alembic.project.locations;
    // The location of the same name, where there are several.
    let folder = written.rsplit('/').nth(1);
    let target = locations
        .iter()
        .find(|it| it.file_name().and_then(|it| it.to_str()) == folder)
        .or_else(|| locations.first())
        .map_or_else(|| Path::new(name).to_owned(), |it| it.join(name));
    if target.exists() {
        return Ok(target);
    }
    let Some(containers) = &workplace.containers else {
        return Ok(target);
    };
    let text = containers.read(runner, written).await?;
    write::create(&[NewFile {
        path: target.clone(),
        text,
    }])?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::generated;

    #[test]
    fn the_files_that_alembic_wrote() {
        for (stdout, expected) in [
            ("", &[][..]),
            (
                "Generating /app/alembic/versions/1a_x.py ...  done\n",
                &["/app/alembic/versions/1a_x.py"],
            ),
            (
                "  Generating \n  C:\\app\\versions\\1a_x.py ...  done\n",
                &["C:\\app\\versions\\1a_x.py"],
            ),
            (
                "Generating /a/1.py ...  done\nGenerating /b/2.py ...  done\n",
                &["/a/1.py", "/b/2.py"],
            ),
        ] {
            assert_eq!(generated(stdout), expected, "{stdout:?}");
        }
    }
}
