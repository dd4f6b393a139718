"""The PgBouncer buildpack: Debian's PgBouncer in the image, before a real server that wants TLS."""

from pathlib import Path

from tests.conformance.dockerfiles.apps import SmallApp
from tests.conformance.dockerfiles.building import SLOW, built, check_answers
from tests.conformance.dockerfiles.engine import Engine
from tests.conformance.dockerfiles.stand_ins import STAND_INS
from tests.conformance.postgres.servers import debian_server

pytestmark = SLOW

WEB = """import http.server, os, urllib.parse
import psycopg
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = os.environ["DATABASE_URL"]
        with psycopg.connect(url, prepare_threshold=None) as connection:
            (ssl,) = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        text = f"hello {urllib.parse.urlsplit(url).port} {ssl}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Answer).serve_forever()
"""
APP = SmallApp(
    ("heroku/pgbouncer", "heroku/python"),
    {
        "requirements.txt": "psycopg[binary]\n",
        ".python-version": "3.11\n",
        "web.py": WEB,
        "Procfile": "web: bin/start-pgbouncer-stunnel python web.py\nworker: bin/start-pgbouncer true\n",
    },
    ("python",),
    # The app asks the pool, and the pool the server, by TLS.
    "hello 6000 True",
)


def test_it_pools_a_real_database(engine: Engine, tmp_path: Path, short_folder: Path) -> None:
    STAND_INS["python"](engine)
    code, image = built(APP, "pgbouncer", engine, tmp_path)
    with debian_server(short_folder) as server:
        url = server.over_tls(server.made("")).reveal()
        check_answers(engine, image, code, APP.says, DATABASE_URL=url)
    engine.buildah("rmi", "--force", image)
