//! What the database refuses: tables that are there already, rows that are in the way, ids that are too
//! long, and two of one kind at once.

use std::thread;

use super::{HEAD, Started, forget_generated};
use crate::support::{Output, docker};

#[test]
fn what_a_revision_meets() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    // The development server ran `Base.metadata.create_all()`.
    started
        .typed("townpass dev migrate downgrade base")
        .success();
    let create_all = "python -c 'from sqlalchemy import create_engine; from app.models import Base; \
                      from app.settings import database_url; \
                      Base.metadata.create_all(create_engine(database_url()))'";
    started.exported(create_all).success();
    started.refused("alembic upgrade head", "relation \"users\" already exists");
    started
        .typed("townpass dev migrate")
        .expect(6)
        .says("1a34685c3b0f_create_users.py:20:5")
        .says("relation \"users\" already exists")
        .says("`townpass dev migrate stamp 1a34685c3b0f`");
    started.typed("townpass dev migrate stamp head").success();
    started
        .typed("townpass dev migrate")
        .success()
        .prints("nothing to upgrade\n");
    started.stands_at("3c02b898183a (head)\n");

    // A column without a default, on a table with rows.
    started
        .town
        .sql("insert into users (email) values ('ann@example.org')");
    let file = "alembic/versions/4d17a0b2c3e4_add.py";
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    started.edit(file, "nullable=True", "nullable=False");
    let refused = "column \"phone\" of relation \"users\" contains null values";
    started.refused("alembic upgrade head", refused);
    started
        .typed("townpass dev migrate")
        .expect(6)
        .says("4d17a0b2c3e4_add.py:20:5")
        .says(refused)
        .says("give the column a default");
    started.edit(file, "nullable=False", "nullable=False, server_default=''");
    started.typed("townpass dev migrate").success();
    started.typed("townpass dev migrate downgrade -1").success();

    // A constraint that `--autogenerate` gave no name.
    started.edit(
        file,
        "op.drop_column('users', 'phone')",
        "op.drop_constraint(None, 'users', type_='unique')",
    );
    started.typed("townpass dev migrate").success();
    started.refused("alembic downgrade -1", "it has no name");
    started
        .typed("townpass dev migrate downgrade -1 --engine-mode native")
        .expect(4)
        .says("4d17a0b2c3e4_add.py:24:24: `None`: a constraint without a name cannot be dropped");
    started.revision("4d17a0b2c3e4", HEAD, "phone");
    started.typed("townpass dev migrate downgrade -1").success();
    forget_generated(&started.town);

    // Alembic's table has room for 32 characters.
    let long = "add_the_phone_number_of_each_user_at_last";
    started.revision(long, HEAD, "phone");
    let refused = "value too long for type character varying(32)";
    started.refused("alembic upgrade head", refused);
    started
        .typed("townpass dev migrate")
        .expect(3)
        .says(refused)
        .says("give the revision a shorter one, or widen the column");
    started.stands_at("3c02b898183a\n");
    started
        .typed("townpass dev psql -- -c 'alter table alembic_version alter version_num type varchar(255)'")
        .success();
    started.typed("townpass dev migrate").success();
    started.stands_at(&format!("{long} (head)\n"));
}

#[test]
fn several_instances_that_migrate_at_once() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    started
        .typed("townpass dev migrate downgrade base")
        .success();
    let at_once = |line: &str| -> Vec<Output> {
        thread::scope(|scope| {
            let run = || started.exported(line);
            let racing: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            let joined = racing.into_iter().map(|it| it.join().expect("no panic"));
            joined.collect()
        })
    };
    // Alembic has no lock. All of them see an empty history at one moment, and begin with the first
    // table.
    let theirs = thread::scope(|scope| {
        scope.spawn(|| started.town.sql(UNTIL_FOUR_WAIT));
        at_once("alembic upgrade head")
    });
    let failed = theirs.iter().filter(|it| it.status != 0).count();
    assert_eq!(failed, 3, "{}", theirs[0]);
    started
        .typed("townpass dev migrate downgrade base")
        .success();
    let ours = at_once("townpass dev migrate upgrade head");
    let worked = |it: &&Output| it.stdout.starts_with("upgraded 3 revisions");
    assert_eq!(ours.iter().filter(worked).count(), 1);
    for output in ours {
        output.success();
    }
}

/// Lets nobody read where the database stands before four want to.
const UNTIL_FOUR_WAIT: &str = "
begin;
lock table alembic_version;
do $$ begin
    for i in 1..600 loop
        exit when 4 <= (select count(*) from pg_locks
                        where not granted and relation = 'alembic_version'::regclass);
        perform pg_sleep(0.1);
    end loop;
end $$;
commit;
";
