"""A Bonsai beside the example on the sandbox's Heroku: a server that keeps documents, on this machine."""

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx

from providers.sandbox.client import SandboxClient
from providers.sandbox.elasticsearch import Indexes
from tests.faults.wider_world import give_add_on

APP, ADD_ON, VARIABLE = "migrate-backend", "bonsai-flat-30118", "BONSAI_URL"
PASSWORD = "canary-bonsai-81"


@contextlib.contextmanager
def server(counts: dict[str, int]) -> Iterator[str]:
    """Its URL; it holds so many documents in each index."""
    indexes = Indexes()
    for name, count in counts.items():
        for number in range(count):
            indexes.answer("PUT", f"/{name}/_doc/{number}", json.dumps({"number": number}).encode())
    right = "Basic " + base64.b64encode(f"app:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, said = 401, {}
            if self.headers.get("authorization") == right:
                status, said = indexes.answer("GET", self.path)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing is printed."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://app:{PASSWORD}@127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        listening.server_close()


def attach(sandbox: SandboxClient, url: str) -> None:
    """Give the backend the add-on."""
    give_add_on(sandbox, APP, "bonsai:sandbox-10", ADD_ON, "BONSAI", {VARIABLE: url})


def carry(source: str, target: str, port: int, *, leave: int = 0) -> int:
    """As a person moves documents: read here, written by the tunnel's port; how many. `leave` of each index
    stay behind."""
    parts = urlsplit(target)
    login = (parts.username or "", parts.password or "")
    count = 0
    with (
        httpx.Client(base_url=source, trust_env=False) as there,
        # The certificate is for the name inside the stack, as at Aptible.
        httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            auth=login,
            verify=False,
            trust_env=False,
        ) as here,
    ):
        for row in there.get("/_cat/indices", params={"format": "json", "h": "index"}).json():
            hits: list[Any] = there.get(f"/{row['index']}/_search").json()["hits"]["hits"]
            kept = hits[: len(hits) - leave]
            lines = [
                json.dumps(line)
                for hit in kept
                for line in ({"index": {"_index": hit["_index"], "_id": hit["_id"]}}, hit["_source"])
            ]
            here.post("/_bulk", content="\n".join(lines) + "\n").raise_for_status()
            count += len(kept)
    return count
