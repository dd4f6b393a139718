"""HTTP to Code Capsules: plain JSON, bounded, without redirects to other hosts.

Time-outs and pauses are those of the vendor's own client (pulumi-codecapsules, client.go): 30 s; GET, PUT,
PATCH and DELETE are sent again three times, 250 ms later and doubling; a POST never is.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeVar

import httpx

from providers.code_capsules.bodies import UNREADABLE, cleaned, parsed, said, unwrapped
from providers.code_capsules.failures import AnswerLost, Failing, Later, Missing, NotTheApi, Refused
from providers.code_capsules.patience import Patience
from providers.code_capsules.wire import Answer, Wire
from wizard.model.answered import converted, unreachable
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

T = TypeVar("T")

VENDOR = "Code Capsules"

PASSING = (502, 503, 504)


UNKNOWN = "Whether it was done is not known; Offramp looks before it does anything again."


class TokenSource(Protocol):
    async def token(self) -> Secret:
        """A token that is good for some seconds more."""
        ...

    async def renewed(self, refused: Secret) -> Secret:
        """Another one than `refused`, which was not accepted."""
        ...


class Api:
    """One of the two APIs, with tokens. Texts are cleaned where they come in, all but `KEPT`.

    Answers of the main host are wrapped in {"data", "meta"}, those of clusters are not but for logs: both are
    taken either way.
    """

    def __init__(self, root: str, tokens: TokenSource, patience: Patience) -> None:
        self.patience = patience
        self._tokens = tokens
        self._wire = Wire(root, patience)

    @property
    def root(self) -> str:
        return self._wire.root

    async def close(self) -> None:
        await self._wire.close()

    async def get(
        self,
        path: str,
        kind: type[T],
        *,
        what: str,
        query: Mapping[str, str] | None = None,
        clean_it: bool = True,
    ) -> T:
        """Read one thing. `what` names it in messages ("the database shop-db").

        Raises:
            Missing, Refused, SignInNeeded, Unreachable: all of them Trouble.
        """
        answer = await self._again("GET", path, what, query=query)
        return self._decode(answer, kind, what, clean_it=clean_it)

    async def listed(self, path: str, name: str, kind: type[T], *, what: str) -> list[T]:
        """Read a list, which may lie in the field `name`, or in the only one that holds a list. A row without
        what `kind` needs is an error, and so is no list at all: an empty one would let things be made twice.
        """
        found = await self.get(path, object, what=what)
        if isinstance(found, dict):
            lists = [value for value in found.values() if isinstance(value, list)]
            found = found.get(name, lists[0] if len(lists) == 1 else None)
        # A class that comes as an argument is no type to mypy, which wants one in the brackets.
        return converted(found, list[kind], vendor=VENDOR, what=what)  # type: ignore[valid-type]

    async def send(self, method: str, path: str, body: Any, *, what: str) -> None:
        """PUT or PATCH; doing it twice does no harm, so that it is sent again when its answer is lost."""
        await self._again(method, path, what, body=body)

    async def post(
        self, path: str, body: Any, kind: type[T], *, what: str, method: Literal["POST", "PATCH"] = "POST"
    ) -> T:
        """Send once, a PATCH that creates something, too. `what` says what it does ("create the capsule
        shop").

        Raises:
            AnswerLost: it may or may not have been done; see `created`.
            Refused, Missing, SignInNeeded, Later, Unreachable: it was not done, as far as the vendor tells.
        """
        try:
            answer = await self._signed(method, path, body=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise unreachable(self._wire.host, what, error) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise lost(what, clean(str(error)) or type(error).__name__) from error
        if answer.status >= 500 or answer.status == 408:
            raise lost(what, f"status {answer.status}")
        try:
            self._accepted(answer, what)
            return self._decode(answer, kind, what)
        except NotTheApi as error:
            raise lost(what, "it is not what the API answers") from error

    async def _again(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        waits = iter(self.patience.retries)
        while True:
            try:
                answer = await self._signed(method, path, query=query, body=body)
                return self._accepted(answer, what)
            except (httpx.HTTPError, TimeoutError) as error:
                trouble: Unreachable = unreachable(self._wire.host, what, error)
                cause: Exception | None = error
            except (Later, NotTheApi) as error:
                trouble, cause = error, None
            except Failing as error:
                if error.status not in PASSING:
                    raise
                trouble, cause = error, None
            wait = next(waits, None)
            if wait is None:
                if method != "GET":
                    trouble.untouched = UNKNOWN
                raise trouble from cause
            if isinstance(trouble, Later) and trouble.seconds is not None:
                wait = min(max(wait, trouble.seconds), self.patience.longest_wait)
            await asyncio.sleep(wait)

    async def _signed(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer:
        """Send with a token; once more with another when the first is refused, which is before anything is
        done."""
        token = await self._tokens.token()
        answer = await self._wire.send(method, path, query=query, body=body, headers=_bearer(token))
        if answer.status == 401:
            token = await self._tokens.renewed(token)
            answer = await self._wire.send(method, path, query=query, body=body, headers=_bearer(token))
        return answer

    def _accepted(self, answer: Answer, what: str) -> Answer:
        """Return a good answer, raise for any other."""
        status = answer.status
        media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if status == 401:
            raise SignInNeeded(
                "code-capsules",
                "Code Capsules does not accept this account's sign-in any more.",
                remedy="Sign in to Code Capsules again; the run goes on where it stopped.",
            )
        if status == 429:
            raise Later(what, _seconds(answer.headers.get("retry-after")))
        if status >= 500:
            raise Failing(what, status)
        if media == "text/html" or 300 <= status < 400 or answer.body[:1] == b"<":
            raise NotTheApi(self._wire.host, status)
        if status >= 400:
            raise refusal(answer, what)
        return answer

    def _decode(self, answer: Answer, kind: type[T], what: str, *, clean_it: bool = True) -> T:
        if not answer.body.strip():
            value: Any = {}
        else:
            try:
                value = unwrapped(parsed(answer.body))
                value = cleaned(value) if clean_it else value
            except UNREADABLE as error:
                raise NotTheApi(self._wire.host, answer.status) from error
        return converted(value, kind, vendor=VENDOR, what=what)


def lost(what: str, why: str) -> AnswerLost:
    """A creation whose answer does not tell what became of it."""
    trouble = AnswerLost(
        f"Code Capsules was asked to {what}, and the answer was lost ({why.rstrip('.')}).",
        remedy="Try again: Offramp looks first whether it was done.",
        code="answer-lost",
    )
    trouble.untouched = UNKNOWN
    return trouble


def refusal(answer: Answer, what: str) -> Trouble:
    """What a 4xx means, in a person's words."""
    words = said(answer.body) or f"status {answer.status}"
    if answer.status == 404:
        return Missing(
            f"Code Capsules does not find it: {what} ({words}).",
            remedy="Look in its dashboard whether it is there and this account may see it.",
            code="not-found",
        )
    if answer.status == 403:
        return Trouble(
            f"This Code Capsules account is not allowed to: {what} ({words}).",
            remedy="Ask the owner of the Team to let this account into it.",
            code="forbidden",
        )
    return Refused(f"Code Capsules refuses to {what}: {words.rstrip('.')}.", answer.status, words)


def _bearer(token: Secret) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.reveal()}"}


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"[0-9]{1,5}", text) else None
