"""The exported picture, read by the real Mermaid.

Mermaid and jsdom are not brought along. To run this, install them and say where: `npm install --prefix
FOLDER mermaid jsdom`, then `MERMAID_FOLDER=FOLDER pytest -m slow` with this file.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.screens.example_system import example_system
from wizard.document.drawing.mermaid import diagrams, mermaid
from wizard.model.system import System

HOSTILE = (
    'a"b',
    "end",
    "a]b[c",
    '"] --> n9["x',
    "click n0 href javascript:alert(1)",
    '"]\nclick n0 "javascript:alert(1)"\n',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`**bold**`",
    "# Head",
    "#35;",
    "#quot;",
    "&quot;",
    "%%{init: {'theme': 'dark'}}%%",
    "%% comment",
    "subgraph",
    "graph TD",
    "style n0 fill:red",
    "classDef x fill:red",
    ":::x",
    "a|b|c",
    "{{x}}",
    "((x))",
    "/x/",
    "\\x\\",
    "--> x",
    "---",
    "@{ shape: circle }",
    "$$x^2$$",
    "fa:fa-car",
    "日本語 🚀",
    "o",
    "x",
    "default",
    "_blank",
    "constructor",
    "__proto__",
    "a;b",
    "ﬂ°°35¶ß",
)


def hostile(system: System, name: str) -> System:
    """The system with `name` wherever a name comes from outside."""
    return replace(
        system,
        apps=tuple(
            replace(
                app,
                name=name,
                pipeline=name,
                pipeline_stage="production",
                processes=tuple(replace(one, type=name) for one in app.processes),
                config=tuple(replace(var, name=name) for var in app.config),
            )
            for app in system.apps
        ),
        add_ons=tuple(replace(one, name=name, plan=name) for one in system.add_ons),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leaves_its_quotes(name: str) -> None:
    text = mermaid(hostile(example_system(), name))
    plain = mermaid(example_system())
    assert len(text.splitlines()) == len(plain.splitlines())
    for line in text.splitlines():
        bare = re.sub(r'"[^"\n]*"', '""', line)
        assert re.fullmatch(
            r'flowchart LR|  end|  subgraph g\d+\[""\]|\s+n\d+(\[""\]|\(""\)|\[\(""\)\])'
            r'|  n\d+ (-->|---|-\.->|==>)(\|""\|)? n\d+',
            bare,
        ), line
        for label in re.findall(r'"([^"\n]*)"', line):
            without = re.sub(r"<br/>|#\d+;", "", label)
            assert not set(without) & set("\"'`<>[]{}|#&%\\@:;$*=/^"), label


@pytest.mark.parametrize("pipelines", [0, 10])
def test_no_diagram_is_larger_than_mermaid_takes(pipelines: int) -> None:
    system = many(example_system(), 300)
    if not pipelines:
        system = replace(system, apps=tuple(replace(app, pipeline=None) for app in system.apps))
    made = diagrams(system)
    assert len(made) == 1 + (pipelines or 1)
    for one in made:
        assert len(one.text) < 50_000
        assert len(re.findall(r"^  n\d+ (?:-->|---)", one.text, re.MULTILINE)) < 500


@pytest.mark.slow
def test_the_real_mermaid_reads_it() -> None:
    folder, node = os.environ.get("MERMAID_FOLDER"), shutil.which("node")
    if not folder or not node:
        pytest.skip("MERMAID_FOLDER names no folder with mermaid and jsdom, or there is no node")
    plain = example_system()
    texts = [mermaid(plain), *(mermaid(hostile(plain, name)) for name in HOSTILE)]
    texts += [one.text for one in diagrams(many(plain, 60))]
    script = Path(__file__).with_name("mermaid_parse.mjs")
    done = subprocess.run(
        [node, str(script), folder],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    seen = json.loads(done.stdout)
    assert [one["error"] for one in seen if "error" in one] == []
    assert [one["links"] for one in seen] == [0] * len(texts)
    whole = seen[0]
    assert len(whole["vertices"]) == 6
    assert whole["edges"] == 6
    for one in seen[1 : len(HOSTILE) + 1]:
        assert (len(one["vertices"]), one["edges"], len(one["groups"])) == (6, 6, 1)


def many(system: System, count: int) -> System:
    """`count` copies of the apps, in ten pipelines."""
    apps = [
        replace(
            app,
            id=f"{app.id}-{number}",
            name=f"{app.name}-{number}",
            pipeline=f"line-{number % 10}",
            config=tuple(
                replace(var, refers_to_apps=tuple(f"{one}-{number}" for one in var.refers_to_apps))
                for var in app.config
            ),
        )
        for number in range(count)
        for app in system.apps
    ]
    return replace(system, apps=tuple(apps))
