"""Shows in the run how a person signs in to the vendor's program that a tunnel goes by, while that is due."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from wizard.database.proxy_sign_in import SignInWanted
from wizard.run.guide import GUIDE, Guide, guide_lines

if TYPE_CHECKING:
    from wizard.run.context import Context


class SignInGuide:
    """A guide at the step that wants the tunnel to a database, gone at the end of the block."""

    def __init__(self, context: "Context", handle: str) -> None:
        self._context = context
        self._handle = handle
        self._step = ""
        self._shown: SignInWanted | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.show(None)

    def show(self, wanted: SignInWanted | None) -> None:
        """Show what is wanted, with None nothing any more; the same as before changes nothing."""
        if wanted == self._shown:
            return
        if wanted is None:
            self._shown = None
            self._context.journal.drop_gauge(GUIDE)
            self._context.journal.set_run("running", current=self._step)
            return
        first, self._shown = self._shown is None, wanted
        self._step = self._at()
        lines = [text.replace("SESSION", self._context.session.id) for text in wanted.lines]
        guide = Guide(
            step=self._step,
            waits=wanted.waits,
            lines=guide_lines(*lines),
            seen=wanted.seen,
            offers=wanted.offers,
        )
        self._context.journal.gauge(GUIDE, guide)
        self._context.journal.set_run("running", waiting_for=f"you: {wanted.waits}", current=self._step)
        if first:
            self._context.journal.event(
                "person", f"The tunnel to {self._handle} waits for you: {wanted.waits}"
            )

    def _at(self) -> str:
        """The step that is at it: the first one about the database that is not done."""
        records = self._context.journal.steps()
        for step in self._context.plan.steps:
            record = records.get(step.key)
            if step.args.get("handle") == self._handle and (record is None or record.state != "done"):
                return step.key
        run = self._context.journal.run()
        return (run.current if run is not None else None) or ""
