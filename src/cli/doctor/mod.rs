//! `townpass doctor`: what keeps the database from working, and the command that mends it.
//!
//! `files` and `alembic` gather what the project's files tell, `engine` what the engine does, `server` what the
//! database answers; the checks themselves are decisions over that evidence. Nothing is changed.

use super::context::Context;
use super::dev::session::Session;
use crate::alembic::VersionTable;
use crate::config::ProviderChoice;
use crate::database::choice::{self, Choice};
use crate::docker::{self, endpoint::Origin, endpoint::attempt::Attempt};
use crate::doctor::evidence::Engine;
use crate::doctor::{Evidence, Trouble, examine, excluded};
use crate::report::view::doctor::Diagnosis;

mod alembic;
mod engine;
mod files;
mod server;

use self::files::Files;

pub(crate) async fn run(context: &Context) -> u8 {
    let evidence = Box::pin(gather(context)).await;
    let findings = examine(&evidence);
    let diagnosis = Diagnosis::of(&findings, context.printer.verbosity());
    context.printer.show(&diagnosis);
    u8::from(!diagnosis.well)
}

async fn gather(context: &Context) -> Evidence {
    let (files, mut evidence) = Files::read(context);
    let wsl = evidence.machine.wsl.is_some();
    let (connected, excluded) = tokio::join!(
        async {
            match files.provider() {
                ProviderChoice::Embedded => None,
                ProviderChoice::Auto | ProviderChoice::Docker => {
                    Some(docker::connect(&super::surroundings::docker(context)).await)
                }
            }
        },
        excluded::ranges(wsl)
    );
    evidence.machine.excluded = excluded;
    evidence.engine = engine_of(&files, connected.as_ref());
    let silent = matches!(
        evidence.engine,
        Engine::Silent {
            stands_in: false,
            ..
        }
    );
    let Some(basis) = files.basis.filter(|_| !silent) else {
        return evidence;
    };
    match Session::among(context, basis, connected) {
        Ok(session) => Box::pin(look(context, &session, &files.version_table, &mut evidence)).await,
        Err(error) => evidence.address = Some(Err(Trouble::of(&error))),
    }
    evidence
}

/// What became of asking for an engine. Where nobody named one, and no data is known to be in
/// Docker, the embedded provider takes its place.
fn engine_of(files: &Files, connected: Option<&Result<docker::Engine, docker::Error>>) -> Engine {
    let error = match connected {
        None => return Engine::NotAsked,
        Some(Ok(engine)) => {
            let facts = engine.facts();
            let endpoint = &facts.endpoint;
            return Engine::Answers {
                endpoint: format!("{} ({})", endpoint.address, endpoint.origin),
                api: facts.api_version.to_string(),
            };
        }
        Some(Err(error)) => error,
    };
    let usual = |attempt: &Attempt| matches!(attempt.candidate.origin, Origin::Default(_));
    let nobody_named_it =
        matches!(error, docker::Error::NoEngine { tried } if tried.iter().all(usual));
    let choice = files.basis.as_ref().map(|basis| {
        Choice::of(choice::Facts {
            asked: super::dev::choose::asked(&basis.settings),
            engine: choice::Engine::Silent,
            last: basis.state.provider(),
        })
    });
    Engine::Silent {
        trouble: Trouble::of(error),
        stands_in: nobody_named_it && choice == Some(Choice::StandIn),
    }
}

/// Asks the engine and the server, each what it alone knows, at once.
async fn look(
    context: &Context,
    session: &Session,
    version_table: &VersionTable,
    evidence: &mut Evidence,
) {
    evidence.provider = Some(session.provider.kind());
    let status = session.provider.observe().await;
    let (image, ports, volume, server, answers, data) = tokio::join!(
        engine::image(session),
        engine::ports(session),
        engine::volume(session, status.as_ref().ok()),
        engine::server(session, &status),
        server::ask(
            context,
            session,
            status.as_ref().ok(),
            &evidence.history,
            version_table
        ),
        engine::room(session, status.as_ref().ok()),
    );
    (evidence.image, evidence.ports, evidence.volume) = (image, ports, volume);
    evidence.server = Some(server);
    evidence.address = answers.address;
    evidence.connection = answers.connection;
    evidence.journal = answers.journal;
    evidence.disks.extend(data);
}
