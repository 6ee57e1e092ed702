//! All version files of a project, and which follows which.

pub mod check;
pub mod listing;
pub(in crate::alembic) mod names;
pub mod order;
pub mod versions;

use std::collections::{BTreeMap, BTreeSet};

use crate::alembic::error::Error;
use crate::alembic::history::order::Links;
use crate::alembic::script::Script;
use crate::migration::graph::Node;
use crate::migration::{Graph, Version};

/// The place of a revision in an order in which all can be applied: greater than what it needs.
/// It means something only beside the history that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal(usize);

/// The version files of a project, with their graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// By their ordinals.
    scripts: Vec<Script>,
    graph: Graph<Ordinal>,
    ids: BTreeMap<String, Ordinal>,
    /// The arrows between files, by the order in which they were read.
    links: Links,
    /// The revision of each file, in that order.
    read: Vec<Ordinal>,
    /// Where in that order each revision is.
    places: Vec<usize>,
}

impl History {
    /// Links `scripts`, which are in the order in which Alembic reads them.
    pub fn of(scripts: Vec<Script>) -> Result<Self, Error> {
        let (history, faults) = Self::survey(scripts);
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(history),
        }
    }

    /// Links `scripts` as far as they lead somewhere, and says which do not. Where they lead in
    /// circles there is no history at all.
    pub fn survey(scripts: Vec<Script>) -> (Self, Vec<Error>) {
        let mut faults = Vec::new();
        let scripts = once_each(scripts, &mut faults);
        let ids: BTreeMap<&str, usize> = scripts
            .iter()
            .enumerate()
            .map(|(at, script)| (script.id.as_str(), at))
            .collect();
        let owners = labels(&scripts, &ids, &mut faults);
        let mut links = Links::default();
        for script in &scripts {
            links
                .parents
                .push(parents(script, &ids, &owners, &mut faults));
            links
                .depends
                .push(depends(script, &ids, &owners, &mut faults));
        }
        let circles = [circle(&links, &scripts, Arrow::Revises)]
            .into_iter()
            .flatten()
            .next()
            .or_else(|| circle(&links, &scripts, Arrow::Any));
        if let Some(circle) = circles {
            faults.push(circle);
            return (Self::default(), faults);
        }
        let whole = links.depends.clone();
        links.depends = (0..scripts.len()).map(|at| fresh(&links, at)).collect();
        let labels: Vec<Vec<String>> = scripts
            .iter()
            .enumerate()
            .map(|(at, script)| {
                let own = script.labels.iter();
                own.filter(|&label| owners.get(label.as_str()) == Some(&at))
                    .cloned()
                    .collect()
            })
            .collect();
        (Self::arrange(scripts, links, &whole, labels), faults)
    }

    /// Gives each of `scripts` its ordinal.
    fn arrange(
        scripts: Vec<Script>,
        links: Links,
        depends: &[Vec<usize>],
        mut labels: Vec<Vec<String>>,
    ) -> Self {
        let all: BTreeSet<usize> = (0..scripts.len()).collect();
        let needed: BTreeSet<usize> = links
            .parents
            .iter()
            .chain(depends)
            .flatten()
            .copied()
            .collect();
        let mut places = links.sorted(&all, &(&all - &needed));
        places.reverse();
        let mut read = vec![Ordinal(0); scripts.len()];
        for (ordinal, &place) in places.iter().enumerate() {
            read[place] = Ordinal(ordinal);
        }
        let ordinals = |places: &[usize]| places.iter().map(|&it| read[it]).collect();
        let graph = Graph::link(places.iter().enumerate().map(|(ordinal, &place)| Node {
            revision: Ordinal(ordinal),
            parents: ordinals(&links.parents[place]),
            depends: ordinals(&depends[place]),
            labels: std::mem::take(&mut labels[place]),
        }));
        let mut scripts: Vec<Option<Script>> = scripts.into_iter().map(Some).collect();
        let scripts: Vec<Script> = places
            .iter()
            .filter_map(|&place| scripts[place].take())
            .collect();
        let ids = scripts
            .iter()
            .enumerate()
            .map(|(at, script)| (script.id.clone(), Ordinal(at)))
            .collect();
        Self {
            scripts,
            graph,
            ids,
            links,
            read,
            places,
        }
    }

    /// Which follows which.
    pub fn graph(&self) -> &Graph<Ordinal> {
        &self.graph
    }

    /// The file of a revision.
    pub fn script(&self, revision: Ordinal) -> &Script {
        &self.scripts[revision.0]
    }

    /// The id of a revision.
    pub fn id(&self, revision: Ordinal) -> &str {
        &self.script(revision).id
    }

    /// What the runner calls a revision.
    pub fn version(&self, revision: Ordinal) -> Version {
        let place = i64::try_from(revision.0).unwrap_or(i64::MAX);
        Version::named(place.saturating_add(1), self.id(revision))
    }

    /// The revision with exactly that id.
    pub fn find(&self, id: &str) -> Option<Ordinal> {
        self.ids.get(id).copied()
    }

    /// All revisions, each behind what it needs.
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = (Ordinal, &Script)> {
        let scripts = self.scripts.iter().enumerate();
        scripts.map(|(at, script)| (Ordinal(at), script))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scripts.is_empty()
    }

    /// `revisions` in the order in which their files were read, as Alembic tells heads.
    pub fn as_read(&self, mut revisions: Vec<Ordinal>) -> Vec<Ordinal> {
        revisions.sort_unstable_by_key(|it| self.places[it.0]);
        revisions
    }

    /// `revisions` in Alembic's order, newest first, as it walks down from `heads`, which need all
    /// of them. To apply them, Alembic goes the other way round.
    pub fn newest_first(&self, revisions: &BTreeSet<Ordinal>, heads: &[Ordinal]) -> Vec<Ordinal> {
        let places = |them: &mut dyn Iterator<Item = &Ordinal>| -> BTreeSet<usize> {
            them.map(|it| self.places[it.0]).collect()
        };
        let revisions = places(&mut revisions.iter());
        let sorted = self.links.sorted(&revisions, &places(&mut heads.iter()));
        sorted.into_iter().map(|place| self.read[place]).collect()
    }
}

