"""Migrations without a person: the file, its schema, and what a file that leaves something open says."""

import io
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screens.answers.unattended import Unattended
from screens.headless.exit_codes import DONE, TROUBLE, USAGE, WAITS
from screens.main import main
from screens.plain.console import Console, GivenAway
from screens.plain.desk import Desk
from screens.plain.journey import STAGES
from tests.screens.a_run import ARun
from tests.screens.conftest import Begun
from tests.screens.example_system import (
    DATABASE,
    DRAIN_GAP,
    EMAILER,
    FRONTEND,
    JOBS_GAP,
    PAPERTRAIL,
    example_system,
)
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import OTP, PASSWORD, TARGET_TOKEN, FakeWorld, fake_profile
from wizard.answers import nouns
from wizard.answers.file import SCHEMA_FILE, read_answers, schema_text
from wizard.answers.of_session import answers_text
from wizard.answers.to_mapping import BY_FILE, over_proposal
from wizard.answers.toml_text import toml_text
from wizard.answers.trace import TRACE
from wizard.credentials import Vault
from wizard.mapping import edit, edit_spaces
from wizard.mapping.rules import propose
from wizard.model import mapping as model
from wizard.model.trouble import Trouble
from wizard.session.lock import this_process
from wizard.session.parts import ANSWERS, CONNECTIONS, MAPPING, SYSTEM, TARGET
from wizard.session.store import find, infos

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answers.toml"


def offramp(file: Path, *words: str) -> int:
    return main(["--answers", str(file), *words])


# -- the file -------------------------------------------------------------------------------------------


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert (ROOT / SCHEMA_FILE).read_text() == schema_text()


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (model.AppChoice, nouns.AppGiven),
        (model.ProcessChoice, nouns.ProcessGiven),
        (model.JobChoice, nouns.JobGiven),
        (model.DatabaseChoice, nouns.DatabaseGiven),
        (model.StoreChoice, nouns.StoreGiven),
        (model.AddOnChoice, nouns.AddOnGiven),
        (model.ConfigChoice, nouns.ConfigGiven),
        (model.DomainChoice, nouns.DomainGiven),
        (model.DrainChoice, nouns.DrainGiven),
        (model.StorageChoice, nouns.FilesGiven),
        (model.SpaceChoice, nouns.SpaceGiven),
        (model.Mapping, nouns.MapGiven),
    ],
)
def test_whatever_can_be_decided_can_be_decided_by_file(choice: Any, told: Any) -> None:
    """What is left out names the thing, or follows from something else."""
    follows = {
        "type",
        "name",
        "hostname",
        "checkout",
        "fingerprint",
        "good_until",
        "config",
        "processes",
        "jobs",
    }
    follows |= {"domains", "storages"}
    left = {field for field in choice.__struct_fields__ if not field.endswith("_id")} - follows
    assert left <= set(told.__struct_fields__)


