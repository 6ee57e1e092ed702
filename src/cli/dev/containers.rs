//! Alembic in the project's containers, where no Python of this machine has one.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use async_trait::async_trait;

use super::application::Application;
use super::run::{MOUNT, of_project};
use super::session::Session;
use crate::alembic::python::process::{Ended, MANNERS};
use crate::alembic::python::{self, Asked, Look, Runner};
use crate::cli::migrate::Alembic;
use crate::cli::migrate::python::{Containers, directory};
use crate::compose::{MountKind, Service};
use crate::docker::observed::State;
use crate::docker::run::OneOff;
use crate::docker::run_service::ServiceRun;
use crate::docker::{Attachment, Channel, Command};
use crate::error::Error;
use crate::ident::ServiceName;
use crate::report::Story;
use crate::url::DatabaseUrl;

/// Says with which words Alembic runs in there, where its configuration is, and its heads. The
/// arguments are the places where the configuration may be.
const PROBE: &str = r#"
for config in "$@"; do [ -f "$config" ] && break; config=; done
[ -n "$config" ] || { echo "its files are not in it"; exit 3; }
for words in alembic .venv/bin/alembic "uv run --no-sync alembic" "poetry run alembic" "python -m alembic" "python3 -m alembic"; do
    if heads=$($words -c "$config" heads 2>/dev/null); then
        printf '%s\n%s\n%s\n' "$words" "$config" "$heads"
        exit 0
    fi
done
echo "it has no Alembic"
exit 4
"#;

/// Installs what the project requires into a fresh image, unless it is there, and becomes Alembic.
const INSTALL: &str = r#"
python=$(command -v python || command -v python3) || { echo "the image has no Python" >&2; exit 127; }
if ! "$python" -c 'import alembic' 2>/dev/null; then
    pip="$python -m pip install --quiet --disable-pip-version-check --root-user-action ignore"
    if [ -f requirements.txt ]; then $pip -r requirements.txt >&2; else $pip . >&2; fi || exit 1
fi
exec "$python" -m alembic "$@"
"#;

/// The project's containers.
pub(super) struct ProjectContainers {
    session: Session,
    url: DatabaseUrl,
}

impl ProjectContainers {
    /// Those of a project whose database runs in Docker.
    pub(super) fn of(session: Session, written: Application) -> Self {
        let url = written.seen_by_containers(&session).url;
        Self { session, url }
    }

    /// The services that may hold an Alembic: all but the database.
    fn services(&self, asked: &Asked) -> Vec<&Service> {
        let database = &self.session.wanted.service;
        let services = self.session.project.services.values();
        services
            .filter(|it| it.name != *database)
            .filter(|it| match asked {
                Asked::Service(name) => it.name.as_str() == name,
                Asked::Auto | Asked::Command(_) | Asked::Image(_) => true,
            })
            .collect()
    }

    /// Looks into the running container of a service.
    async fn look(&self, service: &Service, alembic: &Alembic) -> Result<Look, Error> {
        let place = format!("running service `{}`", service.name);
        let engine = self.session.engine_for(&[])?;
        let container = engine.container_of(&self.session.project, service).await?;
        let Some(container) = container.filter(|it| it.state == State::Running) else {
            return Ok(Look {
                place,
                found: Err("does not run".to_owned()),
            });
        };
        let mut argv = vec!["sh", "-c", PROBE, "sh"];
        let places = places(service, &alembic.project.configuration, self.top());
        argv.extend(places.iter().map(String::as_str));
        let command = Command::new(argv);
        let found = match engine.exec_capture(&container.id, &command, &[]).await {
            Ok(probed) => {
                let said = String::from_utf8_lossy(&probed.stdout).into_owned();
                let ours = heads(alembic)?;
                understood(probed.code, &said, &ours).map(|words| Runner::Service {
                    service: service.name.to_string(),
                    words,
                })
            }
            Err(error) => Err(error.to_string()),
        };
        Ok(Look { place, found })
    }

