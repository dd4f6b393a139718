"""The support bundle: no canary in any byte of it, names hidden when wanted, and the story still in it."""

import base64
import re
import stat
import time
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.example_system import example_system
from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.machine import Finding
from wizard.model.secret import REGISTER, Secret
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.session.parts import PLAN, SYSTEM
from wizard.session.places import data_folder
from wizard.session.store import Session, create
from wizard.support.bundle import Piece, collect, write
from wizard.support.hide import Hider

CANARY = "kanarienvogel7731singt"
FINDINGS = (Finding(key="ssh", title="ssh", state="good", sentence="OpenSSH 9.2."),)


def forms(word: str) -> list[str]:
    raw = word.encode()
    found = [word, word.upper(), raw.hex(), raw.hex().upper(), "".join(f"%{byte:02x}" for byte in raw)]
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        found.append(encoded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6])
    return found


def lines() -> list[str]:
    """What a log could say at worst: none of it is known to this process as a secret."""
    whole = base64.b64encode(f"user:{CANARY}".encode()).decode()
    return [
        f"postgres://ada:{CANARY}@ec2-1-2-3-4.compute.example:5432/d1",
        f"GET https://api.heroku.com/apps?key={CANARY} 401",
        f"fatal: password={CANARY} refused",
        f"{{'token': '{CANARY}', 'user': 'x'}}",
        f"Authorization: Bearer {CANARY}.{CANARY}",
        f"Authorization: Basic {whole}",
        f"curl -u :{CANARY} https://{CANARY}@git.example/x",
        f"-----BEGIN PRIVATE KEY-----\nMIIE{CANARY}\n{CANARY}==\n-----END PRIVATE KEY-----",
        f"a value alone: {CANARY}",
        *(f"as {form}" for form in forms(CANARY)),
        urllib.parse.quote(f"redis://:{CANARY}@h/0", safe=""),
        "HRKU-01234567-89ab-cdef-0123-456789abcdef",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEcut\nMIIEcut\nwhat comes after it",
    ]


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    made.save(SYSTEM, example_system())
    made.save(PLAN, PLAN_OF_FOUR)
    journal = Journal(made)
    journal.start_run(PLAN_OF_FOUR)
    step = PLAN_OF_FOUR.steps[0]
    for line in lines():
        journal.event("look", line, step=step.key)
    trouble = Trouble(f"Aptible said: {CANARY}", remedy="Press r.", code="refused")
    journal.end(step.key, "failed", None, trouble)
    journal.log(step.key, [f"build log {CANARY}"])
    (made.folder / "worker.log").write_text(
        "\n".join(lines()) + "\nConnectionRefusedError: in serve_all_of_it\n"
    )
    (data_folder() / "mistakes.log").write_text(f"Traceback {CANARY} {Path.home()}/x.py ada@acme.example\n")
    yield made
    made.close()


def bundle_of(pieces: tuple[Piece, ...], tmp_path: Path) -> dict[str, str]:
    """The bundle as it is read again; every byte of it, packed and not, is looked at for canaries."""
    file = write(pieces, tmp_path / "bundle.zip")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as bundle:
        found = {name: bundle.read(name) for name in bundle.namelist()}
    for name, data in {"the file": file.read_bytes(), **found}.items():
        for form in (*forms(CANARY), "HRKU-", "MIIE"):
            assert form.encode().lower() not in data.lower(), (name, form)
    return {name: data.decode() for name, data in found.items()}


def test_no_canary_is_in_any_byte_and_the_story_is(session: Session, tmp_path: Path) -> None:
    environment = {"TERM": "xterm", "TMUX": f"/tmp/{CANARY}", "MY_TOKEN": CANARY, "LANG": CANARY}
    try:
        found = bundle_of(collect(session, FINDINGS, environment=environment), tmp_path)
    finally:
        REGISTER.forget_all()
    assert list(found) == [
        *(
            "versions.txt",
            "doctor.txt",
            "terminal.txt",
            "plan.txt",
            "events.txt",
            "worker.log",
            "mistakes.log",
        ),
    ]
    assert "OpenSSH 9.2." in found["doctor.txt"] and "textual 8." in found["versions.txt"]
    assert "TERM=xterm" in found["terminal.txt"] and "TMUX is set" in found["terminal.txt"]
    assert PLAN_OF_FOUR.steps[1].title in found["plan.txt"] and "refused: Aptible said" in found["plan.txt"]
    assert "https://api.heroku.com/apps 401" in found["events.txt"]
    assert (
        found["worker.log"].count("what comes after it") == found["events.txt"].count("what comes after") == 1
    )
    assert "ConnectionRefusedError: in serve_all_of_it" in found["worker.log"]
    assert "ada@acme.example" not in found["mistakes.log"] and str(Path.home()) not in found["mistakes.log"]


def test_names_are_hidden_when_wanted(session: Session, tmp_path: Path) -> None:
    journal = Journal(session)
    journal.event(
        "look",
        "migrate-backend at www.acme.example (192.0.2.7) points to "
        "api.heroku.com and db.other.example, 14:02:11",
    )
    plain = bundle_of(collect(session, FINDINGS, environment={}), tmp_path)
    assert "migrate-backend at www.acme.example (192.0.2.7)" in plain["events.txt"]
    (tmp_path / "bundle.zip").unlink()
    found = bundle_of(collect(session, FINDINGS, hide_names=True, environment={"LANG": "C.UTF-8"}), tmp_path)
    whole = "\n".join(found.values())
    for name in ("migrate-backend", "acme", "192.0.2.7"):
        assert name not in whole, name
    assert "LANG=C.UTF-8" in found["terminal.txt"]
    last = found["events.txt"].splitlines()[-1]
    assert re.search(r"\(address-1\) points to api\.heroku\.com and host-\d, 14:02:11$", last)


def test_the_same_thing_has_the_same_number_everywhere() -> None:
    hider = Hider(Path("/var/lib/ada"), "ada", ("acme-api",), hosts=True)
    first = hider.hide("ada@x.example 0123abcd-4567-89ef-0123-456789abcdef acme-api in /var/lib/ada/x by ada")
    assert first == "person-1 hidden-1 name-1 in ~/x by (user)"
    assert hider.hide("ACME-API, eve@x.example; ada@x.example") == "name-1, person-2; person-1"


@pytest.mark.parametrize("password", ["s3cr", "s3/cr", "s3@cr", "s3%40cr", "s3:cr@", "s3?cr#"])
def test_a_short_password_in_a_url_goes_whole(password: str) -> None:
    told = Hider(Path("/"), "").hide(f"see postgres://u:{password}@h.example:5432/d?sslmode=require now")
    assert (
        "s3" not in told and "cr" not in told.replace("secret", "") and told.endswith("h.example:5432/d now")
    )


def test_a_secret_that_is_known_goes_whatever_it_looks_like() -> None:
    secret = Secret("swordfish")
    assert "swordfish" not in Hider(Path("/"), "").hide(f"the word is {secret.reveal()}")


@pytest.mark.parametrize(
    "piece",
    ["a", "aA", "a1", "a.", "a-", ":", "a:", "1.", "a@", "a://", "token", "-----BEGIN A-----", "%", "\u240a"],
)
def test_a_log_of_one_endless_word_takes_no_hours(piece: str) -> None:
    hider = Hider(Path("/var/lib/ada"), "ada", ("acme",), hosts=True)
    began = time.monotonic()
    hider.hide(piece * (30_000 // len(piece)) + "!")
    assert time.monotonic() - began < 20


def test_nothing_is_overwritten(session: Session, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(Trouble, match="is there already"):
        write((), tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"
