"""What somebody hears who has a screen reader: what is asked, how it is answered, nothing twice, and no sign
that only eyes understand."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from screens.headless import quiet
from screens.map_option import Option
from screens.map_rows import Entry
from screens.plain import following as following_module
from screens.plain import map as plain_map
from screens.plain import run as plain_run
from screens.plain.choose import choose_target
from screens.plain.connect import connect
from screens.plain.console import Console, EndOfInput
from screens.plain.desk import Desk
from screens.plain.document import document
from screens.plain.following import Following
from screens.plain.map import map_components
from screens.plain.plainly import aloud, without_keys
from screens.plain.plan import plan, tell_steps
from screens.plain.question import Answer, Back, Help, Leave, ask_hidden, ask_name, ask_one, ask_text
from screens.plain.run_lists import read_or_find
from screens.plain.things import open_one
from screens.plain.typed_lines import TypedLines
from tests.screens.a_run import COPY, DEPLOY, ARun
from tests.screens.a_worker import Worker
from tests.screens.conftest import Begun, Said, Types
from tests.screens.example_system import BACKEND
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import FakeWorld
from wizard.credentials import Vault
from wizard.mapping.check import Component
from wizard.session.store import find

HELP = Help("What it is for.")
TWO = [Answer("a", "Apples", letter="a"), Answer("b", "Pears", letter="a")]


# -- questions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "how"),
    [
        (lambda: ask_one(Console(), "Which?", TWO, help_=HELP), "Type the number of an answer; enter alone"),
        (
            lambda: ask_one(Console(), "Which?", TWO, help_=HELP, default=""),
            "Type the number of an answer.\n",
        ),
        (lambda: ask_text(Console(), "What?", help_=HELP), "Type a text and press enter.\n"),
        (
            lambda: ask_text(Console(), "What?", help_=HELP, default="x"),
            "Type a text and press enter; enter alone takes what stands in brackets.",
        ),
        (lambda: ask_hidden(Console(), "Token?", "token", help_=HELP), "nothing of it is shown"),
        (lambda: ask_name(Console(), "acme", "begin", help_=HELP), "Type acme, letter by letter"),
    ],
)
def test_help_says_how_this_very_question_is_answered(
    ask: Callable[[], object], how: str, types: Types, said: Said
) -> None:
    types("?")
    with pytest.raises(EndOfInput):
        ask()
    assert how in said()


def test_going_to_another_stage_is_offered_where_it_is_taken(types: Types, said: Said) -> None:
    for goes in (True, False):
        types("q")
        with pytest.raises(Leave):
            ask_one(Console(), "Which?", TWO, help_=HELP, goes=goes)
        assert ("?, g, b or q" in said()) == goes


def test_a_letter_is_explained_once_by_what_it_does(types: Types, said: Said) -> None:
    quiet = Answer("c", "Ask for control", letter="c", quiet=True)
    types("?", "q")
    with pytest.raises(Leave):
        ask_one(Console(), "Which?", TWO, help_=HELP, letters=[quiet])
    told = said()
    assert "a: Apples" in told and "a: Pears" not in told and "c: Ask" not in told
    types("c")
    assert ask_one(Console(), "Which?", TWO, help_=HELP, letters=[quiet]) == "c"


def test_a_text_is_looked_for_with_a_slash_as_well(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    types("/7")
    read_or_find(Desk(begun.new(), Console(), vault=vault), "Lines", [f"line {one}" for one in range(30)])
    assert "Lines, 3 of 30 lines:" in said()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Waiting for you at a gate. Read it. Press enter.", "Waiting for you at a gate. Read it."),
        ("It expired. Press enter to sign in again; it goes on.", "It expired. Sign in again; it goes on."),
        ("Waiting for DNS. Press enter to copy what is to be typed.", "Waiting for DNS."),
        ("Done. Press enter for the report. A bad deploy?", "Done. A bad deploy?"),
    ],
)
def test_what_enter_does_in_the_full_screen_is_not_promised_here(written: str, read: str) -> None:
    assert without_keys(written.replace("it goes on", "the run goes on")) == read.replace(
        "it goes on", "the run goes on"
    )


# -- the stages -----------------------------------------------------------------------------------------


def test_who_signed_in_is_said_once_and_where_it_goes_on(
    world: FakeWorld, begun: Begun, types: Types, said: Said
) -> None:
    types("1", GOOD_TOKEN, "q")
    with pytest.raises(Leave):
        connect(Desk(begun.new(), Console(), vault=Vault()))
    told = said()
    first, _, later = told.partition("Signed in. What next?")
    assert first.count("ada@example.com") == 1 and "1. Go on to the stage document" in later


def test_apps_are_listed_with_what_the_question_is_about(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    types("h", "b", "v", "b", "q")
    with pytest.raises(Leave):
        document(Desk(begun.documented(), Console(), vault=vault))
    told = said()
    ways, _, config = told.partition("The config vars of which app?")
    assert "1. migrate-backend: git push to Heroku" in ways or "1. migrate-backend: " in ways
    assert "no folder" not in told and "config vars\n" in config


def test_a_page_is_read_without_arrows(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    types("q")
    with pytest.raises(Leave):
        open_one(Desk(begun.documented(), Console(), vault=vault), f"app:{BACKEND}")
    told = said()
    assert "→" not in told and "←" not in told and ".:" not in told and "\nconfig vars, " in told


def test_a_row_of_the_map_says_what_holds_and_keeps_its_number(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.chosen()
    desk = Desk(session, Console(), vault=vault)
    types("4", "q")
    with pytest.raises(Leave):
        map_components(desk)
    told = said()
    assert "becomes nothing" not in told and "becomes left behind" not in told
    assert "(empty), to be decided" in told and "is left behind" in told
    row = next(one for one in told.splitlines() if "config vars: copied" in one).split(".")[0].strip()
    types("3", "/log_level", "/nowhere", row, "1", "b", "4", "q")
    with pytest.raises(Leave):
        map_components(desk)
    told = said()
    assert f"  {row}. " in told and "among them LOG_LEVEL" in told and "No row contains “nowhere”." in told
    assert "Which of them?" in told and "What becomes of migrate-backend" in told
    assert told.count(f"  {row}. ") == 3, "in the list, as what was found, and in the list once more"


def test_a_share_of_a_capsule_says_of_what() -> None:
    entry = Entry("x", 1, "web", "1 x Basic", "backend, 1 x 512 MB 13 %", "good", ("process", "a", "web"))
    assert plain_map._becomes(entry) == "1 x Basic becomes backend, 1 x 512 MB, 13 % of a CPU"


def test_a_row_that_stops_after_it_was_decided_says_so(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.chosen()
    types("1", "1", "b", "q")
    with pytest.raises(Leave):
        map_components(Desk(session, Console(), vault=vault))
    assert "Kept.\nIt is not solved by that. Has no folder" in said()


def test_enter_alone_keeps_the_way_that_was_chosen(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offered(component: Component, *_: object) -> list[Option]:
        return [Option("x", "git push", _never), Option("y", "Docker image (chosen)", lambda m, _: m)]

    monkeypatch.setattr(plain_map, "options", offered)
    types("3", "3", "", "q")
    with pytest.raises(Leave):
        map_components(Desk(begun.chosen(), Console(), vault=vault))
    assert "[2]" in said()


def _never(mapping: object, text: str) -> object:
    raise AssertionError("not chosen")


# -- the plan and the run -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("~24 to 31 min", "about 24 to 31 min"),
        ("www.acme.example -> elb.example, 2 · 3", "www.acme.example to elb.example, 2, 3"),
        ("in ~/src at HEAD~1", "in ~/src at HEAD~1"),
    ],
)
def test_signs_that_only_eyes_understand_are_words(written: str, read: str) -> None:
    assert aloud(written) == read


def test_a_way_back_that_steps_share_is_said_once(run: ARun, vault: Vault, said: Said) -> None:
    tell_steps(Desk(run.session, Console(), vault=vault))
    lines = [one for one in said().splitlines() if "Way back: " in one]
    ways = [one.partition("Way back: ")[2] for one in lines]
    assert ways and all(one != other for one, other in pairwise(ways))
    assert "the same." not in ways and not [one for one in lines if "~" in one]


def test_a_gate_is_read_out_once_and_again_when_it_is_wanted(
    run: ARun, vault: Vault, spoken: Worker, types: Types, said: Said
) -> None:
    run.gate()
    types("1", "no", "2", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said()
    assert told.count("is open. True now:") == 2 and told.count("The run is at a gate: ") == 3
    assert "1. Pass the gate; you are asked to type acme-shop" in told


def test_taking_it_back_is_no_going_back_to_a_question(
    run: ARun, vault: Vault, spoken: Worker, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.gate()
    monkeypatch.setattr(plain_run, "refusal", lambda name, seen: "")
    types("back", "b", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    assert "Type acme-shop to take everything back to Heroku, or b to leave it: " in said()


def test_who_comes_later_hears_the_end_of_what_happened(run: ARun, vault: Vault, said: Said) -> None:
    for number in range(40):
        run.journal.event("look", f"look number {number}")
    run.journal.set_run("done")
    following = Following(Desk(run.session, Console(), vault=vault))
    following.follow()
    told = said()
    assert "things happened so far; e reads them. The last 5:" in told
    assert "look number 39" in told and "look number 3\n" not in told
    run.journal.event("look", "one more")
    following.follow()
    assert "one more" in said()


def test_silence_is_broken_more_and_more_seldom(
    run: ARun, vault: Vault, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.reach(DEPLOY)
    now = [0.0]
    monkeypatch.setattr(quiet, "now", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += 10.0
        if now[0] > 3600:
            raise KeyboardInterrupt

    monkeypatch.setattr(following_module.time, "sleep", wait)
    desk = Desk(run.session, Console(), vault=vault)
    assert Following(desk).follow() == "asked"
    still = [one for one in said().splitlines() if one.startswith("Still at step ")]
    assert 6 <= len(still) <= 11, still


def test_a_question_that_the_run_has_overtaken_is_asked_anew(
    run: ARun, vault: Vault, spoken: Worker, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.reach(COPY)
    monkeypatch.setattr(Following, "follow", lambda self: "asked")
    typed = iter(["2", "q"])

    def line(self: TypedLines, between: Callable[[], None]) -> str:
        between()
        if run.journal.run().state != "waiting":  # type: ignore[union-attr]
            run.gate()
            between()
            between()
        return next(typed) + "\n"

    rung: list[str] = []
    monkeypatch.setattr(Console, "ring", lambda self: rung.append(""))
    monkeypatch.setattr(TypedLines, "next", line)
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said()
    assert len(rung) == 1, "whoever waits may be at another window"
    assert told.count("Meanwhile: The run is at a gate: ") == 1
    assert "1. Pass the gate" in told.partition("Meanwhile: ")[2]
    assert spoken.asked == [], "what was typed was an answer to another question"


def test_who_watches_can_go_on_watching(
    run: ARun, vault: Vault, spoken: Worker, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.gate()
    holder = find(run.session.id)
    assert holder.claim() is None
    followed: list[str] = []
    monkeypatch.setattr(Following, "follow", lambda self: followed.append("") or "asked")
    types("", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    assert "1. Go on watching" in said() and len(followed) == 2
    holder.close()


def test_what_was_read_out_before_it_was_decided_is_read_again_only_when_it_is_wanted(
    run: ARun, vault: Vault, world: FakeWorld, begun: Begun, types: Types, said: Said
) -> None:
    types("b")
    with pytest.raises(Back):
        plan(Desk(run.session, Console(), vault=vault))
    told = said()
    assert "12 steps" in told and "Create the environment" not in told
    types("4", "q")
    with pytest.raises(Leave):
        choose_target(Desk(begun.chosen(), Console(), vault=vault))
    told = said()
    assert "You lose:" not in told.partition("aptible is chosen.")[0] and told.count("You lose:") == 2
