//! Images that an engine has, and making sure that it has the one a service wants.

use std::collections::BTreeMap;

use super::{
    Engine, Error, Event,
    credentials::Keyring,
    pull_policy::{self, Fetch, Source},
    reference::Reference,
};
use crate::{
    compose::{Build, PullPolicy},
    ident::{ProjectName, ServiceName},
};

/// An image that the engine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Its id, as `sha256:…`; the value of Compose's label `com.docker.compose.image`.
    pub id: String,
    /// The names it goes by.
    pub tags: Vec<String>,
    /// Its system and processor, as `linux/amd64`.
    pub platform: String,
    /// The variables it sets, as `NAME=value`.
    pub environment: Vec<String>,
    /// The paths it wants a volume for.
    pub volumes: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// When this engine last pulled or tagged it.
    pub last_tagged: Option<jiff::Timestamp>,
}

/// What a service says of its image.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The service.
    pub service: &'a ServiceName,
    /// `image:`.
    pub image: Option<&'a str>,
    /// `build:`.
    pub build: Option<&'a Build>,
    /// `platform:`, as `linux/amd64`.
    pub platform: Option<&'a str>,
    /// When to pull.
    pub policy: &'a PullPolicy,
}

impl Wanted<'_> {
    /// The image's name: as written, or as Compose names what it builds.
    pub fn name(&self) -> String {
        match self.image {
            Some(image) => image.to_owned(),
            None => format!("{}-{}", self.project, self.service),
        }
    }
}

impl Engine {
    /// The image of a name or an id, if the engine has it.
    pub async fn image(&self, name: &str) -> Result<Option<Image>, Error> {
        let answer = match self.api().inspect_image(name).await {
            Ok(answer) => answer,
            Err(error) => {
                let error = Error::answer(format!("look at image `{name}`"), error);
                return match error.status() {
                    Some(404) => Ok(None),
                    _ => Err(error),
                };
            }
        };
        let config = answer.config.unwrap_or_default();
        let last_tagged = answer
            .metadata
            .and_then(|metadata| metadata.last_tag_time)
            .and_then(|time| time.parse().ok())
            .filter(|time: &jiff::Timestamp| *time > jiff::Timestamp::UNIX_EPOCH);
        Ok(Some(Image {
            id: answer.id.unwrap_or_default(),
            tags: answer.repo_tags.unwrap_or_default(),
            platform: format!(
                "{}/{}",
                answer.os.unwrap_or_default(),
                answer.architecture.unwrap_or_default()
            ),
            environment: config.env.unwrap_or_default(),
            volumes: config.volumes.unwrap_or_default(),
            labels: config.labels.unwrap_or_default().into_iter().collect(),
            last_tagged,
        }))
    }

    /// What [`ensure_image`](Self::ensure_image) would do now.
    pub async fn plan_image(&self, wanted: &Wanted<'_>) -> Result<(Fetch, Option<Image>), Error> {
        let source = match (wanted.image, wanted.build) {
            (Some(_), None) => Source::Image,
            (None, Some(_)) => Source::Build,
            (Some(_), Some(_)) => Source::Both,
            (None, None) => {
                return Err(Error::NothingToRun {
                    service: wanted.service.to_string(),
                });
            }
        };
        if *wanted.policy == PullPolicy::Build && wanted.build.is_none() {
            return Err(Error::NothingToBuild {
                service: wanted.service.to_string(),
            });
        }
        let present = self.image(&wanted.name()).await?;
        let now = jiff::Timestamp::now();
        let fetch = pull_policy::decide(wanted.policy, source, present.as_ref(), now)?;
        Ok((fetch, present))
    }

    /// Makes sure that the engine has a service's image: keeps, pulls or builds it, as its pull
    /// policy says.
    pub async fn ensure_image(
        &self,
        wanted: &Wanted<'_>,
        keyring: &Keyring,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Image, Error> {
        let name = wanted.name();
        let (fetch, present) = self.plan_image(wanted).await?;
        match fetch {
            Fetch::Keep => {
                if let Some(image) = present {
                    return Ok(image);
                }
            }
            Fetch::Refuse => return Err(Error::ImageAbsent { image: name }),
            Fetch::Build => self.build(wanted, keyring, on_event).await?,
            Fetch::Pull => {
                let reference = Reference::parse(&name)?;
                self.pull(&reference, wanted.platform, keyring, on_event)
                    .await?;
            }
            Fetch::PullOrBuild => {
                let reference = Reference::parse(&name)?;
                match self
                    .pull(&reference, wanted.platform, keyring, on_event)
                    .await
                {
                    Ok(()) => {}
                    Err(
                        Error::NoImage { .. }
                        | Error::Unauthorized { .. }
                        | Error::RegistryUnreachable { .. }
                        | Error::NoPlatform { .. },
                    ) => {
                        on_event(Event::Note(&format!(
                            "image `{name}` cannot be pulled, so it is built"
                        )));
                        self.build(wanted, keyring, on_event).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        self.image(&name)
            .await?
            .ok_or(Error::NoImage { image: name })
    }
}
