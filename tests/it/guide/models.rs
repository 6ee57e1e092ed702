//! `target_metadata is None`, `No module named 'app'`, and models that nobody imported.

use std::fs;

use super::{Started, forget_generated, generated};
use crate::support::docker;

const AUTOGENERATE: &str = "townpass dev migrate revision --autogenerate -m 'add a phone'";

#[test]
fn what_env_py_does_not_know() {
    if !docker::demanded() {
        return;
    }
    let started = Started::migrated();
    started.edit(
        "app/models.py",
        "    name: Mapped",
        "    phone: Mapped[str | None] = mapped_column(String(40))\n    name: Mapped",
    );
    let written = || {
        let found = generated(&started.town);
        let text = fs::read_to_string(found.first().expect("a file")).expect("UTF-8");
        assert!(
            text.contains("op.add_column('users', sa.Column('phone'"),
            "{text}"
        );
        assert!(!text.contains("drop_table"), "{text}");
        forget_generated(&started.town);
    };

    // As `alembic init` leaves it.
    started.edit("alembic/env.py", "= Base.metadata", "= None");
    started.edit("alembic/env.py", "from app.models import Base\n", "");
    started.refused(
        "alembic revision --autogenerate -m 'add a phone'",
        "does not provide a MetaData object or sequence of objects to the context",
    );
    started
        .typed(AUTOGENERATE)
        .expect(2)
        .says("its `target_metadata` is None")
        .says("`townpass init --fix-env-py`");
    started
        .typed("townpass doctor")
        .success()
        .shows("→ townpass init --fix-env-py");
    started.typed("townpass init --fix-env-py --yes").success();
    started.typed(AUTOGENERATE).success();
    written();

    // The project's root is missing from `sys.path`: an `alembic.ini` from before it was put there.
    started.restore("alembic/env.py");
    started.edit("alembic.ini", "prepend_sys_path = .\n", "");
    started.refused(
        "alembic revision --autogenerate -m 'add a phone'",
        "ModuleNotFoundError: No module named 'app'",
    );
    started
        .typed("townpass dev migrate --runner alembic revision --autogenerate -m x")
        .expect(3)
        .says("Python does not find the project's own module `app`")
        .says("`townpass init --fix-env-py`");
    started.typed("townpass init --fix-env-py --yes").success();
    started
        .exported("alembic revision --autogenerate -m 'add a phone'")
        .success();
    written();
    started
        .typed("townpass dev migrate --runner alembic revision --autogenerate -m x")
        .success();
    written();

    // A base that none of the models was imported for: all tables are to go.
    started.restore("alembic.ini");
    started.write(
        "app/db.py",
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
    );
    started.edit(
        "app/models.py",
        "\n\nclass Base(DeclarativeBase):\n    pass\n",
        "\nfrom app.db import Base\n",
    );
    started.edit(
        "alembic/env.py",
        "from app.models import",
        "from app.db import",
    );
    started
        .exported("alembic revision --autogenerate -m 'add a phone'")
        .success()
        .says("Detected removed table 'users'");
    started
        .typed("townpass dev migrate plan")
        .success()
        .shows("drops table `users` and its rows");
    forget_generated(&started.town);
}
