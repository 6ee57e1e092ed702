//! One project's cluster: from nothing to a running server, and back.
//!
//! Whoever changes anything holds a [`Change`], which is the project's lock.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Error, Settings,
    binaries::{Choice, Found, Need, Origin},
    choose,
    configuration::Listen,
    copies::settle,
    initialise::{self, with_private_server},
    layout::{Channel, Layout},
    lock::{self, Lock},
    port::{self, Port},
    records::{PidFile, Record},
    server::{Place, Started, length, running},
    session, single,
    user::User,
};
use crate::{database::Event, ident::DatabaseName};

/// How long another command on the same project may take: it may be downloading.
const PATIENCE: Duration = Duration::from_mins(15);

/// In the data directory: the major that was wanted when it was made, where there was a wish.
const WANTED_FILE: &str = "townpass-wanted-major";

/// The cluster of one project.
#[derive(Debug)]
pub(in crate::database::embedded) struct Cluster {
    settings: Settings,
    layout: Layout,
}

/// Whether the server was running before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::database::embedded) enum Before {
    /// It was, and is to be again.
    Running,
    /// It was not.
    Stopped,
}

/// The right to change the cluster, alone.
#[derive(Debug)]
pub(in crate::database::embedded) struct Change<'a> {
    cluster: &'a Cluster,
    place: Place,
    _lock: Lock,
}

impl Cluster {
    pub(in crate::database::embedded) fn new(settings: Settings) -> Self {
        let layout = Layout::new(settings.directory.clone());
        Self { settings, layout }
    }

