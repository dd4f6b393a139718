"""The journal of a run: what was intended, what the world said, what proves it. Times are for showing; order
is by sequence number. Nothing in here is a secret: every text passes the register on its way in."""

import time
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import field

from wizard.model.noun import Noun, decode, encode
from wizard.model.plan import Evidence, Plan, Step
from wizard.model.secret import redact
from wizard.model.text import clean
from wizard.model.trouble import Trouble, joined, tag
from wizard.session.store import Session

StepState = Literal["pending", "intent", "done", "failed", "undone", "lost"]
RunState = Literal["running", "paused", "waiting", "failed", "stopped", "going-back", "taken-back", "done"]

BEGUN = "begun:"
"""Gauges that say, by the key of its step, that something was begun and is not proven yet."""

LOG_LINES_KEPT = 5_000
"""Of one step; older lines go when newer ones come."""


class TroubleNote(Noun, frozen=True, kw_only=True):
    """A Trouble as the journal keeps it."""

    cause: str
    untouched: str
    remedy: str
    code: str

    @staticmethod
    def of(trouble: Trouble) -> "TroubleNote":
        return TroubleNote(
            cause=trouble.cause, untouched=trouble.untouched, remedy=trouble.remedy, code=trouble.code
        )

    def sentence(self) -> str:
        """All of it as one paragraph, the code last."""
        return joined(self.cause, self.untouched, self.remedy, tag(self.code))


class StepRecord(Noun, frozen=True, kw_only=True):
    """What the journal knows of a step in this run. `seconds` is measured by the monotonic clock."""

    key: str
    state: StepState
    attempts: int = 0
    intent_at: str | None = None
    ended_at: str | None = None
    seconds: float | None = None
    evidence: Evidence | None = None
    trouble: TroubleNote | None = None


class RunRecord(Noun, frozen=True, kw_only=True):
    """A run. `beat_age` is the age of the last heartbeat in seconds, None when there was none."""

    id: int
    plan_digest: str
    state: RunState
    started_at: str
    ended_at: str | None
    pid: int | None
    beat_age: float | None
    waiting_for: str
    current: str | None


class Event(Noun, frozen=True, kw_only=True):
    """Something that happened, for people: `kind` step, gate, tunnel, person, look, back, copy, rollback."""

    seq: int
    at: str
    kind: str
    step: str | None
    text: str
    data: dict[str, str] = field(default_factory=dict)


