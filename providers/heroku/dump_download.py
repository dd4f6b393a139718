"""The bytes of a backup from the store behind its public URL, over as many connections as it takes.

The URL is signed: whoever has it has the data, so it is a `Secret` and no error repeats it. Heroku's own CLI
GETs it without a token, follows no redirect and cannot resume (heroku/cli pg:backups:download); the store
answers ranges, as S3 does.
"""

import asyncio
import re
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import httpx

from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble, Unreachable

ATTEMPTS: Final = 8
"""Connections in a row that brought nothing, after which a person is told."""

SILENCE_SECONDS: Final = 30.0
"""Without a byte, after which a connection is given up."""


class _Broke(Exception):
    """The connection ended too early, or the store was busy: worth another one. The text says why."""


class _Stale(_Broke):
    """The store no longer takes the URL."""


class DumpDownload:
    """See `wizard.backups.Dump`.

    Args:
        ask_url: gets a fresh public URL; it is good for some time only.
        sleep: how to wait; tests pass one that returns at once.
    """

    def __init__(
        self,
        ask_url: Callable[[], Awaitable[Secret]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: float = SILENCE_SECONDS,
    ) -> None:
        self.total: int | None = None
        self.mark = ""
        self.waiting_for = ""
        self._ask_url = ask_url
        self._sleep = sleep
        self._seconds = seconds
        self._url: Secret | None = None
        self._context = httpx.create_ssl_context()

    async def pieces(self, start: int = 0) -> AsyncIterator[bytes]:
        """All bytes from `start` on, each once.

        Raises:
            Unreachable: the store does not answer any more.
            Trouble: it refuses, or the bytes are no longer those that were begun with (`backup-changed`).
        """
        at, failures = start, 0
        while True:
            try:
                async for piece in self._from(at):
                    at += len(piece)
                    failures, self.waiting_for = 0, ""
                    yield piece
                if self.total is None or at == self.total:
                    return
                raise _Broke("it ended the connection too early")
            except _Broke as broke:
                failures += 1
                if failures >= ATTEMPTS:
                    raise Unreachable(
                        f"The store of Heroku's backups does not give the backup: {broke}.",
                        remedy="Look at the network and at status.heroku.com, then run the command again.",
                        code="backup-store",
                    ) from None
                if isinstance(broke, _Stale):
                    self._url = None
                self.waiting_for = f"Heroku's store: {broke}, so it is asked again"
                await self._sleep(min(15.0, 0.5 * 2 ** (failures - 1)))

    async def _from(self, at: int) -> AsyncIterator[bytes]:
        """The bytes from `at` on, over one connection."""
        url = (await self._fresh_url()).reveal()
        headers = {"User-Agent": "offramp", "Accept-Encoding": "identity"}
        if at:
            headers["Range"] = f"bytes={at}-"
            if self.mark:
                headers["If-Range"] = self.mark
        try:
            async with (
                httpx.AsyncClient(
                    follow_redirects=False,
                    verify=self._context,
                    timeout=httpx.Timeout(self._seconds, connect=self._seconds / 2),
                    trust_env=not is_loopback(urllib.parse.urlsplit(url).hostname or ""),
                ) as http,
                http.stream("GET", url, headers=headers) as answer,
            ):
                skip = self._look_at(answer, at)
                async for piece in answer.aiter_raw():
                    if skip >= len(piece):
                        skip -= len(piece)
                        continue
                    yield piece[skip:] if skip else piece
                    skip = 0
        except httpx.TimeoutException:
            raise _Broke("it does not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # Without the cause: it holds the request, and that the URL.
            raise _Broke(f"the connection broke ({type(error).__name__})") from None

    def _look_at(self, answer: httpx.Response, at: int) -> int:
        """Check the head of an answer; how many bytes of its body were had before."""
        if answer.status_code == 206:
            first, total = _range(answer)
            if first != at:
                raise _Broke("it answered with another piece than was asked for")
            self._same(answer, total)
            return 0
        if answer.status_code == 200:
            said = answer.headers.get("content-length", "")
            self._same(answer, int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None)
            return at
        if answer.status_code in (400, 401, 403):
            raise _Stale("it no longer takes the address that Heroku gave")
        if answer.status_code == 429 or answer.status_code >= 500:
            raise _Broke(f"it answers with status {answer.status_code}")
        raise Trouble(
            f"The store of Heroku's backups refuses the backup (status {answer.status_code}).",
            untouched="What was downloaded before stays.",
            remedy="Look at `heroku pg:backups` whether the backup is still there.",
            code="backup-refused",
        )

    def _same(self, answer: httpx.Response, total: int | None) -> None:
        mark = clean(answer.headers.get("etag", ""), limit=200)
        if mark.startswith("W/"):
            mark = ""  # a weak one does not promise the same bytes
        known = self.mark, self.total
        if (mark and self.mark and mark != self.mark) or (
            total is not None and self.total is not None and total != self.total
        ):
            raise Trouble(
                "The backup in Heroku's store is not the one that the download began with.",
                untouched="What was downloaded before stays as it is.",
                remedy="Remove the unfinished file, and fetch it from the beginning.",
                code="backup-changed",
            )
        self.mark, self.total = mark or known[0], total if total is not None else known[1]

    async def _fresh_url(self) -> Secret:
        if self._url is None:
            self._url = await self._ask_url()
            _check(self._url.reveal())
        return self._url


def _check(url: str) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        good = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    except ValueError:
        good = False
    if not good:
        raise Trouble(
            "Heroku gave an address for the backup that is not https: the data would be readable on the way.",
            remedy="Try again; if it stays so, download the backup from Heroku's dashboard.",
            code="plain-http",
        )


def _range(answer: httpx.Response) -> tuple[int, int | None]:
    match = re.fullmatch(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)", answer.headers.get("content-range", ""))
    if match is None:
        raise _Broke("it does not say which piece it sends")
    return int(match[1]), int(match[2]) if match[2] != "*" else None
