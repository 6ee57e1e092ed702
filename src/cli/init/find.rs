//! What is there already.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::folder;
use crate::cli::context::Context;
use crate::cli::dev::session::request;
use crate::cli::migrate::import::{Theirs, theirs};
use crate::cli::migrate::{Named, kind};
use crate::compose;
use crate::config::file::{self, File};
use crate::config::{Configured, Environment, ProviderChoice, Settings};
use crate::docker::port;
use crate::error::Error;
use crate::report::view::init::Fact;

/// Where migrations are, unless somebody says otherwise.
pub(super) const USUAL_FOLDER: &str = "migrations";

/// Where ours go, if that folder is another tool's.
const OTHER_FOLDER: &str = "history";

/// What is there already.
#[derive(Debug)]
pub(super) struct Found {
    /// The project's directory.
    pub(super) directory: PathBuf,
    /// Its Compose project, where it has a Compose file.
    pub(super) project: Option<Database>,
    /// Its folder of SQL migrations, from the directory.
    pub(super) history: Option<PathBuf>,
    /// Alembic's configuration.
    pub(super) alembic: Option<String>,
    /// The history of another tool, where there is neither.
    pub(super) theirs: Option<Theirs>,
    /// Who names the application's URL.
    pub(super) url: Option<String>,
    /// `townpass.toml` as it is, and as it is understood.
    pub(super) configuration: Option<String>,
    pub(super) configured: File,
    /// What was chosen on the command line.
    pub(super) chosen: Chosen,
    /// `.gitattributes` of the directory.
    pub(super) attributes: Option<String>,
    /// Those of the directories above it, up to the repository's own.
    pub(super) attributes_above: Vec<String>,
    /// A port of this machine that nobody listens on, for a new Compose file.
    pub(super) port: u16,
}

/// The database of a Compose file.
#[derive(Debug)]
pub(super) struct Database {
    /// The file.
    pub(super) file: String,
    /// The service.
    pub(super) service: String,
    /// Whether it is found without being named.
    pub(super) found_by_itself: bool,
}

/// What was chosen on the command line.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) migrations: Option<PathBuf>,
    pub(super) provider: Option<ProviderChoice>,
    pub(super) environment: Option<Environment>,
}

impl Found {
    /// Looks around. Nothing is changed.
    pub(super) fn look(context: &Context) -> Result<Self, Error> {
        let loaded = match compose::load(&request(context)) {
            Ok(project) => Some(project),
            Err(compose::Error::NoFile { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let directory = match &loaded {
            Some(project) => project.directory.clone(),
            None => context.directory.clone(),
        };
        let configured = File::read(&directory)?;
        let settings = Settings::resolve(context.flags(), configured.clone());
        let url = url(context, &directory, loaded.as_ref(), &settings)?;
        let project = loaded.map(|project| database(&project, &settings));
        let request = kind::request(context, &directory, &settings, &Named::default());
        let flags = context.flags();
        let history = folder::of(&directory, &settings.migrations, flags.migrations.is_some())?;
        let alembic = kind::find(context, &request, history.is_some())?.map(|it| {
            let near = it.configuration.strip_prefix(&directory);
            near.unwrap_or(&it.configuration).display().to_string()
        });
        let theirs = match &alembic {
            Some(_) => None,
            None => theirs(&directory)?,
        };
        // A folder that was taken over already is ours, and theirs stays beside it.
        let is_theirs = |history: &PathBuf| theirs.as_ref().is_some_and(|it| it.folder == *history);
        let history = history.filter(|it| !is_theirs(it));
        let theirs = theirs.filter(|_| history.is_none());
        Ok(Self {
            history,
            project: project.transpose()?,
            alembic,
            theirs,
            url,
            configuration: text(&directory.join(file::NAME))?,
            configured,
            chosen: Chosen {
                migrations: flags.migrations,
                provider: flags.provider,
                environment: flags.environment,
            },
            attributes: text(&directory.join(".gitattributes"))?,
            attributes_above: attributes_above(&directory)?,
            port: port::holder::free_from(5433),
            directory,
        })
    }

    /// Where new migrations go.
    pub(super) fn new_folder(&self) -> PathBuf {
        let chosen = self.chosen.migrations.as_ref();
        let chosen = chosen.or(self.configured.migrations.as_ref());
        let is_taken = |it: &Theirs| it.folder == Path::new(USUAL_FOLDER);
        let folder = match &self.theirs {
            Some(theirs) if is_taken(theirs) => OTHER_FOLDER,
            Some(_) | None => USUAL_FOLDER,
        };
        chosen.map_or_else(|| PathBuf::from(folder), Clone::clone)
    }

    /// What was found, for a person and for a script.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let fact = |what: &str, value: String| Fact {
            what: what.to_owned(),
            value,
        };
        let database = match &self.project {
            Some(it) => format!("service `{}` of `{}`", it.service, it.file),
            None => "there is no Compose file".to_owned(),
        };
        let history = match (&self.history, &self.alembic, &self.theirs) {
            (Some(folder), ..) => format!("SQL files in `{}`", folder.display()),
            (None, Some(file), _) => format!("Alembic's, by `{file}`"),
            (None, None, Some(theirs)) => format!("{}, not taken over yet", whose(theirs)),
            (None, None, None) => "none yet".to_owned(),
        };
        let url = self.url.clone();
        let url = url.unwrap_or_else(|| "made of the Compose file's account".to_owned());
        vec![
            fact("database", database),
            fact("url", url),
            fact("history", history),
        ]
    }
}

/// Whose a history is, and where.
pub(super) fn whose(theirs: &Theirs) -> String {
    let tools: Vec<String> = theirs.tools.iter().map(|it| format!("{it}'s")).collect();
    format!("{}, in `{}`", tools.join(" or "), theirs.folder.display())
}

fn database(project: &compose::Project, settings: &Settings) -> Result<Database, Error> {
    let service = compose::database::find(project, settings.service.as_deref())?;
    let by_itself = compose::database::find(project, None);
    let file = project.files.first().and_then(|it| it.file_name());
    Ok(Database {
        file: file.unwrap_or_default().to_string_lossy().into_owned(),
        service: service.name.to_string(),
        found_by_itself: by_itself.is_ok_and(|it| it.name == service.name),
    })
}

/// Who names the application's URL.
fn url(
    context: &Context,
    directory: &Path,
    project: Option<&compose::Project>,
    settings: &Settings,
) -> Result<Option<String>, Error> {
    let flag = context.globals.database_url.as_deref();
    let configured = match project {
        Some(project) => {
            let service = compose::database::find(project, settings.service.as_deref())?;
            Configured::inside(flag, &context.env, project, &service.name)?
        }
        None => Configured::beside(flag, &context.env, directory, &context.globals.env_files)?,
    };
    Ok(configured.map(|it| it.source.to_string()))
}

/// The text of a file; nothing where there is none.
fn text(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(crate::config::Error::Read {
            path: path.to_owned(),
            source,
        }
        .into()),
    }
}

fn attributes_above(directory: &Path) -> Result<Vec<String>, Error> {
    if directory.join(".git").exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for above in directory.ancestors().skip(1) {
        found.extend(text(&above.join(".gitattributes"))?);
        if above.join(".git").exists() {
            return Ok(found);
        }
    }
    // In no repository, nobody reads them.
    Ok(Vec::new())
}
