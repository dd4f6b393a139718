"""Aptible's sandbox over the wire, without any client of ours: what its own tests use."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx

from providers.sandbox.aptible import AptibleSandbox
from providers.sandbox.aptible.people import ORGANIZATION, User
from providers.sandbox.faults import Faults
from providers.sandbox.tls import Certificates

CANARY = "CANARYwire4410"
IMAGE = {
    "Dockerfile": 'FROM scratch\nENV GREETING=hello\nEXPOSE 3000\nCMD ["python", "server.py"]\n',
    "server.py": (
        "import os\nfrom http.server import BaseHTTPRequestHandler, HTTPServer\n"
        "class Handler(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        print('asked for', self.path, 'of', self.headers['Host'], flush=True)\n"
        "        self.send_response(200)\n        self.end_headers()\n"
        "        self.wfile.write(os.environ['GREETING'].encode())\n"
        "    def log_message(self, *a): pass\n"
        "HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()\n"
    ),
}


PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain http: reading all authorities of this machine takes a tenth of a second a client."""


def stranger() -> httpx.AsyncClient:
    """A client that is signed in nowhere, for plain http."""
    return httpx.AsyncClient(trust_env=False, verify=PLAIN)


class Wire:
    """One signed-in user's HTTP. Every call returns status and body.

    Attributes:
        sandbox: what is talked to.
    """

    def __init__(self, sandbox: AptibleSandbox, token: str) -> None:
        self.sandbox = sandbox
        self.client = httpx.AsyncClient(
            trust_env=False, verify=PLAIN, timeout=20, headers={"Authorization": f"Bearer {token}"}
        )

    async def ask(
        self, method: str, path: str, body: Any = None, *, auth: bool = False, **query: Any
    ) -> tuple[int, Any]:
        """`auth`: the auth API instead of the deploy API."""
        root = self.sandbox.hosts["auth" if auth else "api"]
        answer = await self.client.request(method, f"{root}{path}", json=body, params=query)
        return answer.status_code, answer.json() if answer.content else None

    async def get(self, path: str, *, auth: bool = False, **query: Any) -> Any:
        status, body = await self.ask("GET", path, auth=auth, **query)
        assert status == 200, (path, status, body)
        return body

    async def bare(self, path: str) -> Any:
        """With the header that leaves secrets out."""
        root = self.sandbox.hosts["api"]
        return (await self.client.get(f"{root}{path}", headers={"Prefer": "no_sensitive_extras=true"})).json()

    async def rows(self, path: str, name: str = "", **query: Any) -> list[Any]:
        body = await self.get(path, **query)
        rows: list[Any] = body["_embedded"][name or path.rpartition("/")[2]]
        return rows

    async def make(self, path: str, body: Any) -> Any:
        status, made = await self.ask("POST", path, body)
        assert status == 201, (path, status, made)
        return made

    async def start(self, path: str, kind: str, **body: Any) -> Any:
        return await self.make(f"{path}/operations", {"type": kind, **body})

    async def run(self, path: str, kind: str, *, fails: bool = False, **body: Any) -> str:
        """One operation to its end; returns its log."""
        operation = await self.start(path, kind, **body)
        async with asyncio.timeout(30):
            while True:
                status, operation = await self.ask("GET", f"/operations/{operation['id']}")
                if status == 404 or operation["status"] in {"succeeded", "failed"}:
                    break
                await asyncio.sleep(0.01)
        if status == 404:
            return ""
        log = await self.log(operation["id"])
        assert operation["status"] == ("failed" if fails else "succeeded"), log
        return log

    async def log(self, operation: int) -> str:
        root = self.sandbox.hosts["api"]
        address = (await self.client.get(f"{root}/operations/{operation}/logs")).text
        async with stranger() as client:
            return (await client.get(address)).text

    async def account(self, handle: str = "acme", *, stack: int = 2) -> Any:
        kind = "production" if stack == 3 else "development"
        body = {"handle": handle, "organization_id": ORGANIZATION, "type": kind, "stack_id": stack}
        return await self.make("/accounts", body)

    async def image_app(self, folder: Path, *, account: Any = None, name: str = "acme/shop:v1") -> Any:
        """An app of a Docker image that is deployed and answers on port 3000; its service is `cmd`."""
        write_image(folder, IMAGE)
        self.sandbox.images.publish(name, folder)
        account = account or await self.account()
        app = await self.make(f"/accounts/{account['id']}/apps", {"handle": "shop"})
        settings = {"APTIBLE_DOCKER_IMAGE": name}
        await self.run(f"/apps/{app['id']}", "deploy", settings=settings, env={"PORT": "3000"})
        return await self.get(f"/apps/{app['id']}")

    async def database(self, kind: str, version: str, handle: str = "db", *, account: Any = None) -> Any:
        """A provisioned database."""
        images = await self.rows("/database_images", per_page=5000)
        image = next(item for item in images if (item["type"], item["version"]) == (kind, version))
        account = account or await self.account()
        body = {"handle": handle, "type": kind, "database_image_id": image["id"]}
        made = await self.make(f"/accounts/{account['id']}/databases", body)
        await self.run(f"/databases/{made['id']}", "provision", container_size=1024, disk_size=10)
        return await self.get(f"/databases/{made['id']}")


def write_image(folder: Path, files: dict[str, str]) -> None:
    """A folder that an image of the sandbox's registry stands for."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@contextlib.asynccontextmanager
async def aptible_wire(
    folder: Path, *, pace: float = 0.005, prepare: Callable[[AptibleSandbox], None] | None = None
) -> AsyncIterator[Wire]:
    """A sandbox, and its owner signed in."""
    sandbox = AptibleSandbox(
        folder / "aptible",
        faults=Faults(),
        certificates=Certificates(folder / "tls"),
        canary=CANARY,
        pace=pace,
    )
    if prepare is not None:
        prepare(sandbox)
    # What these tests start does not crash at once, so nobody has to wait whether it does.
    sandbox.rollout.settle = 0.05
    await sandbox.start()
    wire = signed_in(sandbox, sandbox.tokens.person)
    try:
        yield wire
    finally:
        await wire.client.aclose()
        await sandbox.stop()


def signed_in(sandbox: AptibleSandbox, user: User | str, **token: Any) -> Wire:
    """Somebody else's HTTP; the caller closes its `client`, or lets the test's end do it."""
    person = sandbox.tokens.people.by_name[user] if isinstance(user, str) else user
    return Wire(sandbox, sandbox.tokens.issue(person, **token).value)
