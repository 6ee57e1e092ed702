//! Starts a container, and says what it means when it cannot be started.

use crate::compose::Service;
use crate::docker::Engine;
use crate::docker::decide::plan::Standing;
use crate::docker::error::Error;
use crate::docker::event::Event;
use crate::docker::observed::State;
use crate::docker::port::refusal::PortRefusal;
use crate::docker::port::taken::PortTaken;
use crate::docker::up::Progress;

impl Engine {
    /// Starts the container of a service.
    pub(in crate::docker) async fn start(
        &self,
        progress: &Progress<'_, '_>,
        service: &Service,
        container: &str,
        from: &Standing,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let name = progress
            .peers
            .get(&service.name)
            .map_or(container, |it| it.name.as_str());
        if let Standing::There {
            id,
            state,
            exit_code,
        } = from
        {
            if *state == State::Exited && *exit_code != 0 {
                self.refuse_half_made(id).await?;
            }
            on_event(Event::Adopted {
                name,
                state: state.word(),
            });
        }
        let answer = self
            .despite_twins(format!("start container `{name}`"), || {
                self.api().start_container(name, None)
            })
            .await;
        let Err(error) = answer else {
            on_event(Event::Started { name });
            return Ok(());
        };
        let Error::Engine { message, .. } = &error else {
            return Err(error);
        };
        if *from == Standing::New {
            // It never ran, and would be adopted as it is when the file has been mended.
            let _ = self.remove_container(name, name).await;
        }
        let Some(refusal) = PortRefusal::read(message) else {
            return Err(error);
        };
        let file = progress.plan.project.files.last();
        let file = file.and_then(|it| it.file_name()).unwrap_or_default();
        let taken = PortTaken::new(&refusal, service, file.display().to_string());
        Err(self.explained(taken).await.into())
    }

    /// A container whose first start was ended by a script would skip that script now, and come
    /// up as if all were well.
    async fn refuse_half_made(&self, id: &str) -> Result<(), Error> {
        let Some(container) = self.inspect_if_there(id).await? else {
            return Ok(());
        };
        match self.half_made(&container).await? {
            Some(ailment) => Err(ailment.into()),
            None => Ok(()),
        }
    }
}
