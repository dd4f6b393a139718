"""A list that comes in pages: rows of all of them, and an end in every case."""

from typing import Any, Final

from providers.heroku.answers import Answer, not_the_api, read_json
from wizard.model.text import clean
from wizard.model.trouble import Unreachable

MOST_PAGES: Final = 500
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of one list in all its pages: 10,000 add-ons with their plans."""

BARREN: Final = 3
"""Pages in a row that bring no row that was not there before."""


class ListReader:
    """`rows` so far, an id that comes twice only once; `pages` counts those taken."""

    def __init__(self, path: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self.pages = 0
        self._path = clean(path, limit=200)
        self._ids: set[str] = set()
        self._asked: set[str] = set()
        self._bytes = 0
        self._barren = 0

    def take(self, answer: Answer) -> str:
        """Take a page; the range to ask for next, "" at the end.

        Raises:
            Trouble: it is no list of objects.
            Unreachable: code `endless-list`; the list repeats itself or does not end.
        """
        self.pages += 1
        self._bytes += len(answer.body)
        page = read_json(answer)
        if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
            raise not_the_api(answer, "JSON that is not a list of objects")
        before = len(self.rows)
        for row in page:
            mark = row.get("id")
            if isinstance(mark, str):
                if mark in self._ids:
                    continue
                self._ids.add(mark)
            self.rows.append(row)
        following = answer.headers.get("next-range", "") if answer.status == 206 else ""
        if not following:
            return ""
        if not following.isascii() or not following.isprintable() or len(following) > 2_000:
            raise not_the_api(answer, "a list whose next part cannot be asked for")
        self._barren = self._barren + 1 if len(self.rows) == before else 0
        endless = self.pages >= MOST_PAGES or self._bytes > MOST_BYTES or self._barren >= BARREN
        if endless or following in self._asked:
            # The rest of it is not known: it would be missing unseen.
            raise Unreachable(
                f"Heroku's list {self._path} has no end.",
                remedy="Try again; tell Heroku's support if it stays so.",
                code="endless-list",
            )
        self._asked.add(following)
        return following
