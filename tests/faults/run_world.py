"""A sandbox, a session that stands before its run, and the means to look at both and to hurt the run."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import msgspec
import psycopg

from providers.sandbox.client import SandboxClient, start_or_find
from screens import example
from screens.headless.demo import plan_example
from wizard.choose.offer import profile_of
from wizard.credentials import Vault
from wizard.database.tunnel import Tunnel
from wizard.document.answers import apply_answers
from wizard.model.mapping import Mapping
from wizard.model.ticket import Ticket
from wizard.plan.plan import make_plan
from wizard.registry import open_source, open_target
from wizard.run.control import ask
from wizard.run.journal import Journal
from wizard.run.launch import running, start_worker
from wizard.run.view import RunView, view
from wizard.session.lock import Lock
from wizard.session.parts import ANSWERS, MAPPING, PLAN, PREPARED, SYSTEM, Answers
from wizard.session.store import Session, create

T = TypeVar("T")

ENDS = ("done", "stopped", "taken-back", "failed")
APPS = ("migrate-backend", "migrate-emailer", "migrate-frontend")


def now(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` from a test that is no coroutine."""
    return asyncio.run(work)


def domains_by_hand(mapping: Mapping) -> Mapping:
    """Nobody sets DNS records in these worlds, so no run may wait for them."""
    domains = tuple(msgspec.structs.replace(choice, action="by-hand") for choice in mapping.domains)
    return msgspec.structs.replace(mapping, domains=domains)


