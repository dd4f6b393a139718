"""A session with a plan and a journal as a worker would leave them, for tests and pictures of the monitor."""

import sqlite3
import time
from collections.abc import Sequence

from wizard.database.progress import CopyProgress, TableProgress, TunnelHealth
from wizard.model.plan import Evidence, GateText, Plan, Step
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.run.view import OpenGate
from wizard.session.lock import Lock
from wizard.session.parts import PLAN
from wizard.session.store import Session

COPY = "copy:acme-db"
GATE = "gate:cut-over"
DEPLOY = "deploy:migrate-backend"


def _step(key: str, title: str, phase: str, **more: object) -> Step:
    kind, _, handle = key.partition(":")
    args = {"handle": handle} if handle else {}
    return Step(key=key, kind=kind, title=title, phase=phase, args=args, **more)  # type: ignore[arg-type]


def plan() -> Plan:
    """A move of three apps and a database, shorter than a real one."""
    return Plan(
        name="acme-shop",
        source="Heroku",
        target="Aptible",
        made_at="2026-11-21T14:00:00+00:00",
        steps=(
            _step("environment", "Create the environment migrate", "prepare", writes="target"),
            _step(
                "database:acme-db",
                "Create the database acme-db",
                "prepare",
                writes="target",
                seconds=(60, 420),
                way_back="nothing on Heroku was touched; delete it on the target if it is not wanted",
            ),
            _step("app:migrate-backend", "Create the app migrate-backend", "prepare", writes="target"),
            _step(
                "push:migrate-backend",
                "Push the code of migrate-backend to Aptible",
                "prepare",
                writes="target",
            ),
            _step(
                COPY,
                "Copy migrate-db into acme-db, and prove each table (Heroku goes on serving)",
                "copy",
                writes="target",
                seconds=(600, 1860),
            ),
            _step(
                GATE,
                "Gate: cut-over",
                "cut-over",
                by="person",
                seconds=(0, 0),
                needs=(COPY,),
                way_back="until you type the name, Heroku is untouched",
                gate=GateText(
                    word="acme-shop",
                    will_happen=(
                        "Maintenance mode on for migrate-backend",
                        "Stop 1 scheduler job of migrate-emailer",
                        "Scale migrate-backend to zero on Heroku (now web 1, worker 1)",
                        "Then: last copy, proof, config, deploy, start and health check on Aptible",
                    ),
                    duration="40 s to 3 min in which the apps do not serve (an estimate)",
                    way_back="Any failure, or b: Heroku serves again as before.",
                ),
            ),
            _step(
                "maintenance:migrate-backend",
                "Maintenance mode on for migrate-backend",
                "cut-over",
                writes="heroku",
                way_back="maintenance mode off again",
            ),
            _step(
                "scale-down:migrate-backend",
                "Scale migrate-backend to zero on Heroku",
                "cut-over",
                writes="heroku",
                way_back="scaled back to what it was",
            ),
            _step(
                DEPLOY, "Deploy migrate-backend on Aptible", "cut-over", writes="target", seconds=(20, 600)
            ),
            _step("health:migrate-backend", "Check that migrate-backend runs and answers", "cut-over"),
            _step(
                "gate:finish",
                "Gate: the move is final",
                "finish",
                by="person",
                seconds=(0, 0),
                gate=GateText(
                    word="acme-shop",
                    will_happen=("Offramp stops watching; Aptible is where the apps live.",),
                    duration="at once",
                    way_back="After this, b no longer works.",
                ),
            ),
            _step("tidy:acme-db", "Remove Offramp's own notes from acme-db", "finish", writes="target"),
        ),
    )


TABLES: tuple[tuple[str, int, int], ...] = (
    ("public.events", 132_000_000, 22_900_000_000),
    ("public.documents", 2_100_000, 6_200_000_000),
    ("public.sessions", 31_000_000, 2_800_000_000),
    ("public.orders", 9_800_000, 1_900_000_000),
    ("public.order_lines", 24_000_000, 1_700_000_000),
    ("public.users", 412_000, 61_000_000),
    *(
        (f"reference.{name}", 40 + n * 7, 4_000 + n * 900)
        for n, name in enumerate(
            (
                "countries",
                "currencies",
                "languages",
                "time_zones",
                "tax_rates",
                "carriers",
                "units",
                "colours",
                "plans",
                "roles",
                "channels",
                "statuses",
                "genres",
                "holidays",
                "regions",
                "warehouses",
            )
        )
    ),
)


