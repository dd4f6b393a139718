"""The scripts that stand for programs of Heroku's buildpacks: whether bash reads them, and what they do."""

import subprocess
from pathlib import Path

import pytest

from wizard.prepare.start_script import SCRIPT, plain, start_script, started
from wizard.prepare.template import fill

SCRIPTS = {
    "heroku-php.sh": fill("heroku-php.sh", port="3000"),
    "heroku-start.sh": start_script(jvm=True),
    "heroku-static.sh": fill("heroku-static.sh", port="3000", server='    root "/app/dist";'),
    "start-nginx.sh": fill("start-nginx.sh"),
    "start-pgbouncer.sh": fill("start-pgbouncer.sh"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_bash_reads_them(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(SCRIPTS[name])
    done = subprocess.run(["bash", "-n", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert SCRIPTS[name].startswith("#!/bin/bash\n# Written by Offramp") and "{{" not in SCRIPTS[name]


def test_pgbouncer_stands_between_the_app_and_its_databases(tmp_path: Path) -> None:
    (tmp_path / "start-pgbouncer").write_text(SCRIPTS["start-pgbouncer.sh"])
    pool = tmp_path / "pgbouncer"
    pool.write_text('#!/bin/bash\ncat "$1" "${1%/*}/users.txt" > told\nexec sleep 0.5\n')
    pool.chmod(0o755)
    place = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "PGBOUNCER_URLS": "DATABASE_URL SECOND_URL",
        "DATABASE_URL": "postgres://me:p%40ss@db.example:5433/shop?sslmode=require",
        "SECOND_URL": "postgresql://you:x@two.example/other",
    }
    app = 'until [ -s told ]; do sleep 0.05; done; echo "$DATABASE_URL $SECOND_URL"; exit 3'
    words = ["bash", "start-pgbouncer", "sh", "-c", app]
    done = subprocess.run(
        words, cwd=tmp_path, env=place, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 3, done.stderr
    pooled = "postgres://me:p%40ss@127.0.0.1:6000/db1 postgres://you:x@127.0.0.1:6000/db2"
    assert done.stdout.strip() == pooled
    told = (tmp_path / "told").read_text()
    assert "db1 = host=db.example port=5433 dbname=shop\n" in told
    assert "db2 = host=two.example port=5432 dbname=other\n" in told
    assert '"me" "p@ss"\n' in told and "server_tls_sslmode = require\n" in told
    off = {**place, "PGBOUNCER_ENABLED": "0"}
    words = ["bash", "start-pgbouncer", "sh", "-c", "echo $SECOND_URL"]
    done = subprocess.run(
        words, cwd=tmp_path, env=off, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == place["SECOND_URL"]


def test_a_line_is_given_to_the_script_once() -> None:
    line = "java -Dx='a b' -jar shop.jar $PORT"
    once = started(line)
    assert once.startswith(f"exec bash {SCRIPT} ") and started(once) == once
    assert plain(once) == line == plain(line) and plain(f"{once} more") == f"{once} more"
    assert plain(f"bash {SCRIPT} 'odd") == f"bash {SCRIPT} 'odd"
    bare = started(line, shell=False)
    assert bare.startswith(f"bash {SCRIPT} ") and started(bare) == bare and started("") == ""