class RunWorld:
    """The example system on a sandbox of its own, and a session whose plan may run."""

    def __init__(
        self,
        sandbox: SandboxClient,
        folder: Path,
        decide: Callable[[Mapping], Mapping] = lambda proposed: proposed,
    ) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.vault = Vault(None)
        self.session: Session = create("acme-shop", demo=True, hosts=sandbox.hosts)
        self.help = example.help_of(sandbox)
        self.target = self.help.target
        self.session.claim()
        assert now(plan_example(self.session, self.vault, self.help, lambda it: decide(domains_by_hand(it))))
        self.before = self.heroku()

    def plan_again(self, mapping: Mapping) -> None:
        """Save other choices, and their plan for the system that the session has now."""
        session = self.session
        system, prepared = session.load(SYSTEM), session.load(PREPARED)
        assert system is not None and prepared is not None
        known = apply_answers(system, session.load(ANSWERS) or Answers())
        profile = profile_of(session, self.target)
        plan = make_plan(session.name, known, mapping, prepared, source_title="Heroku", profile=profile)
        session.save(MAPPING, mapping)
        session.save(PLAN, plan)

    # -- the run --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the worker, or go on with the run."""
        start_worker(self.session, self.vault)

    @property
    def seen(self) -> RunView:
        found = view(self.session)
        assert found is not None
        return found

    @property
    def worker_pid(self) -> int:
        holder = Lock(self.session.worker_lock_file).holder()
        assert holder is not None, "no worker runs"
        return holder.pid

    def wait(self, until: Callable[[RunView], bool], seconds: float = 150) -> RunView:
        """Look until `until` holds; the failure tells where the run stands."""
        end = time.monotonic() + seconds
        while True:
            seen = view(self.session)
            if seen is not None and until(seen):
                return seen
            if time.monotonic() > end:
                raise AssertionError(f"did not come within {seconds} s; {self.story(seen)}")
            time.sleep(0.02)

    def story(self, seen: RunView | None) -> str:
        """Where the run stands, for a message."""
        if seen is None:
            return "no run"
        log = self.session.folder / "worker.log"
        said = log.read_text()[-2000:] if log.exists() else ""
        events = [event.text for event in Journal(self.session).events()][-12:]
        return f"{seen.run} worker {seen.worker} trouble {seen.trouble} events {events} log {said}"

    def wait_for_gate(self, key: str, seconds: float = 150) -> RunView:
        """Wait until the gate `key` is open."""
        seen = self.wait(
            lambda seen: (seen.gate is not None and seen.gate.key == key) or seen.run.state in ENDS, seconds
        )
        assert seen.gate is not None and seen.gate.key == key, self.story(seen)
        return seen

    def wait_for_step(self, key: str, *states: str, seconds: float = 150) -> RunView:
        """Wait until the step `key` is in one of `states`."""
        return self.wait(lambda seen: state_of(seen, key) in states, seconds)

    def wait_for_end(self, seconds: float = 150) -> RunView:
        """Wait until the run has ended or failed, and its worker is gone if it ended."""
        return self.wait(
            lambda seen: seen.run.state in ENDS and (seen.run.state == "failed" or seen.worker == "none"),
            seconds,
        )

    def say(self, do: str, **more: Any) -> dict[str, Any]:
        """Ask something of the worker."""
        return ask(self.session, {"do": do, "who": "a test", **more})

    def pass_gate(self, key: str, seconds: float = 60) -> None:
        """Wait for the gate, and type its word."""
        self.wait_for_gate(key, seconds)
        answer = self.say("answer", gate=key, word=self.session.name)
        assert answer == {"ok": True}, answer
        self.wait_for_step(key, "done")

    def to_cut_over(self) -> None:
        """Start, and stand in the cut-over: its gate is passed."""
        self.start()
        self.pass_gate("gate:cut-over")

    def finish(self) -> RunView:
        """Pass whatever gates come, to the end."""
        for key in ("gate:cut-over", "gate:finish"):
            if state_of(self.seen, key) != "done":
                self.pass_gate(key)
        return self.wait_for_end()

    def kill_worker(self) -> None:
        """As a machine that loses power would: no word, and its lock free."""
        pid = self.worker_pid
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 10
        while running(self.session):
            assert time.monotonic() < end
            time.sleep(0.01)

    # -- what stands on both sides ------------------------------------------------------------------------

    @property
    def facts(self) -> dict[str, Any]:
        return now(self.sandbox.facts())

    def heroku(self) -> dict[str, Any]:
        """Of each app: maintenance, formation, jobs."""
        apps = self.facts["heroku"]["apps"]
        return {
            name: {key: app[key] for key in ("maintenance", "quantities", "jobs", "running")}
            for name, app in apps.items()
        }

    def assert_heroku_as_before(self) -> None:
        """Formation, jobs and maintenance as they were, the dynos started again, the pages there."""
        end = time.monotonic() + 20
        while self.heroku() != self.before and time.monotonic() < end:
            time.sleep(0.1)
        assert self.heroku() == self.before
        for app in ("migrate-backend", "migrate-frontend"):
            url = self.facts["heroku"]["apps"][app]["web_url"]
            assert _status(url) == 200

    def assert_target_stopped(self) -> None:
        """No service of the target runs."""
        for name, app in self.facts["aptible"]["apps"].items():
            for service, one in app["services"].items():
                assert one["count"] == 0 and not one["running"], (name, service, one)

    def assert_made_once(self, *, before_the_cut_over: bool = False, endpoints_again: bool = False) -> None:
        """Whatever broke, each thing exists once and was asked for once. `endpoints_again`: but for the
        operation that has an endpoint lead to its port, which an attempt that goes on begins anew."""
        facts = self.facts["aptible"]
        assert facts["accounts"] == ["migrate"]
        assert sorted(facts["apps"]) == list(APPS)
        assert list(facts["databases"]) == ["migrate-backend-db"]
        made = [
            (item["type"], *item["resource"]) for item in facts["operations"] if item["status"] == "succeeded"
        ]
        provisioned = [
            item for item in made if item[0] == "provision" and not (endpoints_again and item[1] == "vhosts")
        ]
        assert len(provisioned) == len(set(provisioned)), provisioned
        posts = {path: count for path, count in facts["posts"].items() if "/operations" not in path}
        for path, count in posts.items():
            wanted = {
                "/apps": len(APPS),
                "/vhosts": 0 if before_the_cut_over else 2,
                "/databases": 1,
                "/accounts": 1,
            }
            for end, most in wanted.items():
                assert not path.endswith(end) or count == most, (path, count)

    def assert_moved(self) -> None:
        """Every table agrees, asked of both servers; the apps answer; Heroku stands still."""
        assert self.tables("source") == self.tables("target")
        for app in self.heroku().values():
            assert app["maintenance"] and not app["running"] and not app["jobs"]
            assert not any(app["quantities"].values())
        urls = [
            str(step.record.evidence.facts["url"])
            for step in self.seen.steps
            if step.step.kind == "endpoint" and step.record.evidence
        ]
        assert len(urls) == 2
        assert [_status(url) for url in urls] == [200, 200]

    def tables(self, side: str) -> dict[str, tuple[int, str]]:
        """Rows and an MD5 of all rows in order of every table, made here and not by the engine. The tables
        that the moved apps write to by themselves are counted up to the last row of the source."""
        with self._connect(side) as connection:
            connection.execute("SET timezone = 'UTC'")
            names = connection.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN"
                " ('pg_catalog', 'information_schema', '_heroku', '_offramp') ORDER BY 1"
            ).fetchall()
            found = {}
            for (name,) in names:
                if name in ("public.heartbeats", "public.emails_sent"):
                    continue
                row = connection.execute(
                    f"SELECT count(*), md5(coalesce(string_agg(h, '' ORDER BY h), ''))"
                    f" FROM (SELECT md5(t::text) AS h FROM {name} t) s".encode()
                ).fetchone()
                assert row is not None
                found[name] = row
            return found

    def rows_of_source_missing(self, table: str, key: str) -> list[Any]:
        """Keys of rows that the source has and the target lacks, of a table that goes on growing there."""
        query = f"SELECT {key}, t::text FROM {table} t".encode()
        sides = []
        for side in ("source", "target"):
            with self._connect(side) as connection:
                connection.execute("SET timezone = 'UTC'")
                sides.append(set(connection.execute(query).fetchall()))
        return sorted(sides[0] - sides[1])

    @contextlib.contextmanager
    def _connect(self, side: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        mapping = self.session.load(MAPPING)
        assert mapping is not None
        database = mapping.moved_databases()[0]
        if side == "source":

            async def url() -> str:
                source = open_source(self.session, self.vault)
                try:
                    return (await source.database_url(database.add_on_id)).reveal()
                finally:
                    await source.close()

            with psycopg.connect(now(url()), autocommit=True) as connection:
                yield connection
            return

        async def ticket() -> Ticket:
            target = open_target(self.session, self.vault, self.target)
            try:
                environment = next(e for e in await target.environments() if e.handle == mapping.environment)
                known = await target.find_database(environment, database.handle)
                assert known is not None
                return await target.ticket(known)
            finally:
                await target.close()

        with tempfile.TemporaryDirectory(prefix="or-look-", dir="/tmp") as folder:
            tunnel = Tunnel(lambda: now(ticket()), Path(folder), lambda health: None)
            try:
                tunnel.start(30)
                with psycopg.connect(tunnel.url().reveal(), autocommit=True) as connection:
                    yield connection
            finally:
                tunnel.close()

    # -- the end ------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End what runs."""
        if running(self.session):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.worker_pid, signal.SIGKILL)
        self.session.close()
        now(self.sandbox.stop())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def make_world(
    parent: Path,
    *,
    size: str = "tiny",
    canary: str = "",
    name: str = "box",
    stores: tuple[str, ...] = (),
    before: Callable[[SandboxClient], None] = lambda sandbox: None,
    decide: Callable[[Mapping], Mapping] = lambda proposed: proposed,
) -> RunWorld:
    """A new sandbox below `parent`, whose databases are kept for the next, and a planned session. `stores`
    are attachments of Redis servers that the backend has besides; `before` comes before Heroku is read;
    `decide` changes what is proposed for the map."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    sandbox = now(start_or_find(folder, size=size, pace=0.05, canary=canary, stores=stores))
    try:
        before(sandbox)
        return RunWorld(sandbox, folder, decide)
    except BaseException:
        now(sandbox.stop())
        raise


def state_of(seen: RunView, key: str) -> str:
    """The state of a step."""
    return next(step.record.state for step in seen.steps if step.step.key == key)


def attempts_of(seen: RunView, key: str) -> int:
    """How often a step was begun."""
    return next(step.record.attempts for step in seen.steps if step.step.key == key)


def _status(url: str) -> int:
    end = time.monotonic() + 15
    while True:
        with contextlib.suppress(httpx.HTTPError):
            status = httpx.get(url, timeout=5, trust_env=False).status_code
            if status == 200 or time.monotonic() > end:
                return status
        assert time.monotonic() < end, f"{url} does not answer"
        time.sleep(0.1)


def processes() -> dict[int, tuple[int, list[str]]]:
    """Parent and arguments of every process, by id."""
    found = {}
    if sys.platform == "linux":
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                found[int(entry.name)] = (parent, words)
        return found
    listing = subprocess.run(["ps", "-axwwo", "pid,ppid,args"], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines()[1:]:
        pid, parent_id, *arguments = line.split()
        found[int(pid)] = (int(parent_id), arguments)
    return found


def below(pid: int) -> dict[int, list[str]]:
    """Arguments of all processes below `pid`, by id."""
    everything = processes()
    found: dict[int, list[str]] = {}
    parents = {pid}
    while parents:
        parents = {child for child, (parent, _) in everything.items() if parent in parents} - set(found)
        found |= {child: everything[child][1] for child in parents}
    return found
