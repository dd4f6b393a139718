"""In lines, besides the way straight on: what is looked up, added, given away, and gone back to."""

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from screens.headless.exit_codes import INTERRUPTED
from screens.home_entries import Entry
from screens.main import main
from screens.monitor.reading import look
from screens.plain import following as following_module
from screens.plain import home, journey, own_tunnel, start
from screens.plain import map as plain_map
from screens.plain import rollback as plain_rollback
from screens.plain import run as plain_run
from screens.plain.connect import connect
from screens.plain.console import Console, EndOfInput, GivenAway, Interrupted
from screens.plain.control import Doorkeeper, ask_for_control
from screens.plain.desk import Desk
from screens.plain.document import document
from screens.plain.following import Following, tell_dns
from screens.plain.journey import travel
from screens.plain.plainly import aloud, without_keys
from screens.plain.question import GO_TO, Answer, Help, Leave, ask_one
from screens.plain.run_lists import sentences
from screens.plain.run_now import sentences as now
from screens.plain.typed_lines import TypedLines
from tests.screens.a_run import ARun
from tests.screens.a_worker import Worker
from tests.screens.conftest import Begun, Said, Types
from tests.screens.example_system import example_system
from tests.screens.fakes import FakeWorld
from tests.screens.test_run_dns import CNAME, TXT, WATCH
from wizard.credentials import Vault
from wizard.mapping.rules import propose
from wizard.model.trouble import Trouble
from wizard.ports import Environment, TargetApp, TargetDeploy
from wizard.registry import target_provider
from wizard.run.handover import Asking, wished
from wizard.session.lock import Holder
from wizard.session.parts import ANSWERS, CONNECTIONS, MAPPING
from wizard.session.store import find, infos

HELP = Help("What it is for.")


# -- the console ----------------------------------------------------------------------------------------


def test_without_utf_8_every_line_is_ascii(monkeypatch: pytest.MonkeyPatch, types: Types, said: Said) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    console = Console()
    console.say("“a” → b … it’s ✓")
    console.verbatim("naïve ●")
    types("")
    console.line("“x” … ")
    assert said() == '"a" > b ~ it\'s v\nna?ve *\n"x" ~ \n'


def test_the_second_ctrl_c_leaves_and_an_answer_in_between_forgets_the_first(
    monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    typed = iter([KeyboardInterrupt, "2\n", KeyboardInterrupt, KeyboardInterrupt])

    def line(self: TypedLines, between: Callable[[], None]) -> str:
        one = next(typed)
        if isinstance(one, str):
            return one
        raise one

    monkeypatch.setattr(TypedLines, "next", line)
    console, answers = Console(), [Answer("a", "A"), Answer("b", "B")]
    assert ask_one(console, "Which?", answers, help_=HELP) == "b"
    with pytest.raises(Interrupted):
        ask_one(console, "Which?", answers, help_=HELP)
    assert said().count("Nothing was answered. ctrl+c once more leaves. Everything is saved") == 2


def test_ctrl_c_as_the_question_is_written_is_at_that_question(
    monkeypatch: pytest.MonkeyPatch, types: Types
) -> None:
    class Pressed(io.StringIO):
        pressed = False

        def flush(self) -> None:
            if not self.pressed:
                self.pressed = True
                raise KeyboardInterrupt

    types("me\n")
    out = Pressed()
    monkeypatch.setattr(sys, "stdout", out)
    assert Console().line("Who? ") == "me"
    assert out.getvalue().count("Who? ") == 2
    assert "Nothing was answered. ctrl+c once more leaves." in out.getvalue()


def test_ctrl_c_twice_has_an_exit_code_of_its_own(
    world: FakeWorld, private_home: Path, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    def pressed(self: TypedLines, between: Callable[[], None]) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(TypedLines, "next", pressed)
    assert main(["--plain"]) == INTERRUPTED
    assert "Left by ctrl+c. Everything is saved; a run goes on by itself." in said()


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE])
def test_a_terminal_or_a_pipe_that_is_gone_is_the_end_of_the_input(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    class Gone(io.StringIO):
        def flush(self) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(EndOfInput):
        Console().say("hello")


def test_what_is_typed_in_a_pipe_is_read_line_by_line_and_something_is_looked_at_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.FileIO(reading), encoding="utf-8"))
    lines, looked = TypedLines(), []

    def between() -> None:
        looked.append("")
        os.write(writing, b"one\ntw\xff")

    assert lines.next(between) == "one\n" and looked == [""]
    os.close(writing)
    assert lines.next(between) == "tw\N{REPLACEMENT CHARACTER}" and lines.next(between) == ""


