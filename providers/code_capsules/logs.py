"""Logs of builds and capsules, by windows of time.

Times are nanoseconds since 1970; a window from 0, or one that ends in a far future, is answered with 500,
and the lines of a build begin before it was made and come in after its end: 120 s before and 5 min after
are added (skill).
"""

import datetime
import re
import time
from collections.abc import Iterable

from providers.code_capsules.answers import LogAnswer, LogLine
from providers.code_capsules.client import Api
from wizard.model.secret import redact
from wizard.model.text import clean

NS = 1_000_000_000
BEFORE = 120.0
AFTER = 300.0
PAGE = 1000
MOST_PAGES = 50

_COLOURS = re.compile(r"\x1b\[[0-9;?]{0,32}[A-Za-z]")
"""What programs write to colour a terminal: a sign for each would only hide the text."""


class LogReader:
    """Reads the lines of one log, each once, from a moment on. `path` is of `api`."""

    def __init__(self, api: Api, path: str, begin: float, what: str) -> None:
        self._api = api
        self._path = path
        self._begin = int((begin - BEFORE) * NS)
        self._what = what
        self._seen: set[tuple[str, str, str]] = set()
        self._last = self._begin

    async def new(self, until: float, *, from_the_beginning: bool = False) -> list[str]:
        """The lines up to `until` (seconds since 1970, this machine's clock) that were not read yet, clean
        and without secrets. Lines may come in late and out of order: with `from_the_beginning` all are
        looked at."""
        start = self._begin if from_the_beginning else max(self._begin, self._last - 30 * NS)
        end = int((until + AFTER) * NS)
        found: list[str] = []
        for _ in range(MOST_PAGES):
            page = await self._page(start, end)
            fresh = [one for one in page if self._mark(one) not in self._seen]
            self._seen.update(self._mark(one) for one in fresh)
            found += texts(fresh)
            times = [moment for one in page if (moment := _moment(one)) is not None]
            self._last = max([self._last, *times])
            if len(page) < PAGE or not fresh or not times:
                break
            start = max(times)
        return found

    async def _page(self, start: int, end: int) -> list[LogLine]:
        query = {"limit": str(PAGE), "start": str(start), "end": str(end), "direction": "forward"}
        answer = await self._api.get(self._path, LogAnswer, what=self._what, query=query, clean_it=False)
        # By time alone: two lines of one moment stay in the order in which they came.
        return sorted(answer.logs or [], key=lambda one: _moment(one) or 0)

    def _mark(self, one: LogLine) -> tuple[str, str, str]:
        return (str(one.time), one.replica or "", one.log or "")


def texts(lines: Iterable[LogLine]) -> list[str]:
    """What a person reads of lines that came as they are: clean, without colours and without secrets."""
    return [
        redact(clean(part))
        for line in lines
        for part in _COLOURS.sub("", line.log or "").splitlines()
        if part.strip()
    ]


def seconds(moment: str | None) -> float | None:
    """An ISO time of the vendor's, always UTC (skill), as seconds since 1970."""
    if not moment:
        return None
    try:
        told = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=datetime.UTC)).timestamp()


def now() -> float:
    """The wall clock, by which logs are asked for."""
    return time.time()


def _moment(one: LogLine) -> int | None:
    text = str(one.time or "")
    return int(text) if text.isdecimal() and len(text) <= 20 else None
