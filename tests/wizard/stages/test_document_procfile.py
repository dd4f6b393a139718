"""A Procfile as Heroku reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.document.procfile import parse_procfile


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("web: python server.py\n", {"web": "python server.py"}),
        ("web:   a  b  \n", {"web": "a  b"}),
        ("  web: a\n", {"web": "a"}),
        ("web a b\n", {"web": "a b"}),
        ("web:a\n", {}),
        ("web: a\nweb: b\n", {"web": "b"}),
        ("web: a\r\nworker: b\rclock: c", {"web": "a", "worker": "b", "clock": "c"}),
        ("# web: a\n\n   \nworker_1-x: b # no comment here\n", {"worker_1-x": "b # no comment here"}),
        ("web: a: b: c $PORT && d\n", {"web": "a: b: c $PORT && d"}),
        ("wéb: a\n", {}),
        ("web:\n", {}),
        ("", {}),
    ],
)
def test_lines(text: str, commands: dict[str, str]) -> None:
    assert parse_procfile(text).commands == commands


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web:a\n", "passed over"),
        ("web: a\nweb: b\n", "again"),
        ("web a\n", "no colon"),
        ("Web: a\n", "other platforms"),
        ("web: \n", "no command"),
        ("\x1b]0;x\x07\n", "passed over"),
    ],
)
def test_oddities_are_said(text: str, said: str) -> None:
    oddities = parse_procfile(text).oddities
    assert any(said in oddity for oddity in oddities)
    assert not any("\x1b" in oddity for oddity in oddities)


def test_a_plain_procfile_has_no_oddities() -> None:
    assert parse_procfile("# all\nweb: a\n\nworker: b\n").oddities == ()


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for name, command in parse_procfile(text).commands.items():
        assert name.replace("-", "").replace("_", "").isalnum()
        assert "\n" not in command
        assert "\r" not in command


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web: a\n# x\n\n  worker: b\n", []),
        ("web a\n", ["Line 1 has no colon"]),
        ("web: a\nworker:\n", ["Line 2 has no command"]),
        ("my_worker: a\n", ["Line 1: `my_worker` is called `my-worker` on Fir."]),
        ("Web: a\n", ["Line 1: `Web` is called `web` on Fir."]),
        ("web:a\n", ["Line 1 makes `web` a process on Fir only"]),
        ("-web: a\n", ["Line 1: cloud native buildpacks (Fir) take no name `-web`"]),
        ("a b: c\n", ["Line 1: cloud native buildpacks (Fir) take no name `a b`"]),
        (f"{'x' * 64}: a\n", ["Line 1: cloud native buildpacks (Fir) take no name"]),
        ("a_b: x\na-b: y\n", ["Line 1: `a_b` is called `a-b`", "Line 2: `a_b` and `a-b` are one process"]),
    ],
)
def test_where_the_cloud_native_rule_differs(text: str, said: list[str]) -> None:
    found = parse_procfile(text).cloud_native
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True))
