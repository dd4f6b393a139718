"""A text stands in a workflow as itself, whatever it is; and of a workflow only what is meant changes."""

from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wizard.prepare_workflow.world import load, part
from wizard.prepare.workflow.edit import Page, prove
from wizard.prepare.workflow.nodes import NotEditable, comments, compose, tree
from wizard.prepare.yaml_value import yaml_value

HARD = [
    "", "yes", "Off", "null", "~", "007", "0x1f", "1_000", "1e3", ".5", "12:30:45", "2026-11-30",
    " lead", "trail ",
    "a: b", "a #b", "- x", "? x", "{x}", "[x]", "&a", "*a", "!t", "%d", "@x", "`x`", "|", ">", "<<", "=",
    '"', "'", "\\", "a\nb\n\n", "\r\n", "\t",
    "\x00\x07\x1b", "\x85\u2028\u2029\ufeff", "e\u0301é", "\U0001f600",
    "${{ secrets.X }}", "${X}", "%{x}", "$X", "a&b<c>", "x" * 32_768,
]  # fmt: skip


@given(st.one_of(st.sampled_from(HARD), st.text(st.characters(exclude_categories=["Cs"]))))
@settings(max_examples=80, deadline=None)
def test_a_value_reads_back_as_itself(value: str) -> None:
    text = f"a:\n  b: {yaml_value(value)}  # c\n"
    assert load(text) == yaml.safe_load(text) == {"a": {"b": value}}
    assert load(f"- {{b: {yaml_value(value)}, c: 1}}\n" if "${{" not in value else "- {}\n") is not None


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("a: 1 # x\nb: '2'\n", "more places"),
        ("a: 1 # x\n", "more places"),
        ("a: 1 # x\nb: 3\n", "more places"),
        ("a: 1\nb: 2\n", "a comment"),
        ("a: 1 # x\nb: 2 # y\n", "a comment"),
        ("a: [\n", "no valid YAML"),
    ],
)
def test_a_text_that_came_out_wrong_is_refused(new: str, why: str) -> None:
    page = Page("a: 1 # x\nb: 2\n")
    assert prove(page, "a:  1 # x\nb: 2\n", tree(page.root)).text == "a:  1 # x\nb: 2\n"
    with pytest.raises(NotEditable, match=why):
        prove(page, new, tree(page.root))


_OTHER = st.sampled_from(
    [
        "run: npm test\n",
        "name: \"Don't\"   # say so\n  run: |  # script\n    echo # no comment\n\n    echo 'x: y'\n",
        "uses: actions/cache@v4\n  with: {path: ~, key: 'a # b'}\n",
        "run: >-\n    folded\n    lines\n  env:\n    A: 0777\n    B: yes # B\n",
        "uses: actions/setup-node@v4\n  # under\n  with:\n    node-version: 3.10\n",
    ]
)
_HEROKU = st.sampled_from(
    [
        "run: git push https://git.heroku.com/acme-shop.git HEAD:main # push\n",
        "name: To Heroku\n  run: |\n    heroku login\n    git push https://git.heroku.com/acme-shop.git\n"
        "  env: {HEROKU_API_KEY: x}\n",
        "uses: akhileshns/heroku-deploy@v3 # a\n  with:\n    # b\n    heroku_app_name: acme-shop # c\n"
        "    heroku_email: x\n",
        "with: {heroku_app_name: acme-shop}\n  uses: akhileshns/heroku-deploy@v3\n  if: always()\n",
        "working-directory: .  # w\n  run: heroku container:release web -a acme-shop\n  shell: bash # s\n",
    ]
)
_SETUP = st.just("run: curl https://cli-assets.heroku.com/install.sh | sh # cli\n")
_GAP = st.sampled_from(["", "\n", "# between\n", "\n  # indented\n\n"])


@st.composite
def workflows(draw: st.DrawFn) -> str:
    """A workflow of one job; indentation, gaps, line ends and the end of the file as they come."""
    indent = " " * draw(st.sampled_from([4, 6]))
    steps = draw(st.lists(_OTHER, max_size=2))
    steps += draw(st.lists(_SETUP, max_size=1)) + draw(st.lists(_HEROKU, min_size=1, max_size=2))
    steps += draw(st.lists(_OTHER, max_size=2))
    if draw(st.booleans()):
        steps.insert(0, "uses: actions/checkout@v4 # code\n")
    text = (
        "# top\non:  [push]   # when\nenv:\n  HEROKU_API_KEY: ${{ secrets.HEROKU_API_KEY }} # k\n  B: 0o7\n"
    )
    text += "jobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n"
    for step in steps:
        gap = draw(_GAP)
        text += gap and "".join(
            f"{indent}{line}\n" if line else "\n" for line in gap.strip(" ").split("\n")[:-1]
        )
        first, *rest = step.rstrip("\n").split("\n")
        text += f"{indent}- {first}\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in rest)
    text += draw(st.sampled_from(["", "\n# end\n", "  # end of ship\n"]))
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def bare(text: str) -> Any:
    """The workflow without what is meant to change: Heroku's steps, the checkout, Heroku's variables."""
    told = load(text)
    steps = []
    for step in told["jobs"]["ship"]["steps"]:
        words = str(step)
        if "heroku" in words or "aptible" in words:
            continue
        if step.get("uses", "").startswith("actions/checkout"):
            continue
        steps.append(step)
    told["jobs"]["ship"]["steps"] = steps
    told["env"].pop("HEROKU_API_KEY", None)
    return told


@given(workflows())
@settings(max_examples=40, deadline=None)
def test_only_what_is_meant_changes_and_comments_stay(text: str) -> None:
    changes, _ = part(text, both=False)
    (change,) = changes
    assert change.new is not None
    assert bare(change.new) == bare(text)
    steps = load(change.new)["jobs"]["ship"]["steps"]
    assert sum("aptible-deploy-action" in str(step) for step in steps) == 1
    assert "heroku" not in str(load(change.new)).lower()
    before = Counter(one.text for one in comments(text, compose(text)))
    assert Counter(one.text for one in comments(change.new, compose(change.new))) == before
    assert ("\r\n" in text) == ("\r\n" in change.new)
    assert "\n" not in change.new.replace("\r\n", "") or "\r\n" not in text
    assert part(change.new, both=False)[0] == []


_BITS = st.sampled_from(
    ["\n", "  ", "- ", ": ", "#", '"', "'", "{", "]", "|", "&a ", "*a", "\t", "---\n", "\r\n", "\0", "\ufeff"]
)


@given(
    workflows(), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 20), _BITS), min_size=1, max_size=4)
)
@settings(max_examples=25, deadline=None)
def test_a_broken_workflow_is_named_or_left_alone(text: str, cuts: list[tuple[int, int, str]]) -> None:
    for at, length, bit in cuts:
        text = text[:at] + bit + text[at + length :]
    for change in part(text, both=False)[0]:
        assert change.new is not None
        assert compose(change.new) is not None
