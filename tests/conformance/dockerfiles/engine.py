"""Building images without a registry: buildah, and stand-ins for official images made of Debian's packages.

No registry answers here, so each image that a Dockerfile names is made once from Debian 12 and packages of
it, under its official name. That shows whether a Dockerfile builds, starts and listens; not what differs
between Debian's packages and the official image.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BASE = "docker.io/library/debian:bookworm-slim"
MIRROR = "http://deb.debian.org/debian"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PORT = 18080


def missing() -> str:
    """Why nothing can be built here; empty where it can."""
    if os.geteuid() != 0:
        return "building images needs root"
    for program in ("buildah", "mmdebstrap"):
        if shutil.which(program) is None:
            return f"{program} is not installed (apt-get install buildah mmdebstrap)"
    return ""


class Engine:
    """Images below one folder. Everything runs with chroot, and with the network of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The suite's fence is a proxy that answers nothing; packages are fetched here.
        open_ = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.environment = {**open_, "BUILDAH_ISOLATION": "chroot", "TMPDIR": str(folder)}

    def buildah(self, *words: str, timeout: float = 900) -> str:
        """Run buildah; an AssertionError with the end of its output when it fails."""
        done = subprocess.run(
            ["buildah", *self._place(), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        told = (done.stdout + done.stderr)[-4000:]
        assert done.returncode == 0, f"buildah {' '.join(words)[:200]}\n{told}"
        return done.stdout

    def _place(self) -> list[str]:
        return ["--root", str(self.folder / "root"), "--runroot", str(self.folder / "run")]

    def has(self, image: str) -> bool:
        listed = self.buildah("images", "--format", "{{.Name}}:{{.Tag}}")
        return image in listed.split()

    def base(self) -> None:
        """Debian itself, with the certificates of this machine: a proxy may stand before the network."""
        if self.has(BASE):
            return
        tar = self.folder / "base.tar"
        if not tar.exists():
            words = [
                "mmdebstrap",
                "--variant=minbase",
                "--include=ca-certificates",
                "bookworm",
                str(tar),
                MIRROR,
            ]
            subprocess.run(words, env=self.environment, check=True, capture_output=True, timeout=900)
        self.made("scratch", BASE, f'ADD base.tar /\nCOPY ca.crt {CERTIFICATES}\nCMD ["bash"]\n')

    def made(self, source: str, name: str, lines: str, *, files: dict[str, str] | None = None) -> None:
        """Make the image `name` from `source` with the lines of a Dockerfile."""
        if self.has(name):
            return
        context = self.folder / "context"
        context.mkdir(exist_ok=True)
        for path, text in (files or {}).items():
            (context / path).write_text(text)
        if source == "scratch":
            (self.folder / "base.tar").replace(context / "base.tar")
            shutil.copy(CERTIFICATES, context / "ca.crt")
        (context / "Dockerfile").write_text(f"FROM {source}\n{lines}")
        self._build(context, name)
        shutil.rmtree(context)

    def build(self, code: Path, name: str, file: Path | None = None) -> None:
        """Build the Dockerfile of `code`, as a target does; no image but those that were made is used.

        Args:
            code: the context of the build.
            file: another Dockerfile than the one in the root of it.
        """
        self._build(code, name, file)

    def _build(self, context: Path, name: str, file: Path | None = None) -> None:
        # Docker's own format: the other has no SHELL.
        words = ["bud", "--pull=never", "--network", "host", "--format", "docker", "--layers", "-t", name]
        self.buildah(*words, *(["--file", str(file)] if file else []), str(context), timeout=1800)

    @contextmanager
    def running(self, image: str, *command: str, **variables: str) -> Iterator["Running"]:
        """A container of `image` with its own command, or another one."""
        container = self.buildah("from", "--pull-never", image).strip()
        try:
            words = command or tuple(self.own_command(image))
            given = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
            # A file that anybody may open by /dev/stdout, as an engine makes the pipe of a container.
            log = self.folder / "output"
            log.touch()
            log.chmod(0o666)
            output = log.open("wb")
            process = subprocess.Popen(
                ["buildah", *self._place(), "run", "--network", "host", *given, container, "--", *words],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            output.close()
            running = Running(process, log)
            try:
                yield running
            finally:
                running.end()
        finally:
            self.buildah("rm", container)

    def own_command(self, image: str) -> list[str]:
        """ENTRYPOINT and CMD of an image."""
        told = json.loads(self.buildah("inspect", "--type", "image", image))["Docker"]["config"]
        return [*(told.get("Entrypoint") or ()), *(told.get("Cmd") or ())]

    def read(self, image: str, *command: str) -> str:
        """What a command prints in a container of `image`."""
        container = self.buildah("from", "--pull-never", image).strip()
        try:
            return self.buildah("run", container, "--", *command)
        finally:
            self.buildah("rm", container)

    def run_in(self, folder: Path, image: str, line: str) -> None:
        """Run a line of shell in a container of `image`, in a folder of this machine."""
        container = self.buildah("from", "--pull-never", image).strip()
        try:
            words = ["--network", "host", "--volume", f"{folder}:/here", "--workingdir", "/here"]
            self.buildah("run", *words, container, "--", "/bin/sh", "-c", line)
        finally:
            self.buildah("rm", container)


class Running:
    """A process in a container."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self._process = process
        self._log = log

    def get(self, path: str = "/", *, seconds: float = 60) -> tuple[int, str]:
        """Status and text of one answer, as soon as there is one."""
        until = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
                    return answer.status, answer.read().decode(errors="replace")
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode(errors="replace")
            except OSError:
                assert self._process.poll() is None, f"it ended:\n{self.output()}"
                assert time.monotonic() < until, f"no answer:\n{self.output()}"
                time.sleep(0.3)

    def told(self, text: str, *, seconds: float = 60) -> str:
        """What it printed, as soon as `text` is in it."""
        until = time.monotonic() + seconds
        while text not in self._log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > until:
                break
            time.sleep(0.3)
        found = self._log.read_text(errors="replace")
        assert text in found, f"it does not say {text!r}:\n{found[-4000:]}"
        return found

    def main(self, *, seconds: float = 30) -> int:
        """The id of the process that the container runs: the first below buildah that is another program."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pids = [self._process.pid]
            while pids:
                pid = pids.pop()
                if _words_of(pid) and "buildah" not in Path(_words_of(pid)[0]).name:
                    return pid
                pids += _children(pid)
            time.sleep(0.1)
        raise AssertionError(f"it runs nothing:\n{self.output()}")

    def below(self, words: str) -> int:
        """The id of a process that the container's own started, by what stands in its command line."""
        pids = [self.main()]
        while pids:
            pid = pids.pop()
            if words in " ".join(_words_of(pid)) and pid != self.main():
                return pid
            pids += _children(pid)
        raise AssertionError(f"there is no {words!r}")

    def status(self, *, seconds: float = 60) -> int:
        """With what it ended, by itself or by a signal that it was sent."""
        return self._process.wait(seconds)

    def output(self) -> str:
        """What it printed, after its end."""
        self.end()
        return self._log.read_text(errors="replace")[-4000:]

    def end(self) -> None:
        """End it and everything that it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, 15)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, 9)
                self._process.wait(15)
        # buildah may end before what it started, which still writes to the container then.
        for number in range(100):
            try:
                os.killpg(self._process.pid, 0 if number < 50 else 9)
            except ProcessLookupError:
                return
            time.sleep(0.1)


def _children(pid: int) -> list[int]:
    found = []
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(one) for one in place.read_text().split()]
    return found


def _words_of(pid: int) -> list[str]:
    """The command line of a process; empty where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").rstrip("\0").split("\0")
    return []
