"""HTTP to one host of Code Capsules: bounded, within a time, without redirects to other hosts."""

import asyncio
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from providers.code_capsules.patience import Patience
from wizard.model.loopback import is_loopback
from wizard.model.no_cookies import no_cookies

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of one answer; 5,000 lines of a log are far below it."""

REDIRECTS = 2
"""How often a read follows a redirect to the same host (one that adds a slash to a path)."""


@dataclass(frozen=True)
class Answer:
    """What a host said: its status and its whole body."""

    status: int
    headers: httpx.Headers
    body: bytes


class Wire:
    """One host, without any token. `root` has been checked by `hosts.addresses` or `hosts.cluster_root`."""

    def __init__(self, root: str, patience: Patience) -> None:
        self.root = root
        self.host = urllib.parse.urlsplit(root).hostname or ""
        self._timeout = patience.timeout
        self._client = httpx.AsyncClient(
            cookies=no_cookies(),
            timeout=httpx.Timeout(patience.timeout, connect=min(15.0, patience.timeout)),
            follow_redirects=False,
            # A proxy of the environment is meant for the internet, not for this machine.
            trust_env=not is_loopback(self.host),
            headers={"User-Agent": "offramp", "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        limit: int = BODY_LIMIT,
    ) -> Answer:
        """Send once, within the time-out as a whole. Raises httpx.HTTPError, TimeoutError."""
        url = self.root + path
        for _ in range(REDIRECTS + 1):
            request = self._client.build_request(
                method, url, params=query, json=body, headers=dict(headers or {})
            )
            async with asyncio.timeout(self._timeout):
                answer = await self._once(request, limit)
            onward = answer.headers.get("location", "")
            if method != "GET" or not 300 <= answer.status < 400 or not self._same_host(url, onward):
                return answer
            url, query = urllib.parse.urljoin(url, onward), None
        return answer

    async def _once(self, request: httpx.Request, limit: int) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            parts: list[bytes] = []
            size = 0
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise httpx.ReadError(f"the answer is longer than {limit} bytes", request=request)
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, b"".join(parts))

    def _same_host(self, url: str, onward: str) -> bool:
        try:
            there = urllib.parse.urlsplit(urllib.parse.urljoin(url, onward))
        except ValueError:
            return False
        here = urllib.parse.urlsplit(url)
        return bool(onward) and (there.scheme, there.netloc) == (here.scheme, here.netloc)
