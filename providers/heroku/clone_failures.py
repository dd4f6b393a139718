"""What it means when a clone from Heroku Git fails, by git's own words: English, since LC_ALL is C."""

import re
from collections.abc import Sequence
from pathlib import Path

from providers.heroku.answers import Gone, Refused
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

_STATUS = re.compile(r"requested URL returned error: (\d{3})")


def failure(name: str, said: Sequence[str]) -> Trouble:
    """What the last lines of `git clone` mean."""
    words = " ".join(said)
    status = _STATUS.search(words)
    code = int(status[1]) if status else 0
    if code == 401 or "Authentication failed" in words or "could not read" in words:
        return SignInNeeded(
            "heroku",
            f"Heroku Git does not take the token for {name}.",
            remedy="Sign in to Heroku again; the token must be of scope global or read-protected.",
        )
    if code == 403:
        return Refused(
            f"This account may not read the code of {name}.",
            remedy="Ask its owner for the right to deploy it, or name a folder with its code.",
            code="clone-refused",
        )
    if code == 404 or re.search(r"repository '.*' not found", words):
        return Gone(
            f"Heroku Git has no repository of {name}.",
            remedy="Name a folder with its code.",
            code="no-repository",
        )
    if 300 <= code < 400 or "redirect" in words:
        return Unreachable(
            "Heroku Git sends the question on to another address. The token was not sent there.",
            remedy="Check the address of Heroku Git that Offramp was given.",
            code="redirected",
        )
    last = next((line for line in reversed(said) if line.startswith(("fatal:", "error:"))), "")
    if "No space left" in words or "Permission denied" in words:
        return Trouble(
            f"The code of {name} cannot be written: {last.removeprefix('fatal: ')}.",
            remedy="Make room, or name another folder.",
            code="clone-no-room",
        )
    if "unable to checkout working tree" in words:
        return checkout_failure(name, said)
    return Unreachable(
        f"Cloning {name} from Heroku broke off: {last.removeprefix('fatal: ') or 'git says nothing'}.",
        remedy="Look at the network and at status.heroku.com, then try again.",
        code="clone-failed",
    )


def checkout_failure(name: str, said: Sequence[str]) -> Trouble:
    """The code came, and cannot be written as files: a name that this machine does not take, no room."""
    why = next((line for line in said if line.startswith(("fatal:", "error:"))), "git says nothing")
    return Trouble(
        f"The code of {name} came, and cannot be checked out: {why.partition(':')[2].strip() or why}.",
        remedy="Clone it yourself, see what stands in the way, and name the folder.",
        code="clone-no-checkout",
    )


def empty(name: str, stack: str) -> Trouble:
    """Nobody ever pushed there."""
    why = (
        "Apps of Heroku's container registry have images there, and no code."
        if stack == "container"
        else "Apps that are deployed from GitHub, from an image or by the API have no code there."
    )
    return Trouble(
        f"Nothing was ever pushed to {name} with git: its repository on Heroku is empty. {why}",
        remedy="Clone it from where it is kept, and name that folder.",
        code="empty-repository",
    )


def no_room(folder: Path, error: BaseException) -> Trouble:
    """The folder cannot be written."""
    said = (error.strerror if isinstance(error, OSError) else "") or clean(str(error), limit=200)
    return Trouble(
        f"The folder {clean(str(folder), limit=200)} cannot be made: {said}.",
        remedy="Name another folder, or give the right to write there.",
        code="no-folder",
    )
