"""A token from a person's own command or variable: what is accepted, what is started, what is never shown."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wizard.credentials import CredentialRef, MemoryKeeper, Origin, Vault
from wizard.credentials.fetch import fetch
from wizard.credentials.origin import command_origin, program_of, variable_origin
from wizard.model.noun import decode, encode
from wizard.model.secret import redact
from wizard.model.trouble import Trouble

CANARY = "kanarie-4711-aus-dem-tresor"
ADA = CredentialRef(vendor="heroku", account="ada")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A command that does what its first argument says."""
    made = tmp_path / "vaulty"
    made.write_text(
        f"""#!{sys.executable}
import os, sys, time
what = sys.argv[1]
token = {CANARY!r}
if what == "good": print(token)
if what == "crlf": sys.stdout.write(token + "\\r\\n")
if what == "bare": sys.stdout.write(token)
if what == "two": print(token); print("another-line-of-it")
if what == "blank": print(token + " and more")
if what == "nothing": pass
if what == "locked": print("debug: x", file=sys.stderr); sys.exit("the \\x1b]0;vault\\x07 is locked")
if what == "quotes":
    print(token); sys.exit("could not use " + token)
if what == "mute": sys.exit(7)
if what == "killed": os.kill(os.getpid(), 9)
if what == "slow": time.sleep(60)
if what == "leaves":
    if os.fork() == 0: time.sleep(60)
    print(token)
if what == "floods":
    while True: os.write(1, b"x" * 65536)
if what == "where": print(os.getcwd() + ":" + str(len(sys.argv)) + ":" + str(sys.stdin.read() == ""))
if what == "arguments": print(",".join(sys.argv[2:]).replace(" ", "_"))
"""
    )
    made.chmod(0o755)
    return made


class TestForm:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("op read op://Work/Heroku/token", ("op", "read", "op://Work/Heroku/token")),
            ("pass show 'vendors/heroku token'", ("pass", "show", "vendors/heroku token")),
            (
                "vault kv get -field=token secret/heroku",
                ("vault", "kv", "get", "-field=token", "secret/heroku"),
            ),
            ("/opt/bin/token a\\ b", ("/opt/bin/token", "a b")),
            ("bw get password 'a|b;c'", ("bw", "get", "password", "a|b;c")),
        ],
    )
    def test_a_command_is_its_words(self, typed: str, words: tuple[str, ...]) -> None:
        assert command_origin(typed).command == words

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("", "empty"),
            ("op read 'x", "quotation mark"),
            ("pass show x | head -1", "No shell"),
            ("pass show x; id", "No shell"),
            ("op read $ITEM", "No shell"),
            ('op read "$(cat x)"', "No shell"),
            ("op read `cat x`", "No shell"),
            ("cat <x", "No shell"),
            ("cat ~/x", "whole path"),
            ("./token", "folder /"),
            ("bin/token", "folder /"),
            ("echo 0123456789", "Paste the token"),
            ("/usr/bin/printf 0123456789", "Paste the token"),
            ("curl -H HRKU-AA0123456789", "has a token in it"),
            ("x eyJhbGciOi.eyJzdWIi.c2ln", "has a token in it"),
            ("op read x\x1b[2J", "control characters"),
        ],
    )
    def test_what_is_no_command_says_why_and_does_not_repeat_it(self, typed: str, why: str) -> None:
        with pytest.raises(Trouble) as caught:
            command_origin(typed)
        assert why in caught.value.cause
        assert "0123456789" not in caught.value.sentence()

    def test_a_variable_is_a_name(self) -> None:
        assert variable_origin(" $ACME_TOKEN ").variable == "ACME_TOKEN"
        for wrong in ("", "A B", "9A", "HRKU-AA0123456789", "a=b", "A-B"):
            with pytest.raises(Trouble):
                variable_origin(wrong)

    def test_a_session_can_keep_it_and_it_says_itself_in_words(self) -> None:
        origin = command_origin("pass show 'a b'")
        assert decode(encode(origin), Origin, what="an origin") == origin
        assert origin.words == "the command `pass show 'a b'`"
        assert variable_origin("X").words == "the variable X"
        assert program_of(command_origin(sys.executable)) == sys.executable
        assert program_of(command_origin("no-such-program-at-all")) is None


