"""The codes of troubles: every place in the sources that raises one is looked at, none is run."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from screens.main import main
from wizard.credentials.state import StoreState
from wizard.support.codes import meanings

ROOT = Path(__file__).parents[2]
NO_TROUBLE = {
    "AppTold",
    "Final",
    "Problem",
    "Release",
    "TroubleNote",
    "action_read",
    "classify",
    "from_session",
    "read_everything",
}
"""What is called with a `code` that is none of a trouble."""

ELSEWHERE = {
    "providers/code_capsules/login_session.py": {"second-factor-impossible"},
    "providers/code_capsules/not_there.py": {"not-there"},
    "providers/sandbox/client.py": {"sandbox-postgres"},
    "wizard/credentials/keepers.py": {
        f"keyring-{state}" for state in ("absent", "locked", "timed-out", "refused")
    },
    "wizard/database/proxy_failure.py": {"proxy-ended", "proxy-keyring", "proxy-login", "proxy-missing"},
    "wizard/mapping/certificates.py": {
        f"certificate-{what}" for what in ("dates", "file", "key", "names", "order")
    },
}
"""Codes that are put together where they are used."""

PASSED_ON = {
    "screens/headless/db_heroku.py",
    "screens/headless/db_trouble.py",
    "providers/heroku/backups.py",
    "wizard/document/git.py",
    "wizard/model/trouble.py",
    "wizard/run/control.py",
    "wizard/run/kinds/push.py",
}
"""Where the code of another trouble is passed on."""

NAMED = {
    "BUSY": "target-busy",
    "DISK_FULL": "disk-full",
    "NO_DOCUMENT": "no-document",
    "SIGN_IN": "proxy-sign-in",
    "UNCLEAR": "creation-unclear",
}
"""Constants."""


class Site(NamedTuple):
    """A place that names a code."""

    place: str
    call: ast.Call
    codes: tuple[str, ...]


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for wing in ("wizard", "screens", "providers"):
        for path in sorted((ROOT / wing).rglob("*.py")):
            text = path.read_text()
            if re.search(r"\bcode(: str)? ?= ?", text):
                yield path.relative_to(ROOT).as_posix(), ast.parse(text)


def _spoken(value: ast.expr) -> tuple[str, ...] | None:
    """The codes that an expression may be, None when that is known elsewhere."""
    match value:
        case ast.Constant(str(code)):
            return (code,)
        case ast.Name(name) if name in NAMED:
            return (NAMED[name],)
        case ast.IfExp(_, one, other):
            both = _spoken(one), _spoken(other)
            return None if None in both else tuple(code for part in both for code in part or ())
    return None


@cache
def _walk() -> tuple[list[Site], set[str], set[str]]:
    """Every call with a code that is known, codes that are a default, and the modules with another one."""
    sites, defaults, open_ = [], set(), set()
    for place, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                defaults |= {
                    code
                    for one, value in pairs
                    if one.arg == "code" and value
                    for code in _spoken(value) or ()
                }
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = next((one.value for one in node.keywords if one.arg == "code"), None)
            if given is None or called in NO_TROUBLE or called == "Secret":
                continue
            if isinstance(given, ast.Call) and getattr(given.func, "id", "") == "Secret":
                continue
            codes = _spoken(given)
            if codes is None:
                open_.add(place)
            else:
                sites.append(Site(f"{place}:{node.lineno}", node, codes))
    return sites, defaults, open_


def test_every_code_is_explained_and_every_explanation_is_of_a_code() -> None:
    sites, defaults, _ = _walk()
    used = defaults | {code for site in sites for code in site.codes}
    used |= {code for codes in ELSEWHERE.values() for code in codes}
    assert len(sites) > 300
    assert used - set(meanings()) == set(), "write its line in assets/troubles.toml"
    assert set(meanings()) - used == set()


def test_where_a_code_is_no_constant_it_is_listed_here() -> None:
    assert set(ELSEWHERE) | PASSED_ON == _walk()[2]
    keyring = {f"keyring-{state}" for state in StoreState.__annotations__["state"].__args__}
    assert keyring - {"keyring-ready"} == ELSEWHERE["wizard/credentials/keepers.py"]


def test_codes_are_words_joined_by_dashes_in_order() -> None:
    codes = list(meanings())
    assert codes == sorted(codes)
    assert [code for code in codes if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []


def test_no_trouble_leaves_a_part_out() -> None:
    empty = [
        f"{site.place}: {one.arg}"
        for site in _walk()[0]
        for one in site.call.keywords
        if one.arg in ("cause", "untouched", "remedy", "code")
        and isinstance(one.value, ast.Constant)
        and not one.value.value
    ]
    empty += [
        f"{site.place}: cause"
        for site in _walk()[0]
        for one in site.call.args
        if isinstance(one, ast.Constant) and not one.value
    ]
    silent = [
        site.place
        for site in _walk()[0]
        if getattr(site.call.func, "id", "") == "Trouble"
        and not any(one.arg == "remedy" for one in site.call.keywords)
    ]
    assert empty == [] and silent == []


def test_a_check_that_met_an_error_keeps_its_code() -> None:
    """A problem to decide about has no code, it says all; what an error says can be looked up."""
    met = [
        (f"{path.name}:{call.lineno}", ast.unparse(call))
        for path in sorted((ROOT / "wizard" / "plan").glob("*.py"))
        for handler in ast.walk(ast.parse(path.read_text()))
        if isinstance(handler, ast.ExceptHandler) and handler.name == "trouble"
        for call in ast.walk(handler)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding"
        for one in call.keywords
        if one.arg == "what" and "trouble.cause" in ast.unparse(one.value)
    ]
    assert len(met) > 4
    # `remedy` may be put together a line before.
    assert [
        place for place, words in met if "trouble.code" not in words and "remedy=remedy" not in words
    ] == []


def test_explanations_are_whole_sentences_of_different_meanings() -> None:
    for code, one in meanings().items():
        for sentence in (one.happened, one.remedy):
            assert re.fullmatch(
                r"[A-Z`].*\.", sentence.removeprefix("git ").removeprefix("pg_").capitalize()
            ), code
    said = [one.happened for one in meanings().values()]
    assert len(said) == len(set(said)), "two codes for one thing"


def test_a_code_is_explained_as_it_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "[token-expired]"]) == 0
    assert capsys.readouterr().out == (
        "What happened  The token is no longer good.\n"
        "What to do     Sign in again; a run goes on by itself.\n"
    )
    assert main(["explain", "token-expird"]) == 2
    assert "Did you mean token-expired?" in capsys.readouterr().err
    assert main(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(meanings())
