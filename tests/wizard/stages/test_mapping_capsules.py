"""Where every process is a capsule of its own: what is proposed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.wizard.stages.capsule_target import (
    PYTHON,
    SITE,
    code_of,
    found,
    process_of,
    web,
    with_app,
)
from wizard.choose.static_sites import static_site
from wizard.choose.stores import TYPES
from wizard.choose.vendor_services import add_on_kinds
from wizard.document.checkout import Checkout
from wizard.document.repository.code import read_code
from wizard.document.repository.code_place import CodePlace
from wizard.mapping import edit_capsules
from wizard.mapping.capsules import cpu_percent
from wizard.mapping.rules import propose
from wizard.model.delivery import Deploy, GitHubLink, Pipeline
from wizard.model.mapping import Mapping
from wizard.model.stores import KeyValue
from wizard.model.system import AddOn, App, Attachment, ConfigVar, Origin, System
from wizard.ports import Profile
from wizard.prepare.accepted import _wish
from wizard.registry import target_provider


def test_the_proposal_goes_on_with_nothing_in_its_way(
    system: System, on_pods: Mapping, pods: Profile
) -> None:
    told = {(one.app_id, one.type): (one.action, one.capsule, one.memory_mb) for one in on_pods.processes}
    assert told == {
        ("b", "web"): ("service", "backend", 512),
        ("b", "worker"): ("service", "backend", 512),
        ("b", "release"): ("before-start", "", 512),
        ("f", "web"): ("service", "backend", 512),
        ("e", "job"): ("leave", "backend", 512),
    }
    assert "needs no port" in process_of(on_pods, "b", "worker").reason
    assert (
        "Python 3.13 (.python-version:1), pinned by .python-version" in process_of(on_pods, "b", "web").reason
    )
    assert cpu_percent(process_of(on_pods, "b", "web"), pods) == 13
    assert [(one.action, one.process) for one in on_pods.jobs] == [("in-process", "")]
    assert [(one.way, one.repository) for one in on_pods.apps] == [
        ("linked", f"https://github.com/acme/{app_id}") for app_id in ("b", "f", "e")
    ]
    assert [(one.action, one.version, one.disk_gb) for one in on_pods.databases] == [("move", "", 5)]
    assert found(system, on_pods, pods) == {
        ("before-start", "migrate-backend release"): False,
        ("database-version-open", "postgresql-fluffy-1"): False,
        ("late-certificate", "www.acme.example"): False,
    }


@pytest.mark.parametrize(
    ("command", "output", "build"),
    [
        ("npx http-server ./dist -p $PORT", "dist", "npm run build"),
        ("serve -s build -l $PORT", "build", "npm run build"),
        ("npm start", "dist", "npm run build"),
        ("node inject.js && http-server -p $PORT public", "public", "npm run build && node inject.js"),
        ("npx vite preview --port $PORT", "dist", "npm run build"),
    ],
)
def test_what_only_serves_files_is_a_static_site(
    system: System, command: str, output: str, build: str
) -> None:
    app = msgspec.structs.replace(system.app("f"), buildpacks=("heroku/nodejs",))
    site = static_site(app, web(command)[0], code_of(SITE))
    assert site is not None and (site.output, site.build) == (output, build)


@pytest.mark.parametrize(
    "command",
    [
        "node server.js",
        "http-server -P https://api.example dist",
        "python x.py & http-server",
        "gunicorn app:app",
    ],
)
def test_what_runs_code_is_none(system: System, command: str) -> None:
    assert static_site(system.app("f"), web(command)[0], code_of(SITE)) is None


def test_buildpacks_of_static_files(system: System) -> None:
    known = system.app("f")
    static = msgspec.structs.replace(known, buildpacks=("heroku/nodejs", "heroku-community/static"))
    told = static_site(static, web("bin/boot")[0], code_of({"static.json": '{"root": "public/"}'}))
    assert told is not None and told.output == "public"
    react = msgspec.structs.replace(known, buildpacks=("mars/create-react-app",))
    told = static_site(react, web("bin/boot")[0], None)
    assert told is not None and told.output == "build"


@pytest.mark.parametrize(
    ("files", "more", "kind", "why"),
    [
        (
            {**PYTHON, "runtime.txt": "python-3.11.4\n"},
            {},
            "docker",
            "it wants Python 3.11.4 (runtime.txt:1), and Pods",
        ),
        (PYTHON, {"stack": "container"}, "docker", "built from its Dockerfile, as on Heroku"),
        ({**PYTHON, "heroku.yml": "build:\n"}, {}, "docker", "that its heroku.yml names"),
        ({**PYTHON, "Dockerfile": "FROM python:3.13\n"}, {}, "docker", "built from its Dockerfile; enter"),
        ({"mix.exs": ""}, {"buildpacks": ("heroku/ruby",)}, "docker", "Pods builds no Ruby"),
        (
            SITE,
            {"buildpacks": ("heroku/nodejs",)},
            "backend",
            "Node.js 24.x (package.json:1), pinned by engines",
        ),
        ({"requirements.txt": ""}, {}, "backend", "nothing pins its version"),
    ],
)
def test_kinds(
    system: System, pods: Profile, files: dict[str, str], more: dict[str, object], kind: str, why: str
) -> None:
    mapping = propose(with_app(system, "b", **more), pods, {"b": code_of(files)})
    chosen = process_of(mapping, "b", "worker")
    assert chosen.capsule == kind and why in chosen.reason


def test_the_repository_is_herokus_else_the_clones(
    system: System, pods: Profile, make_checkout: Callable[..., Path]
) -> None:
    deploy = Deploy(kind="github", github=GitHubLink(repository="acme/mono"))
    told = propose(with_app(system, "b", deploy=deploy), pods, {"b": code_of(PYTHON, "b")})
    assert told.apps[0].repository == "https://github.com/acme/mono"
    pipeline = Pipeline(id="p1", name="migrate", repository="acme/of-pipeline")
    told = propose(msgspec.structs.replace(system, pipelines=(pipeline,)), pods)
    assert [one.repository for one in told.apps] == ["https://github.com/acme/of-pipeline"] * 2 + [""]


def test_a_clone_tells_where_it_came_from_and_where_it_lies(make_checkout: Callable[..., Path]) -> None:
    folder = make_checkout("mono", {"apps/api/Procfile": "web: x\n", "README": ""})
    for name, url in (
        ("heroku", "https://git.heroku.com/api.git"),
        ("origin", "https://me:token-123@github.com/Acme/Mono.git"),
    ):
        subprocess.run(["git", "remote", "add", name, url], cwd=folder, check=True)
    inside = read_code(folder / "apps" / "api")
    assert (inside.repository, inside.inside, inside.folder) == (
        "https://github.com/Acme/Mono",
        "apps/api",
        "",
    )
    built = read_code(folder, place=CodePlace("apps/api"))
    assert (built.inside, built.folder) == ("", "apps/api")
    subprocess.run(["git", "remote", "set-url", "origin", str(folder)], cwd=folder, check=True)
    assert read_code(folder).repository == ""


def test_several_apps_are_folders_of_one_repository(system: System, pods: Profile) -> None:
    mono = "https://github.com/acme/mono"
    code = {
        "b": Checkout(path="/code/mono", folder="backend", repository=mono),
        "f": Checkout(path="/code/mono/frontend", inside="frontend", repository=mono),
        "e": Checkout(path="/code/mono", repository=mono),
    }
    mapping = propose(system, pods, code)
    assert [(one.repository, one.folder) for one in mapping.apps] == [
        (mono, "backend"),
        (mono, "frontend"),
        (mono, ""),
    ]


def test_free_sizes_are_taken_as_they_are(system: System, pods: Profile) -> None:
    large = with_app(system, "f", processes=web("x", size="Performance-M", memory_mb=2560))
    assert process_of(propose(large, pods), "f", "web").memory_mb == 2560
    larger = with_app(system, "f", processes=web("x", size="Performance-L", memory_mb=14336))
    chosen = process_of(propose(larger, pods), "f", "web")
    assert (chosen.action, chosen.memory_mb) == ("undecided", 8192)


def test_redis_and_postgres_keep_their_names(system: System, pods: Profile) -> None:
    redis = AddOn(
        id="kv",
        name="redis-flat-1",
        service="heroku-redis",
        plan="heroku-redis:mini",
        app_id="b",
        state="provisioned",
        key_value=KeyValue(version="7.2.4"),
    )
    var = ConfigVar(name="REDIS_URL", origin=Origin(kind="add-on", add_on_id="kv"))
    backend = system.app("b")
    attached = Attachment(id="a9", name="REDIS", add_on_id="kv", app_id="b", config_vars=("REDIS_URL",))
    known = with_app(system, "b", config=(*backend.config, var), attachments=(*backend.attachments, attached))
    known = msgspec.structs.replace(known, add_ons=(*known.add_ons, redis))
    can = msgspec.structs.replace(pods.capabilities, store_versions={"redis": ("current",)})
    mapping = propose(known, msgspec.structs.replace(pods, capabilities=can))
    assert [(one.action, one.version) for one in mapping.stores] == [("copy", "current")]
    assert "Pods chooses the version; it is 7.2.4 here" in mapping.stores[0].reason
    ruled = {one.name: (one.replacement, one.refers_to) for one in mapping.config if one.app_id == "b"}
    assert ruled["DATABASE_URL"] == ("database", "pg") and ruled["REDIS_URL"] == ("database", "kv")


def test_a_queue_runs_from_its_image(system: System, pods: Profile) -> None:
    queue = AddOn(
        id="mq", name="cloudamqp-1", service="cloudamqp", plan="cloudamqp:lemur", app_id="b", state="x"
    )
    mapping = propose(msgspec.structs.replace(system, add_ons=(*system.add_ons, queue)), pods)
    (choice,) = [one for one in mapping.add_ons if one.add_on_id == "mq"]
    assert choice.action == "undecided"
    assert "Pods has no RabbitMQ: a Docker capsule of its own" in choice.reason
    assert "`FROM rabbitmq:" in choice.reason and "Aptible" not in choice.reason
    assert choice.reason.endswith("Or keep it by an account of your own at its vendor")


@pytest.mark.parametrize(
    ("service", "becomes", "says"),
    [
        ("mongolab", "mongodb", "Offramp does not copy it: "),
        ("ormongo", "mongodb", "Code Capsules chooses the version"),
        ("jawsdb", "mysql", "copied table by table, and proven"),
        ("jawsdb-maria", "mysql", "copied table by table, and proven"),
        ("rediscloud", "redis", "copied: jobs and sessions"),
        ("heroku-redis", "redis", "copied: jobs and sessions"),
        ("cloudamqp", "", "Docker capsule of its own: a linked repository with a Dockerfile `FROM rabbitmq:"),
        ("memcachier", "", "try first whether other capsules reach its port"),
        ("bonsai", "", "discovery.type=single-node"),
        ("heroku-kafka", "", "`FROM apache/kafka:"),
        ("papertrail", "", "a log drain, which Code Capsules has not"),
        ("sendgrid", "", "sends mail: keep it by an account of your own at its vendor"),
        ("sentry", "", "collects errors: keep it by an account of your own"),
        ("quotaguardstatic", "", "from fixed addresses: keep it by an account"),
        ("bucketeer", "", "keeps files, which end with the add-on: copy them"),
        ("crontogo", "", "start them by a clock process of the app"),
        ("rails-autoscale", "", "on Heroku alone: leave it behind"),
        ("strange-new", "", "strange-new is no database: keep it by an account"),
    ],
)
def test_each_kind_of_add_on_has_a_place_and_a_reason(
    system: System, service: str, becomes: str, says: str
) -> None:
    profile = target_provider("code-capsules").profile()
    one = AddOn(id="x", name="x-1", service=service, plan=f"{service}:y", app_id="b", state="x")
    mapping = propose(msgspec.structs.replace(system, add_ons=(*system.add_ons, one)), profile)
    stores = {store.add_on_id: store for store in mapping.stores}
    others = {other.add_on_id: other for other in mapping.add_ons}
    assert (stores["x"].type if "x" in stores else "") == becomes
    told = stores["x"] if becomes else others["x"]
    assert says in told.reason and "Postgres" not in told.reason
    # Nothing that a person has to do is taken for decided.
    assert told.action == ("copy" if becomes in ("mysql", "redis") else "undecided")


def test_no_add_on_is_of_two_kinds() -> None:
    told = [service for kind in add_on_kinds().kind for service in kind.services]
    assert len(told) == len(set(told)) and not set(told) & set(TYPES)


def test_what_the_code_says_later_takes_the_place_of_a_guess(
    system: System, pods: Profile, capsule_code: dict[str, Checkout]
) -> None:
    site = with_app(system, "f", processes=web("npm start"), buildpacks=("heroku/nodejs",))
    blind = propose(site, pods)
    assert process_of(blind, "f", "web").capsule == "backend"
    chosen = edit_capsules.set_cpu(blind, "b", "worker", 50)
    now = edit_capsules.keep_chosen(chosen, site, pods, {**capsule_code, "f": code_of(SITE)})
    assert process_of(now, "f", "web").capsule == "frontend"
    assert now.apps[1].repository == "https://github.com/acme/x"
    assert process_of(now, "b", "worker").cpu_percent == 50
    assert not any(one.app_id == "f" and one.name == "PORT" for one in now.config)
    # Whoever decided it keeps it.
    backend = edit_capsules.set_kind(blind, "f", "web", "backend", 512)
    named = edit_capsules.set_repository(backend, "f", "https://gitlab.com/acme/site.git")
    kept = edit_capsules.keep_chosen(named, site, pods, {**capsule_code, "f": code_of(SITE)})
    assert process_of(kept, "f", "web").capsule == "backend"
    assert kept.apps[1].repository == "https://gitlab.com/acme/site"
    assert any(one.app_id == "f" and one.name == "PORT" for one in kept.config)


def test_what_was_accepted_is_asked_for_again_when_a_capsule_changes(
    system: System, on_pods: Mapping, pods: Profile, target: Profile
) -> None:
    app: App = system.app("b")
    changes = (
        edit_capsules.set_kind(on_pods, "b", "web", "docker"),
        edit_capsules.set_command(on_pods, "b", "web", "gunicorn app"),
        edit_capsules.set_folder(on_pods, "b", "backend"),
        edit_capsules.join(on_pods, "b", "worker", "web"),
    )
    assert len({_wish(app, one, pods) for one in (on_pods, *changes)}) == 5
    # Of another layout none of it counts.
    assert _wish(app, changes[1], target) == _wish(app, on_pods, target)


def test_no_target_of_another_layout_sees_any_of_it(
    system: System, target: Profile, capsule_code: dict[str, Checkout]
) -> None:
    mapping = propose(system, target, capsule_code)
    assert not any(one.capsule or one.joined or one.command for one in mapping.processes)
    assert not any(one.repository or one.folder for one in mapping.apps) and mapping.storages == ()
    assert edit_capsules.keep_chosen(mapping, system, target, capsule_code) == mapping
