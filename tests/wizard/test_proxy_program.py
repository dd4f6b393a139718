"""What is known of a vendor's tunnel program: its name, its last words, who reaches its port."""

import ipaddress
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wizard.database import who_am_i
from wizard.database.group_child import GroupChild, environment_of
from wizard.database.listeners import listening, of_lsof, reached_beyond
from wizard.database.loopback_only import loopback_only
from wizard.database.proxy_failure import NO_TERMINAL, classify, last_words
from wizard.database.proxy_way import name_of
from wizard.database.tunnel import free_port
from wizard.database.who_am_i import WhoAmI
from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket

FETCH = "✖ An error occurred while creating the proxy\n[ERROR] TypeError: fetch failed"
KEYTAR = "✖ Error: Cannot autolaunch D-Bus without X11 $DISPLAY"
LOGIN = "╭─ Error ─╮\n│ You are not logged in. │\n╰─────────╯"


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (FETCH, "proxy-ended", "[ERROR] TypeError: fetch failed"),
        (KEYTAR, "proxy-keyring", "Cannot autolaunch D-Bus"),
        (LOGIN, "proxy-login", "You are not logged in."),
        ("npm error code E404\nnpm error 404 not found", "proxy-missing", "404 not found"),
        ("", "proxy-ended", "It said nothing"),
    ],
)
def test_last_words_say_what_a_person_does(said: str, code: str, words: str) -> None:
    failure = classify("codecaps", said, 1, login="codecaps login -e x", title="Code Capsules")
    # npx tries for a minute by itself, each time.
    assert (failure.do, failure.tries) == ("fresh", 2 if code == "proxy-missing" else 5)
    assert failure.trouble is not None
    assert failure.trouble.code == code
    assert words in failure.trouble.cause
    assert "five times" not in failure.why


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("npm error code EAI_AGAIN\nnpm error request to the registry failed", "reaches it"),
        ("npm ERR! code ECONNREFUSED", "or a proxy"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error code E403", "wants a login"),
        ("npm error code EACCES", "may not write"),
        ("npm error could not determine executable to run", "has no program in it"),
        ("/usr/bin/env: 'node': No such file or directory", "Install Node"),
        ("npm warn EBADENGINE Unsupported engine", "too old"),
    ],
)
def test_why_npx_does_not_start_it_is_told_with_a_way_out(said: str, words: str) -> None:
    trouble = classify("codecaps", said, 1, login="", title="Code Capsules").trouble
    assert trouble is not None and trouble.code == "proxy-missing"
    assert words in trouble.remedy and "port N" in trouble.remedy


def test_a_taken_port_is_changed() -> None:
    said = "Error: listen EADDRINUSE: address already in use :::5433"
    assert classify("codecaps", said, 1, login="", title="").do == "port"


def test_a_frame_is_no_word_and_a_missing_terminal_is_known() -> None:
    assert last_words("│ the end │\n╰────╯\n") == "the end"
    assert NO_TERMINAL.search("ERROR Raw mode is not supported on the current process.stdin")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("npx", "-y", "@codecapsules/cli", "proxy"), "@codecapsules/cli"),
        (("/opt/bin/codecaps", "proxy"), "codecaps"),
        (("/usr/bin/python3.12", "-m", "providers.sandbox.code_capsules.codecaps"), "codecaps"),
    ],
)
def test_it_is_called_by_its_name(words: tuple[str, ...], name: str) -> None:
    assert name_of(words) == name


TCP = """  sl  local_address rem_address   st tx_queue
   0: 0100007F:1538 00000000:0000 0A 00000000
   1: 00000000:1539 00000000:0000 0A 00000000
   2: 00000000:1538 0100007F:0016 01 00000000
"""
TCP6 = """  sl  local_address rem_address   st tx_queue
   0: 00000000000000000000000000000000:1538 00000000000000000000000000000000:0000 0A 00000000
   1: 0000000000000000FFFF00000100007F:1539 00000000000000000000000000000000:0000 0A 00000000
"""


