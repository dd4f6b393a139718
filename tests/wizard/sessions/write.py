"""Writes sessions as the Offramp that is here leaves them, as SQL, for later versions to open:

    python -m tests.wizard.sessions.write

Only before a release: what a version wrote stays as it is, and its folder is never written again.
"""

import os
import sqlite3
import sys
import tempfile
from pathlib import Path

from tests.journeys.test_bad_leaving import far_along
from tests.screens.a_run import DEPLOY, GATE, ARun
from tests.screens.example_system import example_system
from wizard.credentials import Origin
from wizard.session.formats import this_version
from wizard.session.own_tunnels import OWN_TUNNELS, OwnTunnels
from wizard.session.parts import (
    ANSWERS,
    CONNECTIONS,
    SYSTEM,
    SYSTEM_BEFORE,
    Answers,
    Connection,
    Connections,
    Note,
)
from wizard.session.store import Session, create

HERE = Path(__file__).parent


def dump(folder: Path) -> str:
    """The session's file as SQL, its format included."""
    with sqlite3.connect(folder / "session.sqlite3") as file:
        (number,) = file.execute("PRAGMA user_version").fetchone()
        return "\n".join([f"PRAGMA user_version={number};", *file.iterdump(), ""])


def load(text: str, folder: Path) -> None:
    """Make a session's folder of such SQL."""
    folder.mkdir(mode=0o700, parents=True)
    with sqlite3.connect(folder / "session.sqlite3") as file:
        file.executescript(text)


def documented() -> Path:
    """Before its run: what was read and told, an account for each way in which a token is had."""
    session = create("acme-documented")
    ways = {
        "heroku": Origin(variable="HEROKU_API_KEY"),
        "aptible": Origin(command=("op", "read", "op://x/y")),
    }
    who = {
        vendor: Connection(
            provider=vendor,
            account_id="1",
            email="ada@example.com",
            kept_in="in the environment",
            expires_at="2026-12-01T12:00:00+00:00",
            origin=origin,
        )
        for vendor, origin in ways.items()
    }
    session.save(CONNECTIONS, Connections(by_provider=who, forgotten={"heroku": who["heroku"]}))
    system = example_system()
    session.save(SYSTEM, system)
    session.save(SYSTEM_BEFORE, system)
    app = system.apps[0].id
    answers = Answers(jobs={app: ()}, checkouts={app: "/srv/code"}, notes={f"app:{app}": Note(text="ours")})
    session.save(ANSWERS, answers)
    session.save(OWN_TUNNELS, OwnTunnels(ports={"acme-db": 15432}))
    session.close()
    return session.folder


def run_at(name: str, where: str, state: str = "") -> Path:
    """A run at the step `where`, its worker gone."""
    folder = far_along(name)
    run = ARun(Session(folder)).start()
    run.copying().reach(where).kill() if where else run.copying().kill()
    if state:
        run.journal.set_run(state)  # type: ignore[arg-type]
    run.journal.log("deploy:migrate-backend", ["-----> Building", "-----> Done"])
    run.close()
    return folder


def main() -> None:
    """Write the folder of this version."""
    os.environ["OFFRAMP_HOME"] = tempfile.mkdtemp(prefix="offramp-")
    folder = HERE / this_version()
    if any(folder.glob("*.sql")):
        sys.exit(f"{folder} is there already; what a version wrote stays as it is.")
    folder.mkdir(exist_ok=True)
    made = {
        "documented": documented(),
        "in-mid-copy": run_at("acme-copying", ""),
        "in-the-cut-over": run_at("acme-cut-over", DEPLOY),
        "at-the-gate": run_at("acme-gate", GATE, "waiting"),
        "done": run_at("acme-done", "gate:finish", "done"),
    }
    for name, session in made.items():
        (folder / f"{name}.sql").write_text(dump(session))


if __name__ == "__main__":
    main()
