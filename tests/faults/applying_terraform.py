"""Run as a program called `terraform`: does what Aptible's provider does with the files of this folder.

The provider itself is not to be had on every machine. So `init`, `import`, `plan` and `apply` are played: the
files are read by python-hcl2, their expressions are worked out, and what they say is made through Aptible's
API, in the provider's order (aptible/terraform-provider-aptible, aptible/resource_*.go). What was imported or
made is kept in `terraform.tfstate`; what is not there is made anew, and Aptible refuses a handle that is
taken. A database or log drain that is not as the files say ends it: Terraform would change or replace it.

Besides Terraform's own variables the environment has APTIBLE_API and APTIBLE_TOKEN.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import httpx

PATIENCE = 120.0
"""Seconds for one operation."""

Body = dict[str, Any]


class Api:
    """Aptible's deploy API, as far as the provider takes it."""

    def __init__(self) -> None:
        self._client = httpx.Client(
            base_url=os.environ["APTIBLE_API"],
            headers={"Authorization": f"Bearer {os.environ['APTIBLE_TOKEN']}"},
            timeout=30,
            trust_env=False,
        )

    def get(self, path: str) -> Body:
        return self._said(self._client.get(path))

    def listed(self, path: str, name: str) -> list[Body]:
        return list(self.get(f"{path}?per_page=1000")["_embedded"][name])

    def post(self, path: str, body: Body) -> Body:
        return self._said(self._client.post(path, json=body))

    def put(self, path: str, body: Body) -> None:
        self._said(self._client.put(path, json=body))

    def run(self, resource: str, body: Body) -> None:
        """An operation, to its end."""
        number = self.post(f"/{resource}/operations", body)["id"]
        end = time.monotonic() + PATIENCE
        while (status := self.get(f"/operations/{number}")["status"]) in ("queued", "running"):
            if time.monotonic() > end:
                sys.exit(f"Error: operation {number} of {resource} does not end")
            time.sleep(0.05)
        if status != "succeeded":
            sys.exit(f"Error: operation {number} of {resource} {status}: {self._log(number)}")

    def _log(self, number: int) -> str:
        where = self._client.get(f"/operations/{number}/logs").text
        return httpx.get(where, trust_env=False).text[-1500:]

    def _said(self, answer: httpx.Response) -> Body:
        if answer.status_code >= 400:
            sys.exit(f"Error: {answer.request.method} {answer.request.url.path}: {answer.text[:300]}")
        return dict(answer.json()) if answer.content else {}


class Configuration:
    """The files of a folder: blocks by address, and the values of variables."""

    def __init__(self, folder: Path) -> None:
        self.resources: dict[str, Body] = {}
        self.variables: dict[str, Any] = {}
        self.environment: Any = None
        for path in sorted(folder.glob("*.tf")):
            told = hcl2.loads(path.read_text(encoding="utf-8"))
            for type_, label, body in _blocks(told.get("resource", [])):
                self.resources[f"{type_}.{label}"] = body
            for _, _, body in _blocks(told.get("data", [])):
                self.environment = body["handle"]
            for block in told.get("variable", []):
                for name, body in block.items():
                    self._variable(_plain(name), body)

    def _variable(self, name: str, body: Body) -> None:
        if (given := os.environ.get(f"TF_VAR_{name}")) is not None:
            self.variables[name] = given
        elif "default" in body:
            default = body["default"]
            self.variables[name] = _plain(default) if isinstance(default, str) else default

    def missing(self) -> list[str]:
        """Variables that are named and have no value."""
        named = re.findall(r"var\.(\w+)", json.dumps(self.resources) + str(self.environment))
        return sorted(set(named) - set(self.variables))


