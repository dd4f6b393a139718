"""What a person does at a step, told where there is no screen; and their word for it, given beforehand."""

import time

from screens.headless.say import say
from wizard.model.trouble import Trouble
from wizard.run.control import ask, said
from wizard.run.guide import Guide
from wizard.run.program_sign_in import LIMIT as SIGN_IN_LIMIT
from wizard.session.person import this_person
from wizard.session.store import Session

SIGN_IN = "program-sign-in"
"""Among the answers: Offramp signs in to the program of a tunnel where it can, in the person's place."""

SAID_AHEAD = 7.0
"""Seconds before a word that was given ahead is passed on: whoever does it elsewhere needs a moment."""


class Guides:
    """What was told so far of them: nothing is told twice.

    Args:
        answers: takes out the word of a step, `done:KEY`, once it is passed on.
        file: the answers file in which such words can stand, empty where there is none.
    """

    def __init__(self, session: Session, answers: dict[str, str], told: set[str], file: str = "") -> None:
        self._session = session
        self._answers = answers
        self._told = told
        self._file = file
        self._shown: dict[str, float] = {}

    def tell(self, guide: Guide | None) -> bool:
        """What a person is to do, once a step, and each new thing that was seen of it. False where it is of
        no use to wait: only a word tells, and the answers file is where it is to come from."""
        if guide is None:
            return True
        since = time.monotonic() - self._shown.setdefault(guide.step, time.monotonic())
        ahead = guide.by_word and f"done:{guide.step}" in self._answers
        if ahead and since > SAID_AHEAD:
            del self._answers[f"done:{guide.step}"]
            who = f"answers file {self._file}" if self._file else this_person()
            answer = ask(self._session, {"do": "accept", "step": guide.step, "who": who})
            if not answer.get("ok"):
                say(f"It was not taken that {guide.step} is done: {said(answer)}")
            # The worker takes a moment to heed it.
            self._shown[guide.step] = time.monotonic()
        if guide.offers and self._answers.pop(SIGN_IN, None) is not None:
            self._sign_in()
        if guide.step not in self._told:
            self._told.add(guide.step)
            self._say(guide, ahead=ahead)
        words = guide.seen.partition("; looked at ")[0]
        if words and (mark := f"{guide.step} {words}") not in self._told:
            self._told.add(mark)
            say(f"Seen so far: {guide.seen}.")
        return ahead or not (self._file and guide.blind and since > SAID_AHEAD)

    def _sign_in(self) -> None:
        """Have it done as it was said beforehand; a person may still do it where it does not work."""
        say("Signing in to the program of the tunnel, as the answers file says.")
        try:
            request = {"do": "sign-in", "who": f"answers file {self._file}"}
            answer = ask(self._session, request, timeout=SIGN_IN_LIMIT)
        except Trouble as trouble:
            say(trouble.sentence())
            return
        say(str(answer["said"]) if answer.get("ok") else said(answer))

    def _say(self, guide: Guide, *, ahead: bool) -> None:
        say(f"Waiting for you: {guide.waits}.")
        for one in guide.lines:
            say(f"  $ {one.text}" if one.kind == "copy" else f"  - {one.text}")
        if guide.offers:
            say(f"  `offramp tell {self._session.id} sign-in` has Offramp do that: {guide.offers}.")
            if self._file:
                say("  In the answers file: [run] sign_in_program = true.")
        if not guide.by_word:
            return
        if ahead:
            said = f"{self._file} says" if self._file else "it was said"
            say(f"  That it is done, {said} beforehand: it goes on in some seconds.")
            return
        means = "goes on without it" if guide.without else "says that it is done"
        say(f"  `offramp tell {self._session.id} accept {guide.step}` {means}.")
        if guide.without:
            say(f"  `offramp tell {self._session.id} retry` tries again.")
        if self._file:
            say(f'  In the answers file: [run] done = ["{guide.step}"].')
