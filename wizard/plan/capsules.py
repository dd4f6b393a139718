"""The steps of a plan that differ where each process is a capsule of its own, built from a linked repository.

Capsules are made before the cut-over, and stopped: what they need to exist (a linked repository, a pushed
branch) a person does, and at night in the cut-over is no time for that. They get their config, are built and
started once the data is proven.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from wizard.choose.price import CLOCK_MB
from wizard.mapping.names import capsule_names, clock_service
from wizard.model.mapping import AppChoice, Mapping, ProcessChoice
from wizard.model.plan import Step, Value
from wizard.model.system import App, System
from wizard.model.trouble import Trouble
from wizard.plan.capsule_backups import backups_by_hand
from wizard.plan.capsule_settings import settings
from wizard.plan.gates import CUT_OVER, FINISH
from wizard.ports import Profile
from wizard.prepare.capsules.commands import run_command
from wizard.session.parts import Prepared, PreparedApp, PreparedCapsule

UNTOUCHED = "nothing on Heroku was touched; delete it on the target if it is not wanted"


def with_capsules(
    steps: Sequence[Step],
    system: System,
    mapping: Mapping,
    prepared: Prepared,
    profile: Profile,
) -> tuple[Step, ...]:
    """The steps, with those of capsules in the place of those of apps. Others stay as they are."""
    if profile.capabilities.layout != "capsules":
        return tuple(steps)
    apps = [(system.app(choice.app_id), choice) for choice in mapping.moved_apps()]
    maker = _Maker(system, mapping, prepared, profile)
    instead: dict[str, Callable[[Step], Step]] = {
        "domain": maker.domain,
        "build": maker.built,
        "endpoint": maker.endpoint,
        "health": maker.after_build,
    }
    found: list[Step] = []
    for step in steps:
        if step.kind == "app":
            found += maker.instead_of_app(*_of(apps, step))
        elif step.kind == "certificate":
            continue
        elif step.kind == "traffic":
            found += maker.traffic(step)
        elif step.kind == "configure":
            found.append(maker.configure(*_of(apps, step), step))
        elif step.kind == "link":
            found.append(step)
            found += maker.built_again(*_of(apps, step))
        elif step.key == CUT_OVER:
            found.append(maker.told_of_second_builds(step))
        elif step.key == FINISH:
            backups = list(backups_by_hand(mapping, profile.dashboard))
            found += backups
            found.append(maker.finish(step, backups))
        else:
            found.append(instead.get(step.kind, _as_it_is)(step))
    return tuple(found)


def _as_it_is(step: Step) -> Step:
    return step


def _of(apps: list[tuple[App, AppChoice]], step: Step) -> tuple[App, AppChoice]:
    return next((app, choice) for app, choice in apps if choice.app_id == step.args["app"])


class _Maker:
    def __init__(self, system: System, mapping: Mapping, prepared: Prepared, profile: Profile) -> None:
        self.system = system
        self.mapping = mapping
        self.prepared = prepared
        self.profile = profile
        self.page = profile.dashboard
        self.linked: set[str] = set()
        self.pushed: set[tuple[str, str]] = set()
        self.frontends: set[str] = set()
        self.made: dict[str, list[str]] = {}
        """Keys of the steps that make and set an app's capsules, by its handle."""

    # -- before the cut-over ---------------------------------------------------------------------------

    def instead_of_app(self, app: App, choice: AppChoice) -> Iterable[Step]:
        """The repository, its branch, the capsules and their stores of files."""
        code = self._code(app)
        branch = code.branch or code.on
        if not choice.repository or not branch:
            what = "the repository" if not choice.repository else "the branch"
            raise Trouble(
                f"{self.profile.title} builds {app.name} from a repository, and {what} is not known.",
                untouched="No plan was made.",
                remedy="Name the repository on the map, and check out the branch that is deployed (prepare).",
                code="no-repository",
            )
        if choice.repository not in self.linked:
            self.linked.add(choice.repository)
            yield self._link(choice)
        if (choice.repository, branch) not in self.pushed:
            self.pushed.add((choice.repository, branch))
            yield self._push(choice, code, branch)
        names = capsule_names(self.mapping, choice.handle)
        for service, name in names.items():
            wish = self._wish(app, choice, service, name, branch)
            steps = (self._capsule(choice, wish), *settings(wish, self.page))
            self.made.setdefault(choice.handle, []).extend(step.key for step in steps)
            yield from steps
        for storage in self.mapping.storages:
            if storage.app_id == app.id and storage.action == "mount":
                yield Step(
                    key=f"storage:{storage.handle}",
                    kind="storage",
                    title=f"Create the store of files {storage.handle}, and mount it into {choice.handle}",
                    phase="prepare",
                    writes="target",
                    needs=tuple(f"capsule:{name}" for name in names.values()),
                    args={
                        "app": app.id,
                        "handle": choice.handle,
                        "name": storage.handle,
                        "disk_gb": storage.disk_gb,
                        # A page of files runs nothing that could write.
                        "services": tuple(one for one in names if names[one] not in self.frontends),
                    },
                    seconds=(5, 120),
                    way_back=UNTOUCHED,
                )

    def _link(self, choice: AppChoice) -> Step:
        return Step(
            key=f"repository:{choice.repository}",
            kind="link-repository",
            title=f"You link {choice.repository} to the team on {self.profile.title}",
            phase="prepare",
            by="person",
            needs=("environment",),
            args={"repository": choice.repository, "page": self.page, "team": self.mapping.team},
            seconds=(30, 600),
            way_back="you unlink it in the dashboard",
        )

    def _push(self, choice: AppChoice, code: PreparedApp, branch: str) -> Step:
        return Step(
            key=f"branch:{choice.handle}",
            kind="push-branch",
            title=f"You push the branch {branch} to {choice.repository}",
            phase="prepare",
            by="person",
            needs=(f"repository:{choice.repository}",),
            args={
                "repository": choice.repository,
                "checkout": code.checkout,
                "branch": branch,
                "commit": code.commit,
                **({} if code.branch else {"own": True}),
            },
            seconds=(10, 600),
            way_back="you delete the branch there; nothing that runs uses it"
            if code.branch
            else "the branch is your own",
        )

    def _wish(self, app: App, choice: AppChoice, service: str, name: str, branch: str) -> dict[str, Value]:
        process = self._process(app, service)
        told = self._told(app, service)
        kind = told.kind if told else (process.capsule if process else "") or "backend"
        if kind == "frontend":
            self.frontends.add(name)
        wish: dict[str, Value] = {
            "app": app.id,
            "handle": choice.handle,
            "service": service,
            "name": name,
            "kind": kind,
            "repository": choice.repository,
            "branch": branch,
            "port": told.port if told and kind == "docker" else self.mapping.port,
            "memory_mb": process.memory_mb if process else CLOCK_MB,
        }
        more: dict[str, Value] = {
            "folder": choice.folder,
            "run": run_command(app, self.mapping, service, self._code(app)),
            "build": told.build if told else process.build if process else "",
            "output": told.output if told else process.output if process else "",
            "dockerfile": told.dockerfile if told else "",
            "cpu_percent": process.cpu_percent if process else 0,
        }
        return {**wish, **{key: value for key, value in more.items() if value}}

    def _told(self, app: App, service: str) -> PreparedCapsule | None:
        """What the prepared code says of a capsule; None where it says nothing."""
        return next((one for one in self._code(app).capsules if one.service == service), None)

    def _process(self, app: App, service: str) -> ProcessChoice | None:
        """The process type that has the capsule; None where it is there for the clock of jobs."""
        if service == clock_service(self.mapping, app.id):
            return None
        return next(
            (
                one
                for one in self.mapping.processes
                if one.app_id == app.id and one.service == service and one.action == "service"
            ),
            None,
        )

    def _capsule(self, choice: AppChoice, wish: dict[str, Value]) -> Step:
        return Step(
            key=f"capsule:{wish['name']}",
            kind="capsule",
            title=f"Create the {wish['kind']} capsule {wish['name']}, stopped",
            phase="prepare",
            writes="target",
            needs=("environment", f"repository:{choice.repository}"),
            args=wish,
            seconds=(2, 60),
            way_back=UNTOUCHED,
        )

    def _branch_key(self, choice: AppChoice) -> str:
        """The app whose step pushes the branch that this one is built from."""
        branch = self._branch(choice)
        for one in self.mapping.moved_apps():
            if one.repository == choice.repository and self._branch(one) == branch:
                return one.handle
        return choice.handle

    def _branch(self, choice: AppChoice) -> str:
        code = self._code(self.system.app(choice.app_id))
        return code.branch or code.on

    # -- the cut-over -----------------------------------------------------------------------------------

    def configure(self, app: App, choice: AppChoice, step: Step) -> Step:
        """Beside Heroku's config vars, those that the builders want."""
        step = self.upon_capsules(step)
        pairs = tuple(f"{name}={value}" for name, value in sorted(self._code(app).variables.items()))
        if not pairs:
            return step
        more = f", and {', '.join(pairs)} for its build"
        return msgspec.structs.replace(step, title=step.title + more, args={**step.args, "variables": pairs})

    def upon_capsules(self, step: Step) -> Step:
        """What is done to capsules is done again when one had to be made anew."""
        made = self.made.get(str(step.args["handle"]), ())
        return msgspec.structs.replace(step, needs=(*step.needs, *made))

    def built(self, step: Step) -> Step:
        """A build is of capsules, and of the branch as it was pushed."""
        choice = next(one for one in self.mapping.moved_apps() if one.app_id == step.args["app"])
        step = self.upon_capsules(step)
        return msgspec.structs.replace(step, needs=(*step.needs, f"branch:{self._branch_key(choice)}"))

    def endpoint(self, step: Step) -> Step:
        """Every capsule with a web process has an address from the beginning."""
        args = {key: value for key, value in step.args.items() if key != "port"}
        title = f"Find the web address of {step.args['handle']}"
        return msgspec.structs.replace(step, args=args, title=title, seconds=(1, 60))

    def built_again(self, app: App, choice: AppChoice) -> Iterable[Step]:
        """A frontend has its config in its files: what changed comes in by another build."""
        names = tuple(
            name for name in capsule_names(self.mapping, choice.handle).values() if name in self.frontends
        )
        if not names:
            return
        code = self._code(app)
        yield Step(
            key=f"rebuild:{choice.handle}",
            kind="build",
            title=f"Build {', '.join(names)} again, with the new addresses",
            phase="cut-over",
            writes="target",
            needs=(f"link:{choice.handle}",),
            args={
                "app": app.id,
                "handle": choice.handle,
                "commit": code.commit,
                "branch": code.branch or code.on,
                "capsules": names,
            },
            seconds=(30, 900),
            way_back="stopped on the target; Heroku starts again",
        )

    def after_build(self, step: Step) -> Step:
        """A health check comes after the last build."""
        handle = str(step.args["handle"])
        names = capsule_names(self.mapping, handle).values()
        if self._linked(str(step.args["app"])) and any(name in self.frontends for name in names):
            return msgspec.structs.replace(step, needs=(*step.needs, f"rebuild:{handle}"))
        return step

    def told_of_second_builds(self, gate: Step) -> Step:
        """The gate with what the second builds mean for the time in which nobody is served."""
        names = [
            name
            for choice in self.mapping.moved_apps()
            for name in capsule_names(self.mapping, choice.handle).values()
            if name in self.frontends and self._linked(choice.app_id)
        ]
        if not names or gate.gate is None:
            return gate
        words = f"{gate.gate.duration}, and until {', '.join(names)} is built again with the new addresses"
        return msgspec.structs.replace(gate, gate=msgspec.structs.replace(gate.gate, duration=words))

    def _linked(self, app_id: str) -> bool:
        """Whether an app has config vars with web addresses of apps that move."""
        return any(one.app_id == app_id and one.replacement == "app-url" for one in self.mapping.config)

    # -- domains and backups ------------------------------------------------------------------------------

    def domain(self, step: Step) -> Step:
        """A domain is the capsule's own."""
        handle = str(step.args["handle"])
        names = capsule_names(self.mapping, handle)
        args = {key: value for key, value in step.args.items() if key != "port"}
        return msgspec.structs.replace(
            step,
            kind="capsule-domain",
            title=f"Give {step.args['hostname']} to the capsule {names.get('web', handle)}",
            args={**args, "name": names.get("web", handle), "service": "web"},
            seconds=(2, 60),
            way_back="nothing leads there before you change the DNS",
        )

    def traffic(self, step: Step) -> Iterable[Step]:
        """The record, and then the certificate, which is made once traffic gets there."""
        hostname = step.args["hostname"]
        needs = tuple(
            one if not one.startswith("certificate:") else one.replace("certificate:", "domain:", 1)
            for one in step.needs
        )
        yield msgspec.structs.replace(step, kind="capsule-traffic", needs=needs)
        yield Step(
            key=f"secured:{hostname}",
            kind="secured",
            title=f"Wait until {hostname} answers with a certificate",
            phase="cut-over",
            needs=(step.key,),
            args=dict(step.args),
            seconds=(60, 1800),
            way_back="nothing is changed by it",
        )

    def finish(self, step: Step, backups: list[Step]) -> Step:
        """The last gate also waits for what comes before it here."""
        secured = [
            f"secured:{one.hostname}" for one in self.mapping.domains if self._given(one.app_id, one.action)
        ]
        needs = (*step.needs, *secured, *(one.key for one in backups))
        return msgspec.structs.replace(step, needs=needs)

    def _given(self, app_id: str, action: str) -> bool:
        app = self.mapping.app(app_id)
        return action == "endpoint" and app is not None and app.action == "move"

    def _code(self, app: App) -> PreparedApp:
        for code in self.prepared.apps:
            if code.app_id == app.id:
                return code
        raise Trouble(
            f"The code of {app.name} is not prepared.",
            untouched="No plan was made.",
            remedy="Go back to prepare, and name the folder with its code.",
            code="not-prepared",
        )
