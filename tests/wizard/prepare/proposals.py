"""Proposals for apps that are described in a line, at a target of no vendor."""

from tests.wizard.prepare.described_apps import stages
from wizard.document.checkout import Checkout
from wizard.model.mapping import AppChoice, JobChoice, Mapping, ProcessChoice
from wizard.model.system import App, ConfigVar, Origin, Process
from wizard.ports import Capabilities, ImageRules, Prices, Profile, ReleaseHook
from wizard.prepare.changes import propose_changes
from wizard.prepare.file_change import Proposal

TARGET = Profile(
    name="elsewhere",
    title="Elsewhere",
    capabilities=Capabilities(
        works=True,
        release_hook=ReleaseHook(file=".elsewhere.yml", key="first"),
        needs_dockerfile=True,
        images=ImageRules(
            folder="/.elsewhere", build_env_file=".elsewhere.env", health_host="checks", udp=False
        ),
    ),
    prices=Prices(source="none", date="2026-11-01"),
)


def app(
    *buildpacks: str, commands: dict[str, str] | None = None, config: tuple[str, ...] = (), **more: object
) -> App:
    told = {"web": "run web"} if commands is None else commands
    processes = tuple(
        Process(type=name, command=line, quantity=1, size="Standard-1X", memory_mb=512)
        for name, line in told.items()
    )
    variables = tuple(ConfigVar(name=name, origin=Origin(kind="person")) for name in config)
    given = {"stack": "heroku-24", **more}
    return App(id="a", name="shop", region="eu", web_url="", buildpacks=buildpacks, processes=processes,
               config=variables, **given)  # fmt: skip


def propose(one: App, code: Checkout, **choice: object) -> Proposal:
    types = {process.type for process in one.processes} | set(code.procfile.commands if code.procfile else ())
    actions = {"release": "release-hook"}
    mapping = Mapping(
        port=3000,
        apps=(AppChoice(app_id="a", **choice),),
        processes=tuple(
            ProcessChoice(app_id="a", type=type_, service=type_, action=actions.get(type_, "service"))
            for type_ in sorted(types - {"cron"})
        ),
        jobs=tuple(JobChoice(app_id="a", job_id=job.id) for job in one.jobs or ()),
    )  # fmt: skip
    return propose_changes(one, mapping, TARGET, code)


def files(found: Proposal) -> dict[str, str]:
    return {change.path: change.new or "" for change in found.changes}


def codes(found: Proposal) -> set[str]:
    return {problem.code for problem in found.problems}


def base(found: Proposal) -> str:
    return stages(files(found)["Dockerfile"])[-1][0][1]