/// The first of the scripts with each id; the others are faults. Alembic would take the last, and
/// only warn.
fn once_each(scripts: Vec<Script>, faults: &mut Vec<Error>) -> Vec<Script> {
    let mut kept: Vec<Script> = Vec::with_capacity(scripts.len());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for script in scripts {
        if let Some(&first) = seen.get(&script.id) {
            let why = format!(
                "Revision {} is present more than once: `{}` has it too",
                script.id,
                kept[first].source.path.display()
            );
            let help = "give the newer one an id of its own, here and in what follows it; if one is a \
                        copy, remove it";
            faults.push(script.fault(&script.places.revision, why, help));
        } else {
            seen.insert(script.id.clone(), kept.len());
            kept.push(script);
        }
    }
    kept
}

/// The script that has each label.
fn labels<'s>(
    scripts: &'s [Script],
    ids: &BTreeMap<&str, usize>,
    faults: &mut Vec<Error>,
) -> BTreeMap<&'s str, usize> {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, script) in scripts.iter().enumerate() {
        for label in &script.labels {
            let used = owners
                .get(label.as_str())
                .or_else(|| ids.get(label.as_str()));
            if let Some(&owner) = used {
                let why = format!(
                    "Branch name '{label}' in revision {} already used by revision {}",
                    script.id, scripts[owner].id
                );
                let help = "give one of the two branches another name";
                faults.push(script.fault(&script.places.branch_labels, why, help));
            } else {
                owners.insert(label, at);
            }
        }
    }
    owners
}

/// What `script` follows.
fn parents(
    script: &Script,
    ids: &BTreeMap<&str, usize>,
    owners: &BTreeMap<&str, usize>,
    faults: &mut Vec<Error>,
) -> Vec<usize> {
    let mut found = Vec::new();
    for parent in &script.parents {
        let (why, help) = if *parent == script.id {
            let why = format!("Self-loop is detected in revisions ({parent})");
            (why, "name the revision before this one".to_owned())
        } else if let Some(&at) = ids.get(parent.as_str()) {
            found.push(at);
            continue;
        } else {
            missing(script, parent, ids, owners.contains_key(parent.as_str()))
        };
        faults.push(script.fault(&script.places.down_revision, why, &help));
    }
    found
}

