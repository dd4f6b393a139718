"""Programs that somebody, or the system, ended: what they were at is not refused, and may be done again."""

import re
import signal

_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""What a program is sent; the other signals are its own mistakes, which come again."""

_DIED = re.compile(r"\bdied of signal (\d+)")
"""What git says of a program that it had started."""

_OF_A_SHELL = {"Killed": signal.SIGKILL, "Terminated": signal.SIGTERM}
"""What a shell between the two says, in a line of its own."""


def killed_words(status: int, said: str = "") -> str:
    """What ended a program from outside, in words; empty when it ended in another way.

    Args:
        status: as `subprocess` has it, the negative number of the signal that ended it.
        said: what it printed, where programs that it had started may be spoken of.
    """
    found = _DIED.search(said)
    numbers = [-status] if status < 0 else []
    numbers += [int(found[1])] if found else []
    numbers += [_OF_A_SHELL[line] for line in said.splitlines() if line in _OF_A_SHELL]
    for number in _FROM_OUTSIDE:
        if number in numbers:
            memory = ", as the system does where memory runs out" if number == signal.SIGKILL else ""
            return f"it was ended from outside ({number.name}{memory})"
    return ""
