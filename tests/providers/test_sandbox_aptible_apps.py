"""The sandbox's Aptible: apps of Docker images and of git, their settings, deployments and services."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.aptible_wire import IMAGE, Wire, aptible_wire, signed_in, write_image
from tests.providers.local_git import git, make_repository

DETACH = "0" * 40


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with aptible_wire(short_folder) as made:
        yield made


async def new_app(wire: Wire) -> str:
    account = await wire.account()
    app = await wire.make(f"/accounts/{account['id']}/apps", {"handle": "shop"})
    return f"/apps/{app['id']}"


def push(wire: Wire, here: str, folder: Path, files: dict[str, str]) -> str:
    """Into the bare repository directly; returns the commit."""
    commit = make_repository(folder, files)
    bare = wire.sandbox.git.repository(wire.sandbox.world.apps[int(here.rpartition("/")[2])])
    git(folder, "push", "--quiet", str(bare), f"{commit}:refs/heads/deploy-{commit[:8]}")
    return commit


async def test_an_image_is_pulled_with_the_right_password_only(wire: Wire, tmp_path: Path) -> None:
    write_image(tmp_path, {**IMAGE, ".aptible/Procfile": "web: python server.py\n"})
    store = wire.sandbox.images
    store.publish("registry.example/acme/shop:v1", tmp_path, username="ci", password="good")
    here = await new_app(wire)
    image = {"APTIBLE_DOCKER_IMAGE": "registry.example/acme/shop:v1"}
    right = {"APTIBLE_PRIVATE_REGISTRY_USERNAME": "ci", "APTIBLE_PRIVATE_REGISTRY_PASSWORD": "good"}
    wrong = {**right, "APTIBLE_PRIVATE_REGISTRY_PASSWORD": "bad"}
    assert "There is nothing to deploy" in await wire.run(here, "deploy", fails=True)
    assert "pull access denied" in await wire.run(here, "deploy", fails=True, settings=image)
    said = await wire.run(here, "deploy", fails=True, settings=image, sensitive_settings=wrong)
    assert "unauthorized: incorrect username or password" in said
    unknown = {"APTIBLE_DOCKER_IMAGE": "registry.example/acme/shop:v9"}
    said = await wire.run(here, "deploy", fails=True, settings=unknown, sensitive_settings=right)
    assert "manifest unknown" in said
    env = {"PORT": "3000"}
    await wire.run(here, "deploy", settings=image, sensitive_settings=right, env=env, container_size=512)
    (service,) = await wire.rows(f"{here}/services")
    assert (service["process_type"], service["container_memory_limit_mb"]) == ("web", 512)
    # Settings are kept, secrets among them shown only to who asks for them and may.
    setting = (await wire.get(here))["_links"]["current_setting"]["href"].removeprefix(
        wire.sandbox.hosts["api"]
    )
    assert (await wire.get(setting))["sensitive_settings"] == right
    assert "sensitive_settings" not in await wire.bare(setting)
    assert "sensitive_settings" not in await signed_in(wire.sandbox, "deployer").get(setting)
    assert (await wire.bare(setting))["settings"] == image
    write_image(tmp_path, {"server.py": "# another\n" + IMAGE["server.py"]})
    await wire.run(here, "deploy")
    first, second = (item["docker_ref"] for item in await wire.rows(f"{here}/images"))
    assert first != second and first.startswith("sha256:")
    assert wire.sandbox.facts()["image_pulls"] == ["registry.example/acme/shop:v1"] * 2
    statuses = [item["status"] for item in await wire.rows(f"{here}/deployments")]
    assert statuses == ["succeeded"] * 2 + ["failed"] * 4


async def test_from_git_to_an_image_and_back(wire: Wire, tmp_path: Path) -> None:
    here = await new_app(wire)
    old = push(wire, here, tmp_path / "code", IMAGE)
    new = push(wire, here, tmp_path / "code", {**IMAGE, "Procfile": "web: python server.py\n"})
    assert "was not found" in await wire.run(here, "deploy", fails=True, git_ref="deploy-none")
    await wire.run(here, "deploy", git_ref=old, env={"PORT": "3000"})
    await wire.run(here, "deploy", git_ref=f"deploy-{new[:8]}")
    assert (await wire.get(here))["deployment_method"] == "git"
    write_image(tmp_path / "image", IMAGE)
    wire.sandbox.images.publish("acme/shop", tmp_path / "image")
    image = {"APTIBLE_DOCKER_IMAGE": "acme/shop:latest"}
    assert "Detach the app from git" in await wire.run(here, "deploy", fails=True, settings=image)
    await wire.run(here, "deploy", settings=image, git_ref=DETACH)
    shown = await wire.get(here)
    assert shown["deployment_method"] == "docker"
    assert [item["process_type"] for item in shown["_embedded"]["services"]] == ["cmd"]
    # Back to an older commit: a rollback is a deploy of what was there before.
    await wire.run(here, "deploy", git_ref=old)
    rows = await wire.rows(f"{here}/deployments")
    done = [(row["git_commit_sha"], row["docker_image"]) for row in rows if row["status"] == "succeeded"]
    assert done == [(old, None), (None, "acme/shop:latest"), (new, None), (old, None)]
    await wire.run(here, "rebuild")
    await wire.run(here, "restart")


async def test_the_older_way_by_environment_warns(wire: Wire, tmp_path: Path) -> None:
    write_image(tmp_path, IMAGE)
    wire.sandbox.images.publish("acme/shop:v1", tmp_path)
    here = await new_app(wire)
    said = await wire.run(
        here, "deploy", env={"APTIBLE_DOCKER_IMAGE": "docker.io/acme/shop:v1", "PORT": "3000"}
    )
    assert "WARN -- : APTIBLE_DOCKER_IMAGE as an environment variable is deprecated" in said


async def test_configuration_is_merged_deleted_and_large(wire: Wire) -> None:
    here = await new_app(wire)
    await wire.run(here, "configure", env={"A": "1", "B": "2"})
    large = "x" * 32 * 1024
    await wire.run(here, "configure", env={"B": "", "C": large, **{f"L{at}": large for at in range(60)}})
    current = (await wire.get(here))["_links"]["current_configuration"]["href"].removeprefix(
        wire.sandbox.hosts["api"]
    )
    env = (await wire.get(current))["env"]
    assert env["A"] == "1" and "B" not in env and env["C"] == large and len(env) == 62
    assert "env" not in await wire.bare(current)
    assert len(await wire.rows(f"{here}/configurations")) == 2
    made = await wire.make(f"{here}/configurations", {"env": {"A": ""}})
    assert "A" not in made["env"]
    assert json.dumps(wire.sandbox.facts()).count(large) == 0


async def test_a_scan_looks_without_deploying(wire: Wire, tmp_path: Path) -> None:
    here = await new_app(wire)
    files = {"Procfile": "web: x\n", "requirements.txt": "", "package.json": "{}"}
    commit = push(wire, here, tmp_path / "code", files)
    await wire.run(here, "scan_code", git_ref=commit)
    (scan,) = await wire.rows(f"{here}/code_scan_results")
    assert (scan["dockerfile_present"], scan["procfile_data"]) == (False, "web: x\n")
    assert scan["languages_detected"] == ["python", "javascript"]
    (operation,) = await wire.rows(f"{here}/operations")
    linked = operation["_links"]["code_scan_result"]["href"]
    assert linked.endswith(f"/code_scan_results/{scan['id']}")
    assert "was not found" in await wire.run(here, "scan_code", fails=True, git_ref="f" * 40)
    assert await wire.rows(f"{here}/services") == []


async def test_services_have_settings_limits_and_autoscaling(wire: Wire, tmp_path: Path) -> None:
    app = await wire.image_app(tmp_path)
    (service,) = await wire.rows(f"/apps/{app['id']}/services")
    here = f"/services/{service['id']}"
    status, changed = await wire.ask("PUT", here, {"stop_timeout": 60, "force_zero_downtime": True})
    assert (status, changed["stop_timeout"], changed["force_zero_downtime"]) == (200, 60, True)
    assert (await wire.ask("PUT", here, {"stop_timeout": 901}))[0] == 422
    for body in ({"container_count": 33}, {"container_size": 1000}, {"instance_profile": "c"}):
        assert (await wire.ask("POST", f"{here}/operations", {"type": "scale", **body}))[0] == 422
    await wire.run(here, "scale", container_count=2, container_size=2048)
    shown = await wire.get(here)
    assert (shown["container_count"], shown["container_memory_limit_mb"]) == (2, 2048)
    old, new = reversed(await wire.rows(f"{here}/releases", with_deleted="true"))
    assert len(await wire.rows(f"/releases/{new['id']}/containers")) == 2
    (container,) = await wire.rows(f"/releases/{old['id']}/containers")
    assert (await wire.get(f"/containers/{container['id']}"))["status"] == "stopped"
    policies = f"{here}/service_sizing_policies"
    horizontal = {"autoscaling": "horizontal", "min_containers": 1, "max_containers": 4}
    status, said = await wire.ask("POST", policies, horizontal)
    assert (status, said["message"]) == (422, "Min cpu threshold can't be blank")
    horizontal |= {"min_cpu_threshold": 0.1, "max_cpu_threshold": 0.8}
    made = await wire.make(policies, {**horizontal, "percentile": 95})
    assert (made["metric_lookback_seconds"], made["percentile"]) == (1800, 95)
    assert (await wire.ask("POST", policies, horizontal))[0] == 422
    status, changed = await wire.ask("PUT", policies, horizontal)
    assert (status, changed["percentile"], changed["id"]) == (200, 99.0, made["id"])
    assert (await wire.ask("PUT", policies, {"autoscaling": "vertical"}))[0] == 422
    assert (await wire.ask("DELETE", f"{here}/service_sizing_policy"))[0] == 204
    assert await wire.rows(policies) == []


async def test_a_scale_is_whole_or_not_at_all(wire: Wire, tmp_path: Path) -> None:
    line = 'test "$APTIBLE_CONTAINER_SIZE" = 4096 && exit 3; echo "size $APTIBLE_CONTAINER_SIZE"; sleep 60'
    write_image(tmp_path, {"Dockerfile": f"FROM scratch\nCMD {line}\n"})
    wire.sandbox.images.publish("acme/shop:v1", tmp_path)
    account = await wire.account(stack=3)
    app = await wire.make(f"/accounts/{account['id']}/apps", {"handle": "shop"})
    image = {"APTIBLE_DOCKER_IMAGE": "acme/shop:v1"}
    await wire.run(f"/apps/{app['id']}", "deploy", settings=image)
    (service,) = await wire.rows(f"/apps/{app['id']}/services")
    here = f"/services/{service['id']}"
    await wire.run(here, "scale", container_size=2048)
    async with asyncio.timeout(10):
        while "cmd.1: size 2048" not in wire.sandbox.app_log("shop"):
            await asyncio.sleep(0.02)
    wire.sandbox.rollout.settle = 10  # the containers end at once
    too_much = {"container_count": 2, "container_size": 4096, "instance_profile": "c"}
    assert "exited with status 3" in await wire.run(here, "scale", fails=True, **too_much)
    shown = await wire.get(here)
    sizes = (shown["container_count"], shown["container_memory_limit_mb"], shown["instance_class"])
    assert sizes == (1, 2048, "m5")


async def test_prices_plans_and_a_stack_of_ones_own(wire: Wire) -> None:
    stacks = {item["id"]: item for item in await wire.rows("/stacks")}
    shared, own = stacks[2], stacks[3]
    assert (shared["public"], "organization" in shared["_links"]) == (True, False)
    assert (own["public"], own["allow_r_instance_profile"]) == (False, True)
    assert own["outbound_ip_addresses"] == ["198.51.100.7"] != shared["outbound_ip_addresses"]
    organization = own["_links"]["organization"]["href"].rpartition("/")[2]
    rates = await wire.get(f"/costs/{organization}/rates")
    assert rates["m_class_gb_per_hour"] == 0.08
    (active,) = await wire.rows("/active_plans", organization_id=organization)
    plan = await wire.get(active["_links"]["plan"]["href"].removeprefix(wire.sandbox.hosts["api"]))
    assert (plan["name"], plan["cost_cents"]) == ("production", 49900)
    account = await wire.account("acme-own", stack=3)
    assert account["type"] == "production" and "BEGIN CERTIFICATE" in account["ca_body"]
    status, said = await wire.ask(
        "POST",
        f"/accounts/{account['id']}/backup_retention_policies",
        {"daily": 7, "make_copy": False},
    )
    assert (status, said["daily"], said["make_copy"], said["monthly"]) == (201, 7, False, 12)
