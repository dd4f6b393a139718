"""A run as a screen or a command shows it: one immutable snapshot, read from the session file alone."""

from typing import Literal, TypeVar

from msgspec import field

from wizard.database.progress import CopyProgress, Proof, TunnelHealth
from wizard.model.noun import Noun, decode
from wizard.model.plan import Plan, Step
from wizard.run.guide import GUIDE, Guide
from wizard.run.journal import Journal, RunRecord, StepRecord, TroubleNote
from wizard.run.token_watch import FRESH, FreshTokenWanted
from wizard.run.watched import DnsWatch, watches
from wizard.session.lock import Holder, Lock
from wizard.session.parts import CONNECTIONS, Connections
from wizard.session.store import Session
from wizard.stores.progress import StoreProgress, StoreProof


class GateView(Noun, frozen=True, kw_only=True):
    """An open gate. `true_now` are sentences with their state: good, look."""

    key: str
    title: str
    word: str
    true_now: tuple[tuple[str, str], ...]
    will_happen: tuple[str, ...]
    duration: str
    way_back: str


LEFT_THERE = "; going back leaves them there"
"""How a fact of a gate ends that tells of rows which going back loses."""


class OpenGate(Noun, frozen=True, kw_only=True):
    """What the worker adds to a gate when it opens; kept as the gauge `gate`."""

    key: str
    true_now: tuple[tuple[str, str], ...]


class SecretWanted(Noun, frozen=True, kw_only=True):
    """A credential that the worker lacks; kept as the gauge `secret`. `vendor` is a provider's name."""

    vendor: str
    reason: str


class TokenView(Noun, frozen=True, kw_only=True):
    """A token's end (UTC, ISO 8601); `title` is what the vendor is called."""

    title: str
    expires_at: str


class WayBackOpen(Noun, frozen=True, kw_only=True):
    """The way back was begun and has not reached its end: a later worker goes on with it, and never again
    forward. Kept as the gauge `way-back`. `left` says what could not be taken back so far."""

    left: tuple[str, ...] = ()


WAY_BACK = "way-back"


class StepView(Noun, frozen=True, kw_only=True):
    """A step with its record; `number` counts from 1."""

    number: int
    step: Step
    record: StepRecord


class RunView(Noun, frozen=True, kw_only=True):
    """Everything a monitor needs. `worker` is `alive`, `dead` (was there, is gone) or `none`."""

    name: str
    run: RunRecord
    worker: Literal["alive", "dead", "none"]
    holder: Holder | None
    steps: tuple[StepView, ...]
    copies: dict[str, CopyProgress] = field(default_factory=dict)
    tunnels: dict[str, TunnelHealth] = field(default_factory=dict)
    proofs: dict[str, Proof] = field(default_factory=dict)
    stores: dict[str, StoreProgress] = field(default_factory=dict)
    """By handle, of stores that are no Postgres; their proofs likewise."""
    store_proofs: dict[str, StoreProof] = field(default_factory=dict)
    dns: dict[str, DnsWatch] = field(default_factory=dict)
    """What is watched of DNS, by the key of the step that waits for it."""
    gate: GateView | None = None
    secret: SecretWanted | None = None
    guide: Guide | None = None
    """What a person does at the step that the run is at, while Offramp looks whether it is done."""
    by_hand: bool = False
    """Whether a person took something away from Heroku that only a person can put back."""
    can_go_back: bool = False
    """Whether one key takes everything back to Heroku now."""
    fresh: FreshTokenWanted | None = None
    """A token that a living worker wants anew; nothing waits for it yet."""
    tokens: tuple[TokenView, ...] = ()
    """Those of this run whose end is known, the source's first."""
    way_back: WayBackOpen | None = None
    """Set from the beginning of the way back to its end; with `failed` something of it is left to do."""

    @property
    def current(self) -> StepView | None:
        """The step the run is at."""
        return next((view for view in self.steps if view.step.key == self.run.current), None)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(view.record.state == "done" for view in self.steps)

    @property
    def trouble(self) -> TroubleNote | None:
        """What stopped the run, if something did."""
        return next((view.record.trouble for view in self.steps if view.record.trouble), None)