# Whatever could end a text or a key before its end, and what TOML or JSON escape.
texts = st.text("ab \"'\\\n\r\t\0\x1b\x7f\x85\u2028.=[]{}#,-_é😀", max_size=6)
plain = st.one_of(st.booleans(), st.integers(-(2**53), 2**53), texts)
lists = st.one_of(
    st.lists(texts, max_size=3), st.lists(st.dictionaries(texts, plain, max_size=2), max_size=2)
)
tables = st.dictionaries(
    texts,
    st.one_of(
        plain, lists, st.dictionaries(texts, st.one_of(plain, st.dictionaries(texts, lists, max_size=2)))
    ),
    max_size=4,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(tables)
def test_what_is_written_reads_as_what_it_was(values: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(values)) == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1", "the file lacks name"),
        ('version = 2\nname = "x"', "version takes 1"),
        ('version = 1\nname = "x"\ntargets = "aptible"', "the file has no key targets; is target meant?"),
        (
            'version = 1\nname = "x"\n[map.apps.a.processes.web]\nmemory_mb = 512\n'
            '[map.apps."b.c".processes.web]\nmemory_mb = "big"',
            'map.apps."b.c".processes.web.memory_mb takes a whole number; a text in quotation marks stands',
        ),
        (
            'version = 1\nname = "x"\n[map.apps.a.config.X]\naction = "kopy"',
            "map.apps.a.config.X.action takes one of copy, drop, replace, undecided",
        ),
        (
            'version = 1\nname = "x"\n[document.apps.a]\n'
            'jobs = [{ command = "a", every = 10 }, { command = "b", every = 11 }]',
            "document.apps.a.jobs.number 2.every takes one of 10, 60, 1440",
        ),
        ('version = 1\nname = "x"\n[document]\nknown = 3', "document.known takes true or false or a list"),
        ("version = \n", "is no TOML (at line 1, column 11)"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_place(
    text: str, said: str, file: Path, private_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)
    assert offramp(file) == TROUBLE
    assert said in capsys.readouterr().err and not list(infos())


@pytest.mark.parametrize("where", ["token", "password", "otp"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(
    where: str, file: Path, private_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f'version = 1\nname = "x"\n[sign_in.heroku]\n{where} = "HRKU-my-own-token-0123456789"\n')
    assert offramp(file) == TROUBLE
    said = capsys.readouterr()
    assert "my-own-token" not in said.out + said.err and where in said.err and not list(infos())


@pytest.mark.parametrize(
    "line",
    [
        "# HRKU-my-own-token-0123456789",
        'target = "postgres://ada:my-own-token@db.example/x"',
        '[map]\nleave_undecided = "HRKU-my-own-token-0123456789"',
    ],
)
def test_a_secret_anywhere_else_is_found_by_its_line(
    line: str, file: Path, private_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f'version = 1\nname = "x"\n{line}\n')
    assert offramp(file) == TROUBLE
    said = capsys.readouterr()
    assert "my-own-token" not in said.out + said.err and not list(infos())
    assert f"Line {line.count(chr(10)) + 3} of {file} has a token or a password in it." in said.err


def test_a_command_that_holds_a_token_is_refused(file: Path) -> None:
    file.write_text('version = 1\nname = "x"\n[sign_in.heroku]\ntoken = "command:cat HRKU-my-own-token"\n')
    with pytest.raises(Trouble):
        read_answers(str(file))


# -- from a session, and back ---------------------------------------------------------------------------


def test_the_answers_of_a_session_give_the_same_map_again(begun: Begun, world: FakeWorld, file: Path) -> None:
    session, system, profile = begun.chosen(), example_system(), fake_profile()
    proposed = propose(system, profile)
    decided = edit.set_port(edit.leave_undecided(proposed, "not needed"), 8080)
    backend = system.apps[0]
    decided = edit.set_service_memory(decided, backend.id, "worker", 2048)
    decided = edit.drop_config(decided, backend.id, "LOG_LEVEL", "nobody reads it")
    decided = edit_spaces.put_app(decided, FRONTEND, "sites")
    decided = edit_spaces.set_space(decided, "sites", create=False, team="acme")
    decided = edit_spaces.put_data(decided, DATABASE, decided.environment)
    session.save(MAPPING, decided)
    text = answers_text(session)
    jsonschema.validate(tomllib.loads(text), json.loads(schema_text()))
    file.write_text(text)
    again, changed, unknown = over_proposal(read_answers(str(file)).map, system, profile, proposed)
    assert again == decided and unknown == ()
    assert {"map.port", "map.spaces.sites", "map.apps.migrate-backend.processes.worker"} <= set(changed)
    nothing_new, unchanged, _ = over_proposal(read_answers(str(file)).map, system, profile, again)
    assert nothing_new == again and unchanged == {}


def test_names_that_fit_nothing_are_told_and_a_choice_without_a_reason_gets_one() -> None:
    system, profile = example_system(), fake_profile()
    proposed = propose(system, profile)
    given_ = msgspec.toml.decode(
        '[apps.nowhere]\nhandle = "x"\n[add_ons.nothing]\naction = "leave"\n'
        '[apps.migrate-emailer.processes.job]\naction = "service"\n'
        '[apps.migrate-backend.config.LOG_LEVEL]\naction = "replace"\nrefers_to = "nobody"\n',
        type=nouns.MapGiven,
    )
    after, changed, unknown = over_proposal(given_, system, profile, proposed)
    assert set(unknown) == {
        "map.apps.nowhere",
        "map.add_ons.nothing",
        "map.apps.migrate-backend.config.LOG_LEVEL.refers_to",
    }
    job = next(one for one in after.processes if one.app_id == EMAILER)
    assert (job.action, job.reason) == ("service", BY_FILE)
    assert changed == {"map.apps.migrate-emailer.processes.job": f"action service, reason {BY_FILE}"}


def test_answers_are_printed_or_written_to_a_new_file(
    begun: Begun, world: FakeWorld, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.chosen()
    assert main(["answers", session.id]) == DONE
    assert tomllib.loads(capsys.readouterr().out)["target"] == "aptible"
    assert main(["answers", session.id, "--output", str(file)]) == DONE
    assert file.stat().st_mode & 0o777 == 0o600 and GOOD_TOKEN not in file.read_text()
    assert main(["answers", session.id, "--output", str(file)]) == TROUBLE
    assert main(["answers"]) == USAGE
    assert main(["answers", "--schema"]) == DONE
    assert json.loads(capsys.readouterr().out.rpartition("}")[0].partition("{")[2].join("{}"))["$ref"]


# -- without a person -----------------------------------------------------------------------------------

WHOLE = """
version = 1
name = "acme-shop"
target = "aptible"

[sign_in.heroku]
token = "env:SOME_TOKEN"

[sign_in.aptible]
email = "ada@example.com"
password = "env:SOME_PASSWORD"
otp = "env:SOME_CODE"

[document]
known = true

[document.apps.migrate-emailer]
jobs = [{ command = "python report.py", every = 1440, at = 150 }]
"""


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SOME_TOKEN", GOOD_TOKEN), ("SOME_PASSWORD", PASSWORD), ("SOME_CODE", OTP)):
        monkeypatch.setenv(name, value)


@pytest.fixture
def open_world(world: FakeWorld) -> FakeWorld:
    """Where Heroku leaves two questions open, and Aptible asks for a second factor."""
    world.heroku.system = example_system(jobs_known=False, gaps=(JOBS_GAP, DRAIN_GAP))
    world.aptible.wants_otp = True
    return world


def test_a_file_goes_as_far_as_it_says_and_names_the_rest_by_key(
    open_world: FakeWorld, secrets: None, private_home: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(WHOLE)
    assert offramp(file) == WAITS
    said = capsys.readouterr().out
    assert "waits at map. The file leaves open:" in said
    assert "map.add_ons.papertrail-flat-2: " in said
    assert "map.apps.migrate-backend.config.EMPTY_FLAG: " in said
    for secret in (GOOD_TOKEN, PASSWORD, OTP, TARGET_TOKEN):
        assert secret not in said
    ((folder, _),) = infos()
    session = find(folder.name)
    answers, target, trace = session.load(ANSWERS), session.load(TARGET), session.load(TRACE)
    assert answers is not None and answers.jobs[EMAILER][0].at == 150
    assert target is not None and target.provider == "aptible" and session.load(CONNECTIONS)
    keys = [one.key for one in trace.answers] if trace else []
    assert keys[:1] == ["sign_in.heroku"] and {"target", "document.known", "sign_in.aptible"} <= set(keys)
    session.close()

    # More in the file leads on from there: nothing is answered twice.
    file.write_text(WHOLE + '[map]\nleave_undecided = "not needed"\n')
    assert offramp(file) == WAITS
    said = capsys.readouterr().out
    assert "waits at map" in said and "target = " not in said and "papertrail" not in said
    assert "document.apps.migrate-backend.code: " in said
    session = find(folder.name)
    mapping = session.load(MAPPING)
    assert mapping is not None
    left = next(one for one in mapping.add_ons if one.add_on_id == PAPERTRAIL)
    assert (left.action, left.reason) == ("leave", "not needed")
    session.close()
    assert main(["answers", folder.name, "--trace"]) == DONE
    assert "target = aptible, from answers.toml (" in capsys.readouterr().out


def test_a_name_that_fits_nothing_is_open_before_anything_is_prepared(
    open_world: FakeWorld, secrets: None, private_home: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        WHOLE.replace("[document]", '[sign_in.herokku]\ntoken = "env:X"\n\n[document]')
        + '[map]\nleave_undecided = "not needed"\n[map.apps.migrate-bakend]\naction = "leave"\n'
    )
    assert offramp(file) == WAITS
    said = capsys.readouterr().out
    assert "waits at map" in said and "- map.apps.migrate-bakend: there is nothing of that name." in said
    assert "Look: sign_in.herokku fits no provider; there are heroku, " in said
    assert "run this again, with --plain to be asked" in said


def test_a_file_that_changed_after_the_run_began_passes_no_gate_of_another_target(
    run: ARun, vault: Vault, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.gate()
    system = example_system()
    run.session.save(SYSTEM, system)
    run.session.save(MAPPING, edit.leave_undecided(propose(system, fake_profile()), "not needed"))
    desk = Desk(run.session, Console(), vault=vault)
    given_ = nouns.AnswersFile(version=1, name="acme-shop", target="code-capsules")
    with pytest.raises(Trouble, match="The file says code-capsules; the run of acme-shop moves to aptible"):
        Unattended(desk, given_, "a.toml", asks=False).travel()
    given_ = nouns.AnswersFile(version=1, name="acme-shop", target="aptible", map=nouns.MapGiven(port=8080))
    monkeypatch.setattr(Unattended, "_run", lambda self: WAITS)
    assert Unattended(desk, given_, "a.toml", asks=False).travel() == WAITS
    assert "Look: map.port comes too late: the run has begun" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cut", "key"),
    [
        ('token = "env:SOME_TOKEN"', "sign_in.heroku.token"),
        ("known = true", 'document.known: "acknowledge:app-frontend" or true: '),
        (
            'jobs = [{ command = "python report.py", every = 1440, at = 150 }]',
            "document.apps.migrate-emailer.jobs: ",
        ),
        ('target = "aptible"', "target: "),
        ('password = "env:SOME_PASSWORD"', "sign_in.aptible.password"),
    ],
)
def test_what_is_missing_is_named_by_its_key(
    cut: str,
    key: str,
    open_world: FakeWorld,
    secrets: None,
    private_home: Path,
    file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cut in WHOLE
    file.write_text(WHOLE.replace(cut, ""))
    assert offramp(file) == WAITS
    assert f"- {key}" in capsys.readouterr().out


def test_a_variable_that_is_not_set_is_named(
    world: FakeWorld, private_home: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(WHOLE)
    assert offramp(file) == TROUBLE
    assert "SOME_TOKEN is not set" in capsys.readouterr().err


def test_with_plain_what_the_file_leaves_open_is_asked(
    open_world: FakeWorld,
    secrets: None,
    private_home: Path,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file.write_text(WHOLE.replace("known = true", ""))
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n1\n1\n2\nnot needed\nq\n"))
    assert offramp(file, "--plain") == DONE
    said = capsys.readouterr().out
    assert "The file leaves open: document.known" in said and "The file leaves open: map." in said
    ((folder, _),) = infos()
    session = find(folder.name)
    answers, mapping = session.load(ANSWERS), session.load(MAPPING)
    assert answers is not None and answers.acknowledged == (DRAIN_GAP.key,) and mapping is not None
    session.close()


def test_a_gate_that_is_none_is_refused_before_anything(
    world: FakeWorld, secrets: None, private_home: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f'{WHOLE}[run]\nconfirm = ["yes"]\n')
    assert offramp(file) == USAGE
    said = capsys.readouterr().err
    assert "--confirm takes cut-over=NAME" in said and "It stands at run.confirm in " in said
    file.write_text(f'{WHOLE}[run]\nconfirm = ["cut-over=acme-shop", "finish=acme"]\n')
    assert offramp(file) == USAGE and not list(infos())
    assert (
        "does not pass finish: its word is the name of the migration, acme-shop." in capsys.readouterr().err
    )


def test_a_file_is_followed_no_further_once_control_was_given_away(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.new()
    other, desk = find(session.id), Desk(session, Console(), vault=vault)

    def given_away(desk: Desk) -> None:
        if not other.claimed:
            session.edit_lock.release()
            assert other.claim() is None
            desk._give_to(this_process())
            raise GivenAway("bob has control now; you watch.")

    monkeypatch.setitem(STAGES, "connect", given_away)
    with pytest.raises(Trouble, match="Read only"):
        Unattended(desk, nouns.AnswersFile(version=1, name="acme-shop"), "a.toml", asks=True)._ask(
            "connect", ["sign_in"]
        )
    other.close()
