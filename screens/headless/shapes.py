"""What `--json` prints, for scripts: every key is always there, whatever the state. Keys are only added."""

from typing import Literal

import msgspec

from screens.quantities import percent
from wizard.database.progress import TunnelHealth
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.run.guide import Guide
from wizard.run.journal import TroubleNote
from wizard.run.view import GateView, RunView, SecretWanted, WayBackOpen, view
from wizard.session.parts import TARGET
from wizard.session.store import Session, SessionInfo, infos

State = Literal[
    "no-run",
    "running",
    "paused",
    "waiting",
    "failed",
    "stopped",
    "going-back",
    "taken-back",
    "done",
    "broken",
]
"""Of a run; `no-run` before there is one, `broken` for a session that cannot be read."""


class StepShape(Noun, frozen=True, kw_only=True):
    """A step of the plan. `seconds` is measured; `evidence` one sentence."""

    key: str
    title: str
    state: str
    attempts: int
    seconds: float | None
    evidence: str | None
    trouble: TroubleNote | None


class CopyShape(Noun, frozen=True, kw_only=True):
    """The copy of one database. `rate` in bytes a second; `percent` of the estimate, null where unknown."""

    phase: str
    bytes: int
    estimated_bytes: int
    percent: int | None
    rate: float
    tables: int
    tables_proven: int
    waiting_for: str


class StoreShape(Noun, frozen=True, kw_only=True):
    """The copy of one store that is no Postgres. `unit` is what is counted ("keys"), `rate` units a second;
    `proven` is null before there is a proof."""

    phase: str
    unit: str
    done: int
    estimated: int
    bytes: int
    rate: float
    waiting_for: str
    proven: bool | None


class StatusShape(Noun, frozen=True, kw_only=True):
    """`offramp status --json`. Times are UTC, ISO 8601, null where there is none.

    `worker` is alive, dead (was there, is gone) or none. `waiting_for` is words, empty while nothing is
    waited for. `trouble` is what stopped the run; `gate` the gate that is open; `guide` what a person is to
    do while a step waits for them; `sign_in` the credential that is wanted; `way_back` is set while Heroku is
    being put back as it was.
    """

    session: str
    name: str
    state: State
    worker: Literal["alive", "dead", "none"] = "none"
    waiting_for: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    current: str | None = None
    steps_done: int = 0
    steps: tuple[StepShape, ...] = ()
    copies: dict[str, CopyShape] = msgspec.field(default_factory=dict)
    stores: dict[str, StoreShape] = msgspec.field(default_factory=dict)
    tunnels: dict[str, TunnelHealth] = msgspec.field(default_factory=dict)
    gate: GateView | None = None
    guide: Guide | None = None
    sign_in: SecretWanted | None = None
    trouble: TroubleNote | None = None
    can_go_back: bool = False
    way_back: WayBackOpen | None = None


class SessionShape(Noun, frozen=True, kw_only=True):
    """One of `offramp sessions --json`, the session that was written to last comes first.

    `source` and `target` are names of providers, `target` null before one is chosen. `percent` is how far
    the copy is that is under way, else null. `why` says what is wrong with a session that is `broken`.
    """

    session: str
    name: str
    state: State
    created_at: str | None = None
    source: str | None = None
    target: str | None = None
    demo: bool = False
    worker: Literal["alive", "dead", "none"] = "none"
    waiting_for: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    steps_done: int = 0
    steps: int = 0
    percent: int | None = None
    why: str = ""


def status_shape(session: Session, seen: RunView | None) -> StatusShape:
    """How the run of a session stands."""
    if seen is None:
        return StatusShape(session=session.id, name=session.name, state="no-run")
    return StatusShape(
        session=session.id,
        name=session.name,
        state=seen.run.state,
        worker=seen.worker,
        waiting_for=seen.run.waiting_for,
        started_at=seen.run.started_at,
        ended_at=seen.run.ended_at,
        current=seen.run.current,
        steps_done=seen.done,
        steps=tuple(
            StepShape(
                key=one.step.key,
                title=one.step.title,
                state=one.record.state,
                attempts=one.record.attempts,
                seconds=one.record.seconds,
                evidence=one.record.evidence.summary if one.record.evidence else None,
                trouble=one.record.trouble,
            )
            for one in seen.steps
        ),
        copies={
            handle: CopyShape(
                phase=copy.phase,
                bytes=copy.bytes,
                estimated_bytes=copy.estimated_bytes,
                percent=percent(copy.bytes, copy.estimated_bytes),
                rate=copy.rate,
                tables=len(copy.tables),
                tables_proven=copy.tables_proven,
                waiting_for=copy.waiting_for,
            )
            for handle, copy in seen.copies.items()
        },
        stores={
            handle: StoreShape(
                phase=store.phase,
                unit=store.unit,
                done=store.done,
                estimated=store.estimated,
                bytes=store.bytes,
                rate=store.rate,
                waiting_for=store.waiting_for,
                proven=seen.store_proofs[handle].equal if handle in seen.store_proofs else None,
            )
            for handle, store in seen.stores.items()
        },
        tunnels=seen.tunnels,
        gate=seen.gate,
        guide=seen.guide,
        sign_in=seen.secret,
        trouble=seen.trouble,
        can_go_back=seen.can_go_back,
        way_back=seen.way_back,
    )


def session_shapes() -> list[SessionShape]:
    """Every session, also those that cannot be read."""
    found = []
    for folder, info in infos():
        if isinstance(info, Trouble):
            found.append(_broken(folder.name, folder.name, info))
            continue
        try:
            session = Session(folder)
            try:
                found.append(_session(session, info))
            finally:
                session.close()
        except Trouble as trouble:
            found.append(_broken(info.id, info.name, trouble))
    return found


def _broken(session: str, name: str, trouble: Trouble) -> SessionShape:
    return SessionShape(session=session, name=name, state="broken", why=trouble.cause)


def _session(session: Session, info: SessionInfo) -> SessionShape:
    choice, seen = session.load(TARGET), view(session)
    known = SessionShape(
        session=info.id,
        name=info.name,
        state="no-run",
        created_at=info.created_at,
        source=info.source,
        target=choice.provider if choice else None,
        demo=info.demo,
    )
    if seen is None:
        return known
    copying = next((copy for copy in seen.copies.values() if copy.phase != "done"), None)
    return msgspec.structs.replace(
        known,
        state=seen.run.state,
        worker=seen.worker,
        waiting_for=seen.run.waiting_for,
        started_at=seen.run.started_at,
        ended_at=seen.run.ended_at,
        steps_done=seen.done,
        steps=len(seen.steps),
        percent=percent(copying.bytes, copying.estimated_bytes)
        if copying and not seen.run.ended_at
        else None,
    )
