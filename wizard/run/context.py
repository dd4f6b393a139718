"""What a step works with: the session's decisions, both vendors, tunnels, and the way to tell."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from wizard.credentials import Vault
from wizard.database.control import Control, Stopped
from wizard.database.move import Move
from wizard.database.preparation import Ahead
from wizard.database.progress import CopyProgress, TunnelHealth
from wizard.database.tunnel import Tunnel
from wizard.document.answers import apply_answers
from wizard.mapping.names import capsule_names
from wizard.mapping.spaces import space_of_database, space_of_handle
from wizard.model.mapping import Mapping
from wizard.model.noun import Noun
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret
from wizard.model.system import App, System
from wizard.model.ticket import Ticket
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.plan.answer import answer_of
from wizard.ports import CapsuleTarget, Environment, Profile, Source, Target, TargetApp, TargetDatabase
from wizard.registry import open_source, open_target, target_provider
from wizard.run.creations import JournalCreations
from wizard.run.dns_lookup import Names
from wizard.run.journal import Journal
from wizard.run.stores import far_end
from wizard.run.tunnel_tale import TunnelTale
from wizard.session.own_tunnels import by_own_tunnel
from wizard.session.parts import ANSWERS, MAPPING, SYSTEM, TARGET, Answers
from wizard.session.places import private_folder, run_folder
from wizard.session.store import Part, Session

T = TypeVar("T")

VENDOR_LIMIT = 90.0
"""Seconds that a thread waits for one answer of a vendor's API."""

TOKEN_PAUSE = 0.5
"""Seconds between two looks whether a token has been handed over."""


