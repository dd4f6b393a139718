"""The changes proposed to the code of the example system, and of odd apps."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.document.checkout import Checkout, read_checkout
from wizard.document.procfile import parse_procfile
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.model.system import App, Job, Process, System
from wizard.ports import Profile
from wizard.prepare.changes import propose_all, propose_changes
from wizard.prepare.code import read_for_changes
from wizard.prepare.file_change import FileChange, Proposal, diff
from wizard.prepare.own_dockerfile import instructions

MakeCheckout = Callable[..., Path]

BACKEND = {
    "Procfile": "# services\nweb: python server.py\nrelease: python migrate.py\nworker: python worker.py\n",
    "runtime.txt": "python-3.11.14\n",
    "requirements.txt": "psycopg[binary]>=3.2,<4\n",
    "server.py": "pass\n",
}
EMAILER = {
    "Procfile": "job: python send_emails.py\n",
    "runtime.txt": "python-3.11.14\n",
    "requirements.txt": "",
}


def proposal(system: System, target: Profile, folder: Path, app_id: str) -> Proposal:
    checkout = read_for_changes(folder, target)
    return propose_changes(system.app(app_id), propose(system, target), target, checkout)


def files(found: Proposal) -> dict[str, str]:
    return {change.path: change.new or "" for change in found.changes}


def blocking(found: Proposal) -> set[str]:
    return {problem.code for problem in found.problems if problem.blocks}


def test_the_backend(system: System, target: Profile, make_checkout: MakeCheckout) -> None:
    found = proposal(system, target, make_checkout("backend", BACKEND), "b")
    new = files(found)
    assert set(new) == {"Dockerfile", ".dockerignore", "Procfile", ".elsewhere.yml"}
    assert new["Procfile"] == "# services\nweb: python server.py\nworker: python worker.py\n"
    assert new[".elsewhere.yml"] == "first:\n  - python migrate.py\n"
    steps = instructions(new["Dockerfile"])
    assert ("FROM", "python:3.11-slim-bookworm") in steps
    assert ("USER", "app") in steps
    assert ("EXPOSE", "3000") in steps
    assert ("CMD", '["python", "server.py"]') in steps
    assert any(name == "ENV" and "PORT=3000" in rest for name, rest in steps)
    assert not any(name == "ENTRYPOINT" for name, _ in steps)
    assert "supercronic" not in new["Dockerfile"]
    assert {problem.code for problem in found.problems} == {"no-exec"} and not found.blocked
    assert all(change.why for change in found.changes)


def test_the_emailer(system: System, target: Profile, make_checkout: MakeCheckout) -> None:
    found = proposal(system, target, make_checkout("emailer", EMAILER), "e")
    new = files(found)
    assert set(new) == {"Dockerfile", ".dockerignore", "Procfile", "crontab"}
    assert new["Procfile"] == "cron: exec supercronic crontab\n"
    assert new["crontab"].splitlines()[1:] == [
        "CRON_TZ=UTC",
        "SHELL=/bin/bash",
        "",
        "# every 10 minutes",
        "*/10 * * * * python send_emails.py",
    ]
    assert re.search(
        r"supercronic/releases/download/v\d+\.\d+\.\d+/supercronic-linux-\$arch", new["Dockerfile"]
    )
    assert len(re.findall(r"sum=[0-9a-f]{64} ", new["Dockerfile"])) == 2
    assert "sha256sum -c" in new["Dockerfile"]
    assert "COPY --from=cron" in new["Dockerfile"]
    assert not found.blocked


def test_the_same_input_gives_the_same_changes(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    folder = make_checkout("backend", BACKEND)
    assert proposal(system, target, folder, "b") == proposal(system, target, folder, "b")


def test_accepted_changes_propose_no_others(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    for app_id, start in (("b", BACKEND), ("e", EMAILER)):
        found = proposal(system, target, make_checkout(f"one-{app_id}", start), app_id)
        again = proposal(system, target, make_checkout(f"two-{app_id}", {**start, **files(found)}), app_id)
        assert again.changes == ()
        assert not again.blocked


def test_no_config_value_reaches_a_file(system: System, target: Profile, make_checkout: MakeCheckout) -> None:
    canary = "CANARY-4711"
    folder = make_checkout(
        "backend",
        {
            **BACKEND,
            ".env": f"SECRET_KEY={canary}\n",
            "app.json": json.dumps({"env": {"SECRET_KEY": {"value": canary}}}),
            "settings.py": f"KEY = '{canary}'\n",
        },
    )
    assert canary not in diff(proposal(system, target, folder, "b").changes)


def test_the_port_is_that_of_the_mapping(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    checkout = read_checkout(make_checkout("backend", BACKEND))
    mapping = edit.set_port(propose(system, target), 8080)
    new = files(propose_changes(system.app("b"), mapping, target, checkout))
    assert "EXPOSE 8080" in new["Dockerfile"]
    assert "PORT=8080" in new["Dockerfile"]


def test_a_service_stopped_on_heroku_keeps_its_line(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    idle = msgspec.structs.replace(
        system.app("b"),
        processes=tuple(
            msgspec.structs.replace(process, quantity=0) if process.type == "worker" else process
            for process in system.app("b").processes
        ),
    )
    changed = msgspec.structs.replace(system, apps=(idle, *system.apps[1:]))
    new = files(proposal(changed, target, make_checkout("backend", BACKEND), "b"))
    assert list(parse_procfile(new["Procfile"]).commands) == ["web", "worker"]


def test_what_only_a_buildpack_started_gets_a_line(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    app = msgspec.structs.replace(
        system.app("f"),
        buildpacks=("heroku/nodejs",),
        processes=(Process(type="web", command="npm start", quantity=1, size="Basic"),),
    )
    changed = msgspec.structs.replace(system, apps=(system.app("b"), app, system.app("e")))
    package = json.dumps({"engines": {"node": "22.x"}, "scripts": {"build": "x", "start": "node s.js"}})
    folder = make_checkout("f", {"package.json": package, "package-lock.json": "{}"})
    found = proposal(changed, target, folder, "f")
    new = files(found)
    assert new["Procfile"] == "web: npm start\n"
    assert "FROM node:22-bookworm-slim" in new["Dockerfile"]
    assert (
        "RUN npm ci --include=dev\nCOPY . .\nRUN npm run build\nRUN npm prune --omit=dev" in new["Dockerfile"]
    )
    assert "USER node" in new["Dockerfile"]
    assert {problem.code for problem in found.problems} == {"build-without-config"}


@pytest.mark.parametrize("buildpack", ["https://example.org/strange", "heroku/elixir"])
def test_an_unknown_language_needs_a_person(
    system: System, target: Profile, make_checkout: MakeCheckout, buildpack: str
) -> None:
    app = msgspec.structs.replace(system.app("b"), buildpacks=(buildpack,))
    changed = msgspec.structs.replace(system, apps=(app, *system.apps[1:]))
    found = proposal(changed, target, make_checkout("b", BACKEND), "b")
    assert blocking(found) == {"language"} and found.may_keep_slug
    assert any(problem.code == "buildpacks" and buildpack in problem.text for problem in found.problems)
    assert "Dockerfile" not in files(found)
    with_own = make_checkout("own", {**BACKEND, "Dockerfile": "FROM x\nUSER app\nEXPOSE 3000\n"})
    kept = proposal(changed, target, with_own, "b")
    assert not kept.blocked and not kept.may_keep_slug


def test_an_own_dockerfile_is_kept_and_checked(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    poor = 'FROM a AS b\nUSER me\nFROM c\nEXPOSE 80 443\nENTRYPOINT ["run"]\n'
    found = proposal(system, target, make_checkout("e", {**EMAILER, "Dockerfile": poor}), "e")
    assert "Dockerfile" not in files(found)
    assert {problem.code for problem in found.problems} == {
        "dockerfile-root",
        "dockerfile-entrypoint",
        "dockerfile-port",
        "dockerfile-cron",
        "scheduler",
    }
    assert blocking(found) == {"dockerfile-cron"}
    good = "FROM c\nCOPY supercronic /usr/bin/\nUSER 1000\nEXPOSE \\\n 3000\n"
    told = proposal(system, target, make_checkout("g", {**EMAILER, "Dockerfile": good}), "e").problems
    assert [problem.code for problem in told] == ["scheduler"]


def test_an_entrypoint_gets_its_shell_by_name(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    own = 'FROM c\nUSER app\nEXPOSE 3000\nENTRYPOINT ["run"]\n'
    found = proposal(system, target, make_checkout("b", {**BACKEND, "Dockerfile": own}), "b")
    assert files(found)[".elsewhere.yml"] == "first:\n  - \"bash -c 'python migrate.py'\"\n"


def test_a_release_command_that_needs_a_shell_keeps_bash(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    procfile = BACKEND["Procfile"].replace("python migrate.py", "cd db && python migrate.py '$X'")
    found = proposal(system, target, make_checkout("b", {**BACKEND, "Procfile": procfile}), "b")
    (line,) = [line for line in files(found)[".elsewhere.yml"].splitlines() if "-" in line]
    command = shlex.split(json.loads(line.removeprefix("  - ")))
    assert command == ["bash", "-c", "cd db && python migrate.py '$X'"]


def test_an_entrypoint_gets_the_cron_program_without_exec(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    own = 'FROM c\nCOPY supercronic /usr/bin/\nUSER 1000\nEXPOSE 3000\nENTRYPOINT ["run"]\n'
    found = proposal(system, target, make_checkout("e", {**EMAILER, "Dockerfile": own}), "e")
    assert files(found)["Procfile"] == "cron: supercronic crontab\n"


def test_an_entrypoint_and_a_line_that_needs_a_shell_block(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    procfile = "web: python server.py --port $PORT\nworker: python worker.py\n"
    own = 'FROM c\nUSER app\nEXPOSE 3000\nENTRYPOINT ["run"]\n'
    folder = make_checkout("b", {**BACKEND, "Procfile": procfile, "Dockerfile": own})
    found = proposal(system, target, folder, "b")
    (problem,) = (problem for problem in found.problems if problem.blocks)
    assert problem.code == "entrypoint-shell" and "`web` needs a shell ($)" in problem.text
    none = make_checkout("n", {**BACKEND, "Procfile": procfile, "Dockerfile": own + "ENTRYPOINT []\n"})
    assert not proposal(system, target, none, "b").blocked


def test_config_vars_that_steer_the_build_are_heeded(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    backend = system.app("b")
    django = {**BACKEND, "requirements.txt": "Django==5\n", "manage.py": ""}
    folder = make_checkout("b", django)
    for empty in (False, True):
        var = msgspec.structs.replace(backend.config[2], name="DISABLE_COLLECTSTATIC", empty=empty)
        app = msgspec.structs.replace(backend, config=(*backend.config, var))
        changed = msgspec.structs.replace(system, apps=(app, system.app("f"), system.app("e")))
        found = proposal(changed, target, folder, "b")
        assert ("collectstatic" in files(found)["Dockerfile"]) is empty


def test_a_crontab_of_their_own_is_not_written_over(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    found = proposal(system, target, make_checkout("e", {**EMAILER, "crontab": "mine\n"}), "e")
    assert blocking(found) == {"crontab"}
    assert "crontab" not in files(found)


def test_a_job_may_name_a_process_type(system: System, target: Profile, make_checkout: MakeCheckout) -> None:
    app: App = msgspec.structs.replace(
        system.app("e"), jobs=(Job(id="j", command="job --all", every=1440, at=150),)
    )
    changed = msgspec.structs.replace(system, apps=(*system.apps[:2], app))
    found = proposal(changed, target, make_checkout("e", EMAILER), "e")
    assert "30 2 * * * python send_emails.py --all\n" in files(found)["crontab"]


def test_a_file_that_is_no_text_is_not_written_over(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    found = proposal(system, target, make_checkout("b", {**BACKEND, ".elsewhere.yml": b"\xff"}), "b")
    assert blocking(found) == {"unreadable"}


def test_uncommitted_work_blocks(system: System, target: Profile, make_checkout: MakeCheckout) -> None:
    folder = make_checkout("b", BACKEND)
    (folder / "server.py").write_text("changed\n")
    assert blocking(proposal(system, target, folder, "b")) == {"uncommitted"}


def test_only_apps_that_move_are_prepared(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    checkouts: dict[str, Checkout] = {
        "b": read_checkout(make_checkout("b", BACKEND)),
        "e": read_checkout(make_checkout("e", EMAILER)),
    }
    mapping = edit.decide_app(propose(system, target, checkouts), "e", "leave", "old")
    assert list(propose_all(system, mapping, target, checkouts)) == ["b"]


def test_a_target_that_builds_by_itself_gets_no_dockerfile(
    system: System, target: Profile, make_checkout: MakeCheckout
) -> None:
    can = msgspec.structs.replace(target.capabilities, needs_dockerfile=False)
    builder = msgspec.structs.replace(target, capabilities=can)
    assert "Dockerfile" not in files(proposal(system, builder, make_checkout("b", BACKEND), "b"))


def test_a_diff_reads_like_one() -> None:
    changes = (
        FileChange(path="Procfile", old="web: a\nrelease: b\n", new="web: a\n", why="x"),
        FileChange(path="crontab", old=None, new="# \x1b[2J\n* * * * * x", why="x"),
    )
    assert diff(changes) == (
        "--- a/Procfile\n+++ b/Procfile\n@@ -1,2 +1 @@\n web: a\n-release: b\n"
        "--- /dev/null\n+++ b/crontab\n@@ -0,0 +1,2 @@\n+# ␛[2J\n+* * * * * x\n\\ No newline at end of file\n"
    )
    assert diff(()) == ""
