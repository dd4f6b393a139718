"""The plan is data: what runs is exactly the plan that was shown, and its digest says so."""

import hashlib
from typing import Literal

from msgspec import field

from wizard.model.noun import Noun, encode_ordered

Value = str | int | bool | tuple[str, ...]


class GateText(Noun, frozen=True, kw_only=True):
    """What a gate shows before a person types `word`.

    `true_now`, `will_happen` and `way_back` are sentences; facts that are only known at run time are
    added by the worker to the journal when the gate opens.
    """

    word: str
    will_happen: tuple[str, ...]
    duration: str
    way_back: str


class Step(Noun, frozen=True, kw_only=True):
    """One step of the plan.

    Args:
        key: unique in the plan, stable between plans of the same choices ("copy:acme-db").
        kind: which class carries it out (wizard/run/steps).
        phase: the heading it stands under.
        by: who does it; a person's step is checked by Offramp.
        writes: whose system it changes.
        needs: keys of steps that must be done before.
        args: what the step is about: ids and handles, never a secret.
        seconds: expected duration, (at least, at most); an estimate.
        way_back: how it is undone, or the plain statement that it is not.
    """

    key: str
    kind: str
    title: str
    phase: Literal["prepare", "copy", "cut-over", "finish"]
    by: Literal["offramp", "person"] = "offramp"
    writes: Literal["nothing", "heroku", "target"] = "nothing"
    needs: tuple[str, ...] = ()
    args: dict[str, Value] = field(default_factory=dict)
    seconds: tuple[int, int] = (1, 5)
    way_back: str = ""
    gate: GateText | None = None


class Plan(Noun, frozen=True, kw_only=True):
    """Steps in the order in which they run. `made_at` (UTC, ISO 8601) is not part of the digest."""

    name: str
    source: str
    target: str
    steps: tuple[Step, ...]
    made_at: str = ""

    def digest(self) -> str:
        """SHA-256 over everything but `made_at`, in hex."""
        said = encode_ordered([self.name, self.source, self.target, self.steps])
        return hashlib.sha256(said.encode()).hexdigest()

    def step(self, key: str) -> Step:
        """The step with that key; KeyError when there is none."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)


class Finding(Noun, frozen=True, kw_only=True):
    """One result of the preflight: `good`, `look` (may go on) or `blocks` (may not, says why)."""

    state: Literal["good", "look", "blocks"]
    what: str
    detail: str = ""
    remedy: str = ""


class Evidence(Noun, frozen=True, kw_only=True):
    """What proves that a step worked: one sentence, and facts for the report. No secret."""

    summary: str
    facts: dict[str, str | int | float | bool | None] = field(default_factory=dict)
