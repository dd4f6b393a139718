"""One thing to know about a target for a system."""

from typing import Literal

from wizard.model.noun import Noun

Kind = Literal["blocker", "change", "loss", "by-hand"]


class Point(Noun, frozen=True, kw_only=True):
    """One thing to know about a target: what kind, the component it concerns, and why.

    `component` is a name that a person knows ("migrate-backend web"); empty for the whole system.
    """

    kind: Kind
    component: str
    reason: str
