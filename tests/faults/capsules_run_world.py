"""The world of a run to Code Capsules: the guide's system, and a person who does what only a person can."""

import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from providers.sandbox.client import SandboxClient, start_or_find
from providers.sandbox.control import ask as ask_sandbox
from providers.sandbox.server import ADDRESS
from screens import example
from tests.faults.run_world import APPS, RunWorld, now, state_of
from tests.faults.wider_world import code_of
from wizard.model.mapping import Mapping
from wizard.ports import CapsuleTarget
from wizard.registry import credential, open_target
from wizard.run.control import hand_over
from wizard.run.guide import Guide
from wizard.run.journal import Journal
from wizard.run.view import RunView

TARGET = "code-capsules"
BACKEND, EMAILER, FRONTEND = "migrate-backend", "migrate-emailer", "migrate-frontend"
DATABASE = "migrate-backend-db"
FOLDERS = {BACKEND: "backend", EMAILER: "emailer", FRONTEND: "frontend"}
LINK = f"repository:{ADDRESS}"
PUSH = f"branch:{BACKEND}"
COPY = f"copy:{DATABASE}"


class CapsulesWorld(RunWorld):
    """Attributes:
    at_hand: whether the person does what a run asks for, at once, while the test waits for something.
    leaves: a step that they leave alone all the same.
    asked: steps at which they were asked, in order.
    """

    def __init__(
        self,
        sandbox: SandboxClient,
        folder: Path,
        decide: Callable[[Mapping], Mapping] = lambda proposed: proposed,
    ) -> None:
        super().__init__(sandbox, folder, decide)
        self.at_hand = True
        self.leaves = ""
        self.asked: list[str] = []

    # -- the person ---------------------------------------------------------------------------------------

    def wait(self, until: Callable[[RunView], bool], seconds: float = 150) -> RunView:
        def looked(seen: RunView) -> bool:
            if self.at_hand and seen.guide is not None and seen.worker == "alive":
                self._help(seen, seen.guide)
            return until(seen)

        return super().wait(looked, seconds)

    def wait_for_guide(self, key: str, seconds: float = 90) -> Guide:
        """Wait until the person is asked for the step `key`; it is not done then."""
        seen = self.wait(lambda seen: seen.guide is not None and seen.guide.step == key, seconds)
        assert seen.guide is not None
        return seen.guide

    def _help(self, seen: RunView, guide: Guide) -> None:
        if guide.step in self.asked or guide.step == self.leaves:
            return
        self.asked.append(guide.step)
        self.does(guide)

    def does(self, guide: Guide) -> None:
        """The person does what the guide of a step asks for, and says so where a word is wanted."""
        kind, _, name = guide.step.partition(":")
        if kind == "repository":
            self.dashboard("link", url=name, team="acme")
        elif kind == "branch":
            self.push()
        elif kind == "settings":
            self.dashboard("set-folder", capsule=name, folder=FOLDERS[name])
        elif kind == "backups":
            self.dashboard("enable-backups", capsule=DATABASE)
        elif "sign in" in guide.waits:
            self.sign_in_to_the_program()
        else:
            raise AssertionError(f"nobody knows what to do at {guide}")
        if guide.by_word and kind in ("settings", "backups"):
            assert self.say("accept", step=guide.step)["ok"]

    def dashboard(self, what: str, **words: Any) -> Any:
        """See `providers.sandbox.code_capsules.dashboard.Dashboard.do`."""
        return now(ask_sandbox(self.sandbox._socket, {"do": "capsules", "what": what, **words}))

    def push(self) -> None:
        """Push the prepared branch."""
        code = code_of(self, BACKEND)
        words = [
            "git",
            "-C",
            code.checkout,
            "push",
            "--quiet",
            "origin",
            f"{code.commit}:refs/heads/{code.branch}",
        ]
        subprocess.run(words, check=True, capture_output=True, timeout=60)

    def sign_in_to_the_program(self) -> None:
        """Type the password where the vendor's program asks for it."""
        words = self.sandbox.credentials[TARGET]
        program = [*shlex.split(self.sandbox.hosts[TARGET]["cli"]), "login", "-e", words["email"]]
        subprocess.run(
            program,
            input=words["password"] + "\n",
            text=True,
            capture_output=True,
            start_new_session=True,
            timeout=60,
            check=True,
        )

    def days_later(self) -> None:
        """Another process goes on, with a vault that was signed in anew."""
        self.vault = now(example.vault_of(self.sandbox, self.session))
        self.start()

    def fault(self, kind: str, **rule: Any) -> int:
        """Something goes wrong at Code Capsules; see `providers.sandbox.code_capsules.named_faults`."""
        return now(self.sandbox.fault(TARGET, kind, **rule))

    def used(self, number: int) -> int:
        """How often a fault was met."""
        return next(int(rule["used"]) for rule in now(self.sandbox.faults())[TARGET] if rule["id"] == number)

    def sandbox_goes_well(self, number: int | None = None) -> None:
        """No fault any more, or not this one."""
        if number is None:
            now(self.sandbox.clear_faults(TARGET))
        else:
            now(ask_sandbox(self.sandbox._socket, {"do": "clear-faults", "vendor": TARGET, "id": number}))

    def signs_in_again(self) -> None:
        """Sign in, and hand it to the worker that waits for it."""
        self.vault = now(example.vault_of(self.sandbox, self.session))
        ref = credential(self.session, TARGET)
        secret = self.vault.get(ref) if ref is not None else None
        assert ref is not None and secret is not None
        hand_over(self.session, ref, secret)

    def events(self) -> str:
        """All that was told of the run."""
        return "\n".join(event.text for event in Journal(self.session).events(limit=5000))

    # -- what stands there --------------------------------------------------------------------------------

    @property
    def there(self) -> dict[str, Any]:
        """What stands at Code Capsules."""
        found: dict[str, Any] = self.facts[TARGET]
        return found

    def capsule(self, name: str) -> dict[str, Any]:
        """The one capsule of that name."""
        (found,) = [one for one in self.there["capsules"] if one["name"] == name]
        return dict(found)

    def page(self, name: str, path: str = "", **words: Any) -> httpx.Response:
        """What a capsule answers on its own address."""
        url = self.capsule(name)["url"] + path
        if words:
            return httpx.post(url, json=words, timeout=10, trust_env=False)
        return httpx.get(url, timeout=10, trust_env=False)

    def lines(self, name: str) -> list[str]:
        """What a capsule has written, oldest first."""

        async def ask() -> list[str]:
            target = open_target(self.session, self.vault, TARGET)
            assert isinstance(target, CapsuleTarget)
            try:
                (space,) = await target.environments()
                found = await target.find_capsule(space, name)
                assert found is not None
                return await target.run_log(found, 200)
            finally:
                await target.close()

        return now(ask())

    def users(self) -> list[str]:
        """Names in the new database, read over the vendor's program."""
        with self._connect("target") as connection:
            rows = connection.execute('SELECT username FROM "user" ORDER BY 1').fetchall()
        return [str(name) for (name,) in rows]

    def assert_target_stopped(self) -> None:
        """No capsule of the system's own runs; the database does."""
        end = time.monotonic() + 10
        while time.monotonic() < end and any(self.capsule(name)["running"] for name in APPS):
            time.sleep(0.1)
        for name in APPS:
            one = self.capsule(name)
            assert one["replicas"] == 0 and not one["running"], one

    def assert_made_once(self, *, before_the_cut_over: bool = False) -> None:
        """Whatever broke, each thing exists once and was asked for once."""
        there = self.there
        assert len(there["spaces"]) == 1, there["spaces"]
        names = sorted(one["name"] for one in there["capsules"])
        assert names == sorted((*APPS, DATABASE)), names
        posts = there["posts"]
        assert posts["/spaces"] == 1, posts
        assert posts["/capsules/capsules"] == len(APPS), posts
        assert posts["/namespaces/*/capsules"] == 1, posts
        assert posts.get("/capsules/*/builds", 0) == (0 if before_the_cut_over else len(APPS) + 1), posts

    def assert_moved(self) -> None:
        """Every table agrees, asked of both servers; the apps answer; Heroku stands still."""
        source, target = self.tables("source"), self.tables("target")
        assert source == target
        assert 'public."user"' in source
        for app in self.heroku().values():
            assert app["maintenance"] and not app["running"] and not app["jobs"]
            assert not any(app["quantities"].values())
        for name in APPS:
            one = self.capsule(name)
            assert one["replicas"] == 1 and (name == FRONTEND or len(one["running"]) == 1), one
        assert [self.page(name).status_code for name in (BACKEND, FRONTEND)] == [200, 200]

    def done(self, key: str) -> bool:
        """Whether a step is done."""
        return state_of(self.seen, key) == "done"


def capsules_world(
    parent: Path,
    *,
    pace: float = 0.05,
    canary: str = "",
    before: Callable[[SandboxClient], None] = lambda sandbox: None,
    decide: Callable[[Mapping], Mapping] = lambda proposed: proposed,
) -> CapsulesWorld:
    """A new sandbox below `parent`, and a planned session; see `run_world.make_world`."""
    folder = Path(tempfile.mkdtemp(prefix="box-", dir=parent))
    sandbox = now(start_or_find(folder, size="tiny", pace=pace, canary=canary, target=TARGET))
    try:
        before(sandbox)
        return CapsulesWorld(sandbox, folder, decide)
    except BaseException:
        now(sandbox.stop())
        raise