/// What `script` depends on, by id or by label.
fn depends(
    script: &Script,
    ids: &BTreeMap<&str, usize>,
    owners: &BTreeMap<&str, usize>,
    faults: &mut Vec<Error>,
) -> Vec<usize> {
    let mut found = Vec::new();
    for needed in &script.depends {
        let at = ids
            .get(needed.as_str())
            .or_else(|| owners.get(needed.as_str()));
        let (why, help) = match at {
            Some(&at) if ids.get(script.id.as_str()) == Some(&at) => {
                let why = format!("Dependency self-loop is detected in revisions ({needed})");
                (why, "name another revision, or `None`".to_owned())
            }
            Some(&at) => {
                found.push(at);
                continue;
            }
            None => missing(script, needed, ids, false),
        };
        faults.push(script.fault(&script.places.depends_on, why, &help));
    }
    found
}

/// What to say where `script` names a revision that is not there.
fn missing(
    script: &Script,
    name: &str,
    ids: &BTreeMap<&str, usize>,
    is_label: bool,
) -> (String, String) {
    let why = format!(
        "Revision {name} referenced from {} is not present",
        script.id
    );
    if is_label {
        let help = format!("`{name}` is the name of a branch; write the id of a revision");
        return (why, help);
    }
    let longer = |id: &&&str| !name.is_empty() && id.starts_with(name);
    let near = ids.keys().find(longer).copied();
    let near = near.or_else(|| {
        let near = ids
            .keys()
            .map(|id| (strsim::damerau_levenshtein(name, id), *id));
        let near = near.filter(|(distance, id)| distance * 4 <= id.len());
        near.min().map(|(_, id)| id)
    });
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "restore its file, perhaps from another branch of git; or name another revision"
            .to_owned(),
    };
    (why, help)
}

/// Which arrows lead in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrow {
    Revises,
    Any,
}

/// The revisions that lead back to themselves, if there are any.
fn circle(links: &Links, scripts: &[Script], arrow: Arrow) -> Option<Error> {
    let next = |at: usize| {
        let depends = links.depends[at].iter();
        let parents = links.parents[at].iter();
        parents
            .chain(depends.filter(|_| arrow == Arrow::Any))
            .copied()
    };
    let mut wanted = vec![0_usize; scripts.len()];
    (0..scripts.len())
        .flat_map(next)
        .for_each(|it| wanted[it] += 1);
    let mut free: Vec<usize> = (0..scripts.len()).filter(|&it| wanted[it] == 0).collect();
    let mut left: BTreeSet<usize> = (0..scripts.len()).collect();
    while let Some(at) = free.pop() {
        left.remove(&at);
        for it in next(at) {
            wanted[it] -= 1;
            if wanted[it] == 0 {
                free.push(it);
            }
        }
    }
    let leads_back = |&start: &usize| {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<usize> = next(start).collect();
        while let Some(at) = pending.pop() {
            if at == start {
                return true;
            }
            if seen.insert(at) {
                pending.extend(next(at));
            }
        }
        false
    };
    let mut circle: Vec<&Script> = left
        .into_iter()
        .filter(leads_back)
        .map(|at| &scripts[at])
        .collect();
    circle.sort_by(|a, b| a.id.cmp(&b.id));
    (!circle.is_empty()).then(|| Error::Cycle {
        kind: match arrow {
            Arrow::Revises => "Cycle",
            Arrow::Any => "Dependency cycle",
        },
        names: match arrow {
            Arrow::Revises => "`down_revision`",
            Arrow::Any => "`down_revision` and `depends_on`",
        },
        revisions: circle.iter().map(|it| it.id.clone()).collect(),
        files: circle
            .iter()
            .map(|it| it.source.path.display().to_string())
            .collect(),
    })
}

/// What the revision at `at` depends on and no revision before it does already.
fn fresh(links: &Links, at: usize) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut pending = links.parents[at].clone();
    let mut known: BTreeSet<usize> = BTreeSet::new();
    if links.depends[at].is_empty() {
        return Vec::new();
    }
    while let Some(at) = pending.pop() {
        if seen.insert(at) {
            known.extend(&links.depends[at]);
            pending.extend(&links.parents[at]);
        }
    }
    let own = links.depends[at].iter().copied();
    own.filter(|it| !known.contains(it)).collect()
}