    pub(in crate::database::embedded) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(in crate::database::embedded) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What is remembered; nothing where nothing can be read.
    pub(in crate::database::embedded) fn record(&self) -> Record {
        fs::read(self.layout.record())
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// The server that runs now, for everyone.
    pub(in crate::database::embedded) fn server(&self) -> Option<PidFile> {
        let server = running(&self.layout.data())?;
        let private = server.address.is_empty() && self.layout.channel() != Channel::Loopback;
        (!private).then_some(server)
    }

    /// Whether there is a cluster, be it on its way back from a copy.
    pub(in crate::database::embedded) fn has_data(&self) -> bool {
        let layout = &self.layout;
        [layout.data(), layout.restored(), layout.replaced()]
            .iter()
            .any(|it| it.exists())
    }

    /// Waits for the right to change the cluster, and settles what was left half done.
    pub(in crate::database::embedded) async fn change(
        &self,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Change<'_>, Error> {
        let root = self.layout.root();
        fs::create_dir_all(root).map_err(Error::file("make", root))?;
        let lock = lock::acquire(&self.layout.lock(), PATIENCE, || {
            on_event(Event::Note("another townpass works on this database"));
        })
        .await?;
        settle(&self.layout)?;
        Ok(Change {
            cluster: self,
            place: self.place()?,
            _lock: lock,
        })
    }

    /// What [`start`](Self::start) would do.
    pub(in crate::database::embedded) async fn plan(&self) -> Result<Vec<String>, Error> {
        if self.server().is_some() {
            return Ok(Vec::new());
        }
        let need = self.need()?;
        let (choice, _) = choose::look(&self.settings, need, &User::choose()?).await?;
        let mut steps = Vec::new();
        let what = match choice {
            Choice::Use(found) => found.to_string(),
            Choice::Fetch(pin) => {
                steps.push(format!("download {}", pin.archive()));
                format!("PostgreSQL {}", pin.version)
            }
            Choice::Nothing => "PostgreSQL".to_owned(),
        };
        if !self.has_data() {
            let data = self.layout.data();
            steps.push(format!("initialise a database in {}", data.display()));
        }
        steps.push(format!("start {what}"));
        Ok(steps)
    }

    /// Makes the server run.
    pub(in crate::database::embedded) async fn start(
        &self,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        if self.server().is_some() {
            return Ok(());
        }
        self.change(on_event).await?.start(on_event).await
    }

    /// Runs SQL as the superuser; a server that is not running is started for it alone.
    pub(in crate::database::embedded) async fn admin(
        &self,
        database: &DatabaseName,
        sql: &str,
    ) -> Result<String, Error> {
        let (account, silent) = (&self.settings.account, &mut |_: Event<'_>| ());
        if let Some(server) = self.server() {
            let (bin, place) = (self.bin_of_data(silent).await?, self.place()?);
            let answer = session::admin(&place, &bin, server.port, account, database, sql).await;
            return match answer {
                Err(Error::Sql { said }) if self.is_locked_out(&said) => {
                    let change = self.change(silent).await?;
                    let before = change.stop(silent).await?;
                    let data = self.layout.data();
                    let answer = single::admin(&place, &bin, &data, database, sql).await;
                    change.as_before(before, silent).await?;
                    answer
                }
                answer => answer,
            };
        }
        let change = self.change(silent).await?;
        let (place, data) = (change.place(), self.layout.data());
        let bin = self.bin_of_data(silent).await?;
        // A killed command may have left its private server.
        place.stop(&bin, &data).await?;
        if self.layout.channel() == Channel::Loopback {
            return single::admin(place, &bin, &data, database, sql).await;
        }
        with_private_server(place, &bin, &data, Listen::Private, async |port| {
            session::admin(place, &bin, port, account, database, sql).await
        })
        .await
    }

    /// Whether we would need a password that we do not know.
    fn is_locked_out(&self, said: &str) -> bool {
        self.layout.channel() == Channel::Loopback
            && ["password authentication failed", "no password supplied"]
                .iter()
                .any(|it| said.contains(it))
    }

    /// The binaries that run, or ran last, the data that is there.
    pub(in crate::database::embedded) async fn bin_of_data(
        &self,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<PathBuf, Error> {
        match self.record().bin {
            Some(bin) if super::process::program(&bin, "pg_ctl").exists() => Ok(bin),
            _ => {
                let need = self.data_major()?.map_or(Need::Any, Need::Data);
                let found =
                    choose::obtain(&self.settings, need, &User::choose()?, on_event).await?;
                Ok(found.bin)
            }
        }
    }

    fn place(&self) -> Result<Place, Error> {
        Ok(Place {
            project: self.settings.project.clone(),
            layout: self.layout.clone(),
            user: User::choose()?,
        })
    }

    /// The major that is needed; data of another one than is asked for is refused.
    fn need(&self) -> Result<Need, Error> {
        let wanted = self.settings.wanted_major;
        let Some(found) = self.data_major()? else {
            return Ok(wanted.map_or(Need::Any, Need::Wanted));
        };
        let data = self.layout.data();
        // Another major was taken for this very wish, with a word, when nothing else was at hand.
        let stood_in = fs::read_to_string(data.join(WANTED_FILE))
            .ok()
            .and_then(|text| text.trim().parse().ok());
        match wanted {
            Some(wanted) if wanted != found && stood_in != Some(wanted) => Err(Error::OtherMajor {
                data,
                found,
                wanted,
            }),
            _ => Ok(Need::Data(found)),
        }
    }

    /// The major of the data that is there.
    fn data_major(&self) -> Result<Option<u16>, Error> {
        let data = self.layout.data();
        if !data.exists() {
            return Ok(None);
        }
        let file = data.join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => match text.trim().parse() {
                Ok(major) => Ok(Some(major)),
                Err(_) => Err(Error::NotACluster { data }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Error::NotACluster { data })
            }
            Err(error) => Err(Error::file("read", &file)(error)),
        }
    }
}

impl Change<'_> {
    pub(in crate::database::embedded) fn place(&self) -> &Place {
        &self.place
    }

    /// Stops whatever server runs on the data.
    pub(in crate::database::embedded) async fn stop(
        &self,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Before, Error> {
        let data = self.cluster.layout.data();
        if running(&data).is_none() {
            return Ok(Before::Stopped);
        }
        let before = match self.cluster.server() {
            Some(_) => Before::Running,
            None => Before::Stopped,
        };
        let bin = self.cluster.bin_of_data(on_event).await?;
        self.place.stop(&bin, &data).await?;
        Ok(before)
    }

    /// Starts the server again if it was running before.
    pub(in crate::database::embedded) async fn as_before(
        &self,
        before: Before,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        match before {
            Before::Running => self.start(on_event).await,
            Before::Stopped => Ok(()),
        }
    }

    /// Makes the server run: binaries, data, port.
    pub(in crate::database::embedded) async fn start(
        &self,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let Cluster { settings, layout } = self.cluster;
        let user = &self.place.user;
        user.ensure_passable(layout.root())?;
        if self.cluster.server().is_some() {
            return Ok(());
        }
        let need = self.cluster.need()?;
        let found = choose::obtain(settings, need, user, on_event).await?;
        user.ensure_passable(&found.bin)?;
        choose::say_what_differs_from_the_wish(&found, settings, on_event);

        let data = layout.data();
        // A killed command may have left its private server.
        self.place.stop(&found.bin, &data).await?;
        let mut locale = None;
        if !data.exists() {
            let step = format!("initialise a database in {}", data.display());
            on_event(Event::Step(&step));
            let wanted = settings.wanted_major.map(|it| it.to_string());
            let account = &settings.account;
            let name = initialise::initialise(&self.place, &found, account, |new| match &wanted {
                Some(wanted) => self.place.write(&new.join(WANTED_FILE), wanted),
                None => Ok(()),
            });
            locale = Some(name.await?);
        }
        let port = self.start_on_a_port(&found, &data, on_event).await?;
        if let Some(locale) = locale {
            for note in differences(&found, &self.place.user, port, locale) {
                on_event(Event::Note(&note));
            }
        }
        Ok(())
    }

    async fn start_on_a_port(
        &self,
        found: &Found,
        data: &Path,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<u16, Error> {
        let Cluster { settings, layout } = self.cluster;
        let record = self.cluster.record();
        let wishes: Vec<u16> = record.port.into_iter().chain(settings.port).collect();
        let mut port = port::choose(&wishes)?;
        for _ in 0..3 {
            if let Port::Instead { of, taken } = port {
                on_event(Event::Warning(&format!(
                    "port {taken} is taken by another program: the database gets port {of}"
                )));
            }
            let number = port.number();
            on_event(Event::Step(&format!("start {found} on 127.0.0.1:{number}")));
            let log_from = length(&layout.log());
            // Remembered first: who looks while we start, or after we were killed, finds it.
            self.remember(&Record {
                port: Some(number),
                bin: Some(found.bin.clone()),
                version: Some(found.version.to_string()),
                log_from,
            })?;
            match self
                .place
                .start(&found.bin, data, Listen::Public(number))
                .await?
            {
                Started::Yes => return Ok(number),
                // Somebody took it since it was looked at.
                Started::PortTaken => {
                    port = Port::Instead {
                        of: port::choose(&[])?.number(),
                        taken: number,
                    };
                }
            }
        }
        Err(Error::NoPort)
    }

    fn remember(&self, record: &Record) -> Result<(), Error> {
        let path = self.cluster.layout.record();
        let text = serde_json::to_string(record)
            .map_err(|error| Error::file("write", &path)(error.into()))?;
        let aside = path.with_extension("json.new");
        fs::write(&aside, text).map_err(Error::file("write", &aside))?;
        fs::rename(&aside, &path).map_err(Error::file("write", &path))
    }
}

/// What a person who knows the container should know, said once.
fn differences(found: &Found, user: &User, port: u16, locale: &str) -> Vec<String> {
    let mut notes = vec![
        format!(
            "{found} runs as {} on 127.0.0.1:{port}; it is not isolated like a container",
            user.in_words()
        ),
        format!(
            "unlike the image it sorts by {locale}, has its own extensions only, and commits without \
             waiting for the disk"
        ),
    ];
    let zones = Path::new("/usr/share/zoneinfo");
    if cfg!(unix) && found.origin == Origin::Cache && !zones.exists() {
        notes.push("there are no time zones on this machine: install `tzdata`".to_owned());
    }
    notes
}