class TestFetch:
    @pytest.mark.parametrize("what", ["good", "crlf", "bare"])
    def test_the_token_comes_without_its_line_end(self, program: Path, what: str) -> None:
        secret = fetch(Origin(command=(str(program), what)), "heroku token")
        assert secret is not None
        assert secret.reveal() == CANARY
        assert redact(f"x {CANARY} y") != f"x {CANARY} y"

    def test_it_starts_in_the_root_folder_without_input_and_without_a_shell(self, program: Path) -> None:
        where = fetch(Origin(command=(str(program), "where", "$(id)")), "x")
        assert where is not None
        assert where.reveal() == "/:3:True"
        odd = fetch(Origin(command=(str(program), "arguments", "$HOME;id", "-x", "a b")), "x")
        assert odd is not None
        assert odd.reveal() == "$HOME;id,-x,a_b"

    @pytest.mark.parametrize(
        ("what", "why"),
        [
            ("two", "gave 2 lines"),
            ("blank", "something that is no token"),
            ("nothing", "printed nothing"),
            ("locked", "ended with code 1: the ␛]0;vault␇ is locked"),
            ("quotes", "ended with code 1: could not use ••••••••"),
            ("mute", "ended with code 7, without a word"),
            ("killed", "was ended by SIGKILL"),
        ],
    )
    def test_a_failure_is_told_in_words_and_shows_nothing_of_the_output(
        self, program: Path, what: str, why: str
    ) -> None:
        with pytest.raises(Trouble) as caught:
            fetch(Origin(command=(str(program), what)), "heroku token")
        assert why in caught.value.cause, caught.value.cause
        assert str(program) in caught.value.cause
        assert caught.value.code == "token-command"
        assert CANARY not in caught.value.sentence()
        assert "\x1b" not in caught.value.sentence()

    @pytest.mark.parametrize("what", ["slow", "leaves", "floods"])
    def test_the_deadline_ends_it_with_all_its_children(self, program: Path, what: str) -> None:
        begun = time.monotonic()
        with pytest.raises(Trouble) as caught:
            fetch(Origin(command=(str(program), what)), "heroku token", deadline=1.0)
        assert "did not answer within 1 s" in caught.value.cause
        assert caught.value.retry
        assert time.monotonic() - begun < 30
        left = subprocess.run(["ps", "-axo", "stat,args"], capture_output=True, text=True, check=True).stdout
        assert not [line for line in left.splitlines() if str(program) in line and line[0] != "Z"]

    @pytest.mark.parametrize(("file", "why"), [("gone", "is not there"), ("plain", "cannot be started")])
    def test_a_program_that_cannot_be_started(self, tmp_path: Path, file: str, why: str) -> None:
        (tmp_path / "plain").write_text("no program")
        with pytest.raises(Trouble) as caught:
            fetch(Origin(command=(str(tmp_path / file),)), "x")
        assert why in caught.value.cause

    def test_a_variable_is_read_where_it_is(self) -> None:
        origin = Origin(variable="ACME_TOKEN")
        found = fetch(origin, "x", environment={"ACME_TOKEN": f" {CANARY}\n"})
        assert found is not None
        assert found.reveal() == CANARY
        assert fetch(origin, "x", environment={}) is None
        with pytest.raises(Trouble) as caught:
            fetch(origin, "x", environment={"ACME_TOKEN": f"{CANARY} {CANARY}"})
        assert CANARY not in caught.value.sentence()


class TestVault:
    def test_the_command_is_run_once_a_process_and_its_value_reaches_no_keyring(self, tmp_path: Path) -> None:
        counting = tmp_path / "counting"
        counting.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\necho {CANARY}\n")
        counting.chmod(0o755)
        keyring = MemoryKeeper()
        vault, origin = Vault(keyring), Origin(command=(str(counting),))
        assert vault.at_hand(ADA, origin)
        assert not (tmp_path / "runs").exists(), "asking whether it is there runs nothing"
        for _ in range(3):
            found = vault.get(ADA, origin)
            assert found is not None
            assert found.reveal() == CANARY
        assert (tmp_path / "runs").read_text() == "run\n"
        assert keyring.get(ADA) is None
        vault.forget(ADA)
        assert vault.get(ADA) is None

    def test_one_that_does_not_fetch_runs_nothing(self, tmp_path: Path) -> None:
        origin = Origin(command=(str(tmp_path / "gone"),))
        assert Vault(fetches=False).get(ADA, origin) is None

    def test_a_variable_that_is_not_set_is_not_at_hand(self, monkeypatch: pytest.MonkeyPatch) -> None:
        origin = Origin(variable="ACME_TOKEN")
        monkeypatch.delenv("ACME_TOKEN", raising=False)
        assert not Vault().at_hand(ADA, origin)
        monkeypatch.setitem(os.environ, "ACME_TOKEN", CANARY)
        assert Vault().at_hand(ADA, origin)
