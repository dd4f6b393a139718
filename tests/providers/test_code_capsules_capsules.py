"""Capsules of an app at Code Capsules: created stopped, adopted, configured, built, started, led to."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from providers.code_capsules.answers import LogLine, ProductsAnswer
from providers.code_capsules.capsules import manifest
from providers.code_capsules.catalogue import profile
from providers.code_capsules.domains import WebAddresses, _is_there
from providers.code_capsules.logs import LogReader, seconds, texts
from providers.code_capsules.sizes import percent_for, resized
from tests.providers.capsules_wire import CODE, bare_repository, until
from tests.providers.code_capsules_world import Record, World, code_capsules_world
from wizard.mapping.capsules import cpu_percent
from wizard.model.mapping import ProcessChoice
from wizard.model.secret import Secret, redact
from wizard.model.trouble import Trouble
from wizard.ports import CapsuleWish

ODD = 'it\'s: a & <b> "c"\nsecond line $HOME\t#1 \\n ünï 007 yes'


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with code_capsules_world(short_folder) as made:
        yield made


async def test_a_capsule_is_created_stopped_with_what_was_wished(world: World) -> None:
    made = await world.capsule(memory_mb=1024, cpu_percent=40, build="make it")
    assert (made.replicas, made.memory_mb, made.cpu_percent) == (0, 1024, 40)
    assert (made.kind, made.branch, made.run, made.build) == (
        "backend",
        "main",
        "python server.py",
        "make it",
    )
    (record,) = world.records("shop")
    assert (record.products.replicas, record.builds) == (0, [])
    assert "PATCH /capsules/*/products" not in world.sandbox.facts()["seen"], "it never ran, not for a moment"
    found = await world.target.find_capsule(await world.space(), "shop")
    assert found == made
    assert await world.target.find_capsule(await world.space(), "shop-web") is None


async def test_one_that_starts_by_itself_is_stopped(world: World) -> None:
    wish = await world.wish()
    world.faults.add("starts-by-itself")
    made = await world.target.create_capsule(await world.space(), wish, world.log)
    assert made.replicas == 0
    assert world.records("shop")[0].products.replicas == 0
    assert any("stopped" in line for line in world.lines)


async def test_an_adopted_capsule_is_told_with_what_is_otherwise(world: World) -> None:
    made = await world.capsule()
    (record,) = world.records("shop")
    record.branch, record.products.replicas = "develop", 1
    again = await world.capsule(memory_mb=2048)
    said = "\n".join(world.lines)
    assert again.id == made.id and again.replicas == 1
    assert "the branch is `develop`, not `main`" in said
    assert "512 MB, not 2048 MB" in said
    for changes in ({"kind": "docker"}, {"url": "https://github.com/acme/other"}):
        with pytest.raises(Trouble) as caught:
            await world.capsule(**changes)
        assert caught.value.code == "handle-taken"
    assert world.posts("/capsules") == 1


async def test_an_adopted_capsule_gets_the_share_of_a_cpu_that_was_chosen(world: World) -> None:
    wish = await world.wish()
    made = await world.target.create_capsule(await world.space(), wish, world.log)
    other = msgspec.structs.replace(wish, cpu_percent=made.cpu_percent + 20, memory_mb=1024)
    again = await world.target.create_capsule(await world.space(), other, world.log)
    assert (again.id, again.replicas) == (made.id, 0)
    assert (again.cpu_percent, again.memory_mb) == (other.cpu_percent, 1024)


async def test_each_kind_says_what_its_manifest_has() -> None:
    wish = CapsuleWish(
        name="a", kind="frontend", repository="1", url="u", branch="b", run="r", build="npm", output="dist"
    )
    assert manifest(wish) == {
        "manifestType": "frontend",
        "repo": {"repoId": "1", "branch": "b", "url": "u"},
        "userBuildCommand": "npm",
        "userBuildOutputDirectory": "dist",
    }
    docker = CapsuleWish(name="a", kind="docker", repository="1", url="u", branch="b", port=8080)
    assert manifest(docker)["servePort"] == "8080"


async def test_config_vars_are_merged_and_read_again(world: World) -> None:
    app = await world.app()
    await world.target.configure(app, {"OLD": Secret("kept"), "EMPTY": Secret("")}, world.log)
    await world.target.configure(app, {"ODD": Secret(ODD), "OLD": Secret("kept")}, world.log)
    found = await world.target.config(app)
    assert {name: found[name].reveal() for name in ("ODD", "OLD", "EMPTY")} == {
        "ODD": ODD,
        "OLD": "kept",
        "EMPTY": "",
    }
    (record,) = world.records("shop")
    capsule = await world.target.find_capsule(await world.space(), "shop")
    assert capsule is not None
    values = await world.target.values(capsule)
    assert values == {"APP_URL": "System", "EMPTY": "User", "ODD": "User", "OLD": "User"}
    puts = world.sandbox.facts()["seen"]["PUT /capsules/*/configs"]
    await world.target.configure(app, {"OLD": Secret("kept")}, world.log)
    assert world.sandbox.facts()["seen"]["PUT /capsules/*/configs"] == puts, "nothing changes: no restart"
    assert not any("second line" in line or "kept" in line for line in world.lines)
    assert record.config("APP_URL") is not None


async def test_where_a_capsule_is_found_is_no_secret(world: World) -> None:
    app = await world.app()
    (record,) = world.records("shop")
    (service,) = await world.target.services(app)
    endpoint = await world.target.find_endpoint(service)
    assert endpoint is not None and endpoint.url == f"http://{record.host}"
    await world.target.configure(app, {"DSN": Secret("postgres://app:pw@db/app", register=False)}, world.log)
    await world.target.config(app)
    assert redact(endpoint.url) == endpoint.url
    assert "pw" not in redact("postgres://app:pw@db/app")


async def test_system_entries_outlive_a_vendor_that_drops_what_it_is_not_sent(world: World) -> None:
    app = await world.app()
    world.sandbox.life.keeps_system = False
    await world.target.configure(app, {"GREETING": Secret("hello")}, world.log)
    (record,) = world.records("shop")
    entry = record.config("APP_URL")
    assert entry is not None and (entry.value, entry.set_by) == (record.host, "System")


async def test_system_entries_outlive_a_vendor_that_takes_none_back(world: World) -> None:
    app = await world.app()
    (record,) = world.records("shop")
    world.sandbox.life.keeps_system = False
    original = world.sandbox.life.replace_configs

    def replace(capsule: Record, given: list[Any]) -> None:
        original(capsule, [one for one in given if one.set_by != "System"])

    world.sandbox.life.replace_configs = replace  # type: ignore[method-assign]
    await world.target.configure(app, {"GREETING": Secret("hello")}, world.log)
    entry = record.config("APP_URL")
    assert entry is not None and entry.value == record.host
    assert any("APP_URL of shop (web)" in line and "set again" in line for line in world.lines)


async def test_a_config_var_that_is_not_there_afterwards_is_told(world: World) -> None:
    app = await world.app()
    world.faults.add("html", method="PUT", path="*/configs", count=None)
    world.faults.add("drop", method="PUT", path="*/configs", count=None)
    with pytest.raises(Trouble):
        await world.target.configure(app, {"GREETING": Secret("hello")}, world.log)
    world.faults.clear()
    original = world.sandbox.life.replace_configs
    world.sandbox.life.replace_configs = lambda capsule, given: original(capsule, given[:1])  # type: ignore[method-assign]
    with pytest.raises(Trouble) as caught:
        await world.target.configure(app, {"GREETING": Secret("hello"), "B": Secret("c")}, world.log)
    assert caught.value.code == "config-lost"
    assert "B" in caught.value.cause and "GREETING" in caught.value.cause


async def test_an_app_of_two_capsules_agrees_on_what_both_have(world: World) -> None:
    wish = await world.wish()
    names = {"web": "shop", "worker": "shop-worker"}
    await world.target.create_capsule(await world.space(), wish, world.log)
    half = await world.target.find_app(await world.space(), "shop", capsules=names)
    assert half is not None and half.state == "pending" and set(half.parts) == {"web"}
    await world.capsule(name="shop-worker", run="python worker.py")
    app = await world.target.find_app(await world.space(), "shop", capsules=names)
    assert app is not None and app.state == "provisioned"
    await world.target.configure(app, {"GREETING": Secret("hello")}, world.log)
    assert set(await world.target.config(app)) == {"GREETING"}, "their own addresses differ"
    assert [one.type for one in await world.target.services(app)] == ["web", "worker"]
    assert await world.target.find_app(await world.space(), "shop", capsules={"web": "other"}) is None


async def test_a_build_is_followed_and_what_it_made_is_started_and_answers(world: World) -> None:
    app = await world.app()
    await world.target.configure(app, {"GREETING": Secret("hello")}, world.log)
    capsule = await world.target.find_capsule(await world.space(), "shop")
    assert capsule is not None
    assert await world.target.under_way(app) == ""
    done = await world.target.build(capsule, world.log)
    assert (done.state, done.ref, len(done.commit)) == ("succeeded", "main", 40)
    assert await world.target.builds(capsule) == [done]
    assert any("Successfully built the image" in line for line in world.lines)
    built = [line for line in world.lines if "[builder]" in line]
    assert len(built) == len(set(built)) >= 3, "each line once"
    (web,) = await world.target.services(app)
    scaled = await world.target.scale(web, 2, 1024, world.log)
    assert (scaled.count, scaled.memory_mb) == (2, 1024)
    await world.sandbox.life.settled()
    endpoint = await world.target.create_endpoint(web, 3000, world.log)
    async with aiohttp.ClientSession() as session, session.get(endpoint.url) as said:
        assert (await said.text()).startswith("hello ")
    assert endpoint.dns_target.endswith(".ccdns.example")
    starts = dict(world.sandbox.fleet.starts)
    await world.target.restart(capsule, world.log)
    await world.sandbox.life.settled()
    assert world.sandbox.fleet.starts != starts

    async def written() -> bool:
        return "server starts" in await world.target.run_log(capsule, 1)

    await until(written)
    # Heroku's own APP_URL may be copied over the vendor's: the address is known all the same.
    await world.target.configure(app, {"APP_URL": Secret("https://acme.example")}, world.log)
    again = await world.target.find_endpoint(web)
    assert again is not None and again.url == endpoint.url
    await world.sandbox.life.settled()


async def test_a_build_that_is_under_way_is_followed(world: World) -> None:
    wish = await world.wish()
    world.sandbox.creation.builds_by_itself = True
    world.faults.add("slow-build", seconds=0.5)
    capsule = await world.target.create_capsule(await world.space(), wish, world.log)
    app = await world.target.find_app(await world.space(), "shop", capsules={"web": "shop"})
    assert app is not None and await world.target.under_way(app) == "build"
    done = await world.target.build(capsule, world.log)
    assert done.state == "succeeded"
    assert world.posts("/builds") == 0
    assert any("under way already" in line for line in world.lines)


async def test_an_old_build_in_an_unknown_state_is_not_followed_for_an_hour(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    capsule = await world.capsule()
    await world.target.build(capsule, world.log)
    await world.target.build(capsule, world.log)
    old = world.records("shop")[0].builds[0]
    old.status = "Superseded"
    over = property(lambda build: build.status in {"Succeeded", "Failed", "Superseded"})
    monkeypatch.setattr(type(old), "over", over)
    app = await world.target.find_app(await world.space(), "shop", capsules={"web": "shop"})
    assert app is not None and await world.target.under_way(app) == ""
    async with asyncio.timeout(20):
        assert (await world.target.build(capsule, world.log)).state == "succeeded"
    assert world.posts("/builds") == 3


async def test_a_build_that_fails_ends_with_its_log(world: World) -> None:
    capsule = await world.capsule()
    world.faults.add("build-fails", message="npm ERR! missing script: build")
    with pytest.raises(Trouble) as caught:
        await world.target.build(capsule, world.log)
    assert caught.value.code == "build-failed"
    assert "npm ERR! missing script: build" in caught.value.cause
    # Corrected, pushed, and built anew.
    bare_repository(world.folder, {**CODE, "README.md": "now better"})
    assert (await world.target.build(capsule, world.log)).state == "succeeded"
    assert [one.state for one in await world.target.builds(capsule)] == ["succeeded", "failed"]


async def test_a_store_of_files_is_mounted_and_known_to_be(world: World) -> None:
    capsule = await world.capsule()
    space = await world.space()
    storage = await world.target.create_storage(space, "files", 2, world.log)
    assert (storage.disk_gb, storage.bound_to) == (2, ())
    bound = await world.target.bind_storage(storage, capsule, world.log)
    assert bound.bound_to == (capsule.id,) and bound.variable == "PERSISTENT_STORAGE_DIR"
    await world.target.bind_storage(storage, capsule, world.log)
    assert world.sandbox.facts()["seen"]["PATCH /data-capsule/*/bind-to"] == 1
    assert await world.target.find_storage(space, "files") == bound
    grown = await world.target.create_storage(space, "files", 5, world.log)
    assert grown.disk_gb == 5
    assert await world.target.create_storage(space, "files", 1, world.log) == grown, "a disk never shrinks"
    assert any("5 GB, more than the 1 GB of the plan" in line for line in world.lines)
    other = await world.target.create_storage(space, "more-files", 1, world.log)
    assert other.bound_to == ()
    assert (await world.target.find_storage(space, "files")) == grown
    assert await world.target.find_storage(space, "shop") is None
    with pytest.raises(Trouble) as caught:
        await world.target.create_storage(space, "shop", 1, world.log)
    assert caught.value.code == "handle-taken"


async def test_domains_name_their_records_and_stay_where_they_are(world: World) -> None:
    await world.app()
    await world.capsule(name="shop-docs", run="python docs.py")
    space = await world.space()
    names = {"web": "shop", "docs": "shop-docs"}
    app = await world.target.find_app(space, "shop", capsules=names)
    assert app is not None
    services = {one.type: one for one in await world.target.services(app)}
    root = await world.target.create_domain(space, services["web"], "acme.example", 0, world.log)
    sub = await world.target.create_domain(space, services["web"], "www.acme.example", 0, world.log)
    assert root.addresses == ("127.0.0.1",) and sub.dns_target.startswith("shop-")
    assert (root.certificate, root.state) == ("pending", "provisioned")
    assert await world.target.create_domain(space, services["web"], "acme.example", 0, world.log) == root
    assert world.posts("/domains") == 2
    with pytest.raises(Trouble) as caught:
        await world.target.create_domain(space, services["docs"], "www.acme.example", 0, world.log)
    assert caught.value.code == "domain-elsewhere"
    with pytest.raises(Trouble) as caught:
        await world.target.create_domain(space, services["web"], "*.acme.example", 0, world.log)
    assert "Wildcard" in caught.value.cause
    world.sandbox.dns.set("www.acme.example", "CNAME", sub.dns_target)

    async def ready() -> bool:
        return (await world.target.renew_certificate(sub, world.log)).certificate == "ready"

    await until(ready)
    assert await world.target.find_domain(space, "other.example") is None


def test_words_of_a_certificate_are_taken_in_any_shape() -> None:
    for status in (
        "Active",
        True,
        {"ssl": "issued"},
        {"dns": "pending", "sslCertificate": {"status": "Ready"}},
    ):
        assert _is_there(status), status
    for status in (None, "Pending", "Inactive", False, {}, {"ssl": "pending", "dns": "ready"}, 3):
        assert not _is_there(status), status


def test_only_hosts_are_shown_as_hosts() -> None:
    bare = WebAddresses(None).bare  # type: ignore[arg-type]
    assert bare("https://Shop-1a2b.az-uk-1.ccdns.co/") == "shop-1a2b.az-uk-1.ccdns.co"
    assert bare("127.0.0.1:43211") == "127.0.0.1:43211"
    for text in ("", "a b", "user@host", "host:port", "host/path", "x" * 70):
        assert bare(text) == "", text


def test_sizes_go_back_as_they_came() -> None:
    told: dict[str, Any] = {
        "cpu": {"qty": 125, "unit": "m"},
        "memory": {"qty": "0.2", "unit": "G"},
        "storage": {"qty": 5, "unit": "Gi"},
        "replicaScale": {"qty": 2},
    }
    have = msgspec.convert(told, ProductsAnswer)
    assert (have.cpu_percent, have.memory_mb, have.disk_gb, have.count) == (12, 205, 5, 2)
    assert resized(have, count=0) == {
        "cpu": {"qty": 125.0, "unit": "m"},
        "memory": {"qty": 0.2, "unit": "G"},
        "storage": {"qty": 5.0, "unit": "Gi"},
        "replicaScale": {"qty": 0},
    }
    assert [percent_for(size, "backend") for size in (205, 512, 1024, 8192)] == [5, 13, 25, 200]
    assert percent_for(123, "frontend") == 3


def test_the_map_says_the_share_of_a_cpu_that_the_capsule_gets() -> None:
    known = profile()
    for kind, least in (("backend", 205), ("frontend", 123)):
        for memory in range(least, 8193, 41):
            choice = ProcessChoice(app_id="a", type="web", memory_mb=memory)
            assert cpu_percent(choice, known) == percent_for(memory, kind), memory


async def test_windows_of_a_log_are_padded_and_each_line_is_read_once() -> None:
    asked: list[dict[str, str]] = []
    rows = [{"time": str(10**18 + n), "log": f"line {n}", "replicaName": "b"} for n in (3, 1, 2)]

    class Answering:
        async def get(self, path: str, kind: Any, *, what: str, query: dict[str, str], clean_it: bool) -> Any:
            asked.append(query)
            return msgspec.convert({"logs": rows}, kind)

    reader = LogReader(Answering(), "/builds/1/logs", 10**9, "the log")  # type: ignore[arg-type]
    assert await reader.new(10**9 + 10) == ["line 1", "line 2", "line 3"]
    rows.append({"time": str(10**18), "log": "late", "replicaName": "b"})
    assert await reader.new(10**9 + 20, from_the_beginning=True) == ["late"]
    assert asked[0]["start"] == str((10**9 - 120) * 10**9)
    assert asked[0]["end"] == str((10**9 + 10 + 300) * 10**9)
    assert asked[0]["direction"] == "forward" and re.fullmatch(r"[0-9]+", asked[0]["limit"])


def test_lines_of_a_log_come_without_colours_and_controls() -> None:
    line = LogLine(log="\x1b[32mok\x1b[0m done\r\n\x1b]0;title\x07next\n\n")
    assert texts([line]) == ["ok done", "␛]0;title␇next"]
    assert seconds("2026-03-06T11:45:27.000Z") == seconds("2026-03-06T11:45:27.000") == 1772797527.0
    assert seconds("tomorrow") is None is seconds(None)
