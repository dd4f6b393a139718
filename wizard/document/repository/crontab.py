"""Schedules that stand in files of their own: crontabs, YAML of Sidekiq and others, whenever's schedule.rb,
GitHub's timed workflows that name Heroku. Each entry becomes a line of kind `clock`.
"""

import re
from collections.abc import Iterator, Mapping

from wizard.document.repository.code_lines import WHENEVER
from wizard.document.repository.code_nouns import CodeLine
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.text_lines import numbered
from wizard.document.repository.yaml_text import Item, read_yaml
from wizard.model.text import clean

_CRONTAB = re.compile(r"(^|/)(crontab(\.\w+)?|[\w-]+\.crontab|cron\.d/[\w-]+|cronfile)$", re.IGNORECASE)
_ENTRY = re.compile(
    r"^\s*(@(reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)\s+|([\d*/,?LW#A-Za-z-]+\s+){5})\S"
)
_WHENEVER = re.compile(r"^\s*every[ (]")
_YAML: Mapping[str, str] = {
    "config/schedule.yml": "sidekiq-cron",
    "config/sidekiq_cron.yml": "sidekiq-cron",
    "config/cron.yml": "a YAML schedule",
    "config/sidekiq.yml": "sidekiq-scheduler",
    "config/sidekiq_schedule.yml": "sidekiq-scheduler",
    "config/sidekiq_scheduler.yml": "sidekiq-scheduler",
    "config/resque_schedule.yml": "resque-scheduler",
    "config/que_schedule.yml": "que-scheduler",
    "config/recurring.yml": "Solid Queue",
    "cron.yaml": "a YAML schedule",
    "cron.yml": "a YAML schedule",
}
_TIMES = ("cron", "every", "schedule", "interval", "in")


def is_schedule_file(path: str) -> bool:
    """Whether a file holds a schedule, by its name."""
    known = path in _YAML or path == WHENEVER or path.startswith(".github/workflows/")
    return known or _CRONTAB.search(path) is not None


def schedule_lines(texts: Mapping[str, str]) -> Iterator[CodeLine]:
    """Every entry of these files."""
    for path, text in texts.items():
        if path.startswith(".github/workflows/"):
            yield from _github(path, text)
        elif path in _YAML:
            yield from _yaml(path, text)
        elif path == WHENEVER:
            yield from _matching(path, text, _WHENEVER, "whenever")
        elif _CRONTAB.search(path):
            yield from _matching(path, text, _ENTRY, "crontab")


def _matching(path: str, text: str, pattern: re.Pattern[str], name: str) -> Iterator[CodeLine]:
    for number, line in numbered(text):
        if pattern.match(line):
            yield _line(path, number, name, line)


def _github(path: str, text: str) -> Iterator[CodeLine]:
    # A timed workflow goes on as before, unless it is about Heroku.
    top = read_yaml(text) if "heroku" in text.lower() else None
    entries = top.get("on", "schedule") if top else None
    for item in entries.items() if entries else ():
        cron = item.get("cron")
        if cron is not None and cron.text:
            yield _line(path, cron.line, "a timed workflow of GitHub", f"cron: {cron.text}")


def _yaml(path: str, text: str) -> Iterator[CodeLine]:
    # sidekiq.yml may hold ERB, which is no YAML; what is left without it mostly is.
    top = read_yaml(re.sub(r"<%[^%]{0,500}%>", "0", text))
    if top is not None:
        yield from _entries(path, top, depth=0)


def _entries(path: str, item: Item, depth: int) -> Iterator[CodeLine]:
    for key, value in item.pairs():
        times = [
            f"{name.lstrip(':')} {' '.join(told.texts())}"
            for name, told in value.pairs()
            if name.lstrip(":") in _TIMES and told.texts()
        ]
        if times:
            yield _line(path, value.named_at, _YAML[path], f"{key.lstrip(':')}: {', '.join(times)}")
        elif depth < 4:
            yield from _entries(path, value, depth + 1)
    if item.is_list and depth < 4:
        for one in item.items():
            named = one.get("description") or one.get("name") or one.get("url")
            when = next((found for name in _TIMES if (found := one.get(name)) and found.text), None)
            if when is not None:
                label = named.text if named and named.text else "entry"
                yield _line(path, one.line, _YAML[path], f"{label}: {when.text}")


def _line(path: str, number: int, name: str, text: str) -> CodeLine:
    return CodeLine(kind="clock", name=name, file=clean(path), line=number, text=safe_line(text))
