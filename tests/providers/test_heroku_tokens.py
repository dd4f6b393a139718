"""Tokens that are on the machine: the environment, and a real child process in the CLI's place."""

import time
from pathlib import Path

import pytest

from providers.heroku import tokens
from providers.heroku.tokens import found_tokens


@pytest.fixture
def cli(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder / "heroku"


def environment(cli: Path, **more: str) -> dict[str, str]:
    return {"PATH": f"{cli.parent}:/usr/bin:/bin", **more}


def script(cli: Path, text: str) -> None:
    cli.write_text(f"#!/bin/sh\n{text}\n")
    cli.chmod(0o755)


def found(given: dict[str, str]) -> list[tuple[str, str]]:
    return [(one.where, one.token.reveal()) for one in found_tokens(given)]


def test_nothing_there(cli: Path) -> None:
    assert found(environment(cli)) == []


def test_the_environment_comes_first_and_the_cli_is_asked_for_its_own(
    cli: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script(
        cli,
        'test "$1" = auth:token || exit 9\n'
        'test -z "$HEROKU_API_KEY" || exit 8\n'
        'echo " ›   Warning: token will expire" >&2\n'
        "echo HRKU-22222222-2222-4222-8222-222222222222",
    )
    given = environment(cli, HEROKU_API_KEY=" HRKU-11111111-1111-4111-8111-111111111111\n")
    assert found(given) == [
        ("HEROKU_API_KEY", "HRKU-11111111-1111-4111-8111-111111111111"),
        ("heroku auth:token", "HRKU-22222222-2222-4222-8222-222222222222"),
    ]
    assert capfd.readouterr() == ("", "")


def test_the_same_token_is_told_once(cli: Path) -> None:
    script(cli, "echo HRKU-11111111-1111-4111-8111-111111111111")
    given = environment(cli, HEROKU_API_KEY="HRKU-11111111-1111-4111-8111-111111111111")
    assert [where for where, _ in found(given)] == ["HEROKU_API_KEY"]


@pytest.mark.parametrize(
    "text",
    ["echo not logged in >&2; exit 100", "exit 0", "echo no", "echo 'HRKU-\x1b[2J'", "kill -9 $$"],
)
def test_a_cli_without_a_login_is_as_good_as_none(text: str, cli: Path) -> None:
    script(cli, text)
    assert found(environment(cli)) == []


def test_the_cli_does_nothing_but_tell(cli: Path, tmp_path: Path) -> None:
    told, left = tmp_path / "told", tmp_path / "left"
    script(
        cli,
        f'echo "$DISABLE_TELEMETRY $HEROKU_SKIP_NEW_VERSION_CHECK" > {told}\n'
        'echo "[credential]" >> "$GIT_CONFIG_GLOBAL"\n'
        f'echo "$GIT_CONFIG_GLOBAL" >> {told}\n'
        f"(sleep 1; echo still here > {left}) > /dev/null 2>&1 &\n"
        "echo HRKU-22222222-2222-4222-8222-222222222222",
    )
    mine = tmp_path / "gitconfig"
    mine.write_text("[user]\n")
    assert found(environment(cli, GIT_CONFIG_GLOBAL=str(mine)))[0][0] == "heroku auth:token"
    quiet, git_config = told.read_text().splitlines()
    assert quiet == "true true"
    assert git_config != str(mine) and mine.read_text() == "[user]\n"
    assert not Path(git_config).exists(), "nothing is left of it"
    time.sleep(1.2)
    assert not left.exists(), "what the CLI starts ends with it"


def test_a_token_is_taken_although_something_keeps_the_output_open(
    cli: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "CLI_SECONDS", 0.5)
    script(cli, "sleep 30 &\necho HRKU-22222222-2222-4222-8222-222222222222")
    assert [where for where, _ in found(environment(cli))] == ["heroku auth:token"]


NETRC = """
machine example.com login robin password HRKU-99999999-9999-4999-8999-999999999999
machine api.heroku.com
  login robin@acme.example
  password HRKU-33333333-3333-4333-8333-333333333333
machine git.heroku.com login robin@acme.example password HRKU-33333333-3333-4333-8333-333333333333
"""


@pytest.mark.parametrize(
    ("text", "mode", "number"),
    [
        (NETRC, 0o600, 1),
        (NETRC, 0o644, 0),
        (NETRC.replace("api.heroku.com", "api.heroku.com.evil.example"), 0o600, 0),
        (NETRC.replace("password HRKU-3", "password \x1b[2J"), 0o600, 0),
        ("machine api.heroku.com login", 0o600, 0),
        ("machine", 0o600, 0),
        ("\xff\xfe", 0o600, 0),
    ],
)
def test_an_older_login_is_found_in_netrc(
    text: str, mode: int, number: int, cli: Path, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_bytes(text.encode("latin-1"))
    netrc.chmod(mode)
    expected = [("~/.netrc", "HRKU-33333333-3333-4333-8333-333333333333")]
    assert found(environment(cli, HOME=str(tmp_path))) == expected[:number]


def test_a_login_in_netrc_that_the_cli_tells_too_is_told_once(cli: Path, tmp_path: Path) -> None:
    script(cli, "echo HRKU-33333333-3333-4333-8333-333333333333")
    (tmp_path / ".netrc").write_text(NETRC)
    (tmp_path / ".netrc").chmod(0o600)
    assert [where for where, _ in found(environment(cli, HOME=str(tmp_path)))] == ["heroku auth:token"]


def test_a_broken_cli_is_as_good_as_none(cli: Path) -> None:
    cli.write_text("#!/no/such/interpreter\n")
    cli.chmod(0o755)
    assert found(environment(cli)) == []


def test_a_cli_that_hangs_is_ended_with_its_children(
    cli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "CLI_SECONDS", 0.3)
    late = tmp_path / "late"
    script(cli, f"(sleep 1; echo still here > {late}) &\nwait")
    assert found(environment(cli)) == []
    time.sleep(1.2)
    assert not late.exists()


def test_a_login_in_netrc_is_of_the_host_in_use(cli: Path, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(NETRC)
    netrc.chmod(0o600)
    here = {"HEROKU_HOST": "http://127.0.0.1:81", "HEROKU_DATA_HOST": "localhost"}
    assert found(environment(cli, HOME=str(tmp_path), **here)) == [], (
        "that of api.heroku.com is not sent there"
    )
    mine = "HRKU-44444444-4444-4444-8444-444444444444"
    netrc.write_text(f"{NETRC}\nmachine 127.0.0.1\n  login ada\n  password {mine}\n")
    assert found(environment(cli, HOME=str(tmp_path), **here)) == [("~/.netrc", mine)]
    elsewhere = {"HEROKU_HOST": "https://evil.example"}
    assert found(environment(cli, HOME=str(tmp_path), **elsewhere)) == []
