"""`offramp explain`: what the code behind an error means."""

import shutil
import sys
import textwrap

from screens.headless.exit_codes import DONE
from screens.headless.say import say
from wizard.support.codes import meaning_of, meanings


def explain(code: str | None) -> int:
    """Print what one code means, or all codes with what happened.

    Raises:
        Trouble: no error has this code.
    """
    if code is None:
        widest = max(map(len, meanings()))
        for name, one in meanings().items():
            say(f"{name:<{widest}}  {one.happened}")
        return DONE
    one = meaning_of(code.strip("[] \t").lower())
    _lines("What happened  ", one.happened)
    _lines("What to do     ", one.remedy)
    return DONE


def _lines(label: str, sentences: str) -> None:
    """Broken between words on a terminal; a pipe gets them in one line."""
    text = label + sentences
    if sys.stdout.isatty():
        width = max(40, shutil.get_terminal_size().columns - 1)
        text = textwrap.fill(text, width, subsequent_indent=" " * len(label), break_long_words=False)
    say(text)