def test_who_listens_is_read_from_the_systems_tables() -> None:
    assert listening(TCP, 0x1538) == ["127.0.0.1"]
    assert listening(TCP, 0x1539) == ["0.0.0.0"]
    assert listening(TCP6, 0x1538) == ["::"]
    assert [ipaddress.ip_address(one) for one in listening(TCP6, 0x1539)] == [
        ipaddress.ip_address("::ffff:127.0.0.1")
    ]
    assert of_lsof("p1\nf3\nn*:5433\nn[::1]:5433\nn127.0.0.1:5433\n") == ["0.0.0.0", "::1", "127.0.0.1"]


SERVES = """
const net = require('node:net');
net.createServer().listen(PORT, () => console.log('up'));
setTimeout(() => {}, 60000);
"""


@pytest.mark.parametrize("call", ["{port}", "{{ port: {port} }}", "'{port}'", "{port}, '127.0.0.1'"])
def test_a_node_program_listens_on_this_machine_only(tmp_path: Path, call: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    folder = tmp_path / 'a "b'
    folder.mkdir()
    port = free_port()
    environment = {"PATH": os.environ["PATH"]}
    assert "NODE_OPTIONS" not in environment
    environment = loopback_only(environment, folder)
    code = SERVES.replace("PORT", call.format(port=port))
    with subprocess.Popen([node, "-e", code], env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None and child.stdout.readline() == "up\n"
            assert reached_beyond(port) == ()
            if Path("/proc/net/tcp").exists():
                assert listening(Path("/proc/net/tcp").read_text(), port) == ["127.0.0.1"]
        finally:
            child.kill()


def test_it_gets_the_keyring_and_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/x")
    monkeypatch.setenv("HEROKU_API_KEY", "canary-5511")
    monkeypatch.setenv("npm_config__authToken", "canary-5512")
    found = environment_of({"MORE": "1"})
    assert found["DBUS_SESSION_BUS_ADDRESS"] == "unix:path=/x" and found["MORE"] == "1"
    assert "canary" not in str(found)


def test_all_of_it_is_ended_and_what_it_says_is_clean() -> None:
    script = "import subprocess, time; print('\\x1b[31mred\\x1b[0m \\x1b]0;owned\\x07', flush=True);"
    script += "subprocess.Popen(['sleep', '60']); time.sleep(60)"
    child = GroupChild([sys.executable, "-I", "-S", "-c", script], {})
    end = time.monotonic() + 10
    while "red" not in child.said:
        assert time.monotonic() < end
        time.sleep(0.02)
    child.end()
    assert child.said == "red"
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
    child.end()


def test_one_that_does_not_end_politely_is_ended_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.database.group_child.POLITELY", 0.2)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = GroupChild([sys.executable, "-I", "-S", "-c", deaf], {})
    end = time.monotonic() + 10
    while child.said != "up":
        assert time.monotonic() < end
        time.sleep(0.02)
    child.end()
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("code", "said", "state"),
    [(0, "robin@acme.example", "signed in"), (0, "Not logged in", "nobody"), (1, "fetch failed", "unknown")],
)
def test_who_is_signed_in(code: int, said: str, state: str) -> None:
    ticket = ProxyTicket(
        program=("x",),
        environment={},
        database_url=Secret("postgresql://h/d"),
        whoami=("/bin/sh", "-c", f"echo '{said}'; exit {code}"),
    )
    assert WhoAmI(ticket).answer().state == state


def test_a_first_start_that_takes_long_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who_am_i, "SLOW", 0.1)
    ticket = ProxyTicket(
        program=("x",),
        environment={},
        database_url=Secret("postgresql://h/d"),
        whoami=("/bin/sh", "-c", "sleep 0.4; echo robin"),
    )
    told: list[bool] = []
    assert WhoAmI(ticket).answer(lambda: told.append(True)).state == "signed in"
    assert told == [True]
