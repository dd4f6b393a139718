"""Where every process is a capsule of its own: every rule that the target has, what is to be looked at."""

import msgspec
import pytest

from tests.wizard.stages.capsule_target import (
    PYTHON,
    SITE,
    changed,
    code_of,
    found,
    process_of,
    web,
    with_app,
)
from wizard.document.checkout import Checkout
from wizard.document.repository.code_nouns import CodeLine
from wizard.mapping import edit, edit_capsules, storages
from wizard.mapping.check import decided, problems, undecided
from wizard.mapping.config_rules import follow
from wizard.mapping.rules import propose
from wizard.model.delivery import Deploy, GitHubLink, Pipeline, PipelineApp
from wizard.model.mapping import Mapping
from wizard.model.network import Domain
from wizard.model.stores import Postgres
from wizard.model.system import Autoscale, ConfigVar, Job, Origin, System
from wizard.ports import Profile

UPLOADS = CodeLine(
    kind="disk", name="uploads by multer", file="server.js", line=7, text="multer({dest: 'up'})"
)
SCRATCH = CodeLine(kind="disk", name="writes a file", file="report.py", line=3, text="open('x', 'w')")


def test_a_site_reads_no_config_when_it_runs_and_reaches_no_database(
    system: System, pods: Profile, capsule_code: dict[str, Checkout]
) -> None:
    config = (
        ConfigVar(name="DATABASE_URL", origin=Origin(kind="add-on", add_on_id="pg")),
        ConfigVar(name="STRIPE_SECRET", origin=Origin(kind="person"), secret=True),
        ConfigVar(name="TITLE", origin=Origin(kind="person"), secret=False),
    )
    site = with_app(system, "f", processes=web("npm start"), buildpacks=("heroku/nodejs",), config=config)
    mapping = propose(site, pods, {**capsule_code, "f": code_of(SITE)})
    chosen = process_of(mapping, "f", "web")
    assert (chosen.capsule, chosen.build, chosen.output, chosen.memory_mb) == (
        "frontend",
        "npm run build",
        "dist",
        128,
    )
    assert "reads no config var when it runs and reaches no database" in chosen.reason
    ruled = {one.name: (one.action, one.reason) for one in mapping.config if one.app_id == "f"}
    assert "PORT" not in ruled
    assert ruled["DATABASE_URL"] == ("drop", "a static site reaches no database")
    told = found(site, mapping, pods)
    assert told["static-config", "migrate-frontend web"] is False
    assert told["static-secret", "migrate-frontend STRIPE_SECRET"] is False
    wanted = edit.replace_config(mapping, "f", "DATABASE_URL", "database", refers_to="pg")
    assert found(site, wanted, pods)["frontend-database", "migrate-frontend DATABASE_URL"] is True
    # A backend reads all of it: what followed from the site goes back.
    runs = follow(site, pods, mapping, edit_capsules.set_kind(mapping, "f", "web", "backend", 512))
    ruled_anew = {one.name: one.action for one in runs.config if one.app_id == "f"}
    assert ruled_anew["DATABASE_URL"] == "replace"


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("", "no-repository"),
        ("https://git.acme.example/acme/shop", "repository-host"),
        ("git@github.com:acme/shop.git", "repository-host"),
        ("https://me:secret@github.com/acme/shop", "repository-host"),
        ("https://gitlab.com/acme/shop", ""),
    ],
)
def test_code_is_fetched_from_the_hosts_that_can_be_linked(
    system: System, on_pods: Mapping, pods: Profile, address: str, wrong: str
) -> None:
    told = found(system, edit_capsules.set_repository(on_pods, "b", address), pods)
    by_way = {one for one, name in told if name == "migrate-backend deployed by"}
    assert by_way == ({wrong} if wrong else set())


def test_herokus_repository_and_another_are_told_apart(
    system: System, on_pods: Mapping, pods: Profile
) -> None:
    github = Deploy(kind="github", github=GitHubLink(repository="acme/B"))
    assert not any(
        code == "repository-other" for code, _ in found(with_app(system, "b", deploy=github), on_pods, pods)
    )
    other = Deploy(kind="github", github=GitHubLink(repository="acme/old"))
    told = found(with_app(system, "b", deploy=other), on_pods, pods)
    assert told["repository-other", "migrate-backend deployed by"] is False