    fn top(&self) -> &Path {
        &self.session.project.directory
    }

    /// Runs a service's image, or any, once.
    async fn run_once(
        &self,
        runner: &Runner,
        alembic: &Alembic,
        arguments: &[String],
        environment: &[String],
        attachment: Attachment<'_>,
        story: &Story<'_>,
    ) -> Result<u8, Error> {
        let engine = self.session.engine_for(&[])?;
        if let Runner::OneOff { service, words } = runner {
            let service = self.session.project.find(service)?;
            let plan = self.session.prepare(service, story).await?;
            let argv = [words, arguments].concat();
            let run = ServiceRun {
                plan: &plan,
                service,
                argv: &argv,
                user: None,
                environment,
                working_directory: None,
            };
            return Ok(engine.run_service(&run, attachment, &mut |_| {}).await?);
        }
        let Runner::Image(image) = runner else {
            return Err(python::Error::NoWords.into());
        };
        let configuration = inside(&alembic.project.configuration, self.top());
        let at = directory(alembic).strip_prefix(self.top());
        let at = at.map_or_else(
            |_| MOUNT.to_owned(),
            |it| format!("{MOUNT}/{}", slashed(it)),
        );
        let mut argv: Vec<String> = ["sh", "-c", INSTALL, "sh", "-c"]
            .map(str::to_owned)
            .to_vec();
        argv.push(configuration);
        argv.extend_from_slice(arguments);
        let database = self.session.service(self.session.wanted.service.as_str())?;
        let network = database.networks.keys().next();
        let network = network.and_then(|key| self.session.project.networks.get(key));
        let one_off = OneOff {
            project: &self.session.project.name,
            service: &ServiceName::new("townpass"),
            image,
            argv: &argv,
            user: None,
            environment,
            network: network.map(|it| it.name.as_str()),
            binds: &[format!("{}:{MOUNT}", self.top().display())],
            working_directory: Some(at.trim_end_matches('/')),
            labels: of_project(&self.session),
        };
        self.session.run_image(&one_off, attachment, story).await
    }
}

impl fmt::Debug for ProjectContainers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "containers of {}", self.session.project.name)
    }
}

#[async_trait(?Send)]
impl Containers for ProjectContainers {
    async fn looks(&self, alembic: &Alembic, asked: &Asked) -> Result<Vec<Look>, Error> {
        let mut looks = Vec::new();
        for service in self.services(asked) {
            let look = self.look(service, alembic).await?;
            let is_found = look.found.is_ok();
            looks.push(look);
            if is_found {
                return Ok(looks);
            }
        }
        if *asked == Asked::Auto {
            looks.extend(self.services(asked).into_iter().filter_map(made_to_migrate));
        }
        Ok(looks)
    }

    fn url(&self) -> DatabaseUrl {
        self.url.clone()
    }

    async fn run(
        &self,
        runner: &Runner,
        alembic: &Alembic,
        arguments: &[String],
        environment: &[(&str, &str)],
        story: &Story<'_>,
    ) -> Result<Ended, Error> {
        let environment: Vec<String> = MANNERS
            .iter()
            .chain(environment)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let heard = RefCell::new(Heard::default());
        let listener = RefCell::new(|channel: Channel, bytes: &[u8]| {
            heard
                .borrow_mut()
                .take(channel, bytes, &mut |line| story.alembic(line));
        });
        let attachment = Attachment::Listener(&listener);
        let code = if let Runner::Service { service, words } = runner {
            let engine = self.session.engine_for(&[])?;
            let service = self.session.project.find(service)?;
            let container = engine.container_of(&self.session.project, service).await?;
            let container = container.ok_or_else(|| Error::ServiceStopped {
                service: service.name.clone(),
            })?;
            let mut command = Command::new([words.as_slice(), arguments].concat());
            command.environment = environment;
            engine
                .exec_attached(&container.id, &command, attachment)
                .await?
        } else {
            self.run_once(runner, alembic, arguments, &environment, attachment, story)
                .await?
        };
        let heard = heard.take();
        Ok(heard.ended(code, &mut |line| story.alembic(line)))
    }