def test_what_was_typed_ahead_is_there_for_the_example(
    private_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"t\nahead\n")
    os.close(writing)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.FileIO(reading), encoding="utf-8"))

    def desk(console: Console, size: str, target: str) -> Desk:
        raise Trouble(f"{console.line('? ')} was typed.", remedy="Look.", code="x")

    monkeypatch.setattr(start, "demo_desk", desk)
    assert main(["--plain"]) == 1
    assert "ahead was typed." in capsys.readouterr().err


# -- letters, stages ------------------------------------------------------------------------------------


def test_a_letter_of_the_full_screen_takes_its_answer_and_help_lists_them(types: Types, said: Said) -> None:
    answers = [Answer("a", "Apples"), Answer("r", "Try again", letter="r")]
    hidden = [Answer("t", "Read about the tables", letter="t")]
    for typed, taken in (("R", "r"), ("t", "t"), ("g", GO_TO)):
        types("?", "x", typed)
        assert ask_one(Console(), "Which?", answers, help_=HELP, goes=True, letters=hidden) == taken
    told = said()
    assert "r: Try again" in told and "t: Read about the tables" in told and "g: Go to another stage" in told
    assert "Type 1 or 2." in told


def test_a_reason_that_many_answers_share_is_read_out_once(types: Types, said: Said) -> None:
    answers = [Answer("a", "Apples", "a run is under way"), Answer("b", "Pears", "a run is under way")]
    types("2", "q")
    with pytest.raises(Leave):
        ask_one(Console(), "Which?", answers, help_=HELP)
    told = said()
    assert "1. Apples (not now: a run is under way)" in told and "2. Pears (not now either)" in told
    assert "2 cannot be taken now: a run is under way" in told


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Any failure, or b: Heroku serves again.", "Any failure, or “back”: Heroku serves again."),
        ("Press r to prove anew; b goes back.", "Press r to prove anew; “back” goes back."),
        ("Name it on the map (4).", "Name it on the map."),
        ("It is locked: press 7, then s stops it.", "It is locked: go to run with g, then s stops it."),
        ("table public.b of db-b is in a-b", "table public.b of db-b is in a-b"),
    ],
)
def test_keys_that_mean_something_else_here_are_named_as_they_are_typed(written: str, read: str) -> None:
    assert without_keys(written) == read