@pytest.mark.parametrize(
    ("changes", "wrong", "blocks"),
    [
        ({"memory_mb": 8193}, "memory-size", True),
        ({"memory_mb": 204}, "memory-size", True),
        ({"memory_mb": 777}, "", False),
        ({"memory_mb": 300}, "less-memory", False),
        ({"cpu_percent": 201}, "cpu", True),
        ({"cpu_percent": 200}, "", False),
        ({"count": 4}, "count", True),
        ({"capsule": ""}, "capsule-kind", True),
        ({"capsule": "frontend"}, "frontend-type", True),
        ({"joined": "web"}, "one-command", True),
        ({"joined": "worker"}, "joined-loop", True),
        ({"joined": "nobody"}, "joined", True),
    ],
)
def test_ceilings_of_a_capsule(
    system: System, on_pods: Mapping, pods: Profile, changes: dict[str, object], wrong: str, blocks: bool
) -> None:
    told = found(system, changed(on_pods, "b", "worker", **changes), pods)
    of_it = {one: told[one, name] for one, name in told if name == "migrate-backend worker"}
    assert of_it.get(wrong, False) is blocks and (wrong in of_it) == bool(wrong)


def test_two_processes_share_a_docker_capsule(system: System, on_pods: Mapping, pods: Profile) -> None:
    joined = edit_capsules.join(on_pods, "b", "worker", "web")
    assert ("one-command", "migrate-backend worker") in found(system, joined, pods)
    docker = edit_capsules.set_kind(joined, "b", "web", "docker")
    assert not any(name == "migrate-backend worker" for _, name in found(system, docker, pods))
    twice = changed(docker, "b", "web", count=2)
    assert found(system, twice, pods)["joined-replicas", "migrate-backend worker"] is False
    alone = edit_capsules.join(docker, "b", "worker", "")
    assert process_of(alone, "b", "worker").joined == ""


def test_a_release_command_needs_a_web_command(system: System, on_pods: Mapping, pods: Profile) -> None:
    several = changed(on_pods, "b", "web", count=2)
    (one,) = [one for one in problems(system, several, pods) if one.code == "before-start"]
    assert "in 2 containers at once" in one.text and "a lock" in one.remedy
    site = changed(on_pods, "b", "web", capsule="frontend")
    assert found(system, site, pods)["no-web-command", "migrate-backend release"] is True
    left = edit.decide_process(on_pods, "b", "web", "leave", "not needed")
    assert found(system, left, pods)["no-web-command", "migrate-backend release"] is True
    # Nothing that runs code: nothing is proposed.
    alone = with_app(system, "b", processes=tuple(p for p in system.app("b").processes if p.type != "web"))
    assert process_of(propose(alone, pods), "b", "release").action == "undecided"


def test_where_the_clock_of_a_job_runs(system: System, on_pods: Mapping, pods: Profile) -> None:
    job = Job(id="j2", command="python report.py", every=60)
    known = with_app(system, "b", jobs=(job,))
    merged = edit.keep_decisions(on_pods, propose(known, pods, {"b": code_of(PYTHON, "b")}))

    def told(action: str, process: str = "") -> set[tuple[str, bool]]:
        moved = edit_capsules.move_job(merged, "b", "j2", action, reason="so", process=process)  # type: ignore[arg-type]
        moved = changed(moved, "b", "worker", count=2)
        name = "migrate-backend job python report.py"
        return {(code, blocks) for (code, one), blocks in found(known, moved, pods).items() if one == name}

    assert told("in-process") == set()
    assert told("in-process", "web") == set()
    assert told("in-process", "worker") == {("double-runs", False)}
    assert told("in-process", "release") == {("clock-process", True)}
    assert told("outside") == {("outside", False)}
    emailer = edit_capsules.move_job(on_pods, "e", "j", "outside", reason="cron-job.example calls it")
    assert found(system, emailer, pods)["outside-no-web", "migrate-emailer job python send_emails.py"] is True


def test_one_root_domain_five_others_and_no_wildcard(system: System, pods: Profile) -> None:
    names = ("acme.example", "acme.test", *(f"h{n}.acme.example" for n in range(6)), "*.acme.example")
    many = with_app(system, "f", domains=tuple(Domain(hostname=name, kind="custom") for name in names))
    mapping = propose(many, pods)
    told = found(many, mapping, pods)
    assert told["root-domains", "acme.test"] and ("root-domains", "acme.example") not in told
    assert told["domains", "h5.acme.example"] and ("domains", "h4.acme.example") not in told
    assert told["undecided", "*.acme.example"]
    wild = edit.decide_domain(mapping, "f", "*.acme.example", "endpoint")
    assert found(many, wild, pods)["wildcard", "*.acme.example"] is True


def test_no_two_capsules_of_one_name(system: System, on_pods: Mapping, pods: Profile) -> None:
    renamed = edit.set_app_handle(on_pods, "f", "migrate-backend-worker")
    names = "migrate-backend worker, migrate-frontend web"
    assert found(system, renamed, pods)["capsule-twice", names] is True
    database = edit.set_database(on_pods, "pg", handle="migrate-emailer")
    assert found(system, database, pods)["capsule-twice", "migrate-emailer, postgresql-fluffy-1"] is True
    long = edit.set_app_handle(on_pods, "b", "a" * 40)
    assert found(system, long, pods)["capsule-name", "migrate-backend worker"] is True


