"""Disks that are full beside the session's: of what a person takes away, of temporary files, of the log, of a
download. It is told in words, no half of a file is left, and what was begun goes on once there is room."""

import errno
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from screens.headless.exit_codes import DONE, TROUBLE
from screens.mistake import as_trouble
from tests.db_commands.conftest import APP, Program, heroku_of, old, program
from tests.screens.example_system import example_system
from tests.wizard.database_servers import SMALL, Server
from wizard.document.export import KINDS, write
from wizard.model.trouble import Trouble
from wizard.prepare.branch_git import tree_with
from wizard.report.export import export
from wizard.run.waits import Waits
from wizard.session.parts import Answers
from wizard.session.places import run_folder
from wizard.session.store import create
from wizard.support import bundle

__all__ = ["old", "program"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", str(folder)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all that is free, to the last byte."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for block in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * block)
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return filler


def told_to_take_away(disk: Path) -> dict[str, Callable[[], object]]:
    """Everything that is written for a person to keep."""
    session = create("acme-shop")
    pieces = bundle.collect(session, ())
    session.close()
    system, answers = example_system(), Answers()

    def of_kind(kind: str) -> Callable[[], object]:
        return lambda: write(system, answers, kind=kind, path=disk / f"all.{kind}")  # type: ignore[arg-type]

    ways: dict[str, Callable[[], object]] = {kind: of_kind(kind) for kind in KINDS}
    ways["report"] = lambda: export("# The report\n", disk / "report.md")
    ways["support"] = lambda: bundle.write(pieces, disk / "support.zip")
    return ways


def test_nothing_half_is_taken_away(disk: Path, record_property: Callable[[str, object], None]) -> None:
    ways = told_to_take_away(disk)
    filler = fill(disk)
    for name, way in ways.items():
        with pytest.raises(Trouble) as told:
            way()
        assert "disk is full" in told.value.sentence(), name
        assert list(disk.iterdir()) == [filler], name
    filler.unlink()
    for way in ways.values():
        way()
    assert len(list(disk.iterdir())) == len(ways)
    record_property("trials", len(ways))


def test_without_room_for_temporary_files_it_says_so(
    disk: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    fill(disk)
    monkeypatch.setattr(tempfile, "tempdir", None)
    # Else Python looks on, in /tmp, /var/tmp and the folder that it stands in.
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(disk)])
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    for way in (run_folder, lambda: tree_with(disk, "HEAD", ())):
        with pytest.raises((Trouble, OSError)) as told:
            way()
        assert "No folder for temporary files" in as_trouble(told.value).sentence()
    record_property("trials", 2)


async def test_a_log_that_takes_nothing_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def mistaken() -> None:
        raise RuntimeError("a mistake of ours, with its traceback")

    context = SimpleNamespace(journal=None)
    waits = Waits(context, SimpleNamespace(secrets=0))  # type: ignore[arg-type]
    with Path("/dev/full").open("w") as log:
        monkeypatch.setattr(sys, "stderr", log)
        with pytest.raises(Trouble) as told:
            await waits.attempt(mistaken())
        monkeypatch.undo()
        # What could not be written is still in its buffer.
        with pytest.raises(OSError, match="No space left"):
            log.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), log.fileno())
    assert told.value.code == "internal"


@pytest.mark.slow
def test_a_download_goes_on_when_there_is_room(
    disk: Path, old: Server, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    source.sql("INSERT INTO payments (note) SELECT md5(random()::text) FROM generate_series(1, 6000)")
    with heroku_of(source, program, tmp_path) as heroku:
        heroku.fault("drip", path="backup:/download", method="GET", seconds=0.2)
        begun = program.start("fetch", APP, "--yes", cwd=disk)
        end = time.monotonic() + 60
        while not (part := next(disk.glob("*.part"), None)) or not part.stat().st_size:
            assert time.monotonic() < end and begun.poll() is None, begun.communicate()
            time.sleep(0.02)
        filler = fill(disk)
        said, _ = begun.communicate(timeout=60)
        assert begun.returncode == TROUBLE, said
        assert "No space left" in said and "What was downloaded before stays" in said
        held = part.stat().st_size
        assert held > 0 and not list(disk.glob("*.dump"))
        filler.unlink()
        done = program("fetch", APP, "--yes", cwd=disk)
        assert done.code == DONE and "goes on with that" in done.said, done.said
        (file,) = disk.iterdir()
        assert file.read_bytes() == heroku.sandbox.backups.transfers[0].file.read_bytes()
        assert heroku.sandbox.backups.captures == 1