class Terraform:
    """One run of the program."""

    def __init__(self, folder: Path) -> None:
        self.configuration = Configuration(folder)
        self._state_file = folder / "terraform.tfstate"
        self.state: dict[str, int] = (
            json.loads(self._state_file.read_text()) if self._state_file.exists() else {}
        )
        self._api = Api()
        self._attributes: dict[str, Body] = {}
        self._account = 0

    def adopt(self, address: str, number: str) -> None:
        """`terraform import`."""
        if address not in self.configuration.resources:
            sys.exit(f'Error: resource address "{address}" does not exist in the configuration')
        self._keep(address, int(number))

    def apply(self, targets: list[str]) -> None:
        """`terraform apply`, of all or of some addresses with what they hang on."""
        if missing := self.configuration.missing():
            sys.exit(f"Error: No value for required variable: {', '.join(missing)}")
        handle = self._value(self.configuration.environment)
        accounts = self._api.listed("/accounts", "accounts")
        self._account = next(int(one["id"]) for one in accounts if one["handle"] == handle)
        for address in targets or self.configuration.resources:
            self._made(address)

    def _made(self, address: str) -> Body:
        """The attributes of a resource, which is made or changed first."""
        if address not in self._attributes:
            body = self.configuration.resources[address]
            make = {
                "aptible_database": self._database,
                "aptible_app": self._app,
                "aptible_endpoint": self._endpoint,
                "aptible_log_drain": self._drain,
            }[address.partition(".")[0]]
            self._attributes[address] = make(address, body)
        return self._attributes[address]

    def _database(self, address: str, body: Body) -> Body:
        wanted = {name: self._value(body[name]) for name in body if name not in ("env_id", "lifecycle")}
        if address not in self.state:
            # Its handle is taken where Offramp made it, and Aptible says so.
            made = self._api.post(
                f"/accounts/{self._account}/databases",
                {"handle": wanted["handle"], "type": wanted["database_type"]},
            )
            self._keep(address, made["id"])
        there = self._api.get(f"/databases/{self.state[address]}")
        image = self._api.get(_path(there["_links"]["database_image"]["href"]))
        _want_same(
            address,
            wanted,
            {
                "handle": there["handle"],
                "database_type": there["type"],
                "version": image["version"],
                "container_size": there["initial_container_size"],
                "disk_size": there["initial_disk_size"],
                "container_profile": wanted.get("container_profile"),
            },
        )
        credentials = there["_embedded"]["database_credentials"]
        return {
            "default_connection_url": next(one["connection_url"] for one in credentials if one["default"]),
            "connection_urls": [one["connection_url"] for one in credentials],
        }

    def _app(self, address: str, body: Body) -> Body:
        config = {name: self._value(value) for name, value in _entries(body.get("config", {}))}
        settings = {"APTIBLE_DOCKER_IMAGE": self._value(body["docker_image"])}
        sensitive = {
            f"APTIBLE_PRIVATE_REGISTRY_{name.upper()}": value
            for name in ("username", "password")
            if (value := self._value(body.get(f"private_registry_{name}")))
        }
        if address not in self.state:
            handle = {"handle": self._value(body["handle"])}
            self._keep(address, self._api.post(f"/accounts/{self._account}/apps", handle)["id"])
        number = self.state[address]
        if self._differs(number, config, settings):
            deploy = {"type": "deploy", "env": config, "settings": settings, "sensitive_settings": sensitive}
            self._api.run(f"apps/{number}", deploy)
        self._services(number, [block for block in body.get("service", []) if isinstance(block, dict)])
        return {"app_id": number}

    def _differs(self, number: int, config: Body, settings: Body) -> bool:
        app = self._api.get(f"/apps/{number}")
        configurations = self._api.listed(f"/apps/{number}/configurations", "configurations")
        current = next((one["env"] or {} for one in configurations), {})
        deployed = self._api.listed(f"/apps/{number}/settings", "settings")
        image = next(((one.get("settings") or {}) for one in deployed), {})
        return app["status"] != "provisioned" or current != config or image != settings

    def _services(self, number: int, blocks: list[Body]) -> None:
        there = {one["process_type"]: one for one in self._api.listed(f"/apps/{number}/services", "services")}
        for block in blocks:
            wanted = {name: self._value(value) for name, value in block.items() if name[:2] != "__"}
            service = there.get(wanted["process_type"])
            if service is None:
                sys.exit(f"Error: there is no service with the process type {wanted['process_type']}")
            self._api.put(f"/services/{service['id']}", {"stop_timeout": wanted["stop_timeout"]})
            size = (wanted["container_count"], wanted["container_memory_limit"])
            if size != (service["container_count"], service["container_memory_limit_mb"]):
                scale: Body = {"type": "scale", "container_count": size[0], "container_size": size[1]}
                if "container_profile" in wanted:
                    scale["instance_profile"] = wanted["container_profile"]
                self._api.run(f"services/{service['id']}", scale)

    def _endpoint(self, address: str, body: Body) -> Body:
        if address not in self.state:
            app = self._value(body["resource_id"])
            services = self._api.listed(f"/apps/{app}/services", "services")
            wanted = self._value(body["process_type"])
            service = next(one for one in services if one["process_type"] == wanted)
            vhost = {
                "type": "http",
                "platform": "alb",
                "default": bool(self._value(body.get("default_domain"))),
                "acme": bool(self._value(body.get("managed"))),
                "internal": False,
                "container_port": self._value(body["container_port"]),
                **({"user_domain": self._value(body["domain"])} if "domain" in body else {}),
            }
            self._keep(address, self._api.post(f"/services/{service['id']}/vhosts", vhost)["id"])
            self._api.run(f"vhosts/{self.state[address]}", {"type": "provision"})
        there = self._api.get(f"/vhosts/{self.state[address]}")
        return {"virtual_domain": there["virtual_domain"], "external_hostname": there["external_host"]}

    def _drain(self, address: str, body: Body) -> Body:
        wanted = {name: self._value(body[name]) for name in body if name[:2] != "__" and name != "env_id"}
        if address not in self.state:
            made = self._api.post(f"/accounts/{self._account}/log_drains", wanted)
            self._keep(address, made["id"])
            self._api.run(f"log_drains/{made['id']}", {"type": "provision"})
        there = self._api.get(f"/log_drains/{self.state[address]}")
        _want_same(address, wanted, there)
        return {}

    def _keep(self, address: str, number: int) -> None:
        self.state[address] = int(number)
        self._state_file.write_text(json.dumps(self.state))

    def _value(self, told: Any) -> Any:
        if isinstance(told, str):
            return self._worked_out(told[2:-1]) if told.startswith("${") else _plain(told)
        return told

    def _worked_out(self, text: str) -> Any:
        """An expression of the kinds that Offramp writes."""
        text = text.strip()
        if found := re.fullmatch(r"var\.(\w+)", text):
            return self.configuration.variables[found[1]]
        if text == "data.aptible_environment.this.env_id":
            return self._account
        if found := re.fullmatch(r"(aptible_\w+\.[\w-]+)\.(\w+)", text):
            return self._made(found[1])[found[2]]
        if found := re.fullmatch(r"replace\((.+?), (\"[^\"]*\"), (.+)\)", text):
            old, new = _plain(found[2]), self._worked_out(found[3])
            return self._worked_out(found[1]).replace(old, new)
        pattern = r"\[for url in (\S+) : url if startswith\(url, \"(\w+://)\"\)\]\[0\]"
        if found := re.fullmatch(pattern, text):
            return next(one for one in self._worked_out(found[1]) if one.startswith(found[2]))
        raise NotImplementedError(text)