    async fn read(&self, runner: &Runner, path: &str) -> Result<String, Error> {
        let kept = || python::Error::KeptInside {
            runner: runner.to_string(),
            path: path.to_owned(),
        };
        let Runner::Service { service, .. } = runner else {
            return Err(kept().into());
        };
        let engine = self.session.engine_for(&[])?;
        let service = self.session.project.find(service)?;
        let container = engine.container_of(&self.session.project, service).await?;
        let container = container.ok_or_else(kept)?;
        let command = Command::new(["cat", "--", path]);
        let read = engine.exec_capture(&container.id, &command, &[]).await?;
        let text = String::from_utf8(read.stdout).ok();
        Ok(text.filter(|_| read.code == 0).ok_or_else(kept)?)
    }
}

/// What a process in a container has printed, and the last line of each stream as far as it is.
#[derive(Debug, Default)]
struct Heard {
    ended: Ended,
    begun: [Vec<u8>; 2],
}

impl Heard {
    fn take(&mut self, channel: Channel, bytes: &[u8], on_line: &mut dyn FnMut(&str)) {
        let (begun, kept) = self.stream(channel);
        begun.extend_from_slice(bytes);
        while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = begun.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            on_line(line);
            Ended::keep(kept, line);
        }
    }

    fn stream(&mut self, channel: Channel) -> (&mut Vec<u8>, &mut String) {
        let [output, errors] = &mut self.begun;
        match channel {
            Channel::Output => (output, &mut self.ended.stdout),
            Channel::Errors => (errors, &mut self.ended.stderr),
        }
    }

    /// All of it, the lines without an end too.
    fn ended(mut self, code: u8, on_line: &mut dyn FnMut(&str)) -> Ended {
        for channel in [Channel::Output, Channel::Errors] {
            if !self.stream(channel).0.is_empty() {
                self.take(channel, b"\n", on_line);
            }
        }
        self.ended.code = Some(i32::from(code));
        self.ended
    }
}

/// A service whose command is Alembic's, and the words with which it runs there.
fn made_to_migrate(service: &Service) -> Option<Look> {
    let words = alembic_words(service.command.as_deref().unwrap_or_default())?;
    Some(Look {
        place: format!("service `{}`, whose command is Alembic", service.name),
        found: Ok(Runner::OneOff {
            service: service.name.to_string(),
            words,
        }),
    })
}

/// The words of a command up to its verb: the program, and the configuration that it names.
fn alembic_words(command: &[String]) -> Option<Vec<String>> {
    let is_program = |word: &String| word.rsplit(['/', '\\']).next() == Some("alembic");
    let program = command.iter().position(is_program)?;
    let mut end = program + 1;
    while let Some(option) = command.get(end).filter(|it| it.starts_with('-')) {
        let takes_value = matches!(&**option, "-c" | "--config" | "-n" | "--name" | "-x");
        end += if takes_value { 2 } else { 1 };
    }
    Some(command[..end.min(command.len())].to_vec())
}

/// Where the configuration may be in a container of `service`: where it is mounted, else where a
/// build copied it to, from the working directory.
fn places(service: &Service, configuration: &Path, top: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for mount in service
        .volumes
        .iter()
        .filter(|it| it.kind == MountKind::Bind)
    {
        if let (Some(source), Some(target)) = (&mount.source, &mount.target)
            && let Ok(rest) = configuration.strip_prefix(source)
        {
            places.push(format!(
                "{}/{}",
                target.trim_end_matches('/'),
                slashed(rest)
            ));
        }
    }
    if let Ok(relative) = configuration.strip_prefix(top) {
        places.push(slashed(relative));
    }
    if let Some(name) = configuration.file_name() {
        places.push(name.to_string_lossy().into_owned());
    }
    let mut seen = BTreeSet::new();
    places.retain(|it| seen.insert(it.clone()));
    places
}

