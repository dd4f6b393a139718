"""What the tests of the sandbox's Code Capsules share: a sandbox, and somebody who speaks HTTP to it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from providers.sandbox.code_capsules import CodeCapsulesSandbox
from providers.sandbox.code_capsules.named_faults import CapsuleFaults
from providers.sandbox.tls import Certificates
from tests.providers.local_git import git, make_repository

CANARY = "CANARYcap4412"
URL = "https://github.com/acme/migrate"
HEADERS = {"x-auth-transport": "body"}
LOGIN = {"type": "[User] Login Initiated"}
SERVER = """\
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
print("server starts", flush=True)
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = (os.environ.get("GREETING", "none") + " " + os.environ.get("APP_URL", "")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
CODE = {"requirements.txt": "", "Procfile": "web: python server.py\n", "server.py": SERVER}


@dataclass
class Wire:
    """Somebody with a token. `status` is that of the last answer."""

    sandbox: CodeCapsulesSandbox
    session: aiohttp.ClientSession
    token: str = ""
    status: int = 0
    space: dict[str, Any] = field(default_factory=dict)

    async def ask(self, method: str, url: str, body: Any = None, **headers: str) -> Any:
        """The decoded answer; None for an empty one."""
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(method, url, json=body, headers={**signed, **headers}) as said:
            self.status = said.status
            text = await said.read()
            return await said.json(content_type=None) if text else None

    async def log_in(self, who: str = "", **headers: str) -> Any:
        words = self.sandbox.credentials
        body = {**LOGIN, "email": words[f"{who}email"], "password": words[f"{who}password"]}
        key = {"X-Api-Key": self.sandbox.hosts["application_key"], **HEADERS, **headers}
        self.token = ""
        said = await self.ask("POST", f"{self.sandbox.hosts['login']}/api/auth/login", body, **key)
        if self.status == 200:
            self.token = said["token"]
        return said

    async def main(self, method: str, path: str, body: Any = None) -> Any:
        """`data` of what the first main host answers, or its error."""
        said = await self.ask(method, self.sandbox.hosts["api"] + path, body)
        return said["data"] if self.status < 300 else said

    async def cluster(self, method: str, path: str, body: Any = None) -> Any:
        """Of the cluster of `space`; `{ns}` in the path is its namespace."""
        root = self.space["cluster"]["clusterApiEndpoint"]
        return await self.ask(method, root + path.replace("{ns}", self.space["namespaceKey"]), body)

    async def make_space(self, name: str = "shop", **more: str) -> dict[str, Any]:
        teams = await self.main("GET", "/teams")
        team = next(item["id"] for item in teams if item["slug"] == "acme")
        self.space = await self.main("POST", "/spaces/", {"name": name, "teamId": team, **PLACE, **more})
        return self.space

    async def make_data(self, engine: str, name: str = "store") -> Any:
        """A data capsule, created on the cluster; the answer."""
        manifest = {"manifestType": "data", "dataType": engine, "name": name}
        wish = {"name": name, "description": "", "manifest": manifest}
        return await self.cluster("POST", "/namespaces/{ns}/capsules", wish)

    async def make_app(
        self, name: str = "web", kind: str = "backend", *, replicas: int = 0, **more: Any
    ) -> Any:
        """An app capsule of the linked repository; the answer."""
        (repo,) = await self.main("GET", "/git/repo/connected")
        manifest = {
            "manifestType": kind,
            "repo": {"repoId": repo["id"], "branch": "main", "url": repo["url"]},
            **more,
        }
        wish = {"name": name, "description": "", "manifest": manifest, "products": sizes(replicas)}
        return await self.cluster("POST", "/namespaces/{ns}/capsules", wish)

    async def list(self) -> list[dict[str, Any]]:
        return list((await self.cluster("GET", "/namespaces/{ns}/capsules"))["capsules"])

    async def build(self, capsule: str) -> tuple[str, str]:
        """Build a capsule to the end; the status, and its log."""
        began = await self.cluster("POST", f"/capsules/{capsule}/builds", {})
        assert self.status == 200, began

        async def over() -> bool:
            (build, *_) = (await self.cluster("GET", f"/capsules/{capsule}/builds"))["builds"]
            return build["id"] == began["id"] and build["finishedOn"] is not None

        await until(over)
        (build, *_) = (await self.cluster("GET", f"/capsules/{capsule}/builds"))["builds"]
        return build["status"], await self.log(f"/builds/{build['id']}/logs")

    async def log(self, path: str) -> str:
        now = time.time_ns()
        window = f"start={now - 120 * 10**9}&end={now + 10**9}&direction=forward&limit=500"
        said = await self.cluster("GET", f"{path}?{window}")
        return "\n".join(line["log"] for line in said["data"]["logs"])

    async def scale(self, capsule: str, replicas: int) -> Any:
        said = await self.cluster("PATCH", f"/capsules/{capsule}/products", sizes(replicas))
        await self.sandbox.life.settled()
        return said

    async def page(self, capsule: str) -> tuple[int, str]:
        """What the capsule's own address answers."""
        found = self.sandbox.world.capsules[capsule]
        async with self.session.get(f"http://{found.host}/") as said:
            return said.status, await said.text()


PLACE = {"clusterId": "az-uk-1"}


def sizes(replicas: int, **more: Any) -> dict[str, Any]:
    return {
        "cpu": {"qty": 100, "unit": "m"},
        "memory": {"qty": 0.5, "unit": "G"},
        "storage": {"qty": 0, "unit": "G"},
        "replicaScale": {"qty": replicas},
        **more,
    }


async def until(true: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait until `true`, which may be a coroutine function, says so."""
    async with asyncio.timeout(seconds):
        while True:
            said = true()
            if (await said) if asyncio.iscoroutine(said) else said:
                return
            await asyncio.sleep(0.02)


def bare_repository(folder: Path, files: dict[str, str]) -> Path:
    """A work tree in `folder`/code with these files, and the bare repository that it was pushed to."""
    code, bare = folder / "code", folder / "migrate.git"
    for name in files:
        (code / name).parent.mkdir(parents=True, exist_ok=True)
    make_repository(code, files)
    if not bare.exists():
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    git(code, "push", "--quiet", "--force", str(bare), "HEAD:refs/heads/main")
    return bare


@contextlib.asynccontextmanager
async def capsules_wire(folder: Path, *, pace: float = 0.02) -> AsyncIterator[Wire]:
    """Start a sandbox, sign in, make a space; stop all."""
    sandbox = CodeCapsulesSandbox(
        folder / "code-capsules",
        faults=CapsuleFaults(),
        certificates=Certificates(folder / "tls"),
        canary=CANARY,
        pace=pace,
    )
    await sandbox.start()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            wire = Wire(sandbox, session)
            await wire.log_in()
            await wire.make_space()
            yield wire
    finally:
        await sandbox.stop()
