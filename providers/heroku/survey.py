"""What the readers of an inventory share: the connection, the count of parts, and what went wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.gaps import Finding, Topic, hole
from wizard.model.system import Gap
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import ReadProgress

T = TypeVar("T")
D = TypeVar("D")

IN_A_ROW: Final = 12
"""Failures of Heroku in a row, with no answer between, after which it is asked whether it is down: where only
one route is, many apps may be waiting for that one side by side."""

HOPELESS: Final = 3
"""Failures of one kind of question, with no answer to any of it, after which it is not asked again: each one
costs five tries."""


NOTHING_ASKED: Final = object()
"""What a question returns that turned out not to be one: Heroku has neither told nor refused anything."""


class Progress:
    """Counts parts, and tells after each how far the inventory is."""

    def __init__(self, client: Client, report: Callable[[ReadProgress], None]) -> None:
        self._client = client
        self._report = report
        self._first_call = client.calls
        self._done = 0
        self._total = 0

    @property
    def calls(self) -> int:
        """Requests sent since the beginning."""
        return self._client.calls - self._first_call

    def expect(self, parts: int) -> None:
        """So many more parts are to come."""
        self._total += parts

    def began(self, doing: str) -> None:
        """Say what is being read, and why it is slow where it is."""
        slow = self._client.slow
        if slow:
            doing = f"{doing}, at the pace of Heroku's rate limit"
        self._report(
            ReadProgress(doing=doing, done=self._done, total=self._total, calls=self.calls, slow=slow)
        )

    def ended(self, doing: str) -> None:
        """One part is done."""
        self._done += 1
        self.began(doing)


class Outage:
    """Tells a route that stays broken from a Heroku that is down. `whole` is a failure that is a matter of
    the whole account, `told` are the kinds of questions to which there was an answer that is no refusal."""

    def __init__(self) -> None:
        self.whole: Unreachable | None = None
        self.told: set[str] = set()
        self._row = 0
        self._answered: set[str] = set()
        self._failed: dict[str, tuple[int, Unreachable]] = {}

    def answered(self, kind: str, *, told: bool) -> None:
        """A question of this kind was answered; `told` with what was asked for, not with a refusal."""
        self._row = 0
        if told:
            self.told.add(kind)
        self._answered.add(kind)

    def failed(self, kind: str, trouble: Unreachable, *, side: bool = False) -> None:
        """Note a failure."""
        self._row += not side
        self._failed[kind] = (self._failed.get(kind, (0, trouble))[0] + 1, trouble)
        if trouble.code == "rate-limit":
            self.whole = trouble

    @property
    def doubtful(self) -> bool:
        """Whether Heroku may be down as a whole."""
        return self._row >= IN_A_ROW and self.whole is None

    def is_up(self) -> None:
        """It was asked, and is not down."""
        self._row = 0

    def hopeless(self, kind: str) -> Unreachable | None:
        """Why questions of this kind need not be asked any more; None when they should be."""
        count, trouble = self._failed.get(kind, (0, None))
        return trouble if count >= HOPELESS and kind not in self._answered else None

    def never_answered(self, kind: str) -> Unreachable | None:
        """The failure of a kind that was asked and never answered."""
        return self._failed[kind][1] if kind in self._failed and kind not in self._answered else None


class Survey:
    """One reading of a Heroku account. `findings` collects what is not known or will be lost, `gaps`
    what must be answered for each app by itself."""

    def __init__(self, client: Client, report: Callable[[ReadProgress], None]) -> None:
        self.client = client
        self.progress = Progress(client, report)
        self.outage = Outage()
        self.findings: list[Finding] = []
        self.gaps: list[Gap] = []
        self._looking = asyncio.Lock()

    async def ask(self, kind: str, question: Callable[[], Awaitable[T]], *, side: bool = False) -> T:
        """Ask one question of a `kind` ("config vars"); raises Trouble, at once when it is hopeless.

        Args:
            side: of another host than the API's: that one may be down by itself.
        """
        hopeless = self.outage.hopeless(kind)
        if hopeless is not None:
            # One error for many questions: it is not to collect where each of them stood.
            raise hopeless.with_traceback(None)
        try:
            found = await question()
        except Unreachable as trouble:
            self.outage.failed(kind, trouble, side=side)
            await self._look(trouble)
            raise
        except Trouble as trouble:
            self.outage.answered(kind, told=isinstance(trouble, Gone))
            raise
        if found is not NOTHING_ASKED:
            self.outage.answered(kind, told=True)
        return found

    async def _look(self, trouble: Unreachable) -> None:
        """Where all seems to fail, ask what is not counted by the rate limit: is it Heroku as a whole?"""
        async with self._looking:
            if not self.outage.doubtful:
                return
            try:
                await self.client.get("/account/rate-limits")
            except Unreachable:
                self.outage.whole = trouble
            except Trouble:
                self.outage.is_up()
            else:
                self.outage.is_up()

    def bear(self, trouble: Trouble, *, side: bool = False) -> None:
        """Go on in spite of what went wrong with one question; raises it when nobody can: the API does not
        take the token any more, the rate limit is used up, or Heroku is down."""
        if (isinstance(trouble, SignInNeeded) and not side) or trouble is self.outage.whole:
            raise trouble

    async def perhaps(self, doing: str, question: Callable[[], Awaitable[T]]) -> T | None:
        """Read a list that only saves other questions: what goes wrong with it is no gap, and None.

        Raises:
            SignInNeeded: the API does not take the token any more.
            Unreachable: of the rate limit, or Heroku is down.
        """
        self.progress.expect(1)
        self.progress.began(doing)
        found: T | None = None
        try:
            found = await self.ask(doing, question)
        except Trouble as trouble:
            self.bear(trouble)  # whoever wanted it asks each app
        self.progress.ended(doing)
        return found

    async def part(
        self,
        doing: str,
        question: Callable[[], Awaitable[T]],
        otherwise: D,
        *,
        topic: Topic,
        mark: str = "",
        name: str = "",
        app_id: str | None = None,
        side: bool = False,
        may_lack: bool = False,
    ) -> T | D:
        """Read one part; what goes wrong with it is a finding, and `otherwise` stands in its place.

        Args:
            side: of another host than the API's, which may not take the token at all.
            may_lack: 404 is an answer: there is none.

        Raises:
            SignInNeeded: the API does not take the token any more.
            Unreachable: of the rate limit, or Heroku is down.
        """
        self.progress.expect(1)
        self.progress.began(doing)
        try:
            found = await self.ask(topic.group, question, side=side)
        except Trouble as trouble:
            self.bear(trouble, side=side)
            if not (may_lack and isinstance(trouble, Gone)):
                self.findings.append(hole(topic, mark, name, trouble, app_id))
            self.progress.ended(doing)
            return otherwise
        self.progress.ended(doing)
        return found


def worst(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of several errors at once the one that matters most: sign in, then the network."""
    flat: list[BaseException] = []
    for error in group.exceptions:
        flat.append(worst(error) if isinstance(error, BaseExceptionGroup) else error)
    for kind in (SignInNeeded, Unreachable):
        for error in flat:
            if isinstance(error, kind):
                return error
    return flat[0]