def _blocks(told: list[Any]) -> Iterator[tuple[str, str, Body]]:
    for block in told:
        for type_, labels in block.items():
            if type_[:2] != "__":
                yield from ((_plain(type_), _plain(label), body) for label, body in labels.items())


def _entries(told: Body) -> Iterator[tuple[str, Any]]:
    yield from ((_plain(name), value) for name, value in told.items() if name[:2] != "__")


def _plain(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


def _path(href: str) -> str:
    return "/" + href.split("/", 3)[3]


def _want_same(address: str, wanted: Body, there: Body) -> None:
    other = {
        name: (value, there.get(name))
        for name, value in wanted.items()
        if name[:2] != "__" and value != there.get(name)
    }
    if other:
        sys.exit(f"Error: {address} would be changed or replaced: {other}")


def main(words: list[str]) -> None:
    terraform = Terraform(Path.cwd())
    match words:
        case ["init"]:
            print("Terraform has been successfully initialized!")
        case ["import", address, number]:
            terraform.adopt(address, number)
            print("Import successful!")
        case ["plan"]:
            if missing := terraform.configuration.missing():
                sys.exit(f"Error: No value for required variable: {', '.join(missing)}")
            made = [one for one in terraform.configuration.resources if one not in terraform.state]
            print(f"Plan: {len(made)} to add: {', '.join(made)}")
        case ["apply", *targets]:
            terraform.apply([one.removeprefix("-target=") for one in targets])
            print("Apply complete!")
        case _:
            sys.exit(f"Error: {words}")


if __name__ == "__main__":
    main(sys.argv[1:])
