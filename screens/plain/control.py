"""Who has a migration that is open at two terminals: being asked for control, and asking for it."""

import time
from collections.abc import Callable

from screens.mistake import as_trouble
from screens.plain.console import Console, GivenAway
from wizard.run.handover import Asking, Wish, answer, wished
from wizard.session.lock import Holder
from wizard.session.store import Session

LOOK = 0.5
"""Seconds between two looks at what the other said."""

STILL = ("b", "q", "yes", "no")
"""What is meant also by whoever typed it at a question that does not hold any more."""


class Overtaken(Exception):
    """What was asked has changed meanwhile, and was said to have; what is typed then answers nothing."""


class Doorkeeper:
    """Looks, while a question is open, whether somebody asks for the session. Its answer is a word, never a
    letter: it may come in the middle of another answer. Whatever else is typed answers the question.

    Looks as well for what overtakes the question: `news` says it, "" while the question still holds."""

    def __init__(self, session: Session, given: Callable[[Holder], None]) -> None:
        self._session = session
        self._given = given
        self._wish: Wish | None = None
        self._said = ""
        self._news: Callable[[], str] | None = None
        self._overtaken = False

    def watch(self, news: Callable[[], str] | None) -> None:
        """Look at this beside the question that is asked next."""
        self._news, self._overtaken = news, False

    def look(self) -> str:
        """What is to be said now, "" when there is nothing new."""
        if said := self._look_for_wish():
            return said
        if self._news is None or self._overtaken or not (said := self._news()):
            return ""
        self._overtaken = True
        return said

    def _look_for_wish(self) -> str:
        try:
            wish = wished(self._session)
        except Exception as error:  # noqa: BLE001  said once; logged when it is our mistake
            said = as_trouble(error).sentence()
            new, self._said = said != self._said, said
            return said if new else ""
        if self._wish is not None and (wish is None or wish.id != self._wish.id):
            gone, self._wish = self._wish, None
            return f"{gone.asker.person()} asks no more. You keep control."
        if wish is None or self._wish is not None:
            return ""
        self._wish = wish
        return (
            f"{wish.asker.person()} asks to control this migration. With yes that terminal answers and "
            "controls from now on, and this one watches; with no all stays as it is. Type yes or no. "
            "Whatever else you type answers what was asked before."
        )

    def take(self, typed: str) -> str:
        """What came of a line that was typed, "" when it is not about this.

        Raises:
            GivenAway: control is another's now, and with it the question that is open.
            Overtaken: it was said that the question does not hold any more.
        """
        if self._overtaken and typed not in STILL:
            raise Overtaken
        wish = self._wish
        if wish is None or typed not in ("yes", "no"):
            return ""
        self._wish = None
        try:
            heard = answer(self._session, wish, yes=typed == "yes")
        except Exception as error:  # noqa: BLE001  told in words, logged when it is our mistake
            return as_trouble(error).sentence()
        if not heard:
            return f"{wish.asker.person()} asks no more. You keep control."
        if typed == "no":
            return f"You keep control; {wish.asker.person()} was told."
        self._given(wish.asker)
        raise GivenAway(f"{wish.asker.person()} has control now; you watch.")


def ask_for_control(session: Session, console: Console, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Ask whoever has the session, and wait for what comes of it; ctrl+c withdraws. `meanwhile` is done while
    it waits."""
    asking = Asking(session, withdraws="ctrl+c")
    heard = asking.begin()
    said = asking.said
    console.say(said)
    if not heard:
        return
    try:
        while asking.look() == "waits":
            if asking.said != said:
                said = asking.said
                console.say(said)
            meanwhile()
            time.sleep(LOOK)
    except KeyboardInterrupt:
        asking.withdraw()
        console.say()
    except BaseException:
        # A wish that nobody looks after would keep everybody else from asking.
        asking.withdraw()
        raise
    console.say(asking.said)
