"""How long a database takes to its new home: Offramp beside the ways that others take. See --help."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from providers.sandbox.watchdog import WATCHDOG
from tests.benchmarks.postgres import data, resume
from tests.benchmarks.postgres.check import State, state
from tests.benchmarks.postgres.programs import Programs
from tests.benchmarks.postgres.roads import Portal, Roads
from tests.benchmarks.postgres.servers import Server
from tests.benchmarks.postgres.side_by_side import COPY, Rounds, Setting, compare
from tests.benchmarks.postgres.table import proof_share, summaries, table
from tests.benchmarks.postgres.ways import GUIDES, WAYS, WORDS, Job
from wizard.model.noun import encode

_WAYS = "\n".join(f"  {name:<22}{WORDS[name]}" for name in WAYS)
USAGE = f"""
Two real Postgres servers on this machine: a source that demands TLS, and a target with fsync that is reached
only through one OpenSSH tunnel (a real sshd, with keys of its own). Everything lives in a temporary folder,
listens to loopback only, and is gone at the end. Linux. On Debian 12:

  apt-get install postgresql-15 pgcopydb openssh-server      and stop the cluster that apt may have started
  python -m tests.benchmarks.postgres copy                   from the top of the checkout
  python -m tests.benchmarks.postgres resume

A round of copy at scale 100 takes about 7 minutes on loopback and 6 at 30 ms on a machine with two cores.

copy runs these, interleaved, and prints wall, CPU, memory, bytes and ratios:
{_WAYS}
After every run the copy is compared with its source: rows and digest of each table, sequences, the number of
valid indexes and of validated foreign keys.

resume copies with Offramp once undisturbed, then with the tunnel killed at seeded moments, with the worker
killed at seeded moments, and with each server restarted.

