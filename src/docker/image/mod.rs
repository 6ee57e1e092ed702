//! Having the image that a service wants.

pub mod build;
pub(in crate::docker) mod build_context;
pub mod credentials;
pub mod dockerfile;
pub mod ignore_file;
pub mod pull;
pub mod reference;

use crate::compose::Build;
use crate::docker::{Engine, Error, Event, decide::plan::ImageSource, image::reference::Reference};
use crate::ident::{ProjectName, ServiceName};

/// What a service says of its image.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The service.
    pub service: &'a ServiceName,
    /// The image's name: `image:`, or the one that Compose gives to what it builds.
    pub image: &'a str,
    /// `build:`.
    pub build: Option<&'a Build>,
    /// `platform:`, as `linux/amd64`.
    pub platform: Option<&'a str>,
}

impl Engine {
    /// Pulls or builds a service's image, whether or not the engine has it.
    pub async fn fetch_image(
        &self,
        wanted: &Wanted<'_>,
        source: ImageSource,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        if source == ImageSource::Build {
            return self.build(wanted, on_event).await;
        }
        let reference = Reference::parse(wanted.image)?;
        let pulled = self.pull(&reference, wanted.platform, on_event).await;
        match pulled {
            Err(
                Error::NoImage { .. }
                | Error::Unauthorized { .. }
                | Error::RegistryUnreachable { .. }
                | Error::NoPlatform { .. },
            ) if source == ImageSource::PullOrBuild => {
                let image = wanted.image;
                on_event(Event::Note(&format!(
                    "image `{image}` cannot be pulled, so it is built"
                )));
                self.build(wanted, on_event).await
            }
            pulled => pulled,
        }
    }
}
