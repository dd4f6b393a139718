"""One HTTP exchange with one of Heroku's hosts: bounded in time and in bytes, whoever answers."""

import asyncio
import ssl
import urllib.parse
import urllib.request
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

import httpx

from providers.heroku.answers import Answer
from wizard.model.loopback import is_loopback
from wizard.model.text import clean
from wizard.model.trouble import Unreachable

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Bytes. The longest page, 1,000 add-ons with their plans, has about 3 MB; what is longer is not Heroku's
API. That many may be held a few times at once, see `ALL_BODIES`."""

ALL_BODIES: Final = 48 * 1024 * 1024
"""Bytes of all answers that are being received at one time: long lists of thirty teams beside each other."""

_PIECE: Final = 256 * 1024
"""Bytes that are unpacked at a time."""


class Question(NamedTuple):
    """What is asked. `headers` are complete; `limit` is the longest body taken, in bytes."""

    verb: str
    path: str
    host: str
    headers: Mapping[str, str]
    content: bytes | None = None
    limit: int = BODY_LIMIT


class Silent(Unreachable):
    """Nothing that can be read came back at all."""


class Untrusted(Unreachable):
    """Whoever answers has no certificate for the host: asking again changes nothing."""


class Wire:
    """The connections to all hosts. `seconds` is for one whole exchange, a server that drips included."""

    def __init__(self, hosts: Mapping[str, str], *, seconds: float) -> None:
        self._hosts = dict(hosts)
        self._seconds = seconds
        half, quarter = seconds / 2, seconds / 4
        self._timeout = {"connect": quarter, "read": half, "write": half, "pool": half}
        self._idle: dict[str, list[httpx.AsyncHTTPTransport]] = {}
        self._receiving = 0
        self._context: ssl.SSLContext | None = None

    async def exchange(self, question: Question) -> Answer:
        """Send once and return the whole answer, decoded, whatever its status.

        Raises:
            Silent: no whole HTTP answer comes within the time.
            Unreachable: it is longer than any of Heroku's, or its host is not known.
        """
        base = self._address(question)
        where = clean(urllib.parse.urlsplit(base).netloc)
        try:
            response, body = await self._talk(question, base, where)
        except TimeoutError as error:
            raise _silent(where, f"gave no whole answer within {self._seconds:.0f} seconds") from error
        except httpx.TimeoutException as error:
            raise _silent(where, "does not answer in time") from error
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise _untrusted(where) from error
            raise _silent(where, f"cannot be reached ({_reason(error)})") from error
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
            raise _silent(where, f"gives no answer that can be read ({_reason(error)})") from error
        return Answer(
            status=response.status_code,
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers.raw
            },
            body=body,
            where=where,
            path=clean(question.path, limit=200),
            verb=question.verb,
            host=question.host,
        )

    async def _talk(self, question: Question, base: str, where: str) -> tuple[httpx.Response, bytes]:
        idle = self._idle.setdefault(question.host, [])
        connection = idle.pop() if idle else self._new_connection(base)
        whole = False
        try:
            async with asyncio.timeout(self._seconds):
                request = httpx.Request(
                    question.verb,
                    base + question.path,
                    headers=question.headers,
                    content=question.content,
                    extensions={"timeout": self._timeout},
                )
                response = await connection.handle_async_request(request)
                try:
                    body = await self._body(response, where, question.limit)
                finally:
                    await response.aclose()
            whole = True
        finally:
            # What broke off is not used again.
            if whole:
                idle.append(connection)
            else:
                await connection.aclose()
        return response, body

    async def close(self) -> None:
        """Close the connections."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().aclose()

    def _address(self, question: Question) -> str:
        if question.host not in self._hosts:
            raise Unreachable(
                f"Offramp was given no address for Heroku's {clean(question.host)}.",
                remedy="Give one beside that of Heroku's API.",
                code="no-address",
            )
        path = question.path
        if not path.startswith("/") or not path.isascii() or not path.isprintable():
            raise Unreachable(
                f"Offramp does not ask for {clean(path, limit=200)}: that is no path of Heroku's.",
                remedy="Heroku named something that cannot be asked for. Tell the makers of Offramp.",
                code="no-address",
            )
        return self._hosts[question.host]

    def _new_connection(self, base: str) -> httpx.AsyncHTTPTransport:
        # One connection each: the pool of httpcore looks at every connection for every request, at 64 of them
        # for 15 ms. And no httpx.Client around it: there is no redirect to follow and no cookie to keep.
        if self._context is None and base.startswith("https:"):
            self._context = httpx.create_ssl_context()
        try:
            return httpx.AsyncHTTPTransport(
                # Plain http has no use for the authorities, which take 20 ms to load.
                verify=self._context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0),
                proxy=_proxy(base),
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # Not the error's words: they may hold the proxy's password.
            raise Unreachable(
                "The environment names a proxy for Heroku of a kind that Offramp does not speak with.",
                remedy="Name one that begins with http:// in HTTPS_PROXY, or Heroku's hosts in NO_PROXY.",
                code="bad-proxy",
            ) from None

    async def _body(self, response: httpx.Response, where: str, limit: int) -> bytes:
        unpack = _unpacking(response.headers.get("content-encoding", ""), where)
        parts: list[bytes] = []
        size = 0
        try:
            async for part in response.aiter_raw():
                left = part
                while left:
                    # What was asked not to be compressed may be so all the same, and unfold without bound.
                    plain = left if unpack is None else unpack.decompress(left, _PIECE)
                    left = b"" if unpack is None else unpack.unconsumed_tail
                    size += len(plain)
                    self._receiving += len(plain)
                    if size > limit or self._receiving > ALL_BODIES:
                        parts.clear()  # the error would hold them until somebody has read it
                        raise _too_long(where, limit)
                    parts.append(plain)
        finally:
            self._receiving -= size
        if unpack is not None and size and not unpack.eof:
            raise _silent(where, "broke off in the middle of a compressed answer")
        return b"".join(parts)


def _proxy(base: str) -> str | None:
    """The proxy that the environment names for an address. It must not see what is meant for this machine."""
    parts = urllib.parse.urlsplit(base)
    host = parts.hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return None if not found else found if "://" in found else f"http://{found}"


class _Unpacker(Protocol):
    """What `zlib.decompressobj` gives."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _unpacking(encoding: str, where: str) -> _Unpacker | None:
    """What undoes a Content-Encoding; None where there is none."""
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return None
    if named in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(wbits=47)
    raise _silent(where, "compresses its answers in a way that was not asked for")


def _too_long(where: str, limit: int) -> Unreachable:
    return Unreachable(
        f"{where} sends more than {max(1, limit >> 20)} MB for one question.",
        remedy="Look whether a proxy stands between this machine and Heroku.",
        code="answer-too-long",
    )


def _reason(error: Exception) -> str:
    return clean(str(error) or type(error).__name__, limit=200)


def _silent(where: str, what: str) -> Silent:
    return Silent(f"{where} {what}.", remedy="Look at the network and at status.heroku.com, then try again.")


def _untrusted(where: str) -> Untrusted:
    return Untrusted(
        f"Whoever answers as {where} has no certificate for it that this machine trusts.",
        remedy="Look whether a proxy stands between this machine and Heroku; if it is yours, name its "
        "certificate in SSL_CERT_FILE.",
        code="certificate",
    )