def test_the_team_and_the_region(system: System, on_pods: Mapping, pods: Profile) -> None:
    can = msgspec.structs.replace(pods.capabilities, teams={"acme": "Acme", "me": "Ada"})
    two = msgspec.structs.replace(pods, capabilities=can)
    assert found(system, on_pods, two)["team", "team"] is True
    assert found(system, edit_capsules.set_team(on_pods, "other"), two)["team", "team"] is True
    assert ("team", "team") not in found(system, edit_capsules.set_team(on_pods, "acme"), two)
    far = with_app(system, "b", region="tokyo")
    assert found(far, on_pods, pods)["region-far", "region"] is False


def test_a_pipeline_is_told(system: System, on_pods: Mapping, pods: Profile) -> None:
    stages = tuple(PipelineApp(app_id=one, app_name=one, stage="staging") for one in ("b", "x"))
    known = msgspec.structs.replace(system, pipelines=(Pipeline(id="p", name="migrate", apps=stages),))
    assert found(known, on_pods, pods)["no-pipelines", "migrate-backend"] is False
    assert ("no-pipelines", "migrate-emailer") not in found(known, on_pods, pods)


def test_scaling_by_itself_is_told(system: System, on_pods: Mapping, pods: Profile) -> None:
    scaled = with_app(system, "f", processes=web("python server.py", autoscale=Autoscale(least=1, most=5)))
    assert found(scaled, on_pods, pods)["no-autoscaling", "migrate-frontend web"] is False


def test_config_vars_that_the_target_sets(system: System, on_pods: Mapping, pods: Profile) -> None:
    var = ConfigVar(name="APP_URL", origin=Origin(kind="person"), secret=False)
    named = with_app(system, "f", config=(*system.app("f").config, var))
    proposed = propose(named, pods)
    choice = next(one for one in proposed.config if one.name == "APP_URL")
    assert (choice.action, choice.reason) == ("drop", "Pods sets it itself: its host without https://")
    assert found(named, proposed, pods)["config-clash", "migrate-frontend APP_URL"] is False


def test_files_that_should_last_are_asked_for(
    system: System, pods: Profile, capsule_code: dict[str, Checkout]
) -> None:
    keeps = {
        **capsule_code,
        "b": code_of(PYTHON, "b", lines=(SCRATCH, UPLOADS)),
        "e": code_of(PYTHON, "e", lines=(SCRATCH,)),
    }
    mapping = propose(system, pods, keeps)
    assert [(one.app_id, one.action, one.handle) for one in mapping.storages] == [
        ("b", "undecided", "migrate-backend-files"),
        ("e", "leave", "migrate-emailer-files"),
    ]
    assert "uploads by multer, server.js:7" in mapping.storages[0].reason
    assert found(system, mapping, pods)["undecided", "migrate-backend files"] is True
    assert ("files", "b") in undecided(system, mapping)
    done, known = decided(system, mapping)
    mounted = storages.decide_storage(mapping, "b", "mount", "uploads stay")
    assert decided(system, mounted) == (done + 1, known)
    told = found(system, mounted, pods)
    assert told["storage-variable", "migrate-backend files"] is False
    assert ("storage-replicas", "migrate-backend files") not in told
    several = found(system, changed(mounted, "b", "web", count=3), pods)
    assert several["storage-replicas", "migrate-backend files"] is False
    site = changed(changed(mounted, "b", "web", capsule="frontend"), "b", "worker", action="leave")
    assert found(system, site, pods)["storage-frontend", "migrate-backend files"] is True
    loose = edit.leave_undecided(mapping, "not needed")
    assert [one.action for one in loose.storages] == ["leave", "leave"]
    # Read anew without a look at the code: what is mounted stays.
    kept = edit.keep_decisions(mounted, propose(system, pods))
    assert [one.action for one in kept.storages] == ["mount"]


def test_a_database_that_is_larger_than_any_disk_there(
    system: System, on_pods: Mapping, pods: Profile
) -> None:
    add_ons = tuple(
        msgspec.structs.replace(one, postgres=Postgres(version="16.4", plan="x", bytes=1_200_000_000_000))
        if one.id == "pg"
        else one
        for one in system.add_ons
    )
    large = msgspec.structs.replace(system, add_ons=add_ons)
    assert found(large, propose(large, pods), pods)["database-too-large", "postgresql-fluffy-1"] is True
    tiny = edit.set_database(on_pods, "pg", disk_gb=0)
    assert found(system, tiny, pods)["database-disk", "postgresql-fluffy-1"] is True
