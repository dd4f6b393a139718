"""Which line of a language a target's builders run for an app: the one it wants, or the next there is."""

from typing import Literal, NamedTuple

from wizard.choose import runtime_lines
from wizard.ports import Profile
from wizard.prepare.image.version import numbers, written


class Line(NamedTuple):
    """`line` ("24"), and how it stands to what is wanted: `same`, `raised` to the next that there is, `none`
    where all that there are are older; `default` where nothing is wanted, then it is the newest."""

    line: str
    how: Literal["same", "raised", "none", "default"]


def lines_of(profile: Profile, language: str) -> tuple[str, ...]:
    """The lines of a language that the target's builders run, ascending; empty where it says none."""
    return runtime_lines.lines_of(profile, language) or ()


def line_for(lines: tuple[str, ...], wanted: tuple[int, ...]) -> Line | None:
    """The line of `lines` for a version as numbers, as many of them as a line has; None without any lines."""
    if not lines:
        return None
    known = [numbers(one) for one in lines]
    if not wanted:
        return Line(lines[-1], "default")
    if not known[0]:
        # "1.x" and the like: any will do.
        return Line(written(wanted), "same")
    want = wanted[: len(known[0])]
    for line, number in zip(lines, known, strict=True):
        if number == want:
            return Line(line, "same")
    later = next((line for line, number in zip(lines, known, strict=True) if number > want), None)
    return Line(later, "raised") if later else Line(lines[-1], "none")
