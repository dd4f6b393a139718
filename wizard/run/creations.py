"""The notes of creations in a run's journal: written before a target is asked, dropped once it is seen.

They stand beside the journal's steps, as what was begun and not proven does (`wizard.run.kinds.half_done`),
where they outlive a way back and a plan that is made anew. What was refused is forgotten with the plan.
"""

from wizard.model.noun import decode
from wizard.ports.creations import Creation
from wizard.run.journal import BEGUN, Journal, now

_SENT, _REFUSED = f"{BEGUN}post:", "refused-post:"


class JournalCreations:
    """See `wizard.ports.creations.Creations`. What is noted belongs to the step that the run is at."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._step = ""
        self._again: set[str] = set()

    def at(self, step: str) -> None:
        """The run is at the step of that key now."""
        self._step = step

    def again(self, step: str) -> None:
        """A person asks for another try of that step: what it has sent so far may be sent once more, after
        another look. Their word holds for this process, and for one time."""
        gauges = self._journal.gauges()
        self._again |= {
            name.removeprefix(prefix)
            for prefix in (_SENT, _REFUSED)
            for name in gauges
            if name.startswith(f"{prefix}{step}|")
        }

    def forget(self, step: str) -> None:
        """The step is proven, or is begun anew by a person: nothing of it is open."""
        for name in self._journal.gauges():
            if name.startswith((f"{_SENT}{step}|", f"{_REFUSED}{step}|")):
                self._journal.drop_gauge(name)
        self._again = {key for key in self._again if not key.startswith(f"{step}|")}

    # -- what a target asks --------------------------------------------------------------------------------

    def asked(self, what: str) -> Creation | None:
        gauges = self._journal.gauges()
        text = gauges.get(_SENT + self._key(what)) or gauges.get(_REFUSED + self._key(what))
        return decode(text, Creation, what="the journal") if text else None

    def ask(self, what: str, before: tuple[str, ...] = ()) -> None:
        self._journal.gauge(_SENT + self._key(what), Creation(what=what, at=now(), before=before))
        self._journal.drop_gauge(_REFUSED + self._key(what))
        self._again.discard(self._key(what))

    def refuse(self, what: str, said: str) -> None:
        self._journal.gauge(_REFUSED + self._key(what), Creation(what=what, at=now(), refused=said))
        self._journal.drop_gauge(_SENT + self._key(what))

    def settle(self, what: str) -> None:
        for prefix in (_SENT, _REFUSED):
            self._journal.drop_gauge(prefix + self._key(what))
        self._again.discard(self._key(what))

    def may_ask_again(self, what: str) -> bool:
        return self._key(what) in self._again

    def _key(self, what: str) -> str:
        return f"{self._step}|{what}"
