"""Heroku's slug as a stop-gap: a made archive on a stand-in for the stack's image."""

import io
import tarfile
from pathlib import Path

from tests.conformance.dockerfiles.apps import SmallApp
from tests.conformance.dockerfiles.building import SLOW, VARIABLES, built, check_answers, lines_of
from tests.conformance.dockerfiles.engine import Engine
from tests.conformance.dockerfiles.stand_ins import STAND_INS

pytestmark = SLOW

PROGRAM = """#!/usr/bin/env python3
import http.server, os, sys
text = "hello " + " ".join((os.environ["BY_PROFILE_D"], os.environ["BY_PROFILE"], os.getcwd()))
if sys.argv[1] == "work":
    sys.exit(print(text, "by", os.getuid() and "a user"))
open("written", "w").close()
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Answer).serve_forever()
"""
SLUG = {
    ".profile.d/shop.sh": 'export PATH="$HOME/.shop/bin:$PATH" BY_PROFILE_D=one\n',
    ".profile": 'export BY_PROFILE="two after $BY_PROFILE_D"\n',
    ".shop/bin/shop": PROGRAM,
    "Procfile": "web: shop web\nworker: shop work 'a b' | cat && echo worked\n",
}
APP = SmallApp(
    ("https://example.org/strange",),
    {"Procfile": SLUG["Procfile"], ".profile": SLUG[".profile"], "shop.strange": ""},
    ("heroku",),
    "hello one two after one /app",
    slug=True,
)


def test_it_runs_as_on_heroku(engine: Engine, tmp_path: Path) -> None:
    STAND_INS["heroku"](engine)
    code, image = built(APP, "slug", engine, tmp_path, {"slug.tgz": archive()})
    check_answers(engine, image, code, APP.says)
    with engine.running(image, "/bin/sh", "-c", lines_of(code)["worker"], **VARIABLES) as process:
        told = process.told("worked")
    assert "hello one two after one /app by a user\n" in told
    # Where the target looks in an image that was built elsewhere.
    assert engine.read(image, "cat", "/.aptible/Procfile") == (code / "Procfile").read_text()
    engine.buildah("rmi", "--force", image)


def archive() -> bytes:
    """The files below ./app, owned by a user of Heroku's build."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as slug:
        for path, text in SLUG.items():
            member = tarfile.TarInfo(f"./app/{path}")
            member.size, member.uid, member.gid = len(text.encode()), 34567, 34567
            member.mode = 0o700 if "/bin/" in path else 0o600
            slug.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()
