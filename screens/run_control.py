"""Asking, from the monitor, for a run that another terminal has; and following what comes of it."""

from screens.background import in_thread
from screens.keys import Key
from screens.stage import StageScreen
from wizard.run.handover import Asking

CONTROL = Key(
    "c",
    "control",
    "control",
    "Ask whoever has this migration for control; c again withdraws. Until then you watch.",
    footer=True,
)


class RunControl:
    """One monitor's wish for control."""

    def __init__(self, screen: StageScreen) -> None:
        self._screen = screen
        self._asking: Asking | None = None
        self._begins = self._closed = False
        self._said = ""

    def why_not(self) -> str:
        """Why there is nothing to ask for."""
        return "" if self._screen.offramp.holder is not None else "You have control already."

    def fact(self) -> str:
        """For the corner: what this terminal may do."""
        if self._screen.offramp.holder is None:
            return ""
        return " · control asked for" if self._asking else " · read only"

    def press(self) -> None:
        """Ask, or take the wish back."""
        if self._asking is not None:
            self._asking.withdraw()
            self._end(self._asking)
            return
        if self._begins:
            return
        self._begins, asking = True, Asking(self._screen.session)

        def begin() -> bool:
            try:
                heard = asking.begin()
            finally:
                self._begins = False
            if self._closed:
                # Nobody looks after it any more, and no one else could ask.
                asking.withdraw()
            return heard

        def begun(heard: bool) -> None:
            if heard:
                self._asking = asking
            self._tell(asking)

        self._screen.behind(in_thread(begin), begun, group="wish")

    def look(self) -> None:
        """Once a second: whether it is ours now, by a yes or because whoever had it has ended."""
        app, session = self._screen.offramp, self._screen.session
        if app.holder is None:
            return
        if self._asking is None:
            had, app.holder = app.holder, session.claim()
            if app.holder is None:
                self._screen.say(f"You have control now: {had.person()} has left.", good=True)
                self._screen.renew()
            return
        asking = self._asking
        match asking.look():
            case "ours":
                app.holder = None
                self._end(asking, good=True)
            case "waits":
                self._tell(asking)
            case _:
                self._end(asking)

    def close(self) -> None:
        """The monitor goes: nobody is asked any more."""
        self._closed = True
        if self._asking is not None:
            self._asking.withdraw()
            self._asking = None

    def _end(self, asking: Asking, *, good: bool = False) -> None:
        self._asking = None
        self._tell(asking, good=good)
        self._screen.renew()

    def _tell(self, asking: Asking, *, good: bool = False) -> None:
        if asking.said != self._said:
            self._said = asking.said
            self._screen.say(asking.said, good=good)
