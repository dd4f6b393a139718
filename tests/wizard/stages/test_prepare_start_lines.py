"""Lines of a Procfile at a target that runs them with sh, or as the words of an ENTRYPOINT."""

import pytest

from wizard.prepare.own_dockerfile import has_entrypoint
from wizard.prepare.start_lines import check_lines


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("FROM debian\n", False),
        ('FROM debian\nENTRYPOINT ["run"]\n', True),
        ('FROM debian AS a\nENTRYPOINT ["run"]\nFROM debian\n', False),
        ('FROM debian\nENTRYPOINT ["run"]\nENTRYPOINT [ ]\n', False),
        ("FROM node:22-slim\n", True),
        ("FROM --platform=linux/amd64 docker.io/library/node@sha256:0 AS x\n", True),
        ("FROM node:22-slim\nENTRYPOINT []\n", False),
        ("FROM example.org/node\n", False),
        ("", False),
    ],
)
def test_entrypoints(text: str, there: bool) -> None:
    assert has_entrypoint(text) is there


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("exec python x.py", set()),
        ("python x.py", {"no-exec"}),
        ("cd x && exec run --bind $PORT", set()),
        ("exec run > log 2>&1", set()),
        ("exec run | tee log", {"no-exec"}),
        ("exec run & wait", {"no-exec"}),
        ("source env && exec run", {"bash-only"}),
        ("if [[ -n $A ]]; then run; fi", {"bash-only", "no-exec"}),
        ("exec bash -c '[[ a ]] && run'", set()),
    ],
)
def test_lines_that_sh_starts_otherwise(line: str, expected: set[str]) -> None:
    problems = check_lines("shop", {"worker": line}, entrypoint=False)
    assert {problem.code for problem in problems} == expected
    assert not any(problem.blocks for problem in problems)


def test_a_web_process_is_not_cut_off() -> None:
    assert check_lines("shop", {"web": "python server.py"}, entrypoint=False) == ()


@pytest.mark.parametrize(
    ("line", "blocked"),
    [
        ("gunicorn app --workers=3", False),
        ("npm start", False),
        ("node -e 'a(); b()'", False),
        ("gunicorn app --bind :$PORT", True),
        ("a && b", True),
        ("A=1 run", True),
        ("exec run", True),
    ],
)
def test_lines_that_an_entrypoint_gets_as_words(line: str, blocked: bool) -> None:
    problems = check_lines("shop", {"web": line}, entrypoint=True)
    assert [problem.blocks for problem in problems] == ([True] if blocked else [])
