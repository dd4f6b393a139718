"""The steps that make apps serve on the target, against a target in memory."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from wizard.model.mapping import JobChoice, Mapping, ProcessChoice
from wizard.model.plan import Step
from wizard.model.trouble import Trouble
from wizard.ports import Endpoint, GitRemote, TargetApp, TargetService
from wizard.run.context import Context
from wizard.run.kinds.serve import BUSY, Deploy, EndpointKind

APP = TargetApp(id="7", handle="shop", environment_id="1", state="pending")


def endpoint(port: int | None, state: str = "provisioned") -> Endpoint:
    return Endpoint(id="3", service_id="9", url="https://a.example", state=state, port=port)


class FakeTarget:
    """Keeps what it was asked."""

    def __init__(self) -> None:
        self.deploys: list[dict[str, Any]] = []
        self.endpoint: Endpoint | None = None
        self.at_work = ""
        self.scaled: list[tuple[str, int]] = []

    async def find_app(self, environment: object, handle: str) -> TargetApp:
        return APP

    async def under_way(self, app: TargetApp) -> str:
        return self.at_work

    async def scale(
        self,
        service: TargetService,
        count: int,
        memory_mb: int,
        log: Callable[[str], None],
        *,
        profile: str = "",
    ) -> TargetService:
        self.scaled.append((service.type, count))
        return service

    async def git_remote(self, app: TargetApp, folder: str, ref: str) -> tuple[GitRemote, dict[str, Any]]:
        return GitRemote(url="nowhere", branch=f"deploy-{ref[:12]}", environment={}), {}

    async def deploy(self, app: TargetApp, ref: str, log: Callable[[str], None], **more: Any) -> TargetApp:
        self.deploys.append({"ref": ref, **more})
        return app

    async def services(self, app: TargetApp) -> list[TargetService]:
        return [TargetService(id="9", app_id=app.id, type="web", command="", count=1, memory_mb=512)]

    async def find_endpoint(self, service: TargetService) -> Endpoint | None:
        return self.endpoint

    async def create_endpoint(
        self, service: TargetService, port: int, log: Callable[[str], None]
    ) -> Endpoint:
        self.endpoint = endpoint(port)
        return self.endpoint


class FakeContext:
    """What the kinds need of a run's surroundings."""

    def __init__(self, mapping: Mapping, folder: Path) -> None:
        self.mapping = mapping
        self.folder = folder
        self.target = FakeTarget()
        self.lines: list[str] = []
        self.deployed: str | None = None
        self.states: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.journal = self

    def gauges(self) -> dict[str, str]:
        return self.notes

    def gauge(self, name: str, value: Any) -> None:
        self.notes[name] = str(value)

    def drop_gauge(self, name: str) -> None:
        self.notes.pop(name, None)

    def steps(self) -> dict[str, Any]:
        return {key: SimpleNamespace(state=state) for key, state in self.states.items()}

    async def environment(self, name: str = "") -> None:
        """There is but one."""

    async def app(self, handle: str) -> TargetApp:
        return msgspec.structs.replace(APP, git_ref=self.deployed)

    async def find_app(self, handle: str) -> TargetApp:
        return APP

    def log(self, step: Step) -> Callable[[str], None]:
        return self.lines.append


def step(kind: str, **args: Any) -> Step:
    return Step(
        key=f"{kind}:shop",
        kind=kind,
        title="x",
        phase="cut-over",
        args={"app": "a", "handle": "shop", **args},
    )


def process(type_: str, count: int, memory_mb: int, app_id: str = "a") -> ProcessChoice:
    return ProcessChoice(app_id=app_id, type=type_, service=type_, count=count, memory_mb=memory_mb)


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (Mapping(processes=(process("web", 2, 512), process("worker", 1, 4096))), (None, 4096)),
        (Mapping(processes=(process("web", 2, 512), process("worker", 0, 2048))), (0, 2048)),
        (Mapping(processes=(process("web", 1, 1024), process("other", 0, 7168, app_id="b"))), (None, 1024)),
        (Mapping(jobs=(JobChoice(app_id="a", job_id="1", action="cron"),)), (None, 512)),
        (Mapping(), (None, None)),
    ],
)
async def test_what_stands_still_does_not_start_with_the_deploy_and_nothing_starts_too_small(
    mapping: Mapping, told: tuple[int | None, int | None], tmp_path: Path
) -> None:
    context = FakeContext(mapping, tmp_path)
    await Deploy().do(cast(Context, context), step("deploy", commit="0123456789abcdef"))
    (deploy,) = context.target.deploys
    assert (deploy["count"], deploy["memory_mb"]) == told
    assert deploy["ref"] == "deploy-0123456789ab"
    assert deploy["folder"].stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "there",
    [None, endpoint(3000, "pending"), endpoint(8080), endpoint(None)],
    ids=["none", "pending", "other", "any"],
)
async def test_an_address_counts_when_it_leads_to_the_right_port(
    there: Endpoint | None, tmp_path: Path
) -> None:
    context = FakeContext(Mapping(), tmp_path)
    context.target.endpoint = there
    around, opened = cast(Context, context), step("endpoint", port=3000)
    assert await EndpointKind().probe(around, opened) is None
    await EndpointKind().do(around, opened)
    assert await EndpointKind().probe(around, opened) is None, "begun, and not proven yet"
    found = await EndpointKind().verify(around, opened)
    assert found.facts["url"] == "https://a.example"
    assert await EndpointKind().probe(around, opened) == found


async def test_an_older_deploy_of_the_same_commit_is_none(tmp_path: Path) -> None:
    context = FakeContext(Mapping(), tmp_path)
    context.deployed = "deploy-0123456789ab"
    around, deploy = cast(Context, context), step("deploy", commit="0123456789abcdef")
    # Before it was begun, and after it was taken back: the release command has not seen these rows.
    for state in ("pending", "undone"):
        context.states[deploy.key] = state
        assert await Deploy().probe(around, deploy) is None
    context.states[deploy.key] = "intent"
    assert await Deploy().probe(around, deploy) is not None, "begun, and found: a worker was killed meanwhile"


async def test_an_app_is_not_stopped_while_the_target_is_at_work_on_it(tmp_path: Path) -> None:
    context = FakeContext(Mapping(), tmp_path)
    around, deploy = cast(Context, context), step("deploy", commit="0123456789abcdef")
    context.target.at_work = "deploy"
    with pytest.raises(Trouble) as caught:
        await Deploy().undo(around, deploy)
    assert caught.value.code == BUSY and caught.value.retry
    assert context.target.scaled == []
    context.target.at_work = ""
    assert await Deploy().undo(around, deploy) == "shop is stopped on the target"
    assert context.target.scaled == [("web", 0)]
