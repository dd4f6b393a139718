"""Run by test_two_sessions.py: several processes race for one session, again and again.

    python -m tests.faults.races SESSION_FOLDER COUNT SEED

Writes a JSON object to its standard output: how often which number of processes had the session at first, how
often it changed hands by consent or by the holder's death, and each time that two had it at once.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from wizard.model.noun import Noun
from wizard.run.handover import Asking, answer, wished
from wizard.session.lock import Lock
from wizard.session.store import Part, Session

RACERS = 4
FAIR = {"first", "second", "watches", "late"}
"""What racers tell when all is well."""
PATIENCE = 20.0
"""Seconds after which a racer gives up: something is stuck then, and is told."""


class Turn(Noun, frozen=True, kw_only=True):
    """What a writer writes: who it is."""

    race: int
    pid: int


TURN = Part("turn", Turn)


class Alone:
    """Says so when two are inside at once: a file that only one can make."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._path = folder / "writing.now"
        self._tell = tell

    def enter(self) -> None:
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            self._tell("two at once")

    def leave(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()


def racer(folder: Path, race: int, seed: int, start: int, tell: Callable[[str], None]) -> None:
    """One of those who want the session: it takes it, or watches and asks for it."""
    chance = random.Random(seed)
    session = Session(folder)
    alone = Alone(folder, tell)
    tell("ready")
    os.read(start, 1)  # the end of it comes to all at once
    time.sleep(chance.choice((0, 0, 0, 0.0001, 0.0005)))
    if session.claim() is None:
        turn = session.load(TURN)
        if turn is not None and turn.race == race:
            # On a busy machine one may come when all others have had it and are gone.
            tell("late")
        else:
            tell("first")
            hold(session, alone, race, dies=chance.random() < 0.1)
    else:
        if session.claimed:
            tell("two at once")
        ask_for_it(session, alone, race, tell)
    # Whoever runs the migration is only one, too: the same race for the worker's lock.
    worker = Lock(session.worker_lock_file)
    if worker.take():
        alone_at_work = Alone(folder / "work", tell)
        alone_at_work.enter()
        alone_at_work.leave()
        worker.release()
    session.close()


def hold(session: Session, alone: Alone, race: int, *, dies: bool) -> None:
    """Write, until somebody asks; then let go, by a yes or by the death of the process."""
    alone.enter()
    session.save(TURN, Turn(race=race, pid=os.getpid()))
    end = time.monotonic() + PATIENCE
    while (wish := wished(session)) is None and time.monotonic() < end:
        time.sleep(0.0005)
    written = session.load(TURN)
    assert written is not None and written.pid == os.getpid(), "another one wrote meanwhile"
    alone.leave()
    if dies:
        os.kill(os.getpid(), signal.SIGKILL)
    if wish is None or not answer(session, wish, yes=True):
        session.edit_lock.release()


def ask_for_it(session: Session, alone: Alone, race: int, tell: Callable[[str], None]) -> None:
    """Ask, and write once it is given; whoever is not next only watches."""
    asking = Asking(session)
    if not asking.begin():
        tell("watches")
        return
    end = time.monotonic() + PATIENCE
    while (outcome := asking.look()) == "waits" and time.monotonic() < end:
        time.sleep(0.0005)
    if outcome != "ours":
        tell(f"asked in vain: {outcome}")
        asking.withdraw()
        return
    alone.enter()
    session.save(TURN, Turn(race=race, pid=os.getpid()))
    tell("second")
    alone.leave()


def run(folder: Path, race: int, seed: int) -> list[str]:
    """One race; what its racers told."""
    told_in, told_out = os.pipe()
    start_in, start_out = os.pipe()
    children = []
    for number in range(RACERS):
        child = os.fork()
        if child == 0:
            os.close(start_out)
            code = 1
            try:
                racer(
                    folder,
                    race,
                    seed * RACERS + number,
                    start_in,
                    lambda word: os.write(told_out, f"{word}\n".encode()) and None,
                )
                code = 0
            except BaseException as error:  # whatever it is, it is told
                os.write(told_out, f"broke: {error!r}\n".encode())
            finally:
                os._exit(code)
        children.append(child)
    os.close(told_out)
    os.close(start_in)
    told = b""
    while told.count(b"ready\n") < RACERS and (part := os.read(told_in, 4096)):
        told += part
    os.close(start_out)
    while part := os.read(told_in, 4096):
        told += part
    os.close(told_in)
    for child in children:
        os.waitpid(child, 0)
    return [word for word in told.decode().split("\n") if word not in ("", "ready")]


def main() -> None:
    """See the module's own words."""
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    (folder / "work").mkdir(exist_ok=True)
    firsts: Counter[int] = Counter()
    words: Counter[str] = Counter()
    for race in range(count):
        told = run(folder, race, seed + race)
        firsts[told.count("first")] += 1
        words.update(told)
        (folder / "writing.now").unlink(missing_ok=True)
        if told.count("first") != 1 or not words.keys() <= FAIR:
            break  # the same wrong again and again would take hours: each racer waits out its patience
    print(json.dumps({"firsts": firsts, "words": words}))


if __name__ == "__main__":
    main()
