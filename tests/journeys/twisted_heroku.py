"""A Heroku whose answers are changed on their way: what the sandbox would never say is put into its mouth."""

import http.client
import json
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Twist = Callable[[str, Any], Any]
"""Takes the path that was asked and the JSON of the answer; returns the JSON to answer instead."""


class TwistedHeroku:
    """Stands before the sandbox's Heroku while its block lasts; `hosts` is what a session needs."""

    def __init__(self, hosts: Mapping[str, Mapping[str, str]], twist: Twist) -> None:
        self._servers = {
            name: ThreadingHTTPServer(("127.0.0.1", 0), _handler(url, twist))
            for name, url in hosts["heroku"].items()
        }
        addresses = {name: f"http://127.0.0.1:{one.server_port}" for name, one in self._servers.items()}
        self.hosts = {"heroku": addresses, "aptible": dict(hosts["aptible"])}

    def __enter__(self) -> "TwistedHeroku":
        for server in self._servers.values():
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()


def _handler(url: str, twist: Twist) -> type[BaseHTTPRequestHandler]:
    behind = urllib.parse.urlsplit(url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing is written about the requests."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection(behind, timeout=30)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            answer = connection.getresponse()
            value = answer.read()
            if answer.status < 300 and value:
                value = json.dumps(twist(urllib.parse.urlsplit(self.path).path, json.loads(value))).encode()
            self.send_response(answer.status)
            for name, text in answer.getheaders():
                if name.lower() not in (
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "date",
                    "server",
                ):
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(value)))
            self.end_headers()
            self.wfile.write(value)
            connection.close()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass_on

    return Handler