/// A path of this machine where the project is mounted.
fn inside(path: &Path, top: &Path) -> String {
    match path.strip_prefix(top) {
        Ok(relative) => format!("{MOUNT}/{}", slashed(relative)),
        Err(_) => slashed(path),
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The heads of the files here.
fn heads(alembic: &Alembic) -> Result<BTreeSet<String>, Error> {
    let history = alembic.history()?;
    let heads = history.graph().heads();
    Ok(heads
        .into_iter()
        .map(|it| history.id(it).to_owned())
        .collect())
}

/// The words with which Alembic runs there, if its revisions are those of `heads`.
fn understood(code: u8, said: &str, heads: &BTreeSet<String>) -> Result<Vec<String>, String> {
    let mut lines = said.lines();
    if code != 0 {
        let why = lines.next().filter(|it| !it.is_empty());
        return Err(why.unwrap_or("it has no shell").to_owned());
    }
    let words = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned);
    let configuration = lines.next().unwrap_or_default().to_owned();
    let theirs: BTreeSet<String> = lines
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    if theirs != *heads {
        let list = |heads: &BTreeSet<String>| {
            if heads.is_empty() {
                "none".to_owned()
            } else {
                heads.iter().cloned().collect::<Vec<_>>().join(", ")
            }
        };
        return Err(format!(
            "its copy of the revisions is not the one here (head {}, here {}): build it anew, or \
             mount the project into it",
            list(&theirs),
            list(heads)
        ));
    }
    Ok(words.chain(["-c".to_owned(), configuration]).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Heard, alembic_words, understood};
    use crate::docker::Channel;

    #[test]
    fn a_command_of_alembics_lends_its_words() {
        for (command, expected) in [
            (
                "uv run alembic -c alembic.ini upgrade head",
                Some("uv run alembic -c alembic.ini"),
            ),
            (
                "/app/.venv/bin/alembic upgrade head",
                Some("/app/.venv/bin/alembic"),
            ),
            (
                "alembic -x a=b --raiseerr -n tenants upgrade head",
                Some("alembic -x a=b --raiseerr -n tenants"),
            ),
            ("alembic", Some("alembic")),
            ("uvicorn app:app", None),
            ("", None),
        ] {
            let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
            let found = alembic_words(&words).map(|words| words.join(" "));
            assert_eq!(found.as_deref(), expected, "{command}");
        }
    }

    #[test]
    fn what_a_container_answers() {
        let heads = BTreeSet::from(["1a".to_owned()]);
        for (code, said, expected) in [
            (
                0,
                "uv run --no-sync alembic\nalembic.ini\n1a (head)\n",
                Ok("uv run --no-sync alembic -c alembic.ini"),
            ),
            (
                0,
                "alembic\nalembic.ini\n0b (head)\n",
                Err(
                    "its copy of the revisions is not the one here (head 0b, here 1a): build it anew, or mount the project into it",
                ),
            ),
            (4, "it has no Alembic\n", Err("it has no Alembic")),
            (127, "", Err("it has no shell")),
        ] {
            let found = understood(code, said, &heads).map(|words| words.join(" "));
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{said}");
        }
    }

    #[test]
    fn lines_come_in_pieces() {
        let mut heard = Heard::default();
        let mut lines = Vec::new();
        let mut on_line = |line: &str| lines.push(line.to_owned());
        heard.take(Channel::Output, b"Gener", &mut on_line);
        heard.take(Channel::Errors, b"INFO\n", &mut on_line);
        heard.take(Channel::Output, b"ating x\r\nlast", &mut on_line);
        let ended = heard.ended(7, &mut on_line);
        assert_eq!(lines, ["INFO", "Generating x", "last"]);
        assert_eq!(ended.stdout, "Generating x\nlast\n");
        assert_eq!(ended.stderr, "INFO\n");
        assert_eq!(ended.code, Some(7));
    }
}
