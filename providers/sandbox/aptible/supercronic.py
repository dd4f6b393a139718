"""A stand-in for supercronic: reads a crontab and runs its lines at their minutes. Standard library only.

It is what the sandbox's containers find under the name `supercronic`; run as a program, with the crontab as
its argument. Times are UTC unless CRON_TZ or TZ says otherwise; SHELL in the crontab is obeyed.
SANDBOX_MINUTE_SECONDS (60) is how long a minute lasts, so that a test need not wait for one.
"""

import dataclasses
import datetime
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zoneinfo
from pathlib import Path

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
NAMES: tuple[dict[str, int], ...] = (
    {},
    {},
    {},
    {name: i for i, name in enumerate(MONTHS, start=1)},
    {name: i for i, name in enumerate(WEEKDAYS)},
)


@dataclasses.dataclass(frozen=True)
class Line:
    """One job: its schedule as written, the minutes it fits, and its command."""

    schedule: str
    fields: tuple[frozenset[int], ...]
    any_day: bool
    any_weekday: bool
    command: str

    def due(self, moment: datetime.datetime) -> bool:
        """Whether it runs in this minute. Day and weekday: either, when both are restricted."""
        minute, hour, day, month, weekday = self.fields
        if moment.minute not in minute or moment.hour not in hour or moment.month not in month:
            return False
        on_day, on_weekday = moment.day in day, moment.isoweekday() % 7 in weekday
        if self.any_day or self.any_weekday:
            return on_day and on_weekday
        return on_day or on_weekday


def parse(text: str) -> tuple[list[Line], dict[str, str]]:
    """The jobs of a crontab and the variables it sets; ValueError names the line that is wrong."""
    lines, variables = [], {}
    for number, raw in enumerate(text.splitlines(), start=1):
        written = raw.strip()
        if not written or written.startswith("#"):
            continue
        if assigned := re.match(r"^([A-Za-z_]\w*)\s*=\s*(.*)$", written):
            variables[assigned[1]] = assigned[2].strip("\"'")
            continue
        nickname, _, rest = written.partition(" ")
        words = [*NICKNAMES[nickname].split(), rest] if nickname in NICKNAMES else written.split(None, 5)
        if len(words) != 6 or not words[5].strip():
            raise ValueError(f"bad crontab line {number}: {written!r}")
        fields = tuple(_field(words[i], i, number) for i in range(5))
        lines.append(Line(" ".join(words[:5]), fields, words[2] == "*", words[4] == "*", words[5].strip()))
    if not lines:
        raise ValueError("the crontab has no job")
    return lines, variables


def _field(text: str, index: int, number: int) -> frozenset[int]:
    low, high = RANGES[index]
    found: set[int] = set()
    for part in text.lower().split(","):
        for name, value in NAMES[index].items():
            part = re.sub(rf"\b{name}\b", str(value), part)  # noqa: PLW2901 - one name after the other
        match = re.fullmatch(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?", part)
        if match is None:
            raise ValueError(f"bad crontab line {number}: {text!r}")
        first = low if match[1] == "*" else int(match[1])
        last = high if match[1] == "*" or (match[3] and not match[2]) else int(match[2] or first)
        step = int(match[3] or 1)
        if not low <= first <= last <= high or step < 1:
            raise ValueError(f"bad crontab line {number}: {text!r}")
        found.update(range(first, last + 1, step))
    return frozenset(value % 7 if index == 4 else value for value in found)


class Clock:
    """Minutes that may be shorter than a minute."""

    def __init__(self, minute: float) -> None:
        self._minute = minute
        self._began = time.time()
        self._base = self._began if minute == 60 else self._began // 60 * 60

    def now(self) -> float:
        """Seconds of the epoch, sped up."""
        return self._base + (time.time() - self._began) * 60 / self._minute

    def sleep_to_next_minute(self, stop: threading.Event) -> bool:
        """Wait for the next minute; False when told to stop."""
        missing = (60 - self.now() % 60) * self._minute / 60
        return not stop.wait(missing + 0.001)


def _say(level: str, text: str, line: Line | None = None) -> None:
    job = f' job.schedule="{line.schedule}" job.command="{line.command}"' if line else ""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    sys.stdout.write(f'time="{stamp}" level={level} msg="{text}"{job}\n')
    sys.stdout.flush()


def _run(line: Line, environment: dict[str, str], busy: threading.Lock) -> None:
    if not busy.acquire(blocking=False):
        _say("warning", "not starting: job is still running since the last time", line)
        return
    try:
        _say("info", "starting", line)
        shell = environment.get("SHELL", "/bin/sh")
        done = subprocess.run([shell, "-c", line.command], env=environment, check=False)
        if done.returncode == 0:
            _say("info", "job succeeded", line)
        else:
            _say("error", f"error running command: exit status {done.returncode}", line)
    except OSError as error:
        _say("error", f"error running command: {error.strerror}", line)
    finally:
        busy.release()


def main(arguments: list[str]) -> int:
    """Run until SIGTERM; jobs that run then are waited for."""
    files = [argument for argument in arguments if not argument.startswith("-")]
    if len(files) != 1:
        _say("fatal", "give one crontab")
        return 2
    try:
        lines, variables = parse(Path(files[0]).read_text())
        zone = zoneinfo.ZoneInfo(variables.get("CRON_TZ") or os.environ.get("TZ") or "UTC")
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
        _say("fatal", str(error).replace('"', "'"))
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _say("info", f"read crontab: {len(lines)} job(s)")
    # The shell is the crontab's, not the one of whoever started the sandbox.
    environment = {**os.environ, "SHELL": "/bin/sh", **variables}
    clock = Clock(float(os.environ.get("SANDBOX_MINUTE_SECONDS") or 60))
    locks = [threading.Lock() for _ in lines]
    running: list[threading.Thread] = []
    while clock.sleep_to_next_minute(stop):
        moment = datetime.datetime.fromtimestamp(clock.now(), zone)
        for line, busy in zip(lines, locks, strict=True):
            if line.due(moment):
                thread = threading.Thread(target=_run, args=(line, environment, busy))
                thread.start()
                running.append(thread)
        running = [thread for thread in running if thread.is_alive()]
    for thread in running:
        thread.join()
    _say("info", "received shutdown signal, exiting")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
