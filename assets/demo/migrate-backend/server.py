"""The web process: the users as a page and as JSON."""

import hashlib
import hmac
import html
import json
import os
import signal
import socket
import threading
import urllib.parse
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg

from config import required

CONFIG = required("DATABASE_URL", "SECRET_KEY", "MAIL_API_KEY", "FRONTEND_URL", "PORT")
SLOTS = threading.BoundedSemaphore(max(1, int(os.environ.get("WEB_CONCURRENCY") or 2)))
LOUD = (os.environ.get("LOG_LEVEL") or "info").lower() in {"debug", "info"}
SHOWN = 25

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>migrate-backend</title></head>
<body>
<h1>Users</h1>
<p id="count">{count} users, {events} events, {beats} heartbeats (last {last})</p>
<table>
<tr><th>Name</th><th>E-mail</th><th>Country</th><th>Plan</th></tr>
{rows}
</table>
<p id="where">Served by {host}; the database is {database}.</p>
</body>
</html>
"""


def connect() -> psycopg.Connection:
    return psycopg.connect(CONFIG["DATABASE_URL"], connect_timeout=5, application_name="migrate-backend web")


def users(connection: psycopg.Connection, limit: int) -> list[dict[str, str | int]]:
    rows = connection.execute(
        "select id, name, email::text, country, plan::text from users order by id limit %s", (limit,)
    )
    return [dict(zip(("id", "name", "email", "country", "plan"), row, strict=True)) for row in rows]


def database_name() -> str:
    """Host, port and name of the database, without user and password."""
    url = urllib.parse.urlsplit(CONFIG["DATABASE_URL"])
    return f"{url.hostname}:{url.port or 5432}{url.path}"


def host_name() -> str:
    dyno = os.environ.get("DYNO")
    return f"dyno {dyno} on {socket.gethostname()}" if dyno else f"container {socket.gethostname()}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        routes = {"/": self.page, "/api/users": self.api, "/healthcheck": self.health}
        route = routes.get(url.path)
        if route is None:
            self.answer(HTTPStatus.NOT_FOUND, "text/plain", "Not found\n")
            return
        try:
            with SLOTS:
                route(urllib.parse.parse_qs(url.query))
        except psycopg.Error as error:
            print(f"database: {type(error).__name__}: {str(error).strip()}", flush=True)
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "The database does not answer\n")

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        self.answer(HTTPStatus.NO_CONTENT, "text/plain", "")

    def page(self, query: dict[str, list[str]]) -> None:
        with connect() as connection:
            shown = users(connection, SHOWN)
            (count,) = connection.execute("select count(*) from users").fetchone()
            (events,) = connection.execute(
                "select greatest(reltuples, 0)::bigint from pg_class where oid = 'events'::regclass"
            ).fetchone()
            beats, last = connection.execute("select count(*), max(at) from heartbeats").fetchone()
        rows = "\n".join(
            "<tr>" + "".join(f"<td>{html.escape(str(user[key]))}</td>" for key in ("name", "email", "country", "plan"))
            + "</tr>"
            for user in shown
        )
        text = PAGE.format(
            count=count,
            events=events,
            beats=beats,
            last=last.isoformat(timespec="seconds") if last else "never",
            rows=rows,
            host=html.escape(host_name()),
            database=html.escape(database_name()),
        )
        self.answer(HTTPStatus.OK, "text/html; charset=utf-8", text)

    def api(self, query: dict[str, list[str]]) -> None:
        limit = query.get("limit", [str(SHOWN)])[0]
        with connect() as connection:
            found = users(connection, min(int(limit), 1000) if limit.isdigit() else SHOWN)
            (count,) = connection.execute("select count(*) from users").fetchone()
        body = json.dumps({"count": count, "users": found, "database": database_name()}, ensure_ascii=False)
        self.answer(HTTPStatus.OK, "application/json", body)

    def health(self, query: dict[str, list[str]]) -> None:
        with connect() as connection:
            connection.execute("select 1")
        self.answer(HTTPStatus.OK, "text/plain", "ok\n")

    def answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        tag = hmac.new(CONFIG["SECRET_KEY"].encode(), body, hashlib.sha256).hexdigest()[:32]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{tag}"')
        self.send_header("Access-Control-Allow-Origin", CONFIG["FRONTEND_URL"].rstrip("/"))
        self.send_header("Access-Control-Allow-Methods", "GET, OPTIONS")
        self.send_header("Vary", "Origin")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, form: str, *values: object) -> None:
        if LOUD:
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
    print(f"migrate-backend listens on port {CONFIG['PORT']}, database {database_name()}", flush=True)
    server.serve_forever(poll_interval=0.1)
    print("migrate-backend has stopped", flush=True)


if __name__ == "__main__":
    main()
