"""What a target was asked to create and has not shown since, noted where it outlives the process."""

from typing import Protocol

from wizard.model.noun import Noun


class Creation(Noun, frozen=True, kw_only=True):
    """A creation that was sent, or was about to be. `what` says it in words ("create the capsule shop"), `at`
    when (UTC, ISO 8601). `before` are the ids of what was there then, where it may be one of several;
    `refused` is what the target said against it, empty where nobody knows what became of it."""

    what: str
    at: str = ""
    before: tuple[str, ...] = ()
    refused: str = ""


class Creations(Protocol):
    """Held by a run for its target, which sends nothing that is noted already: a creation may have worked
    although its answer was lost or bad, and only a person can decide that it is sent once more."""

    def asked(self, what: str) -> Creation | None:
        """The note of it, None where there is none."""
        ...

    def ask(self, what: str, before: tuple[str, ...] = ()) -> None:
        """Note it, before it is sent: when this returns, the note is on the disk."""
        ...

    def refuse(self, what: str, said: str) -> None:
        """Note that the target said no, and that it is not there."""
        ...

    def settle(self, what: str) -> None:
        """Forget it: it is there, or it is certain that nothing was sent."""
        ...

    def may_ask_again(self, what: str) -> bool:
        """Whether a person has asked for another try since it was noted."""
        ...


class Unnoted:
    """Where no run is: each creation is asked for by a person, there and then."""

    def asked(self, what: str) -> Creation | None:
        return None

    def ask(self, what: str, before: tuple[str, ...] = ()) -> None:
        """Nothing is kept."""

    def refuse(self, what: str, said: str) -> None:
        """Nothing is kept."""

    def settle(self, what: str) -> None:
        """Nothing is kept."""

    def may_ask_again(self, what: str) -> bool:
        return True
