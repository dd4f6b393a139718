"""What a person is called for: a run that begins to wait for them, fails, or ends. In words without any value
and without a vendor's answer, for they go to a desktop, a phone or a log elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass

from wizard.model.secret import redact
from wizard.model.text import clean
from wizard.run.guide import GUIDE
from wizard.run.journal import RunRecord
from wizard.run.token_watch import FRESH

LONGEST = 200
"""Characters of a text."""


@dataclass(frozen=True)
class News:
    """`key` is the same as long as it is the same news. Both texts begin with a word of ours, so that no
    program takes them for an option, and have neither line breaks nor control characters."""

    key: str
    title: str
    body: str


def news_of(
    session: str, run: RunRecord, step: str, gauges: Collection[str], *, dead: bool = False
) -> News | None:
    """What there is to call a person for, None when there is nothing.

    Args:
        session: the session's name.
        step: the title of the step that the run is at, "" for none.
        gauges: names of the journal's gauges.
        dead: whether the worker is gone.
    """
    said = _said(run, step.removeprefix("Gate: "), gauges, dead)
    if said is None:
        return None
    what, words = said
    # A later token, or a later run, is other news; the clock's part of a gauge is not asked for.
    return News(f"{what} {run.id} {run.current or ''}", _plain(f"Offramp: {session}"), _plain(words))


def _said(run: RunRecord, step: str, gauges: Collection[str], dead: bool) -> tuple[str, str] | None:
    ended = {
        "done": "Done: every step is done and checked.",
        "taken-back": "Taken back: Heroku runs as before the cut-over.",
    }
    if dead:
        return "gone", "The worker is gone: nothing moves until it is started again."
    if run.state == "failed":
        return "failed", f"Failed at: {step}" if step else "Failed."
    if run.state in ended:
        return run.state, ended[run.state]
    if run.state == "waiting" and "secret" in gauges:
        return "secret", "Waits for you to sign in again."
    if run.state == "waiting" and "gate" in gauges:
        return "gate", f"Waits for you at a gate: {step}"
    if GUIDE in gauges and run.state in ("running", "waiting"):
        return "guide", f"Waits for what you do by hand: {step}"
    if FRESH in gauges and run.state in ("running", "waiting", "paused"):
        return "fresh", "A token ends soon: sign in again before it does."
    return None


def _plain(text: str) -> str:
    return clean(redact(text), limit=LONGEST).replace("\n", " ")
