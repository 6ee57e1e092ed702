//! Parts of the sentences that errors are made of.

use std::fmt;

use crate::migration::directory::version::Version;
use crate::migration::journal::ledger::Kept;
use crate::migration::journal::lock::Holder;

/// Revisions, quoted, with commas.
pub(crate) struct Quoted<'a, T>(pub(crate) &'a [T]);

impl<T: fmt::Display> fmt::Display for Quoted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0)
    }
}

/// The first of several sentences, and how many there are beside it.
pub(super) struct Sentences<'a>(pub(super) &'a [String]);

impl fmt::Display for Sentences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            [only] => f.write_str(only),
            [first, rest @ ..] => write!(f, "{first}, and {} more", rest.len()),
        }
    }
}

/// Versions and a verb that fits their number.
pub(super) struct Those<'a>(pub(super) &'a [Version]);

impl fmt::Display for Those<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.0.len() == 1 { "is" } else { "are" };
        write!(f, "{} {verb}", Quoted(self.0))
    }
}

fn listed<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}`{item}`")?;
    }
    Ok(())
}

/// The beginning of a help that guesses.
pub(super) struct Perhaps<'a>(pub(super) Option<&'a str>);

impl fmt::Display for Perhaps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(near) => write!(f, "did you mean `{near}`? "),
            None => Ok(()),
        }
    }
}

/// The end of a sentence that names the holder of a lock.
pub(super) struct HeldBy<'a>(pub(super) Option<&'a Holder>);

impl fmt::Display for HeldBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(holder) => write!(f, "; {holder} holds it"),
            None => Ok(()),
        }
    }
}

/// How to get on where a file is missing.
pub(super) struct Regain<'a>(pub(super) Version, pub(super) Option<&'a Kept>);

impl fmt::Display for Regain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(version, kept) = self;
        f.write_str("restore the file, or switch to the branch that has it")?;
        if let Some(commit) = kept.and_then(|kept| kept.commit.as_deref()) {
            write!(f, " (it was applied from commit `{commit}`)")?;
        }
        match kept {
            Some(kept) if kept.down.is_some() => write!(
                f,
                "; or revert it: `townpass migrate downgrade {version}-1` uses the SQL that the \
                 database keeps"
            ),
            Some(_) | None => f.write_str(" and downgrade there"),
        }
    }
}
