//! Which provider runs the database.
//!
//! Docker is the first choice; the embedded one stands in where no engine answers or the image
//! cannot be had. It never stands in silently for data that is kept elsewhere.

use super::Kind;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing in particular.
    Whichever,
    /// This one.
    For(Kind),
}

/// What is known when the choice is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What was asked for.
    pub asked: Asked,
    /// What the engine can do for us.
    pub engine: Engine,
    /// The provider that ran this project's database last, if any did.
    pub last: Option<Kind>,
}

/// What the engine can do for this project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// It answers, and nothing is known against its image.
    Answers,
    /// It answers, but the image cannot be had.
    LacksImage,
    /// No engine answers.
    Silent,
}

/// The choice, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The container of the Compose file.
    Docker,
    /// The embedded provider, since it was asked for.
    Embedded,
    /// The embedded provider, since this project's data is there; Docker would answer.
    StayEmbedded,
    /// The embedded provider in place of Docker: to be said aloud.
    StandIn,
    /// Docker holds this project's data and cannot be had: an error, unless the embedded
    /// provider is asked for by name.
    DataInDocker,
}

impl Choice {
    /// Decides.
    pub fn of(facts: Facts) -> Self {
        match (facts.asked, facts.engine, facts.last) {
            (Asked::For(Kind::Embedded), _, _) => Self::Embedded,
            (Asked::For(Kind::Docker), _, _) => Self::Docker,
            (Asked::Whichever, Engine::Answers, Some(Kind::Embedded)) => Self::StayEmbedded,
            (Asked::Whichever, Engine::Answers, _) => Self::Docker,
            (Asked::Whichever, _, Some(Kind::Docker)) => Self::DataInDocker,
            (Asked::Whichever, _, _) => Self::StandIn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices() {
        use Asked::{For, Whichever};
        use Engine::{Answers, LacksImage, Silent};
        use Kind::{Docker, Embedded};
        let cases = [
            (Whichever, Answers, None, Choice::Docker),
            (Whichever, Answers, Some(Docker), Choice::Docker),
            (Whichever, Answers, Some(Embedded), Choice::StayEmbedded),
            (Whichever, LacksImage, None, Choice::StandIn),
            (Whichever, LacksImage, Some(Docker), Choice::DataInDocker),
            (Whichever, LacksImage, Some(Embedded), Choice::StandIn),
            (Whichever, Silent, None, Choice::StandIn),
            (Whichever, Silent, Some(Docker), Choice::DataInDocker),
            (Whichever, Silent, Some(Embedded), Choice::StandIn),
            (For(Docker), Silent, Some(Embedded), Choice::Docker),
            (For(Embedded), Answers, Some(Docker), Choice::Embedded),
        ];
        for (asked, engine, last, choice) in cases {
            let facts = Facts {
                asked,
                engine,
                last,
            };
            assert_eq!(Choice::of(facts), choice, "{facts:?}");
        }
    }
}
