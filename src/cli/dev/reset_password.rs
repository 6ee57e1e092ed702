//! `townpass dev reset-db --password`: the data stays, the role's password becomes the right one.

use std::fs;
use std::io::{self, BufRead as _};
use std::path::PathBuf;

use super::application::Application;
use super::session::Session;
use crate::database::mention::mentions;
use crate::database::password;
use crate::database::{self, Target, until_ready};
use crate::error::Error;
use crate::report::{Story, view};
use crate::secret::Secret;
use crate::url::DatabaseUrl;

/// The password to set.
#[derive(Debug)]
pub(super) enum NewPassword {
    /// The one that the Compose file asks for.
    OfComposeFile,
    /// Another one.
    Given(Secret),
}

impl NewPassword {
    /// Takes what was typed; `-` reads a line of standard input, so that no list of processes
    /// and no shell history has it.
    pub(super) fn read(typed: &str) -> Result<Self, Error> {
        match typed {
            "" => Ok(Self::OfComposeFile),
            "-" => {
                let mut line = String::new();
                io::stdin()
                    .lock()
                    .read_line(&mut line)
                    .map_err(Error::Input)?;
                let line = line.trim_end_matches(['\r', '\n']);
                Ok(Self::Given(Secret::new(line)))
            }
            password => Ok(Self::Given(Secret::new(password))),
        }
    }
}

/// What was done.
#[derive(Debug)]
pub(super) struct Done {
    /// The application's URL with the password that now holds.
    pub(super) url: DatabaseUrl,
    /// The result to show.
    pub(super) view: view::reset::PasswordReset,
}

/// Starts the server if it does not run, sets the password if it is not the one already, and
/// proves it from outside.
pub(super) async fn run(
    session: &Session,
    application: &Application,
    new: &NewPassword,
    story: &Story<'_>,
) -> Result<Done, Error> {
    let provider = &*session.provider;
    provider.start(&mut |event| story.database(&event)).await?;
    let mut account = provider.account().clone();
    if let NewPassword::Given(password) = new {
        account.password = Some(password.clone());
    }
    let target = Target::new(provider.endpoint().await?, account);
    let mut on_event = |event: database::Event<'_>| story.database(&event);
    let patience = session.settings.timeout;
    let proof = match until_ready(provider, &target, patience, &mut on_event).await {
        Ok(_) => password::prove(&target).await?,
        Err(error) if error.is_about_login() => {
            password::set(provider, &target, &mut on_event).await?
        }
        Err(error) => return Err(error.into()),
    };
    let seen = application.clone().seen_from_here(session, story).await?;
    let url = match &target.account.password {
        Some(password) if seen.url.user().as_ref() == Some(&target.account.user) => {
            seen.url.with_password(password)
        }
        _ => seen.url,
    };
    Ok(Done {
        url,
        view: view::reset::PasswordReset {
            role: target.account.user.to_string(),
            proof,
            change: match new {
                NewPassword::OfComposeFile => Vec::new(),
                NewPassword::Given(password) => lines_to_change(session, password),
            },
        },
    })
}

/// The lines that still have the old password, if the new one is another.
fn lines_to_change(session: &Session, new: &Secret) -> Vec<String> {
    let old = session.provider.account();
    if old.password.as_ref() == Some(new) {
        return Vec::new();
    }
    let project = &session.project;
    let files = project.files.iter().chain(&project.env_files);
    let dotenv = project.directory.join(".env");
    let texts: Vec<(PathBuf, String)> = files
        .chain([&dotenv])
        .filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)))
        .collect();
    let texts = texts
        .iter()
        .map(|(path, text)| (path.as_path(), text.as_str()));
    mentions(old, texts)
        .iter()
        .map(|it| {
            let file = it.file.strip_prefix(&project.directory).unwrap_or(&it.file);
            format!("{}:{}  {}", file.display(), it.line, it.key)
        })
        .collect()
}