def view(session: Session) -> RunView | None:
    """Read the newest run of a session; None when nothing was run yet."""
    # Who holds the lock is asked first: a worker that ends writes its last word before it lets go.
    holder = Lock(session.worker_lock_file).holder()
    with session.database.moment():
        journal = Journal(session)
        plan, run = journal.plan(), journal.run()
        if plan is None or run is None:
            return None
        records = journal.steps()
        gauges = journal.gauges()
    steps = tuple(
        StepView(
            number=n, step=step, record=records.get(step.key) or StepRecord(key=step.key, state="pending")
        )
        for n, step in enumerate(plan.steps, 1)
    )
    waiting = run.state == "waiting"
    ended = run.state in ("done", "stopped", "taken-back")
    return RunView(
        name=session.name,
        run=run,
        worker="alive" if holder else ("none" if ended else "dead"),
        holder=holder,
        steps=steps,
        copies=_gauges(gauges, "copy:", CopyProgress),
        tunnels=_gauges(gauges, "tunnel:", TunnelHealth),
        proofs=_gauges(gauges, "proof:", Proof),
        stores=_gauges(gauges, "store:", StoreProgress),
        store_proofs=_gauges(gauges, "store-proof:", StoreProof),
        dns=watches(gauges),
        gate=_gate(plan, gauges) if waiting else None,
        secret=_secret(gauges) if waiting else None,
        guide=decode(gauges[GUIDE], Guide, what="the journal") if GUIDE in gauges else None,
        fresh=decode(gauges[FRESH], FreshTokenWanted, what="the journal")
        if FRESH in gauges and holder
        else None,
        tokens=() if ended else _tokens(session, plan),
        by_hand=bool(put_back_by_hand(plan, records)),
        can_go_back=run.state not in ("taken-back", "done") and can_go_back(plan, records),
        way_back=decode(gauges[WAY_BACK], WayBackOpen, what="the journal") if WAY_BACK in gauges else None,
    )


def _tokens(session: Session, plan: Plan) -> tuple[TokenView, ...]:
    known = (session.load(CONNECTIONS) or Connections()).by_provider.values()
    source = session.info.source
    return tuple(
        TokenView(title=plan.source if one.provider == source else plan.target, expires_at=one.expires_at)
        for one in sorted(known, key=lambda one: one.provider != source)
        if one.expires_at is not None
    )


def can_go_back(plan: Plan, records: dict[str, StepRecord]) -> bool:
    """Whether a write to Heroku was made or begun, and the last gate has not been passed."""
    begun = any(
        step.writes == "heroku"
        and (record := records.get(step.key))
        and record.state in ("intent", "done", "failed", "lost")
        for step in plan.steps
    )
    last = next((step for step in reversed(plan.steps) if step.kind == "gate"), None)
    passed = last is not None and (record := records.get(last.key)) is not None and record.state == "done"
    return begun and not passed


def put_back_by_hand(plan: Plan, records: dict[str, StepRecord]) -> tuple[Step, ...]:
    """The gates at which a person took something away from Heroku, which only a person can put back."""
    return tuple(
        step
        for step in plan.steps
        if step.kind == "gate"
        and step.writes == "heroku"
        and (record := records.get(step.key)) is not None
        and record.state != "pending"
    )


N = TypeVar("N", CopyProgress, TunnelHealth, Proof, StoreProgress, StoreProof)


def _gauges(gauges: dict[str, str], prefix: str, kind: type[N]) -> dict[str, N]:
    return {
        name.removeprefix(prefix): decode(value, kind, what="the journal")
        for name, value in gauges.items()
        if name.startswith(prefix)
    }


def _secret(gauges: dict[str, str]) -> SecretWanted | None:
    return decode(gauges["secret"], SecretWanted, what="the journal") if "secret" in gauges else None


def _gate(plan: Plan, gauges: dict[str, str]) -> GateView | None:
    if "gate" not in gauges:
        return None
    opened = decode(gauges["gate"], OpenGate, what="the journal")
    step = plan.step(opened.key)
    if step.gate is None:
        return None
    return GateView(
        key=step.key,
        title=step.title,
        word=step.gate.word,
        true_now=opened.true_now,
        will_happen=step.gate.will_happen,
        duration=step.gate.duration,
        way_back=step.gate.way_back,
    )
