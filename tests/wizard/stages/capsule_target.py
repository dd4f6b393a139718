"""A target where every process is a capsule of its own, of no vendor, and systems that are mapped to it."""

import msgspec

from wizard.document.checkout import Checkout
from wizard.mapping.check import problems
from wizard.model.mapping import Mapping, ProcessChoice
from wizard.model.system import Process, System
from wizard.ports import Profile

PYTHON = {"requirements.txt": "flask\n", ".python-version": "3.13\n", "Procfile": "web: python server.py\n"}
SITE = {
    "package.json": '{"engines": {"node": "24.x"}, "scripts":'
    ' {"start": "http-server dist", "build": "vite build"}}',
    "Procfile": "web: npm start\n",
}


def pods_of(target: Profile) -> Profile:
    """A target of that layout, of no vendor."""
    can = msgspec.structs.replace(
        target.capabilities,
        layout="capsules",
        environments="several",
        ways=("linked",),
        git_hosts=("github.com", "gitlab.com"),
        runtimes={"python": ("3.13", "3.14"), "node": ("22", "24")},
        storage=True,
        max_domains=6,
        max_root_domains=1,
        max_cpu_percent=200,
        memory_range_mb=(205, 8192),
        static_memory_mb=128,
        max_memory_mb=8192,
        max_containers=3,
        disk_range_gb=(1, 1000),
        own_config={"APP_URL": "its host without https://", "PORT": "its port"},
        postgres_versions=(),
        release_phase=False,
        release_hook=None,
        scheduler="none",
        empty_config_values=True,
        needs_dockerfile=False,
        managed_tls=True,
        nearest={"eu": "eu-1"},
    )
    prices = msgspec.structs.replace(target.prices, cpu_percent_per_gb=25.0, cpu_percent_cents=100.0)
    return msgspec.structs.replace(
        target,
        title="Pods",
        capabilities=can,
        prices=prices,
        handle_pattern="[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?",
    )


def code_of(files: dict[str, str], name: str = "x", **more: object) -> Checkout:
    repository = f"https://github.com/acme/{name}"
    names = tuple(path.partition("/")[0] for path in files)
    return Checkout(path=f"/code/{name}", names=names, files=files, repository=repository, **more)


def with_app(system: System, app_id: str, **changes: object) -> System:
    apps = [msgspec.structs.replace(app, **changes) if app.id == app_id else app for app in system.apps]
    return msgspec.structs.replace(system, apps=tuple(apps))


def process_of(mapping: Mapping, app_id: str, type_: str) -> ProcessChoice:
    return next(one for one in mapping.processes if (one.app_id, one.type) == (app_id, type_))


def changed(mapping: Mapping, app_id: str, type_: str, **changes: object) -> Mapping:
    processes = tuple(
        msgspec.structs.replace(one, **changes) if (one.app_id, one.type) == (app_id, type_) else one
        for one in mapping.processes
    )
    return msgspec.structs.replace(mapping, processes=processes)


def found(system: System, mapping: Mapping, profile: Profile) -> dict[tuple[str, str], bool]:
    """Whether each problem blocks, by code and component."""
    return {(one.code, one.component): one.blocks for one in problems(system, mapping, profile)}


def web(command: str, **more: object) -> tuple[Process, ...]:
    told = {"quantity": 1, "size": "Basic", "memory_mb": 512} | more
    return (Process(type="web", command=command, **told),)  # type: ignore[arg-type]