Nothing is asserted: the figures are for people. Have the machine for yourself while it runs.
"""


def _setting(text: str) -> Setting:
    name, _, milliseconds = text.partition(":")
    if name not in data.NAMES:
        raise argparse.ArgumentTypeError(f"there is no data set {name!r}, only {' and '.join(data.NAMES)}")
    return Setting(data=name, milliseconds=float(milliseconds or 0))


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.postgres",
        description=__doc__,
        epilog=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    copy = commands.add_parser("copy", help="all ways side by side")
    copy.add_argument("--rounds", type=int, default=3)
    copy.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS), metavar="WAY")
    proof = "let Offramp compare everything once more at the end"
    copy.add_argument("--proof", action="store_true", help=proof)
    broken = commands.add_parser("resume", help="Offramp, disturbed")
    broken.add_argument("--seed", type=int, default=1)
    broken.add_argument("--times", type=int, default=10, help="kills in one run")
    names = list(resume.SCENARIOS)
    one_of = f"of {', '.join(names)}"
    broken.add_argument("--scenarios", nargs="+", choices=names, default=names, metavar="WHAT", help=one_of)
    for one, settings in (copy, ["bulk:0", "many:30"]), (broken, ["bulk:0"]):
        words = f"data set and round trip; default {' '.join(settings)}"
        default = [_setting(text) for text in settings]
        one.add_argument(
            "--settings", nargs="+", type=_setting, default=default, metavar="SET:MS", help=words
        )
        one.add_argument("--scale", type=int, default=20, help="100: 1.35 GB of rows; default 20")
        one.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
        one.add_argument("--folder", type=Path, help="keep the servers there, to use again")
        workers = "Offramp's pairs of connections; its own choice if left out"
        one.add_argument("--workers", type=int, help=workers)
        folder = "Postgres' programs (pgcopydb of Debian 12 wants 15 or older)"
        one.add_argument("--bin", type=Path, default=Path("/usr/lib/postgresql/15/bin"), help=folder)
        one.add_argument("--ciphers", default="", help="for ssh; its own choice if left out")
        one.add_argument("--target-tls", action="store_true", help="TLS inside the tunnel, too")
    return parser.parse_args()


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    made = Path(tempfile.mkdtemp(prefix="offramp-benchmark-"))
    WATCHDOG.guard_folder(made)
    # The servers run as another user when this is root, and must get to their own folders.
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        WATCHDOG.release_folder(made)


def show(words: str) -> None:
    """A line, with the time of day."""
    print(f"{datetime.now():%H:%M:%S} {words}", flush=True)


class World:
    """The servers, the portal and the data, as long as the benchmark runs."""

    def __init__(self, given: argparse.Namespace, folder: Path, stack: ExitStack) -> None:
        names = ["ssh", "sshd", "ssh-keygen", "openssl"]
        if "pgcopydb" in getattr(given, "ways", ()):
            names.append("pgcopydb")
        self.given, self.folder = given, folder
        self.programs = Programs(given.bin, names)
        self.source = Server("source", folder, self.programs, given.scale)
        stack.callback(self.source.close)
        self.target = Server("target", folder, self.programs, given.scale)
        stack.callback(self.target.close)
        self.source.start()
        self.target.start()
        self.portal = Portal(folder / "ssh", self.programs)
        stack.callback(self.portal.close)
        self._states: dict[str, State] = {}

    def expected(self, name: data.Name) -> State:
        """Make the data set if need be, and read it all: what a copy is compared with."""
        if name not in self._states:
            show(f"data set {name} at scale {self.given.scale} is made, if it is not there")
            data.build(self.source, self.programs, name, self.given.scale)
            self._states[name] = state(self.source, name)
            with self.source.connect() as connection:
                row = connection.execute("SELECT pg_database_size(%s)", (name,)).fetchone()
            found = self._states[name]
            rows = sum(count for count, _ in found.tables.values())
            show(
                f"data set {name}: {len(found.tables)} tables, {rows} rows, {found.indexes} indexes,"
                f" {found.foreign_keys} foreign keys, {row[0] / 1e6 if row else 0:.0f} MB on disk"
            )
        return self._states[name]

    def roads(self, setting: Setting) -> Roads:
        """Open the roads of a setting; close them."""
        return Roads(
            self.source,
            self.target,
            self.portal,
            self.programs,
            milliseconds=setting.milliseconds,
            ciphers=self.given.ciphers,
            target_tls=self.given.target_tls,
        )

    def job(self, setting: Setting, roads: Roads, folder: Path) -> Job:
        """What a way gets."""
        return Job(
            source=roads.source_url(setting.data),
            target=roads.target_url(COPY),
            folder=folder,
            scale=self.given.scale,
            programs=self.programs,
            proof=getattr(self.given, "proof", False),
            workers=self.given.workers,
        )


def _copy(world: World) -> list[Rounds]:
    done: list[Rounds] = []
    for setting in world.given.settings:
        expected = world.expected(setting.data)
        show(setting.words)
        roads = world.roads(setting)
        try:
            done.append(
                compare(
                    setting,
                    world.given.ways,
                    world.given.rounds,
                    lambda own, setting=setting, roads=roads: world.job(setting, roads, own),  # type: ignore[misc]
                    source=world.source,
                    target=world.target,
                    roads=roads,
                    expected=expected,
                    folder=world.folder,
                    show=show,
                )
            )
        finally:
            roads.close()
    for rounds in done:
        print(table(rounds))
    return done


def _resume(world: World, setting: Setting) -> list[resume.Outcome]:
    expected = world.expected(setting.data)
    roads = world.roads(setting)
    try:
        outcomes = resume.run(
            world.given.scenarios,
            lambda own: world.job(setting, roads, own),
            source=world.source,
            target=world.target,
            roads=roads,
            expected=expected,
            folder=world.folder,
            seed=world.given.seed,
            times=world.given.times,
            show=show,
        )
    finally:
        roads.close()
    print(resume.table(outcomes, setting.words))
    return outcomes


def main() -> int:
    """Run; the code is 1 when a copy was not the same as its source, or a person would have been asked."""
    given = arguments()
    # So that the servers and the tunnel are ended in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.command == "copy" and GUIDES not in given.ways:
        show(f"without the way {GUIDES!r} there are no ratios")
    with _folder(given.folder) as folder, ExitStack() as stack:
        world = World(given, folder, stack)
        versions = world.programs.versions()
        load = os.getloadavg()[0]
        if load > 0.5:
            show(f"this machine is busy (load {load:.1f}): the figures will say less")
        show(", ".join(f"{name} {version}" for name, version in versions.items()))
        report: dict[str, object] = {
            "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "versions": versions,
            "command": given.command,
            "scale": given.scale,
            "load_before": load,
        }
        if given.command == "copy":
            done = _copy(world)
            report["settings"] = done
            report["summaries"] = [
                {"setting": one.setting, "ways": summaries(one), "proof_share": proof_share(one)}
                for one in done
            ]
            wrong = any(run.wrong for one in done for some in one.rounds for run in some)
        else:
            outcomes = {setting.words: _resume(world, setting) for setting in given.settings}
            report["outcomes"] = outcomes
            wrong = any(one.wrong or one.asked for some in outcomes.values() for one in some)
        if given.json:
            given.json.write_text(encode(report) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
