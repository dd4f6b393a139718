"""The service that runs the crontab, with a program in the place of supercronic, whose releases do not answer
here: it reads a crontab as supercronic does, and runs each job once, at once."""

import hashlib
from pathlib import Path

import pytest

from tests.conformance.dockerfiles.apps import SmallApp
from tests.conformance.dockerfiles.building import SLOW, VARIABLES, built, check_answers, lines_of
from tests.conformance.dockerfiles.downloads import serving
from tests.conformance.dockerfiles.engine import Engine
from tests.conformance.dockerfiles.stand_ins import STAND_INS
from wizard.model.system import Job
from wizard.prepare import schedules

pytestmark = SLOW

PROGRAM = rb"""#!/bin/bash
set -eu
shell=/bin/sh
while IFS= read -r line; do
  case "$line" in "" | "#"*) continue ;; esac
  if [[ "$line" =~ ^([A-Z_]+)=(.*)$ ]]; then
    export "${BASH_REMATCH[1]}=${BASH_REMATCH[2]}"
    [ "${BASH_REMATCH[1]}" != SHELL ] || shell="${BASH_REMATCH[2]}"
    continue
  fi
  [[ "$line" =~ ^([0-9*/,-]+[[:space:]]+){5}(.*)$ ]] || { echo "bad crontab line: $line" && exit 1; }
  "$shell" -c "${BASH_REMATCH[2]}"
done < "$1"
echo "all jobs ran, times are $CRON_TZ"
exec sleep infinity
"""
APP = SmallApp(
    ("heroku/python",),
    {
        "requirements.txt": "",
        ".python-version": "3.11\n",
        "index.html": "hello cron",
        "job.py": "import os, sys\nprint('job', *sys.argv[1:], 'by', os.getuid() and 'a user')\n",
        "Procfile": "web: python -m http.server $PORT\nclock: python job.py clock\n",
    },
    ("python",),
    "hello cron",
    jobs=(
        Job(id="one", command='[[ "$GREETING" = x ]] && python job.py "of $GREETING"', every=10),
        Job(id="two", command="clock now", every=1440, at=365),
    ),
)


@pytest.mark.parametrize("profile", ["", "export GREETING=x OTHER=y\n"])
def test_its_jobs_run(profile: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    STAND_INS["python"](engine)
    small = APP._replace(files={**APP.files, **({".profile": profile} if profile else {})})
    with serving({"/v0/supercronic-linux-amd64": PROGRAM, "/v0/supercronic-linux-arm64": PROGRAM}) as url:
        pin(monkeypatch, url, hashlib.sha256(PROGRAM).hexdigest())
        code, image = built(small, "cron", engine, tmp_path)
    check_answers(engine, image, code, small.says)
    given = VARIABLES | ({"GREETING": "other"} if profile else {})
    line = lines_of(code)["cron"]
    with engine.running(image, "/bin/sh", "-c", line, **given) as process:
        told = process.told("times are UTC")
    assert "job of x by a user\n" in told and "job clock now by a user\n" in told
    engine.buildah("rmi", "--force", image)


def test_another_file_than_the_pinned_one_stops_the_build(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    STAND_INS["python"](engine)
    bad = {"/v0/supercronic-linux-amd64": b"bad", "/v0/supercronic-linux-arm64": b"bad"}
    with serving(bad) as url:
        pin(monkeypatch, url, hashlib.sha256(PROGRAM).hexdigest())
        with pytest.raises(AssertionError, match="/usr/local/bin/supercronic: FAILED"):
            built(APP, "cron", engine, tmp_path)


def pin(monkeypatch: pytest.MonkeyPatch, url: str, digest: str) -> None:
    release = schedules.Supercronic(version="0", url=url, amd64=digest, arm64=digest)
    monkeypatch.setattr(schedules, "_supercronic", lambda: release)
