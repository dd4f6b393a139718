"""One value changed in files that people wrote: all else stays as it is, byte for byte."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.prepare.capsules.json_edit import NotEditable, value_at, with_value
from wizard.prepare.capsules.toml_edit import with_item, with_key

ENGINE = ("engines", "node")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"engines": {"node": "18"}}', '{"engines": {"node": "24.x.x"}}'),
        ('{"name":"a"}\n', '{"name":"a", "engines": {"node": "24.x.x"}}\n'),
        ("{}", '{"engines": {"node": "24.x.x"}}'),
        (
            '{\n\t"name": "a",\n\t"type": "module"\n}\n',
            '{\n\t"name": "a",\n\t"type": "module",\n\t"engines": {\n\t\t"node": "24.x.x"\n\t}\n}\n',
        ),
        ('{\r\n  "a": 1\r\n}', '{\r\n  "a": 1,\r\n  "engines": {\r\n    "node": "24.x.x"\r\n  }\r\n}'),
        ('{\n  "engines": {}\n}', '{\n  "engines": {\n    "node": "24.x.x"\n  }\n}'),
        ('{\n  "engines": { "npm": "10" }\n}', '{\n  "engines": { "node": "24.x.x", "npm": "10" }\n}'),
        (
            '{"x": ["{", "}"], "engines":{"node" : "18" } }',
            '{"x": ["{", "}"], "engines":{"node" : "24.x.x" } }',
        ),
    ],
)
def test_a_value_in_json(old: str, new: str) -> None:
    assert with_value(old, ENGINE, "24.x.x") == new
    assert with_value(new, ENGINE, "24.x.x") == new


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"engines": "18"}',
        '{"a": 1, "a": 2}',
        '\ufeff{"a": 1}',
        '{"engines": {"node": 1, "node": 2}}',
    ],
)
def test_what_is_not_edited(text: str) -> None:
    with pytest.raises(NotEditable):
        with_value(text, ENGINE, "24")


def test_a_dependency_goes_where_the_alphabet_wants_it() -> None:
    old = '{\n  "dependencies": {\n    "express": "^4",\n    "pg": "^8"\n  }\n}\n'
    new = with_value(old, ("dependencies", "node-cron"), "4")
    assert new == old.replace('    "pg"', '    "node-cron": "4",\n    "pg"')


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=6), _JSON, max_size=4),
    st.lists(st.text(max_size=6), min_size=1, max_size=3).map(tuple),
    st.text(),
    st.sampled_from([None, 0, 1, 2, "\t"]),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]),
)
def test_any_json_keeps_all_but_what_is_set(
    told: dict[str, object],
    path: tuple[str, ...],
    value: str,
    indent: int | str | None,
    separators: tuple[str, str],
) -> None:
    text = json.dumps(told, indent=indent, separators=separators)
    try:
        new = with_value(text, path, value)
    except NotEditable:
        return
    assert value_at(new, path) == value
    assert with_value(new, path, value) == new
    if value_at(text, path) is not None:
        # Only that value differs.
        ends = new.removesuffix(_common_end(text, new))
        assert len(ends) - len(_common_start(text, new)) <= len(json.dumps(value)) + 1


def _common_start(one: str, other: str) -> str:
    count = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one[:count]


def _common_end(one: str, other: str) -> str:
    return _common_start(one[::-1], other[::-1])[::-1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[project]\ndependencies = []\n', '[project]\ndependencies = ["APS==3"]\n'),
        ('[project]\ndependencies = ["a"] # x\n', '[project]\ndependencies = ["a", "APS==3"] # x\n'),
        (
            '#\n[project]\ndependencies = [\n    "x[y]>1", # [\n    "b",\n]\n\n[x]\ny = 1\n',
            '#\n[project]\ndependencies = [\n    "x[y]>1", # [\n    "b",\n    "APS==3",\n]\n\n[x]\ny = 1\n',
        ),
        (
            "[project]\ndependencies = [\n  'a' # one\n]\n",
            "[project]\ndependencies = [\n  'a',\n  \"APS==3\" # one\n]\n",
        ),
    ],
)  # fmt: skip
def test_an_item_in_toml(old: str, new: str) -> None:
    assert with_item(old, "project", "dependencies", "APS==3") == new
    assert tomllib.loads(new)


def test_a_key_in_toml() -> None:
    old = '[tool.poetry.dependencies]\npython = "^3.11" # ours\n\n[tool.poetry.scripts]\nx = "1"\n'
    new = with_key(old, "tool.poetry.dependencies", "APScheduler", "3.11.2")
    assert new == old.replace("# ours\n", '# ours\nAPScheduler = "3.11.2"\n')
    assert with_key("[packages]", "packages", "a", "1") == '[packages]\na = "1"\n'


@pytest.mark.parametrize(
    "text", ["[project", "[project]\nname='x'\n", "dependencies = []\n", "[[project]]\n"]
)
def test_toml_that_is_not_edited(text: str) -> None:
    with pytest.raises(NotEditable):
        with_item(text, "project", "dependencies", "x")
