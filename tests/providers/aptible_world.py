"""What the tests of the Aptible provider share: a sandbox, a signed-in target, an app to push."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from providers.aptible.client import Patience
from providers.aptible.target import AptibleTarget
from providers.sandbox.aptible import AptibleSandbox
from providers.sandbox.faults import Faults
from providers.sandbox.tls import Certificates
from tests.providers.local_git import git, make_repository
from tests.providers.local_http import served
from wizard.model.secret import Secret
from wizard.ports import Environment, TargetApp

__all__ = ["APP", "CANARY", "QUICK", "World", "aptible_world", "git", "make_repository", "served"]

CANARY = "CANARYapt7781"
QUICK = Patience(
    retries=(0.01, 0.02, 0.03),
    looks=(0.05, 0.1),
    log=(0.01, 0.02, 0.03),
    poll_first=0.02,
    poll_most=0.1,
    outage=1.0,
    answer=5.0,
)

DOCKERFILE = """\
FROM python:3.11-slim
WORKDIR /app
COPY . /app
RUN pip install -r requirements.txt
EXPOSE 3000
"""
SERVER = """\
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
print("server starts", flush=True)
if os.environ.get("BROKEN"):
    print("cannot start: BROKEN is set", flush=True)
    sys.exit(3)
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"greeting={os.environ.get('GREETING')} from {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
APP = {
    "Dockerfile": DOCKERFILE,
    "Procfile": "web: python server.py\nworker: python -c 'import time; time.sleep(600)'\n",
    ".aptible.yml": "before_deploy:\n  - python hook.py\n",
    "hook.py": "import os; print('hook sees', os.environ['GREETING'])\n",
    "requirements.txt": "",
    "server.py": SERVER,
}


@dataclass
class World:
    """A sandbox and a target that is signed in to it."""

    sandbox: AptibleSandbox
    faults: Faults
    target: AptibleTarget
    lines: list[str] = field(default_factory=list)

    def log(self, line: str) -> None:
        self.lines.append(line)

    def posts(self, path: str) -> int:
        """How often a POST to `path` (ids as stars) came in."""
        return int(self.sandbox.facts()["posts"].get(path, 0))

    async def environment(self) -> Environment:
        return await self.target.create_environment("acme-production", "eu-central-1", self.log)

    async def app(self, handle: str = "shop") -> TargetApp:
        return await self.target.create_app(await self.environment(), handle, self.log)


@contextlib.asynccontextmanager
async def aptible_world(
    folder: Path, *, pace: float = 0.02, prepare: Callable[[AptibleSandbox], None] | None = None
) -> AsyncIterator[World]:
    """Start everything, stop everything. `prepare` sees the sandbox before it starts."""
    faults = Faults()
    sandbox = AptibleSandbox(
        folder / "aptible", faults=faults, certificates=Certificates(folder / "tls"), canary=CANARY, pace=pace
    )
    if prepare is not None:
        prepare(sandbox)
    await sandbox.start()
    target = AptibleTarget(sandbox.hosts, Secret(sandbox.credentials["token"]), QUICK)
    try:
        yield World(sandbox, faults, target)
    finally:
        await target.close()
        await sandbox.stop()
