"""Sessions: saved or not saved and nothing between, refused with a way out, never a path."""

import os
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.model.mapping import TargetChoice
from wizard.model.trouble import Trouble
from wizard.session.database import VERSION, Database
from wizard.session.lock import Lock
from wizard.session.parts import TARGET
from wizard.session.store import Session, SessionInfo, create, delete, find, infos


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


WRITER = """
import sys
from pathlib import Path
from wizard.model.mapping import TargetChoice
from wizard.session.parts import TARGET
from wizard.session.store import Session
session = Session(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    session.save(TARGET, TargetChoice(provider=str(number), reason="r" * (number * 997 % 20000)))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_kill_9_in_a_loop_of_saves_keeps_the_old_or_the_new(session: Session) -> None:
    chance = random.Random(4711)
    number = 0
    for _ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(session.folder), str(number)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() * 0.05)
        writer.send_signal(signal.SIGKILL)
        said = writer.stdout.read().split()
        writer.wait()
        acknowledged = int(said[-1]) if said else number + 1
        again = Session(session.folder)
        value = again.load(TARGET)
        (check,) = again.database.read("PRAGMA integrity_check")
        again.close()
        assert check == ("ok",)
        assert value is not None and int(value.provider) in (acknowledged, acknowledged + 1)
        assert value.reason == "r" * (int(value.provider) * 997 % 20000)
        number = int(value.provider)


def test_a_new_session_is_private(session: Session) -> None:
    assert stat.S_IMODE(session.folder.stat().st_mode) == 0o700
    for file in session.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_what_was_saved_outlives_a_loss_of_power(session: Session) -> None:
    # A kill does not show it: the system writes on. 2 is FULL: each change is on the disk when it returns.
    assert session.database.read("PRAGMA synchronous") == [(2,)]
    assert session.database.read("PRAGMA journal_mode") == [("wal",)]


def test_a_newer_format_is_refused_with_a_way_out(session: Session) -> None:
    with sqlite3.connect(session.folder / "session.sqlite3") as file:
        file.execute(f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(Trouble) as refused:
        Session(session.folder)
    assert refused.value.code == "session-newer"
    assert "newer Offramp" in refused.value.cause and "Install that version" in refused.value.remedy
    ((_, told),) = infos()
    assert isinstance(told, Trouble) and told.code == "session-newer"


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000], ids=len
)
def test_a_broken_file_is_a_sentence(content: bytes, session: Session) -> None:
    session.close()
    for file in session.folder.iterdir():
        file.unlink()
    (session.folder / "session.sqlite3").write_bytes(content)
    with pytest.raises(Trouble) as refused:
        Session(session.folder)
    assert refused.value.code in ("session-unusable", "session-damaged", "session-empty")
    assert refused.value.remedy
    assert len(list(infos())) == 1


def test_a_part_that_does_not_fit_is_a_sentence(session: Session) -> None:
    session.save(TARGET, TargetChoice(provider="aptible"))
    with session.database.change() as change:
        change.execute("UPDATE part SET value = '{\"provider\": 7}' WHERE name = 'target'")
    with pytest.raises(Trouble) as refused:
        session.load(TARGET)
    assert "$.provider" in refused.value.cause


def test_a_part_is_decoded_once_and_never_stale(session: Session) -> None:
    session.save(TARGET, TargetChoice(provider="aptible"))
    first = session.load(TARGET)
    assert session.load(TARGET) is first
    other = Session(session.folder)
    other.save(TARGET, TargetChoice(provider="code-capsules"))
    changed = session.load(TARGET)
    assert changed is not None and changed.provider == "code-capsules"
    other.drop(TARGET)
    assert session.load(TARGET) is None
    other.close()


def test_a_change_that_fails_leaves_nothing(session: Session) -> None:
    with pytest.raises(RuntimeError), session.database.change() as change:
        change.execute("INSERT INTO part VALUES ('a', 'b', 'c')")
        raise RuntimeError
    with pytest.raises(Trouble), session.database.change() as change:
        change.execute("INSERT INTO part VALUES ('a', 'b', 'c')")
        change.execute("INSERT INTO nowhere VALUES (1)")
    assert session.database.read("SELECT * FROM part WHERE name = 'a'") == []
    session.save(TARGET, TargetChoice(provider="aptible"))


def test_a_moment_is_read_whole(session: Session) -> None:
    other = Session(session.folder)
    session.save(TARGET, TargetChoice(provider="one", reason="first"))
    with session.database.moment():
        before = session.load(TARGET)
        other.save(TARGET, TargetChoice(provider="two", reason="meanwhile"))
        assert session.load(TARGET) == before
    assert session.load(TARGET) == other.load(TARGET)
    other.close()


def test_a_disk_that_takes_no_more(session: Session) -> None:
    session.save(TARGET, TargetChoice(provider="before"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
    try:
        with pytest.raises(Trouble) as full:
            session.save(TARGET, TargetChoice(provider="after", reason="x" * 2_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert full.value.code == "disk-full"
    assert session.load(TARGET) == TargetChoice(provider="before")
    session.save(TARGET, TargetChoice(provider="after"))
    assert session.load(TARGET) == TargetChoice(provider="after")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "none", str(folder)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 500_000)
    made = create("acme-shop", parent=small_disk)
    saved = 0
    with pytest.raises(Trouble) as full:
        for saved in range(1000):
            made.save(TARGET, TargetChoice(provider=str(saved), reason="x" * 100_000 * saved))
    assert full.value.code == "disk-full" and "Make room" in full.value.remedy
    assert made.load(TARGET) == TargetChoice(provider=str(saved - 1), reason="x" * 100_000 * (saved - 1))
    reading = Session(made.folder)
    assert reading.load(TARGET) is not None
    reading.close()
    (small_disk / "filler").unlink()
    made.save(TARGET, TargetChoice(provider="small"))
    delete(made)
    assert not made.folder.exists()


def test_ids_are_never_paths(session: Session) -> None:
    for name in ("../" + session.folder.name, str(session.folder), ".", "..", "", "a/b", "\0", "-", "a\nb"):
        with pytest.raises(Trouble) as refused:
            find(name)
        assert refused.value.code == "no-such-session", name
    with pytest.raises(Trouble):
        find("x" * 300)


@pytest.mark.parametrize(
    "name", ["../../etc", "a/b", "", "   ", "\x1b[2J", "Ähm & Söhne", "x" * 300, "-", "a\n b"]
)
def test_any_name_gives_a_folder_of_ours_and_a_word_that_can_be_typed(name: str, tmp_path: Path) -> None:
    made = create(name, parent=tmp_path)
    assert made.folder.parent == tmp_path
    assert made.name and made.name == " ".join(made.name.split()) and len(made.name) <= 80
    assert find(made.id, parent=tmp_path).name == made.name
    made.rename("  ")
    assert made.name.strip()
    made.close()


def test_found_by_name_unless_two_have_it(session: Session) -> None:
    assert find("acme-shop").id == session.id
    other = create("acme-shop")
    with pytest.raises(Trouble) as two:
        find("acme-shop")
    assert session.id in two.value.remedy and other.id in two.value.remedy
    other.close()


def test_delete_is_refused_while_in_use(session: Session) -> None:
    worker = Lock(session.worker_lock_file)
    assert worker.take()
    with pytest.raises(Trouble) as busy:
        delete(session)
    assert busy.value.code == "session-busy" and str(os.getpid()) in busy.value.cause
    worker.release()

    reading = Session(session.folder)
    assert session.claim() is None
    with pytest.raises(Trouble):
        delete(reading)
    assert (session.folder / "session.sqlite3").exists()
    reading.close()
    delete(session)
    assert not session.folder.exists()


def test_the_newest_comes_first(session: Session) -> None:
    other = create("other")
    os.utime(session.folder / "session.sqlite3", (1, 1))
    assert [info.name for _, info in infos() if isinstance(info, SessionInfo)] == ["other", "acme-shop"]
    other.close()


def test_two_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    opener = "import sys; from pathlib import Path; from wizard.session.database import Database as D;"
    opener += "sys.stdin.read(1); D(Path(sys.argv[1])).read('SELECT count(*) FROM part')"
    both = [
        subprocess.Popen([sys.executable, "-c", opener, str(tmp_path / "new.sqlite3")], stdin=subprocess.PIPE)
        for _ in range(4)
    ]
    for one in both:
        assert one.stdin is not None
        one.stdin.close()
    assert [one.wait(20) for one in both] == [0, 0, 0, 0]
    assert Database(tmp_path / "new.sqlite3").read("PRAGMA user_version") == [(VERSION,)]


def test_opening_a_session_once_more_here_does_not_part_it_from_other_processes(tmp_path: Path) -> None:
    """Closing any descriptor of a file gives all of a process's POSIX locks on it back, SQLite's among them
    (sqlite.org/howtocorrupt.html, 2.2). The next process to close the file then removed the log that this
    one went on writing in: its answers were lost, and it saw nobody else's."""
    first = create("acme", parent=tmp_path)
    Session(first.folder).close()
    other = (
        "import sys; from pathlib import Path; from wizard.session.store import Session; "
        "from wizard.session.parts import TARGET; from wizard.model.mapping import TargetChoice; "
        "one = Session(Path(sys.argv[1])); print(one.load(TARGET)); "
        "one.save(TARGET, TargetChoice(provider=sys.argv[2])); one.close()"
    )

    def by_another_process(name: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", other, str(first.folder), name], capture_output=True, text=True, check=True
        )
        return done.stdout

    by_another_process("aptible")
    kept = first.load(TARGET)
    assert kept is not None and kept.provider == "aptible"
    first.save(TARGET, TargetChoice(provider="code-capsules"))
    assert "code-capsules" in by_another_process("aptible"), "what was saved here is what another finds"
    again = first.load(TARGET)
    assert again is not None and again.provider == "aptible"
    first.close()
