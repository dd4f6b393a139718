"""The whole journey by questions and lines in a real terminal: to Aptible, and to Code Capsules with what a
person does there."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.plain_terminal import PlainTerminal, reads_well
from wizard.session.lock import Lock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Example:
    """`offramp demo --plain` in a terminal; ends with everything that it started."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.terminal = PlainTerminal(folder, home)

    def stop(self, world: str) -> None:
        """End the terminal, a worker that still runs, and the example."""
        self.terminal.close()
        for file in (self.home / "sessions").glob("*/worker.lock"):
            holder = Lock(file).holder()
            if holder is not None:
                os.kill(holder.pid, signal.SIGTERM)

        async def end() -> None:
            from providers.sandbox.client import find

            example: Any = await find(self.home / "example" / world)
            if example is not None:
                await example.stop()

        asyncio.run(end())


@pytest.fixture
def example(needs_program: Callable[[str], str], tmp_path: Path, short_folder: Path) -> Iterator[Example]:
    for program in ("tmux", "script", "git", "ssh"):
        needs_program(program)
    made = Example(tmp_path / "home", short_folder)
    yield made
    made.stop("world")
    made.stop("world-code-capsules")


def read_the_document(person: PlainTerminal) -> None:
    """Sign in to Heroku, read everything, look around, write a note."""
    person.answer("How do you sign in to Heroku?", "1")
    person.answer("Signed in. What next?", "n")
    person.answer("Nothing is read from Heroku yet.", "r")
    person.answer("What now?", person.number_of("Find one thing"))
    person.answer("What do you look for?", "DATABASE_URL")
    person.answer("Which one?", "1")
    assert "config var of migrate-backend" in person.answer("What now? b goes back.", "1")
    person.answer("The note.", "ask Ada before")
    person.answer("Who owns it.", "ada")
    person.answer("Kept.", person.number_of("Read it again"))
    assert "note: ask Ada before" in person.answer("What now? b goes back.", "b")
    person.answer("What now?", "m")
    assert "a month" in person.asked()


def decide_the_map(person: PlainTerminal) -> None:
    """Whatever is undecided is left behind, for one reason."""
    person.answer("decided. What now?", person.number_of("Leave all that is undecided behind"))
    person.answer("Why are these", "nobody needs it")


def test_to_aptible(example: Example) -> None:
    person = example.terminal
    person.start("demo", "--plain", "--size", "tiny")
    read_the_document(person)
    person.answer("What now?", "n")
    person.answer("Which target?", person.number_of("Aptible"))
    person.answer("How do you sign in to Aptible?", "1")
    person.answer("E-mail at Aptible", "")
    person.answer("Signed in. What next?", "n")
    decide_the_map(person)
    person.answer("28 of 28 decided. What now?", "n")
    person.answer("apps ready. What now?", "w")
    person.answer("What now?", "s")
    person.answer("Start it?", "1")
    while "Stage 8 of 8: report." not in (asked := person.asked()):
        if "to pass the gate" in asked.splitlines()[-1]:
            person.answer("Type example to pass the gate", "example")
        else:
            # What the run waits for is the first answer.
            person.answer("What now?", "1")
    words = " ".join(asked.split())
    assert "The system runs on Aptible; all" in words and "tables equal" in words
    assert "\nhttp://127.0.0.1:" in asked, "an address stands on a line of its own"
    person.answer("What now?", person.number_of("Read a part of it"))
    person.answer("Which part?", "1")
    person.answer("A text to find in them?", "heartbeats")
    assert "public.heartbeats: equal," in person.asked()
    person.answer("What now?", "q")
    person.wait_said("Everything is saved; a run goes on by itself.")
    whole = " ".join(person.said.split())
    # What is typed into a DNS provider's page, unless the colleague was quicker.
    if "Now: there is no such record." in whole:
        assert "\n_acme-challenge.www.acme.example\n" in person.said
    assert "Gate: cut-over is open. True now:" in whole and "True then:" not in whole
    reads_well(person.sent)


def test_to_code_capsules_with_what_a_person_does_there(
    example: Example, needs_program: Callable[[str], str]
) -> None:
    for program in ("node", "npm"):
        needs_program(program)
    person = example.terminal
    person.start("demo", "--plain", "--size", "tiny", "--target", "code-capsules")
    person.answer("How do you sign in to Heroku?", "1")
    person.answer("Signed in. What next?", "n")
    person.answer("Nothing is read from Heroku yet.", "r")
    person.answer("What now?", "n")
    person.answer("Which target?", person.number_of("Code Capsules"))
    person.answer("How do you sign in to Code Capsules?", "1")
    person.answer("E-mail at Code Capsules", "")
    person.answer("Signed in. What next?", "n")
    person.answer("1 row to be solved. What now?", person.number_of("Decide what is open"))
    while "Go on to preparing the code" not in (asked := person.asked()):
        choice = person.number_of("Acme (acme)") if "Acme (acme)" in asked else "1"
        person.answer("becomes of", choice)
    person.answer("decided. What now?", "n")
    person.answer("apps ready. What now?", "w")
    person.answer("What now?", "s")
    person.answer("Start it?", "1")
    said_done = 0
    while "Stage 8 of 8: report." not in (asked := person.asked()):
        if "to pass the gate" in asked.splitlines()[-1]:
            person.answer("Type example to pass the gate", "example")
        elif "I did it: the run goes on" in asked or "It is done: the run goes on" in asked:
            said_done += 1
            done = "I did it" if "I did it" in asked else "It is done"
            person.answer("What now?", person.number_of(done))
        else:
            person.answer("What now?", "1")
    assert "The system runs on Code Capsules" in " ".join(asked.split())
    assert said_done >= 4
    # What is copied into the vendor's dashboard, and into a terminal, has a line of its own.
    assert "\ngit -C " in person.said and "\nhttps://github.com/acme/migrate\n" in person.said
    person.answer("What now?", "q")
    person.wait_said("Everything is saved")
    reads_well(person.sent)
