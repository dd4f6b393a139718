"""The wizard as questions and lines, against fakes: what is asked, what is saved, how it ends."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path

import pytest

from screens.app import OfframpApp
from screens.headless.exit_codes import DONE, WAITS
from screens.main import main
from screens.map import MapScreen
from screens.plain import following as following_module
from screens.plain import run as plain_run
from screens.plain.console import Console, EndOfInput
from screens.plain.desk import Desk
from screens.plain.document import document
from screens.plain.following import Following
from screens.plain.journey import STAGES, travel
from screens.plain.map import map_components
from screens.plain.plan import plan
from screens.plain.question import Answer, Back, Help, Leave, ask_hidden, ask_name, ask_one, ask_text
from screens.stages import NAMES, standing
from tests.screens.a_run import COPY, DEPLOY, ARun
from tests.screens.a_worker import Worker
from tests.screens.conftest import Begun, Types
from tests.screens.example_system import DRAIN_GAP, EMAILER, JOBS_GAP, PAPERTRAIL, example_system
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import OTP, PASSWORD, FakeWorld
from wizard.credentials import Vault
from wizard.model.trouble import Trouble
from wizard.run.guide import GUIDE, Guide, guide_lines
from wizard.run.view import SecretWanted
from wizard.session.parts import ANSWERS, CONNECTIONS, MAPPING, SYSTEM, TARGET
from wizard.session.store import find, infos

HELP = Help("What it is for.", "what comes then.")


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


# -- questions ------------------------------------------------------------------------------------------

THREE = [Answer("a", "Apples"), Answer("b", "Bananas", "there are none"), Answer("c", "Cherries")]


def test_enter_takes_the_first_answer_that_can_be_taken(types: Types) -> None:
    types("")
    assert ask_one(Console(), "Which?", THREE[1:], help_=HELP) == "c"


def test_a_number_takes_its_answer_and_one_that_cannot_be_taken_says_why(
    types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types("2", "4", "three", "3")
    assert ask_one(Console(), "Which?", THREE, help_=HELP) == "c"
    told = said(capsys)
    assert "2 cannot be taken now: there are none" in told and told.count("Type a number from 1 to 3") == 2


@pytest.mark.parametrize(("typed", "raised"), [("b", Back), ("q", Leave), (None, EndOfInput)])
def test_back_leave_and_the_end_of_the_input_work_at_every_question(
    typed: str | None, raised: type[Exception], types: Types
) -> None:
    for ask in (
        lambda: ask_one(Console(), "Which?", THREE, help_=HELP),
        lambda: ask_text(Console(), "What?", help_=HELP),
        lambda: ask_name(Console(), "acme", "begin", help_=HELP),
        lambda: ask_hidden(Console(), "Token?", "token", help_=HELP),
    ):
        types(*([] if typed is None else [typed]))
        with pytest.raises(raised):
            ask()


def test_help_says_what_it_is_for_and_asks_again(types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    types("?", "/cherr", "1")
    assert ask_one(Console(), "Which?", THREE, help_=HELP) == "a"
    told = said(capsys)
    assert "What it is for." in told and "Next: what comes then." in told
    assert "1 of 3 contain “cherr”" in told and told.rstrip().endswith("[1]:")


def test_a_text_may_begin_with_what_is_a_command_and_be_empty(types: Types) -> None:
    types("\\b")
    assert ask_text(Console(), "What?", help_=HELP) == "b"
    types("\\")
    assert ask_text(Console(), "What?", help_=HELP, default="x", check=lambda _: "") == ""
    types("")
    assert ask_text(Console(), "What?", help_=HELP, default="x") == "x"


def test_a_secret_is_not_repeated(types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    types("hunter2-hunter2")
    assert ask_hidden(Console(), "Token?", "token", help_=HELP).reveal() == "hunter2-hunter2"
    assert "hunter2" not in said(capsys)


def test_what_is_typed_cannot_move_a_cursor(types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    types("a\x1b[2Jb", "b")
    with pytest.raises(Back):
        ask_one(Console(), "Which?", THREE, help_=HELP)
    types("a\x1b[2Jb")
    assert "\x1b" not in ask_text(Console(), "What?", help_=HELP)
    Console().say("\x1b]0;owned\x07")
    Console().verbatim("\x9b2J\n\x1b[1m")
    told = said(capsys)
    assert "\x1b" not in told and "\x9b" not in told and "\x07" not in told


# -- the way in -----------------------------------------------------------------------------------------


def test_a_new_migration_signs_in_reads_and_is_there_for_the_full_screen(
    world: FakeWorld, private_home: object, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types("1", "acme-shop", "1", GOOD_TOKEN, "1", "1")
    assert main(["--plain"]) == WAITS
    told = said(capsys)
    ((folder, _),) = infos()
    session = find(folder.name)
    assert "Signed in to Heroku as ada@example.com" in told and GOOD_TOKEN not in told
    assert "Stage 2 of 8: document" in told and "The input has ended" in told
    assert "Write the document to a file" in told and "\x1b" not in told
    assert session.load(SYSTEM) == world.heroku.system and standing(session).current == "choose"
    session.close()


def test_bytes_that_are_no_text_are_an_answer_like_any_other(
    world: FakeWorld, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\nq\n"), encoding="utf-8"))
    assert main(["--plain"]) == DONE


def test_a_closed_input_is_one_that_has_ended(
    world: FakeWorld, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["--plain"]) == WAITS


def test_leaving_at_the_first_question_changes_nothing(
    world: FakeWorld, private_home: object, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types("q")
    assert main(["--plain"]) == DONE
    assert "Everything is saved" in said(capsys) and not list(infos())


def test_a_refused_token_is_told_and_asked_again(
    world: FakeWorld, begun: Begun, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.new()
    types("1", "HRKU-bad-token-0123456789", "1", GOOD_TOKEN, "1")
    with pytest.raises(EndOfInput):
        travel(Desk(session, Console(), vault=Vault()))
    told = said(capsys)
    assert "Not done: Heroku refused the token." in told and "bad-token" not in told
    assert session.load(CONNECTIONS) is not None


def test_a_session_that_another_has_is_read_only(
    world: FakeWorld, begun: Begun, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.documented()
    holder = find(session.id)
    assert holder.claim() is None
    desk = Desk(session, Console(), vault=Vault())
    with pytest.raises(Trouble) as refused:
        desk.save(SYSTEM, example_system())
    assert "has this session" in refused.value.cause
    holder.close()
    assert desk.held() == ""


# -- the stages -----------------------------------------------------------------------------------------


def test_every_stage_of_the_full_screen_is_one_here() -> None:
    assert tuple(STAGES) == NAMES


def test_what_no_api_tells_is_asked_one_by_one(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.documented(example_system(jobs_known=False, gaps=(JOBS_GAP, DRAIN_GAP)))
    types("1", "1", "python report.py", "fortnight", "day", "25:00", "02:30", "2", "1", "1")
    document(Desk(session, Console(), vault=vault))
    answers = session.load(ANSWERS)
    assert answers is not None and answers.acknowledged == (DRAIN_GAP.key,)
    (job,) = answers.jobs[EMAILER]
    assert (job.command, job.every, job.at) == ("python report.py", 1440, 150)
    assert "is no interval of Heroku Scheduler" in said(capsys)


def test_a_target_is_chosen_with_reasons_and_one_that_is_not_built_says_so(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.documented()
    world.aptible.wants_otp = True
    types("2", "1", "1", "ada@example.com", PASSWORD, OTP, "q")
    with pytest.raises(Leave):
        travel(Desk(session, Console(), vault=vault))
    told = said(capsys)
    assert "2 cannot be taken now: Offramp cannot create its capsules yet." in told
    assert "Blockers: none" in told and "Prices: " in told
    chosen = session.load(TARGET)
    assert chosen is not None and chosen.provider == "aptible"
    assert PASSWORD not in told and "Signed in to Aptible as ada@example.com" in told


def test_the_map_asks_what_is_undecided_and_changes_a_row_by_its_number(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.chosen()
    types("5", "b", "3", "3", "1", "80", "8080", "q")
    with pytest.raises(Back):
        map_components(Desk(session, Console(), vault=vault))
    types("3", "3", "1", "80", "8080", "q")
    with pytest.raises(Leave):
        map_components(Desk(session, Console(), vault=vault))
    mapping = session.load(MAPPING)
    assert mapping is not None and mapping.port == 8080
    assert "Type a number from 1024 to 65535" in said(capsys)
    left = next(one for one in mapping.add_ons if one.add_on_id == PAPERTRAIL)
    assert left.action == "undecided"
    types("2", "not needed", "q")
    with pytest.raises(Leave):
        map_components(Desk(session, Console(), vault=vault))
    mapping = session.load(MAPPING)
    assert mapping is not None
    left = next(one for one in mapping.add_ons if one.add_on_id == PAPERTRAIL)
    assert (left.action, left.reason) == ("leave", "not needed")


async def test_the_full_screen_goes_on_where_the_lines_ended(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types
) -> None:
    session = begun.chosen()
    types("2", "not needed", "b")

    def in_lines() -> None:
        with pytest.raises(Back):
            map_components(Desk(session, Console(), vault=vault))

    await asyncio.to_thread(in_lines)
    left = session.load(MAPPING)
    app = OfframpApp(session=find(session.id), vault=vault)
    session.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, MapScreen) and app.session is not None
        assert app.session.load(MAPPING) == left


def test_enter_alone_decides_nothing_of_what_is_open(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types
) -> None:
    session = begun.chosen()
    types("1", *[""] * 9)
    with pytest.raises(EndOfInput):
        map_components(Desk(session, Console(), vault=vault))
    mapping = session.load(MAPPING)
    assert mapping is not None
    assert next(one for one in mapping.config if one.name == "EMPTY_FLAG").action == "undecided"
    assert next(one for one in mapping.add_ons if one.add_on_id == PAPERTRAIL).action == "undecided"


def test_without_a_plan_the_stage_says_what_comes_first(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types("1")
    with pytest.raises(EndOfInput):
        plan(Desk(begun.chosen(), Console(), vault=vault))
    assert "map and prepare come first" in said(capsys)


# -- the run --------------------------------------------------------------------------------------------


def test_a_gate_is_read_out_and_passed_by_its_name_only(
    run: ARun,
    vault: Vault,
    spoken: Worker,
    types: Types,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run.gate()
    followed: list[str] = []
    monkeypatch.setattr(Following, "follow", lambda self: followed.append("") or "gate")
    types("1", "yes", "1", "acme-shop", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said(capsys)
    assert "34 of 34 tables of acme-db proven equal" in told and "Maintenance mode on" in told
    assert (
        "Way back: Any failure, or “back”: " in told and "“yes” is not acme-shop. Nothing was done." in told
    )
    answers = [one for one in spoken.asked if one["do"] == "answer"]
    assert [(one["gate"], one["word"]) for one in answers] == [("gate:cut-over", "acme-shop")]


def test_following_ends_where_a_person_is_wanted(
    run: ARun, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(run.session, Console(), vault=vault)
    run.copying()
    run.journal.set_run("waiting")
    run.journal.gauge("secret", SecretWanted(vendor="aptible", reason="The token has expired."))
    assert Following(desk).follow() == "secret"


def test_a_failed_run_says_why_and_can_be_tried_again(
    run: ARun,
    vault: Vault,
    spoken: Worker,
    types: Types,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run.fail(
        DEPLOY,
        Trouble("The deploy failed.", untouched="Heroku's data is as it was.", remedy="Look.", code="x"),
    )
    monkeypatch.setattr(Following, "follow", lambda self: "ended")
    types("1", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    assert "The deploy failed. Heroku's data is as it was. Look." in said(capsys)
    assert {"do": "retry"}.items() <= spoken.asked[0].items()


def test_what_a_person_does_is_told_once_with_what_is_typed_on_its_own_line(
    run: ARun, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    run.reach(COPY)
    guide = Guide(step=COPY, waits="the repository", lines=guide_lines("Open it", "$ git push"), by_word=True)
    run.journal.gauge(GUIDE, guide)
    following = Following(Desk(run.session, Console(), vault=vault))
    assert following.follow() == "person"
    told = said(capsys)
    assert "Waiting for you: the repository." in told and "\ngit push\n" in told
    run.journal.set_run("done")
    assert following.follow() == "ended"
    assert "Waiting for you" not in said(capsys)


@pytest.mark.parametrize("blind", [True, False])
def test_a_person_says_that_it_is_done_where_nothing_else_can_tell(
    blind: bool,
    run: ARun,
    vault: Vault,
    spoken: Worker,
    types: Types,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run.reach(COPY)
    run.journal.set_run("running", current=COPY)
    guide = Guide(step=COPY, waits="the path", lines=guide_lines("Set it"), by_word=True, blind=blind)
    run.journal.gauge(GUIDE, guide)
    desk = Desk(run.session, Console(), vault=vault)
    monkeypatch.setattr(following_module, "ASKED_AGAIN", 0.0)
    following = Following(desk)
    assert [following.follow(), following.follow()] == ["person", "person"]
    monkeypatch.setattr(Following, "follow", lambda self: "person")
    types("", "1", "q") if blind else types("2", "q")
    with pytest.raises(Leave):
        plain_run.run(desk)
    assert {"do": "accept", "step": COPY} in spoken.asked
    told = said(capsys)
    assert ("Offramp cannot see it" in told) == blind
    assert ("b or q: " in told) == blind, "enter alone is nobody's word"


def test_a_run_that_is_done_leads_to_the_report_only(
    run: ARun, vault: Vault, spoken: Worker, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    run.journal.set_run("done")
    types("")
    plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said(capsys)
    assert "1. Go on to the report" in told and "Stop the run" not in told and spoken.asked == []


def test_ctrl_c_ends_the_following_and_not_the_run(
    run: ARun, vault: Vault, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.copying()

    def pressed(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(following_module.time, "sleep", pressed)
    assert Following(Desk(run.session, Console(), vault=vault)).follow() == "asked"
    told = said(capsys)
    assert "The run goes on; only following it has ended." in told and "acme-db: copying rows, " in told


# -- no screen ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["screens.plain.start", "screens.answers.commands"])
def test_nothing_of_it_loads_textual(module: str) -> None:
    script = f"import sys, {module}; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
