"""Which values are secrets, measured on a labelled table and on thrown characters."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wizard import secret_table as table
from wizard.document.config.secrets import Owner, judge
from wizard.model.secret import Secret

FALSE_ALARMS = {"KEYBOARD_LAYOUT", "DEFAULT_FILE_STORAGE", "KEY_METRICS"}
"""What is hidden though it need not be. A new one is to be looked at before it is added."""


def judged(name: str, value: str, owner: Owner = "person") -> bool:
    return judge(name, Secret(value, register=False), owner).secret


@pytest.mark.parametrize(
    "rows",
    [
        table.SECRETS,
        table.HELD_OUT_SECRETS,
        table.THIRD_SECRETS,
        table.FOURTH_SECRETS,
        table.UNESCAPED_SECRETS,
        table.WEAK_SECRETS,
    ],
    ids=["first", "second", "third", "fourth", "not escaped", "weak"],
)
def test_no_secret_is_missed(rows: str) -> None:
    assert [name for name, value in table.pairs(rows) if not judged(name, value)] == []


def test_few_plain_values_are_hidden() -> None:
    tables = (table.PLAIN, table.HELD_OUT_PLAIN, table.THIRD_PLAIN, table.FOURTH_PLAIN, table.SHOWN)
    rows = [pair for rows in tables for pair in table.pairs(rows)]
    assert {name for name, value in rows if judged(name, value)} <= FALSE_ALARMS
    assert len(FALSE_ALARMS) / len(rows) < 0.01


def test_what_an_add_on_sets_is_a_secret_unless_it_plainly_is_none() -> None:
    wrong = []
    for number, line in enumerate(table.BY_ADD_ON.strip().splitlines()):
        label, name, value = line.split(maxsplit=2)
        filled = table.filled(value.replace("\\n", "\n"), number)
        if judged(name, filled, "add-on") != (label == "SECRET"):
            wrong.append(name)
    assert wrong == []


def test_names_are_only_a_hint() -> None:
    assert judged("MONKEY", "banana split") is False
    assert judged("KEY", "banana split") is True
    assert judged("MONKEY", "postgres://a:b@c.example/d") is True


@pytest.mark.parametrize("kind", ["hex", "low", "up", "an", "b64", "b64u", "pw"])
def test_thrown_characters_are_found_whatever_the_name(kind: str) -> None:
    thrown = random.Random(20)
    alphabet = table.KINDS[kind]
    values = [
        "".join(thrown.choice(alphabet) for _ in range(length)) for length in (20, 32) for _ in range(150)
    ]
    missed = sum(not judged("THING", value) for value in values)
    # Of 12,000 throws of 20 characters and more, fewer than 1 in 250 read as words, at worst.
    assert missed <= 3


@given(st.text(max_size=12), st.text(max_size=60), st.sampled_from(["add-on", "person"]))
def test_every_value_is_judged_and_none_is_told(name: str, value: str, owner: Owner) -> None:
    rare = f"\u2021{value}\u2021"
    found = judge(name, Secret(rare, register=False), owner)
    assert found.because
    assert "\u2021" not in found.because


@pytest.mark.parametrize(
    "value",
    [
        "[" * 50_000,
        "{" * 999 + "}" * 999,
        "1." * 30_000,
        "-" * 30_000,
        "a=" * 15_000,
        "x@" * 15_000,
        "%20" * 10_000,
    ],
    ids=lambda value: value[:3],
)
def test_absurd_values_are_judged_too(value: str) -> None:
    assert judge("X", Secret(value, register=False)).because


def test_what_it_follows_from_is_said() -> None:
    because = {
        name: judge(name, Secret(table.filled(value, 1), register=False)).because
        for name, value in (
            ("A", "sk_live_<an 24>"),
            ("B", "postgres://u:<an 12>@db.example/x"),
            ("C", '{"inner": {"password": "rosebud"}}'),
            ("SMTP_PASS", "fluffy"),
            ("PORT", "5000"),
        )
    }
    assert because == {
        "A": "it has the form of a Stripe key",
        "B": "it is a URL with a password in it",
        "C": "it is JSON, and of a part of it: its name says that it is a password, a key or a token",
        "SMTP_PASS": "its name says that it is a password, a key or a token",
        "PORT": "it is a number",
    }