class Context:
    """One run's surroundings. Lives in the worker, on its event loop."""

    def __init__(self, session: Session, journal: Journal, plan: Plan, vault: Vault) -> None:
        self.session = session
        self.journal = journal
        self.creations = JournalCreations(journal)
        self.plan = plan
        self.vault = vault
        self.system: System = apply_answers(self._part(SYSTEM), session.load(ANSWERS) or Answers())
        self.mapping: Mapping = self._part(MAPPING)
        self.target_name = self._part(TARGET).provider
        self._source: Source | None = None
        self._target: Target | None = None
        self._outgoing: list[Source | Target] = []
        self._tunnels: dict[str, Tunnel] = {}
        self.control = Control()
        self.loop = asyncio.get_running_loop()
        self.folder = run_folder() / session.id[-24:]
        self.renew_folders()
        self._pending: dict[str, list[str]] = {}
        self._ahead: dict[str, Ahead] = {}
        self.look_again = asyncio.Event()
        """Set when a person asks for the next look at DNS now."""
        self.accepted: set[str] = set()
        """Keys of steps that watch DNS, where a person said that it stays as it is."""

    def _part(self, part: Part[T]) -> T:
        value = self.session.load(part)
        if value is None:
            raise Trouble(
                f"The session has no {part.name} yet.",
                remedy="Open it with `offramp` and go through the stages before the run.",
                code="not-ready",
            )
        return value

    # -- vendors ------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        """The source; raises SignInNeeded when its token is not at hand."""
        if self._source is None:
            self._source = open_source(self.session, self.vault)
        return self._source

    @property
    def target(self) -> Target:
        """The target; raises SignInNeeded when its token is not at hand."""
        if self._target is None:
            self._target = open_target(self.session, self.vault, self.target_name)
            if isinstance(self._target, CapsuleTarget):
                self._target.note_creations(self.creations)
        return self._target

    async def forget_vendors(self) -> None:
        """Open both anew at the next use: a token has changed."""
        for vendor in (self._source, self._target):
            if vendor is not None:
                await vendor.close()
        self._source = self._target = None

    def renew_vendors(self) -> None:
        """Open both anew at the next use, with a token that has just come. What is under way with the old one
        goes on to its end."""
        self._outgoing += [vendor for vendor in (self._source, self._target) if vendor is not None]
        self._source = self._target = None

    def profile(self) -> Profile:
        """What is known of the target without asking it."""
        return target_provider(self.target_name).profile()

    async def environment(self, name: str = "") -> Environment:
        """The target's environment of this move, or the further one of that name (see `wizard.plan.spaces`);
        raises Trouble when it is not there."""
        name = name or self.mapping.environment
        there = await self.target.environments()
        for environment in there:
            if environment.handle == name:
                return environment
        # A target may tell one of a name that another one has got, too, by another handle.
        further = f":{name}" if name != self.mapping.environment else ""
        record = self.journal.steps().get(f"environment{further}")
        known = record.evidence.facts.get("id") if record and record.evidence else None
        for environment in there:
            if known is not None and environment.id == known:
                return environment
        raise Trouble(
            f"The environment {name} is not there.",
            remedy="Create it, or choose another on the map, then press r.",
            code="environment-missing",
        )

    async def database(self, handle: str) -> TargetDatabase:
        """The target's database of that handle; raises Trouble when it is not there."""
        environment = await self.environment(space_of_database(self.mapping, handle))
        database = await self.target.find_database(environment, handle)
        if database is None:
            raise Trouble(
                f"The database {handle} is not there.",
                remedy="Press r: Offramp looks again, and creates it when it is gone.",
                code="database-missing",
            )
        return database

    def capsules(self, handle: str) -> dict[str, str]:
        """The names of an app's capsules by service; empty where the target has none."""
        if self.profile().capabilities.layout != "capsules":
            return {}
        return capsule_names(self.mapping, handle)

    async def find_app(self, handle: str) -> TargetApp | None:
        """The target's app of that handle, None when it is not there."""
        environment = await self.environment(space_of_handle(self.mapping, handle))
        return await self.target.find_app(environment, handle, capsules=self.capsules(handle))

    async def app(self, handle: str) -> TargetApp:
        """The target's app of that handle; raises Trouble when it is not there."""
        app = await self.find_app(handle)
        if app is None:
            raise Trouble(
                f"The app {handle} is not there.",
                remedy="Press r: Offramp looks again, and creates it when it is gone.",
                code="app-missing",
            )
        # Where each process is a capsule, a part of them is not the app: the rest would be overlooked.
        gone = [name for part, name in self.capsules(handle).items() if part not in app.parts]
        if gone:
            raise Trouble(
                f"{', '.join(gone)} of the app {handle} {'is' if len(gone) == 1 else 'are'} not there.",
                remedy="Press s to stop, then r: Offramp looks at everything anew, and makes what is gone.",
                code="app-missing",
            )
        return app

    def source_app(self, step: Step) -> App:
        """The app of the inventory that a step is about."""
        return self.system.app(str(step.args["app"]))

    def renew_folders(self) -> None:
        """Make the run's folders if they are not there: the end of a login may remove all below
        XDG_RUNTIME_DIR, and the worker outlives it."""
        private_folder(self.folder)
        for handle in self._tunnels:
            private_folder(self.folder / handle)

    # -- databases ----------------------------------------------------------------------------------

    def _wait_for(self, work: Coroutine[Any, Any, T], vendor: str) -> T:
        """Called in a thread: run `work` on the loop and wait for it."""
        return answer_of(work, self.loop, vendor=vendor, seconds=VENDOR_LIMIT)

    def ask_source(self, work: Coroutine[Any, Any, T]) -> T:
        """Called in a thread: what the source's API answers."""
        return self._wait_for(work, self.plan.source)

    def tunnel(self, handle: str) -> Tunnel:
        """The tunnel to a database of the target, opened at its first use and kept for the whole run."""
        if handle not in self._tunnels:

            def ticket() -> Ticket:
                return self._wait_for(self._ticket(handle), self.plan.target)

            tale = TunnelTale(handle, self._tell_of_tunnel)

            def health(now: TunnelHealth) -> None:
                self.show(f"tunnel:{handle}", now)
                tale.heard(now)

            folder = private_folder(self.folder / handle)
            self._tunnels[handle] = Tunnel(ticket, folder, health, end=far_end(self.mapping, handle, folder))
        return self._tunnels[handle]

    def opened_tunnels(self) -> list[Tunnel]:
        """Those that were asked for so far."""
        return list(self._tunnels.values())

    def _tell_of_tunnel(self, sentence: str) -> None:
        # On a full disk the tunnel goes on; the work's own next entry tells of it.
        with contextlib.suppress(Trouble):
            self.journal.event("tunnel", sentence)

    async def _ticket(self, handle: str) -> Ticket:
        return by_own_tunnel(self.session, handle, await self.target.ticket(await self.database(handle)))

    def move(self, step: Step) -> Move:
        """The engine for the database that a step is about; it resumes from the target's own marker."""
        add_on = str(step.args["add_on"])
        handle = str(step.args["handle"])

        def source_url() -> Secret:
            return self._wait_for(self.source.database_url(add_on), self.plan.source)

        def report(progress: CopyProgress) -> None:
            self.show(f"copy:{handle}", progress)

        def event(text: str) -> None:
            self.journal.event("copy", text, step=step.key)

        return Move(
            name=handle,
            session=self.session.id,
            source=source_url,
            target=self.tunnel(handle).url,
            work=private_folder(self.folder / handle),
            report=report,
            event=event,
            control=self.control,
            ahead=self._ahead.get(handle),
            lanes=self.tunnel(handle).lanes,
        )

    async def describe_ahead(self) -> None:
        """Have the schemas of all databases that are to be copied described, while the target's are still
        being made: pg_dump asks a far server some hundred times."""
        for step in self.plan.steps:
            record = self.journal.steps().get(step.key)
            if step.kind != "copy" or (record is not None and record.state == "done"):
                continue
            handle = str(step.args["handle"])
            if not await self._signed_in_before(step.key):
                continue
            try:
                self._ahead[handle] = await asyncio.to_thread(self.move(step).read_ahead)
            except (Trouble, Stopped) as why:
                words = why.cause if isinstance(why, Trouble) else "stopped"
                self.journal.event(
                    "copy", f"The schema is described when the copy begins, not ahead: {words}", step=step.key
                )

    async def _signed_in_before(self, key: str) -> bool:
        """Wait for the source's token, which reaches a worker after it has begun; False when the step `key`
        has begun before it came."""
        while True:
            try:
                return self.source is not None
            except SignInNeeded:
                if (record := self.journal.steps().get(key)) is not None and record.state != "pending":
                    return False
            await asyncio.sleep(TOKEN_PAUSE)

    def names(self) -> Names:
        """DNS as it is now: the servers of each zone, or the one that the session names for its target."""
        return Names(self.session.info.hosts.get(self._part(TARGET).provider, {}).get("dns", ""))

    def accept(self, key: str) -> None:
        """Let the step that watches DNS go on with what is there."""
        self.accepted.add(key)
        self.look_again.set()

    def hurry(self) -> None:
        """Try again now whatever waits before its next try: a copy's workers, tunnels, a look at DNS."""
        self.look_again.set()
        self.hurry_tunnels()

    def hurry_tunnels(self) -> None:
        """The same for what goes by tunnels only."""
        self.control.retry()
        for tunnel in self._tunnels.values():
            tunnel.retry()

    # -- telling --------------------------------------------------------------------------------------

    def show(self, gauge: str, value: Noun) -> None:
        """Have the monitor see `value`."""
        # On a full disk the picture stands still; the work goes on, and its own next entry tells of it.
        with contextlib.suppress(Trouble):
            self.journal.gauge(gauge, value)

    def log(self, step: Step) -> Callable[[str], None]:
        """Takes lines of a vendor's log; they are written in batches by `flush_logs`."""
        lines = self._pending.setdefault(step.key, [])
        return lines.append

    def flush_logs(self) -> None:
        """Write the log lines that have come in since the last time."""
        for step, lines in self._pending.items():
            if lines:
                batch = lines[:]
                self.journal.log(step, batch)
                del lines[: len(batch)]

    async def close(self) -> None:
        """End tunnels and connections; leave nothing in the run folder."""
        for tunnel in self._tunnels.values():
            await asyncio.to_thread(tunnel.close)
        self._tunnels.clear()
        await self.forget_vendors()
        for vendor in self._outgoing:
            await vendor.close()
        try:
            self.flush_logs()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