def test_one_goes_to_another_stage_and_back_where_it_is_allowed(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.chosen()
    types("g", "5", "2", "g", "4", "q")
    with pytest.raises(Leave):
        travel(Desk(session, Console(), vault=vault))
    told = said()
    assert "5 cannot be taken now: First decide what becomes of each component." in told
    assert told.index("Stage 2 of 8: document.") < told.rindex("Stage 4 of 8: map.")


def test_what_is_in_the_way_of_a_stage_is_told_and_does_not_end_the_wizard(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles = iter(
        [Trouble("The disk is full.", remedy="Make room (map (4)).", code="disk-full"), ValueError("x")]
    )

    def broken(desk: Desk) -> None:
        raise next(troubles)

    monkeypatch.setitem(journey.STAGES, "document", broken)
    types("1", "q")
    with pytest.raises(Leave):
        travel(Desk(begun.connected(), Console(), vault=vault))
    told = said()
    assert "Not done: The disk is full. Nothing was changed. Make room (map). [disk-full]" in told
    assert "Offramp made a mistake (ValueError)" in told and "Traceback" not in told


# -- who has control ------------------------------------------------------------------------------------


def test_control_is_asked_for_at_an_open_question_and_given_by_a_word(
    world: FakeWorld, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.documented()
    assert session.claim() is None
    given: list[Holder] = []
    door, other = Doorkeeper(session, given.append), find(session.id)
    asking = Asking(other, withdraws="ctrl+c")
    assert asking.begin() and "ctrl+c withdraws it" in asking.said
    assert "asks to control this migration." in door.look() and door.look() == ""
    assert door.take("1") == "" and door.take("no").startswith("You keep control; ")
    assert asking.look() == "refused" and asking.begin()
    assert "Type yes or no" in door.look()
    asking.withdraw()
    assert "asks no more. You keep control." in door.look() and door.take("yes") == ""
    asking.begin()
    door.look()
    with pytest.raises(GivenAway, match="has control now; you watch"):
        door.take("yes")
    assert len(given) == 1
    assert asking.look() == "ours" and session.claim() is not None
    other.close()


def test_who_gave_control_away_at_an_open_gate_does_not_pass_it(
    run: ARun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken, asking = Worker(), Asking(find(run.session.id))
    monkeypatch.setattr(plain_run, "ask", spoken.ask)
    monkeypatch.setattr(plain_run, "start_worker", spoken.start)
    monkeypatch.setattr(Following, "follow", lambda self: "gate")
    run.gate()
    desk = Desk(run.session, Console(), vault=vault)
    # The gate's own question, then the number that passed it, are answered when the session is another's.
    types("1", "yes", "acme-shop", "1", "acme-shop", "q")
    assert asking.begin() and desk.door.look()
    with pytest.raises(Leave):
        plain_run.run(desk)
    assert asking.look() == "ours"
    assert spoken.asked == [] and "has control now; you watch." in said()


def test_who_asked_for_control_asks_no_more_when_something_is_in_the_way(
    begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.new()
    holder = find(session.id)
    assert holder.claim() is None

    def broken(self: Asking) -> str:
        raise Trouble("The session cannot be read.", remedy="Look at the disk.", code="session-broken")

    monkeypatch.setattr(Asking, "look", broken)
    with pytest.raises(Trouble):
        ask_for_control(session, Console())
    assert session.turn_lock.holder() is None and wished(holder) is None, "else nobody could ask any more"
    holder.close()


def test_who_only_reads_is_offered_to_ask_for_control(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.documented()
    holder = find(session.id)
    assert holder.claim() is None
    types("q")
    with pytest.raises(Leave):
        document(Desk(session, Console(), vault=vault))
    assert "Ask whoever has this migration for control" in said()
    holder.close()


# -- connect, the list of migrations --------------------------------------------------------------------


def test_a_command_for_a_token_is_shown_before_it_is_started(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.new()
    types("2", "nowhere-to-be-found x", "2", "sort one two", "b", "q")
    with pytest.raises(Leave):
        connect(Desk(session, Console(), vault=vault))
    told = said()
    assert "There is no program nowhere-to-be-found here. Nothing was started." in told
    assert "This program is started:\n/" in told and "Its argument 2:\ntwo\n" in told
    assert session.load(CONNECTIONS) is None


def test_a_token_is_forgotten_and_the_keyring_explained(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.connected()
    types("k", "w", "f", "1", "heroku", "q")
    with pytest.raises(Leave):
        connect(Desk(session, Console(), vault=vault))
    connections = session.load(CONNECTIONS)
    assert connections is not None and not connections.by_provider
    assert "It is forgotten on this machine." in said()


def test_a_migration_is_deleted_once_its_name_was_typed(
    world: FakeWorld, begun: Begun, types: Types, said: Said
) -> None:
    begun.new("acme-shop").close()
    types("x", "1", "acme", "x", "1", "acme-shop", "q")
    assert main(["--plain"]) == 0
    told = said()
    assert "There is no way back." in told and "“acme” is not acme-shop" in told
    assert "acme-shop is deleted." in told and not list(infos())


# -- the document ---------------------------------------------------------------------------------------


def test_one_thing_is_found_read_and_noted_and_a_value_printed_when_it_is_asked_for(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.documented()
    types("o", "migrate-backend", "1", "1", "ask Ada", "ada", "2", "1", "b", "v", "1", "b", "q")
    with pytest.raises(Leave):
        document(Desk(session, Console(), vault=vault))
    told = said()
    answers = session.load(ANSWERS)
    assert answers is not None and {(one.text, one.owner) for one in answers.notes.values()} == {
        ("ask Ada", "ada")
    }
    first = example_system().apps[0].config[0].name
    assert f"\nvalue of {first}\n" in told and told.count("value of ") >= 1
    assert "owner: ada" in told or "Kept." in told


def test_costs_what_follows_what_changed_and_what_is_not_in_it_are_read(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    types("m", "x", "d", "w", "q")
    with pytest.raises(Leave):
        document(Desk(begun.documented(), Console(), vault=vault))
    told = said()
    assert "A month on Heroku" in told and "It was read once." in told
    assert "No reading of Offramp looks at these." in told


def test_code_is_cloned_where_no_folder_has_it_and_the_document_written(
    world: FakeWorld,
    begun: Begun,
    vault: Vault,
    types: Types,
    said: Said,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    session = begun.documented()
    types("5", "2", "2", "", "b", "e", "1", "doc.md", "q")
    with pytest.raises(Leave):
        document(Desk(session, Console(), vault=vault))
    told = said()
    assert "1 of 1 app cloned." in told
    assert (tmp_path / "doc.md").exists() and f"\n{tmp_path / 'doc.md'}\n" in told


# -- the run --------------------------------------------------------------------------------------------


def test_the_lists_of_a_run_are_sentences_and_a_text_finds_lines(
    run: ARun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.copying()
    monkeypatch.setattr(Following, "follow", lambda self: "asked")
    monkeypatch.setattr(plain_run, "start_worker", lambda *_: None)
    seen = look(run.session)
    assert seen is not None
    for kind in ("tables", "steps", "events"):
        lines = sentences(kind, seen)
        assert lines and not [one for one in lines if "   " in one or "✓" in one]
    types("t", "public.orders", "o", "e", "l", "p", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said()
    assert "All tables, 1 of " in told and "public.orders: " in told


def test_who_only_watches_is_not_stopped_by_what_another_has_to_answer(
    run: ARun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = find(run.session.id)
    assert holder.claim() is None
    run.gate()
    looks = iter(range(3))

    def wait(seconds: float) -> None:
        if next(looks, None) is None:
            holder.close()

    monkeypatch.setattr(following_module.time, "sleep", wait)
    assert Following(Desk(run.session, Console(), vault=vault)).follow() == "gate"
    assert said().count("that is for whoever has control.") == 1 and next(looks, None) is None


def test_how_a_run_stands_is_said_in_sentences(
    run: ARun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.copying().tunnel()
    seen = look(run.session)
    assert seen is not None
    told = list(now(seen))
    assert told[0].startswith("Step 5 of 12: ") and any("acme-db: copying rows, " in one for one in told)
    assert any(one.startswith("The tunnel to acme-db: up, for ") for one in told)
    assert told[-1].startswith("Next: 6, ") and not [one for one in told if " · " in one]


def test_what_is_typed_into_the_page_of_a_dns_provider_stands_on_lines_of_its_own(
    run: ARun, vault: Vault, said: Said
) -> None:
    tell_dns(WATCH, Desk(run.session, Console(), vault=vault), demo=False)
    told = said()
    assert f"A CNAME record. Its name:\n{CNAME.name}\nIts value:\n{CNAME.value}\nNow: points at " in told
    assert f"\n{TXT.todo}\nNow: 1 TXT record" in told and CNAME.todo not in told and aloud(WATCH.note) in told


def test_an_own_tunnel_is_told_by_its_port(
    run: ARun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = Worker()
    monkeypatch.setattr(own_tunnel, "ask", spoken.ask)
    monkeypatch.setattr(plain_run, "start_worker", spoken.start)
    monkeypatch.setattr(Following, "follow", lambda self: "asked")
    run.copying()
    types("n", "ninety", "5433", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    assert [one["port"] for one in spoken.asked] == [5433]
    told = said()
    assert "A port is a number between 1 and 65535" in told and "Your own tunnel is used." in told


def test_after_a_bad_deploy_an_app_goes_back_once_its_name_was_typed(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    session = begun.chosen()
    mapping = propose(example_system(), target_provider("aptible").profile())
    mapping = msgspec.structs.replace(mapping, environment="acme-prod", apps=mapping.apps[:1])
    session.save(MAPPING, mapping)
    handle = mapping.apps[0].handle
    world.aptible.environments = {"acme-prod": Environment(id="e", handle="acme-prod")}
    world.aptible.apps = {handle: TargetApp(id="7", handle=handle, environment_id="e", state="provisioned")}
    world.aptible.deploys = [
        TargetDeploy(number=2, state="succeeded", image="ghcr.io/acme/shop:v2"),
        TargetDeploy(number=1, state="succeeded", image="ghcr.io/acme/shop:v1"),
    ]
    run = ARun(session).start()
    run.journal.set_run("done")
    types("k", "yes", "k", handle, "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(session, Console(), vault=vault))
    told = said()
    assert "Not rolled back: the database." in told and f"“yes” is not {handle}" in told
    assert "ghcr.io/acme/shop:v1 again" in told
    assert [one.number for one in world.aptible.deploys] == [3, 2, 1]


def test_an_app_that_was_deployed_to_at_the_question_does_not_go_back(
    world: FakeWorld, begun: Begun, vault: Vault, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.chosen()
    mapping = propose(example_system(), target_provider("aptible").profile())
    session.save(MAPPING, msgspec.structs.replace(mapping, environment="acme-prod", apps=mapping.apps[:1]))
    handle = mapping.apps[0].handle
    world.aptible.environments = {"acme-prod": Environment(id="e", handle="acme-prod")}
    world.aptible.apps = {handle: TargetApp(id="7", handle=handle, environment_id="e", state="provisioned")}
    world.aptible.deploys = [
        TargetDeploy(number=number, state="succeeded", image=f"ghcr.io/acme/shop:v{number}")
        for number in (2, 1)
    ]
    ARun(session).start()

    def yes(*_: object, **__: object) -> bool:
        third = TargetDeploy(number=3, state="succeeded", image="ghcr.io/acme/shop:v3")
        world.aptible.deploys = [third, *world.aptible.deploys]
        return True

    monkeypatch.setattr(plain_rollback, "ask_name", yes)
    with pytest.raises(Trouble, match="was deployed to since you were asked"):
        plain_rollback.roll_back_an_app(Desk(session, Console(), vault=vault))
    assert "Then it runs the image ghcr.io/acme/shop:v1" in said(), "and v2 would have been deployed"
    assert [one.number for one in world.aptible.deploys] == [3, 2, 1]


def test_what_a_gate_has_to_be_typed_elsewhere_stands_on_a_line_of_its_own(
    run: ARun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.gate((("look", "$ terraform import a 1"), ("good", "nothing is deployed")))
    monkeypatch.setattr(Following, "follow", lambda self: "gate")
    monkeypatch.setattr(plain_run, "start_worker", lambda *_: None)
    types("q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said()
    assert "\nterraform import a 1\n" in told and "  good: nothing is deployed\n" in told


def test_a_file_for_whoever_helps_is_written_after_it_was_said_what_is_in_it(
    run: ARun, vault: Vault, types: Types, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run.journal.set_run("done")
    types("3", "6", "2", "help.zip", "b", "q")
    with pytest.raises(Leave):
        plain_run.run(Desk(run.session, Console(), vault=vault))
    told = said()
    assert "It holds:" in told and f"\n{tmp_path / 'help.zip'}\n" in told and "nothing was sent" in told


def test_a_migration_that_runs_says_who_has_it_and_what_opening_it_means(
    begun: Begun, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = "ada (pts/3) has it since 14:02 UTC, enter watches"
    runs = Entry(
        id="acme",
        name="acme-shop",
        route="Heroku → Aptible",
        state="running",
        detail="61 %",
        alive=True,
        attach=f"{who} · step 7 of 19: Copy",
    )
    monkeypatch.setattr(home, "read_entries", lambda: [runs])
    types("q")
    with pytest.raises(Leave):
        home.choose_session(Console())
    assert (
        "1. acme-shop, Heroku to Aptible, running, 61 %, ada (pts/3) has it since 14:02 UTC, opening it "
        "watches, step 7 of 19: Copy" in said()
    )


def test_ctrl_c_breaks_off_what_is_done_and_asks_again(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said
) -> None:
    async def hold() -> None:
        raise KeyboardInterrupt

    world.heroku.before_read_ends = hold  # type: ignore[method-assign]
    types("r", "q")
    with pytest.raises(Leave):
        document(Desk(begun.connected(), Console(), vault=vault))
    told = said()
    assert "Broken off. ctrl+c once more leaves." in told
    assert told.count("Nothing is read from Heroku yet. What now?") == 2


def test_of_a_large_map_only_what_wants_somebody_is_read_out_unasked(
    world: FakeWorld, begun: Begun, vault: Vault, types: Types, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_map, "MANY_ROWS", 5)
    types("3", "/papertrail", "b", "q")
    with pytest.raises(Leave):
        plain_map.map_components(Desk(begun.chosen(), Console(), vault=vault))
    told = said()
    assert "rows. Those that are to be decided, or to be looked at:" in told
    assert "EMPTY_FLAG" in told and "region" not in told
    # Found among all rows, with the number that it has there.
    assert told.count("papertrail") >= 2 and "Which one of these?" in told
