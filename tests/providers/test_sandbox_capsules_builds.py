"""The sandbox's Code Capsules: builds, what runs of them, frontends, Docker, storage, pushes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl

from providers.sandbox.code_capsules.runtimes import NoRuntime, runtime_of
from tests.providers.capsules_wire import (
    CODE,
    SERVER,
    URL,
    Wire,
    bare_repository,
    capsules_wire,
    until,
)


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with capsules_wire(short_folder) as made:
        yield made


def link(wire: Wire, folder: Path, files: dict[str, str] = CODE) -> None:
    wire.sandbox.dashboard.publish(URL, bare_repository(folder, files))
    wire.sandbox.dashboard.link(URL, "acme")


async def put(wire: Wire, capsule: str, **values: str) -> None:
    here = f"/capsules/{capsule}/configs"
    await wire.cluster(
        "PUT", here, {"configs": [{"key": key, "value": text} for key, text in values.items()]}
    )
    await wire.sandbox.life.settled()


async def test_a_capsule_is_built_stopped_then_started_and_restarted_for_its_variables(
    wire: Wire, tmp_path: Path
) -> None:
    link(wire, tmp_path)
    capsule = await wire.make_app()
    key, sandbox = capsule["id"], wire.sandbox
    status, said = await wire.build(key)
    assert status == "Succeeded", said
    assert "Installing python 3.14" in said and "\x1b[" in said
    (build,) = (await wire.cluster("GET", f"/capsules/{key}/builds"))["builds"]
    assert build["isDeployed"] and len(build["metadata"]["commit"]["latest"]) == 40
    assert (await wire.page(key))[0] == 503
    await wire.scale(key, 2)
    assert await wire.page(key) == (200, f"none {sandbox.world.capsules[key].host}")
    first = sandbox.fleet.pids(sandbox.world.capsules[key])
    assert len(first) == 2
    await put(wire, key, GREETING="hello")
    assert (await wire.page(key))[1].startswith("hello ")
    assert not set(first) & set(sandbox.fleet.pids(sandbox.world.capsules[key]))
    assert len((await wire.cluster("GET", f"/capsules/{key}/builds"))["builds"]) == 1
    assert "server starts" in await wire.log(f"/capsules/{key}/logs")
    assert '"RequestPath": "/"' in await wire.log(f"/capsules/{key}/access-logs")
    await wire.scale(key, 1)
    assert len(sandbox.fleet.pids(sandbox.world.capsules[key])) == 1
    await wire.scale(key, 0)
    assert (await wire.page(key))[0] == 503
    assert (await wire.cluster("GET", f"/capsule/{key}"))["status"] == "Stopped"


async def test_one_build_at_a_time_and_they_can_be_slow_or_fail(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    key = (await wire.make_app())["id"]
    wire.sandbox.faults.add("slow-build", seconds=0.5)
    await wire.cluster("POST", f"/capsules/{key}/builds", {})
    await wire.cluster("POST", f"/capsules/{key}/builds", {})
    assert wire.status == 409
    found = wire.sandbox.world.capsules[key]
    await until(lambda: found.builds[0].over)
    wire.sandbox.faults.add("build-fails", message="ERROR: disk full")
    status, said = await wire.build(key)
    assert status == "Failed" and "disk full" in said
    assert found.deployment is found.builds[0], "what was deployed stays"


async def test_a_sub_folder_is_set_by_a_person_only(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path, {f"backend/{name}": text for name, text in CODE.items()})
    key = (await wire.make_app())["id"]
    status, said = await wire.build(key)
    assert status == "Failed" and "No buildpack groups passed detection" in said
    wire.sandbox.dashboard.do("set-folder", capsule="web", folder="backend/")
    assert (await wire.build(key))[0] == "Succeeded"


async def test_the_port_of_the_capsule_counts(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    key = (await wire.make_app(entrypointCommand="python server.py"))["id"]
    await wire.build(key)
    await wire.scale(key, 1)
    await put(wire, key, PORT="8000")
    assert (await wire.page(key))[0] == 503, "it listens on 8000, and 3000 is asked"
    wire.sandbox.dashboard.set_port("web", 8000)
    await wire.sandbox.life.settled()
    assert (await wire.page(key))[0] == 200


async def test_what_ends_is_started_again_and_told(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    capsule = await wire.make_app()
    await wire.build(capsule["id"])
    wire.sandbox.faults.add("dies-at-start")
    await wire.scale(capsule["id"], 1)
    assert "exited with status 1" in await wire.log(f"/capsules/{capsule['id']}/logs")
    found = wire.sandbox.world.capsules[capsule["id"]]
    await until(lambda: found.status == "Running")
    assert wire.sandbox.facts()["starts"] == {"web": 2}


async def test_a_capsule_may_start_by_itself(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    wire.sandbox.faults.add("starts-by-itself")
    capsule = await wire.make_app(replicas=0)
    assert capsule["products"]["replicaScale"] == {"qty": 1}
    found = wire.sandbox.world.capsules[capsule["id"]]
    await until(lambda: found.status == "Running")
    assert [build.type for build in found.builds] == ["auto"]


async def test_a_push_begins_a_build(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    capsule = await wire.make_app()
    await asyncio.sleep(0.5)
    found = wire.sandbox.world.capsules[capsule["id"]]
    assert found.builds == []
    bare_repository(tmp_path, {**CODE, "more.txt": "x"})
    await until(lambda: [build.type for build in found.builds] == ["auto"])
    await until(lambda: found.builds[0].over)
    wire.sandbox.dashboard.set_auto_build("web", on=False)
    bare_repository(tmp_path, {**CODE, "more.txt": "y"})
    await asyncio.sleep(0.5)
    assert len(found.builds) == 1


async def test_a_frontend_sees_variables_when_it_is_built_only(wire: Wire, tmp_path: Path) -> None:
    link(
        wire,
        tmp_path,
        {"build.sh": 'mkdir -p dist && echo "<p>$GREETING" > dist/index.html\n', "index.html": "raw"},
    )
    capsule = await wire.make_app(
        "site", "frontend", replicas=1, userBuildCommand="sh build.sh", userBuildOutputDirectory="dist"
    )
    key = capsule["id"]
    await put(wire, key, GREETING="one")
    assert (await wire.build(key))[0] == "Succeeded"
    assert await wire.page(key) == (200, "<p>one\n")
    await put(wire, key, GREETING="two")
    assert await wire.page(key) == (200, "<p>one\n")
    await wire.build(key)
    assert await wire.page(key) == (200, "<p>two\n")
    found = wire.sandbox.world.capsules[key]
    for path in ("some/page", "..%2fbuild.sh"):
        url = yarl.URL(f"http://{found.host}/{path}", encoded=True)
        async with wire.session.get(url) as said:
            assert await said.text() == "<p>two\n"
    await wire.scale(key, 0)
    assert (await wire.page(key))[0] == 503


async def test_a_docker_capsule_runs_the_command_of_its_image(wire: Wire, tmp_path: Path) -> None:
    dockerfile = 'FROM python\nWORKDIR /srv\nENV GREETING=image\nCOPY . .\nCMD ["python", "/srv/server.py"]\n'
    link(wire, tmp_path, {"server.py": SERVER, "Dockerfile": dockerfile})
    key = (await wire.make_app("box", "docker", replicas=1, servePort="8080"))["id"]
    assert (await wire.build(key))[0] == "Succeeded"
    assert (await wire.page(key))[1].startswith("image ")
    assert (await wire.cluster("GET", f"/capsule/{key}"))["jsonManifest"]["servePort"] == "8080"


async def test_storage_is_a_folder_in_what_it_is_bound_to(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path, {"requirements.txt": "", "write.py": WRITE})
    key = (await wire.make_app(replicas=1, entrypointCommand="python write.py"))["id"]
    files = await wire.make_data("PersistentStorageGanesha", "files")
    assert files["jsonManifest"]["status"] == "Ready"
    await wire.cluster("PATCH", f"/data-capsule/{files['id']}/bind-to", {"capsuleId": key})
    await wire.build(key)
    folder = wire.sandbox.databases.stores[files["id"]].folder
    assert folder is not None
    await until((folder / "kept").exists)


async def test_a_node_app_is_built_with_what_is_on_the_shelf(
    wire: Wire, tmp_path: Path, needs_program
) -> None:
    needs_program("node"), needs_program("npm")
    shelf = tmp_path / "shelf"
    (shelf / "maker").mkdir(parents=True)
    (shelf / "maker" / "package.json").write_text('{"name": "maker", "bin": {"make-it": "make.js"}}')
    (shelf / "maker" / "make.js").write_text(
        "#!/usr/bin/env node\nrequire('fs').writeFileSync('server.js', 'console.log(\"made\")')\n"
    )
    (shelf / "maker" / "make.js").chmod(0o755)
    wire.sandbox.builds.shelf = shelf
    package = (
        '{"name": "x", "engines": {"node": "22.x"}, "devDependencies": {"maker": "^1", "lost": "^1"},'
        ' "scripts": {"build": "make-it", "start": "node server.js"}}'
    )
    link(wire, tmp_path, {"package.json": package})
    key = (await wire.make_app(replicas=1))["id"]
    status, said = await wire.build(key)
    assert status == "Succeeded", said
    assert "nodejs 22 (pinned by engines.node)" in said and "downloads nothing: lost" in said

    async def made() -> bool:
        return "made" in await wire.log(f"/capsules/{key}/logs")

    await until(made)


@pytest.mark.parametrize(
    ("files", "env", "frontend", "line"),
    [
        ({"package.json": "{}"}, {}, False, "24"),
        ({"package.json": '{"engines": {"node": ">=18"}}'}, {}, False, "24"),
        ({"package.json": '{"engines": {"node": "^22.1.0 || 20.x"}}'}, {}, False, "22"),
        ({"package.json": '{"engines": {"node": ">=22 <23"}}'}, {}, False, "22"),
        ({"package.json": '{"engines": {"node": "20.x"}}'}, {}, False, ""),
        ({"package.json": '{"engines": {"node": "20.x"}}'}, {"GOOGLE_NODEJS_VERSION": "22.3.1"}, False, "22"),
        ({"package.json": '{"engines": {"node": "22.x"}}'}, {}, True, "24"),
        ({"package.json": '{"engines": {"node": "v22.3.1"}}'}, {}, True, "22"),
        ({"requirements.txt": "", ".python-version": "3.13\n"}, {}, False, "3.13"),
        ({"requirements.txt": "", ".python-version": "3.12.1\n"}, {}, False, ""),
        ({"requirements.txt": "", "runtime.txt": "python-3.12.1\n"}, {}, False, "3.14"),
        ({"requirements.txt": ""}, {"GOOGLE_PYTHON_VERSION": "3.11"}, False, ""),
        ({"Gemfile": "", "Gemfile.lock": "RUBY VERSION\n   ruby 3.3.5p100\n"}, {}, False, "3.3"),
    ],
)
def test_the_line_of_a_runtime(
    tmp_path: Path, files: dict[str, str], env: dict[str, str], frontend: bool, line: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    language = {"p": "nodejs", "r": "python", "G": "ruby"}[next(iter(files))[0]]
    if not line:
        with pytest.raises(NoRuntime, match="available"):
            runtime_of(tmp_path, language, env, frontend=frontend)
    else:
        assert runtime_of(tmp_path, language, env, frontend=frontend).line == line


WRITE = """\
import os, pathlib, time
pathlib.Path(os.environ["PERSISTENT_STORAGE_DIR"], "kept").write_text("x")
time.sleep(600)
"""