def progress(
    share: float = 0.61,
    *,
    phase: str = "data",
    waiting_for: str = "",
    tick: int = 0,
    all_at_work: bool = False,
) -> CopyProgress:
    """A copy that is `share` done; `tick` moves the figures a little, as a second does. With `all_at_work`
    eight tables are copied at once."""
    tables = []
    for n, (name, rows, size) in enumerate(TABLES):
        done = min(1.0, share + 0.005 * tick)
        if n in (0, 2) or (all_at_work and n < 8):
            tables.append(
                TableProgress(
                    name=name,
                    state="copying",
                    rows=int(rows * done),
                    estimated_rows=rows,
                    bytes=int(size * done),
                    estimated_bytes=size,
                    rate=(28e6 if n == 0 else 13e6) + 700_000 * (tick % 5),
                    part=int(58 * done),
                    parts=58,
                )
            )
            continue
        state = "indexing" if n == 1 else "waiting" if n == 4 else "proven"
        tables.append(
            TableProgress(
                name=name,
                state=state,  # type: ignore[arg-type]
                rows=0 if state == "waiting" else rows,
                estimated_rows=rows,
                bytes=0 if state == "waiting" else size,
                estimated_bytes=size,
                indexes=3,
                indexes_done=1,
            )
        )
    total = sum(size for _, _, size in TABLES)
    return CopyProgress(
        database="acme-db",
        phase=phase,
        bytes=sum(table.bytes for table in tables),
        estimated_bytes=total,
        rows=sum(table.rows for table in tables),
        rate=41e6 + 900_000 * (tick % 5),
        seconds_left=(24 * 60 - tick, 31 * 60 - tick),
        workers=4,
        tables=tuple(tables),
        tables_proven=sum(table.state == "proven" for table in tables),
        waiting_for=waiting_for,
        history=tuple(1e6 * ((i + tick) * 7 % 41 + 4) for i in range(60)),
    )


class ARun:
    """A session whose journal is written by hand: what a worker would have written."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.plan = plan()
        self.session.save(PLAN, self.plan)
        self.journal = Journal(self.session)
        self._worker = Lock(self.session.worker_lock_file)

    def start(self) -> "ARun":
        """Begin, with a living worker: this process holds its lock."""
        self.journal.start_run(self.plan)
        self.revive()
        self.journal.event("step", "The run begins")
        return self

    def revive(self) -> None:
        """Let the worker live."""
        assert self._worker.take()
        self.beat()

    def beat(self, *, ago: float = 0.0) -> None:
        """A sign of life, `ago` seconds in the past."""
        self.journal.beat(4711)
        if ago:
            # As a clock that went on would show it: a test does not wait.
            with sqlite3.connect(self.session.database.path) as connection:
                connection.execute("UPDATE run SET beat_at = ?", (time.time() - ago,))

    def kill(self, *, ago: float = 180.0) -> "ARun":
        """The worker dies: its lock is free, its last sign lies `ago` seconds back."""
        self.beat(ago=ago)
        self._worker.release()
        return self

    def reach(self, key: str) -> "ARun":
        """Do every step before `key`, and begin that one."""
        for step in self.plan.steps:
            self.journal.intend(step)
            if step.key == key:
                break
            self.end(step.key)
        return self

    def end(self, key: str, summary: str = "it is there") -> None:
        """End a step well."""
        self.journal.end(key, "done", Evidence(summary=summary))
        self.journal.event("step", f"Done: {self.plan.step(key).title}", step=key)

    def copying(self, share: float = 0.61, **more: object) -> "ARun":
        """In the middle of the copy, through a tunnel that is up."""
        self.reach(COPY)
        self.journal.gauge(COPY, progress(share, **more))  # type: ignore[arg-type]
        self.tunnel()
        return self

    def tunnel(self, state: str = "up", **more: object) -> None:
        """How the tunnel is."""
        known = {"up_seconds": 2460.0, "reconnects": 2, "round_trip_ms": 31.2} | more
        self.journal.gauge("tunnel:acme-db", TunnelHealth(state=state, **known))  # type: ignore[arg-type]

    def gate(self, true_now: Sequence[tuple[str, str]] = ()) -> "ARun":
        """Wait at the cut-over."""
        self.reach(GATE)
        facts = tuple(true_now) or (
            ("good", "34 of 34 tables of acme-db proven equal to migrate-db"),
            ("good", "migrate-backend on Heroku: web 1, worker 1"),
            ("look", "www.acme.example still points at Heroku; you change its DNS afterwards"),
        )
        self.journal.gauge("gate", OpenGate(key=GATE, true_now=facts))
        self.journal.set_run("waiting", waiting_for="you, at the gate", current=GATE)
        self.tunnel()
        return self

    def fail(self, key: str, trouble: Trouble) -> "ARun":
        """Fail at a step."""
        self.reach(key)
        self.journal.end(key, "failed", None, trouble)
        self.journal.set_run("failed", current=key)
        return self

    def close(self) -> None:
        """Give everything back."""
        self._worker.release()
        self.session.close()