def now() -> str:
    """UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _safe(value: Any) -> str:
    """JSON of `value` with every known secret taken out of its texts, and its structure untouched."""

    def scrub(part: Any) -> Any:
        if isinstance(part, str):
            return redact(part)
        if isinstance(part, dict):
            return {key: scrub(item) for key, item in part.items()}
        if isinstance(part, list | tuple):
            return [scrub(item) for item in part]
        return part

    return encode(scrub(msgspec.to_builtins(value)))


class Journal:
    """Reads and writes the journal of a session's newest run."""

    def __init__(self, session: Session) -> None:
        self._database = session.database
        self._started: dict[str, float] = {}
        rows = self._database.read("SELECT max(id) FROM run")
        self.run_id: int = rows[0][0] if rows and isinstance(rows[0][0], int) else 0

    # -- the run ---------------------------------------------------------------------------------

    def start_run(self, plan: Plan, carried: tuple[StepRecord, ...] = ()) -> None:
        """Begin a new run of `plan`, every step pending.

        Args:
            carried: steps of the run before that have changed something and are not taken back: they start
                as `lost`, with what they remember.
        """
        with self._database.change() as change:
            cursor = change.execute(
                "INSERT INTO run (plan, plan_digest, state, started_at) VALUES (?, ?, 'running', ?)",
                (encode(plan), plan.digest(), now()),
            )
            self.run_id = int(cursor.lastrowid or 0)
            change.executemany(
                "INSERT INTO step (run, key, state) VALUES (?, ?, 'pending')",
                [(self.run_id, step.key) for step in plan.steps],
            )
            change.executemany(
                "UPDATE step SET state = 'lost', evidence = ? WHERE run = ? AND key = ?",
                [
                    (_safe(record.evidence) if record.evidence else None, self.run_id, record.key)
                    for record in carried
                ],
            )
            # A way back that was begun is gone to its end, whatever plan was made meanwhile; and what was
            # written to a target after its proof is still there, as is what was left half done.
            change.execute(
                "DELETE FROM gauge WHERE name != 'way-back' AND name NOT LIKE 'changes:%'"
                " AND name NOT LIKE 'begun:%'"
            )
            change.execute("DELETE FROM log")

    def run(self) -> RunRecord | None:
        """The newest run, None before the first."""
        rows = self._database.read(
            "SELECT id, plan_digest, state, started_at, ended_at, pid, beat_at, waiting_for, current"
            " FROM run ORDER BY id DESC LIMIT 1"
        )
        if not rows:
            return None
        number, digest, state, started, ended, pid, beat, waiting, current = rows[0]
        return RunRecord(
            id=number,  # type: ignore[arg-type]  # the columns are STRICT
            plan_digest=digest,  # type: ignore[arg-type]
            state=state,  # type: ignore[arg-type]
            started_at=started,  # type: ignore[arg-type]
            ended_at=ended,  # type: ignore[arg-type]
            pid=pid,  # type: ignore[arg-type]
            # CLOCK_BOOTTIME would be truer over suspend, but macOS lacks it; the lock decides who lives. A
            # clock that was set back is as telling as one that was set forward: the next beat mends both.
            beat_age=None if beat is None else abs(time.time() - beat),  # type: ignore[operator]
            waiting_for=waiting,  # type: ignore[arg-type]
            current=current,  # type: ignore[arg-type]
        )

    def plan(self) -> Plan | None:
        """The plan of the newest run as it was begun, whatever was decided since; None before the first."""
        rows = self._database.read("SELECT plan FROM run ORDER BY id DESC LIMIT 1")
        return decode(str(rows[0][0]), Plan, what="the journal") if rows else None

    def done_before(self, key: str) -> bool:
        """Whether a run before the newest one has done that step, and it was not taken back."""
        rows = self._database.read(
            "SELECT 1 FROM step WHERE run < (SELECT max(id) FROM run) AND key = ? AND state = 'done'",
            key,
        )
        return bool(rows)

    def set_run(self, state: RunState, *, waiting_for: str = "", current: str | None = None) -> None:
        """Write the state of the run, what it waits for in words, and the step it is at."""
        ended = now() if state in ("done", "stopped", "taken-back") else None
        with self._database.change() as change:
            change.execute(
                "UPDATE run SET state = ?, waiting_for = ?, current = coalesce(?, current), ended_at = ?"
                " WHERE id = ?",
                (state, redact(clean(waiting_for)), current, ended, self.run_id),
            )

    def beat(self, pid: int) -> None:
        """The worker is alive."""
        with self._database.change() as change:
            change.execute(
                "UPDATE run SET pid = ?, beat_at = ? WHERE id = ?", (pid, time.time(), self.run_id)
            )

    # -- steps -----------------------------------------------------------------------------------

    def steps(self) -> dict[str, StepRecord]:
        """The records of all steps of the newest run, by key."""
        rows = self._database.read(
            "SELECT key, state, attempts, intent_at, ended_at, seconds, evidence, trouble"
            " FROM step WHERE run = ?",
            self.run_id,
        )
        records = {}
        for key, state, attempts, intent, ended, seconds, evidence, trouble in rows:
            records[str(key)] = StepRecord(
                key=str(key),
                state=state,  # type: ignore[arg-type]  # the columns are STRICT
                attempts=attempts,  # type: ignore[arg-type]
                intent_at=intent,  # type: ignore[arg-type]
                ended_at=ended,  # type: ignore[arg-type]
                seconds=seconds,  # type: ignore[arg-type]
                evidence=decode(str(evidence), Evidence, what="the journal") if evidence else None,
                trouble=decode(str(trouble), TroubleNote, what="the journal") if trouble else None,
            )
        return records

    def intend(self, step: Step) -> None:
        """Say that `step` is about to be done: written before anything else happens."""
        self._started.setdefault(step.key, time.monotonic())
        with self._database.change() as change:
            change.execute(
                "UPDATE step SET state = 'intent', attempts = attempts + 1, intent_at = ?, trouble = NULL,"
                " ended_at = NULL WHERE run = ? AND key = ?",
                (now(), self.run_id, step.key),
            )
            change.execute(
                "UPDATE run SET current = ?, state = CASE state WHEN 'going-back' THEN state ELSE 'running'"
                " END, waiting_for = '' WHERE id = ?",
                (step.key, self.run_id),
            )

    def end(
        self, key: str, state: StepState, evidence: Evidence | None, trouble: Trouble | None = None
    ) -> None:
        """Write how a step ended."""
        started = self._started.pop(key, None)
        seconds = None if started is None else time.monotonic() - started
        with self._database.change() as change:
            change.execute(
                "UPDATE step SET state = ?, ended_at = ?, seconds = coalesce(?, seconds),"
                " evidence = coalesce(?, evidence), trouble = ? WHERE run = ? AND key = ?",
                (
                    state,
                    now(),
                    seconds,
                    _safe(evidence) if evidence else None,
                    _safe(TroubleNote.of(trouble)) if trouble else None,
                    self.run_id,
                    key,
                ),
            )

    def note(self, key: str, evidence: Evidence) -> None:
        """Keep what must be known before a step is done: what stood there."""
        with self._database.change() as change:
            change.execute(
                "UPDATE step SET evidence = ? WHERE run = ? AND key = ?",
                (_safe(evidence), self.run_id, key),
            )

    def reset(self, keys: list[str], state: StepState = "pending") -> None:
        """Make steps undone in the journal: the world no longer holds what they did."""
        with self._database.change() as change:
            change.executemany(
                "UPDATE step SET state = ?, evidence = NULL, trouble = NULL WHERE run = ? AND key = ?",
                [(state, self.run_id, key) for key in keys],
            )

    # -- events, gauges, logs --------------------------------------------------------------------

    def event(
        self, kind: str, text: str, *, step: str | None = None, data: dict[str, str] | None = None
    ) -> None:
        """Append an event."""
        with self._database.change() as change:
            change.execute(
                "INSERT INTO event (run, at, kind, step, text, data) VALUES (?, ?, ?, ?, ?, ?)",
                (self.run_id, now(), kind, step, redact(clean(text)), _safe(data) if data else None),
            )

    def events(self, after: int = 0, limit: int = 500) -> list[Event]:
        """Events of the newest run with a sequence number above `after`, oldest first, the last `limit`."""
        rows = self._database.read(
            "SELECT * FROM (SELECT seq, at, kind, step, text, data FROM event WHERE run = ? AND seq > ?"
            " ORDER BY seq DESC LIMIT ?) ORDER BY seq",
            self.run_id,
            after,
            limit,
        )
        return [
            Event(
                seq=seq,  # type: ignore[arg-type]  # the columns are STRICT
                at=str(at),
                kind=str(kind),
                step=None if step is None else str(step),
                text=str(text),
                data=decode(str(data), dict[str, str], what="the journal") if data else {},
            )
            for seq, at, kind, step, text, data in rows
        ]

    def gauge(self, name: str, value: Noun) -> None:
        """Replace the newest value of a gauge ("copy:acme-db", "tunnel:acme-db")."""
        with self._database.change() as change:
            change.execute(
                "INSERT INTO gauge VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET value = excluded.value, at = excluded.at",
                (name, _safe(value), now()),
            )

    def drop_gauge(self, name: str) -> None:
        """Forget a gauge: what it said is over."""
        with self._database.change() as change:
            change.execute("DELETE FROM gauge WHERE name = ?", (name,))

    def gauges(self) -> dict[str, str]:
        """All gauges as JSON texts."""
        return {str(name): str(value) for name, value in self._database.read("SELECT name, value FROM gauge")}

    def log(self, step: str, lines: list[str]) -> None:
        """Append lines of a build, deploy or release log."""
        with self._database.change() as change:
            change.executemany(
                "INSERT INTO log (step, line) VALUES (?, ?)", [(step, redact(clean(line))) for line in lines]
            )
            change.execute(
                "DELETE FROM log WHERE step = ? AND seq <= (SELECT max(seq) FROM log) - ?",
                (step, LOG_LINES_KEPT),
            )

    def log_tail(self, step: str, count: int = 200) -> list[str]:
        """The last lines of a step's log."""
        rows = self._database.read(
            "SELECT line FROM log WHERE step = ? ORDER BY seq DESC LIMIT ?", step, count
        )
        return [str(line) for (line,) in reversed(rows)]
