"""The web process: a page with the users that the backend tells."""

import hashlib
import hmac
import html
import json
import os
import secrets
import signal
import socket
import threading
import urllib.error
import urllib.request
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from config import required

CONFIG = required("BACKEND_URL", "SESSION_SECRET", "PORT")

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Acme</title></head>
<body>
<h1>Acme</h1>
<p id="count">{count} people use Acme.</p>
<ul>
{rows}
</ul>
<p id="where">Served by {host}, with the users of {backend}.</p>
</body>
</html>
"""


def users() -> dict:
    """What the backend's API tells; raises OSError or ValueError."""
    url = CONFIG["BACKEND_URL"].rstrip("/") + "/api/users"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def signature(visitor: str) -> str:
    return hmac.new(CONFIG["SESSION_SECRET"].encode(), visitor.encode(), hashlib.sha256).hexdigest()[:24]


def host_name() -> str:
    dyno = os.environ.get("DYNO")
    return f"dyno {dyno} on {socket.gethostname()}" if dyno else f"container {socket.gethostname()}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthcheck":
            self.answer(HTTPStatus.OK, "text/plain", "ok\n")
        elif path == "/":
            self.page()
        else:
            self.answer(HTTPStatus.NOT_FOUND, "text/plain", "Not found\n")

    do_HEAD = do_GET

    def page(self) -> None:
        try:
            told = users()
            rows = "\n".join(
                f"<li>{html.escape(user['name'])} ({html.escape(user['country'])})</li>" for user in told["users"]
            )
            count = int(told["count"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"backend: {type(error).__name__}: {error}", flush=True)
            self.answer(HTTPStatus.BAD_GATEWAY, "text/plain", "The backend does not answer\n")
            return
        text = PAGE.format(
            count=count,
            rows=rows,
            host=html.escape(host_name()),
            backend=html.escape(CONFIG["BACKEND_URL"]),
        )
        self.answer(HTTPStatus.OK, "text/html; charset=utf-8", text)

    def answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if not self.known_visitor():
            visitor = secrets.token_hex(8)
            self.send_header("Set-Cookie", f"visitor={visitor}.{signature(visitor)}; HttpOnly; SameSite=Lax")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def known_visitor(self) -> bool:
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get("visitor")
        except CookieError:
            return False
        if cookie is None:
            return False
        visitor, _, signed = cookie.value.partition(".")
        return hmac.compare_digest(signed.encode(), signature(visitor).encode())

    def log_message(self, form: str, *values: object) -> None:
        print(form % values, flush=True)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main() -> None:
    # A platform gives the port; HOST lets a machine that is no container keep the server to itself.
    server = Server((os.environ.get("HOST") or "0.0.0.0", int(CONFIG["PORT"])), Handler)

    def end(number: int, frame: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print(f"migrate-frontend listens on port {CONFIG['PORT']}, backend {CONFIG['BACKEND_URL']}", flush=True)
    server.serve_forever(poll_interval=0.1)
    print("migrate-frontend has stopped", flush=True)


if __name__ == "__main__":
    main()
