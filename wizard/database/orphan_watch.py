"""A child of ours does not outlive us, even when we end by SIGKILL."""

import subprocess


class OrphanWatch:
    """A shell that waits on a pipe whose other end only this process holds. When we die, it reads the end of
    the pipe and ends the child; when we end the child ourselves, it is told first (`release`).

    Args:
        ending: shell commands that end the child, whose process id is `$1`.
        pid: the child's.

    Raises:
        OSError: the shell cannot be started; nobody watches the child then.
    """

    def __init__(self, ending: str, pid: int) -> None:
        script = f'read -r word; [ "$word" = done ] && exit 0\n{ending}\nexit 0'
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", str(pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def release(self) -> None:
        """Tell it that there is nothing left to end, before the process id may be used again."""
        stdin = self._shell.stdin
        if stdin is not None and not stdin.closed:
            try:
                stdin.write(b"done\n")
                stdin.close()
            except BrokenPipeError:
                # Somebody ended the watch; that is what is wanted here.
                self._shell.kill()
        self._shell.wait(5)
