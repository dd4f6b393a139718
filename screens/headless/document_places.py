"""Where `offramp document` writes to and compares with, and which command lines make no sense."""

import os
import re
import stat
import sys
from pathlib import Path
from typing import Final, Protocol

from wizard.document.export import ENDINGS, Document, Kind
from wizard.document.export.json_file import NO_DOCUMENT, read_document
from wizard.model.text import clean
from wizard.model.trouble import Trouble

STDOUT: Final = "-"

_MOMENT: Final = re.compile(r"\d{8}T\d{6}")

_LOOKED_AT: Final = 100
"""Files of a folder that are opened to find the one to compare with."""


class Options(Protocol):
    """What is looked at of the command line."""

    @property
    def session(self) -> str | None: ...
    @property
    def heroku(self) -> bool: ...
    @property
    def read(self) -> bool: ...
    @property
    def format(self) -> Kind: ...
    @property
    def output(self) -> str | None: ...
    @property
    def second_factor(self) -> bool: ...
    @property
    def with_values(self) -> bool: ...
    @property
    def yes(self) -> bool: ...


def want_sense(options: Options) -> None:
    """Raises Trouble (`usage`) where the options do not go together. Nothing was asked of Heroku then."""
    if bool(options.session) == options.heroku:
        raise _usage(
            "Both a session and --heroku are named."
            if options.heroku
            else "Neither a session nor --heroku is named.",
            "Name a session (`offramp sessions` lists them), or add --heroku to read without one.",
        )
    if options.second_factor and not (options.heroku or options.read or options.with_values):
        raise _usage("--second-factor is for reading from Heroku.", "Add --read, or leave it out.")
    if options.heroku and options.read:
        raise _usage("--heroku always reads anew.", "Leave --read out.")
    if options.format in ("xlsx", "csv") and options.output in (None, STDOUT):
        what = "A spreadsheet" if options.format == "xlsx" else "CSV, a file for each table,"
        raise _usage(f"{what} is not printed.", "Name a file or a folder with --output.")
    if options.yes and not options.with_values:
        raise _usage("--yes-write-secrets goes with --with-config-values.", "Leave it out, or add that.")
    if options.with_values:
        _want_safe_place(options)
    if options.output == "":
        raise _usage("--output is empty.", "Name a file or a folder; a dot is the folder that you are in.")
    if options.output and options.output != STDOUT:
        _want_place(options.output)


def _want_place(output: str) -> None:
    """What writing would say too: said now, and not after minutes of reading."""
    try:
        place = Path(output).expanduser()
        there, is_folder = os.path.lexists(place), place.is_dir()
        folder = place if is_folder else place.parent
        # A zero byte: no file can have such a name.
        usable = "\0" not in output and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    except (OSError, RuntimeError, ValueError):
        there, is_folder, usable = False, False, False
    if there and not is_folder:
        raise Trouble(
            f"{clean(output)} is there already.",
            untouched="It was not overwritten.",
            remedy="Name another file, or a folder.",
            code="file-exists",
        )
    if not usable:
        raise Trouble(
            f"{clean(output)} cannot be written: its folder is not there, or not yours to write in.",
            untouched="Nothing was asked of Heroku.",
            remedy="Make the folder, or name another one.",
            code="file",
        )


def _want_safe_place(options: Options) -> None:
    """Secrets go to a file of ours or into a pipe: not onto a screen, nor into a file that the shell made,
    perhaps for everybody to read."""
    if options.output is None:
        raise _usage(
            "Values of config vars are not printed.",
            "Name a file with --output; --output - gives them to another program through a pipe.",
        )
    if options.output == STDOUT:
        try:
            mode = os.fstat(sys.stdout.fileno()).st_mode
        except (OSError, ValueError):
            mode = 0
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            raise _usage(
                "The standard output is no pipe: values of config vars would stand on the screen, or in a"
                " file that others may read.",
                "Name the file with --output instead; it is made for you only.",
            )
    if not options.yes and not sys.stdin.isatty():
        raise _usage(
            "Nobody can be asked here: the standard input is no terminal.",
            "Run it in a terminal, or add --yes-write-secrets when a script shall write without asking.",
        )


def place_for(options: Options, title: str, taken_at: str) -> Path | None:
    """The file or folder to make; None is standard output. A folder that is there gets one named by system
    and time in it."""
    if options.output in (None, STDOUT):
        return None
    place = Path(str(options.output)).expanduser()
    if not place.is_dir():
        return place
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "heroku"
    moment = re.sub(r"[^0-9T]", "", taken_at[:19])
    secret = "-with-secrets" if options.with_values else ""
    return place / f"{name}-{moment}{secret}{ENDINGS[options.format]}"


def document_before(name: str) -> tuple[str, Document] | None:
    """The JSON document `name`; None when that is a folder, whose newest is looked for by `newest_in`.

    Raises:
        Trouble: it cannot be read, or is none.
    """
    try:
        place = Path(name).expanduser()
        if place.is_dir():
            return None
        text = place.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: the home folder of a user that is not there; ValueError: a zero byte in the name.
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise Trouble(
            f"{clean(name)} cannot be read: {clean(why).rstrip('.')}.",
            untouched="Nothing was asked of Heroku.",
            remedy="Name a file that `offramp document --format json` wrote.",
            code="file",
        ) from error
    return clean(place.name), read_document(text, what=clean(place.name))


def newest_in(name: str, account_id: str, title: str) -> tuple[tuple[str, Document] | None, str]:
    """The newest document of a folder that is of the same system as the account sees it, None when there is
    none; and what is to be said of newer documents that could not be read. Other files do not matter."""
    # Their names end in the moment at which they were read.
    dated = [
        (found[0], path)
        for path in Path(name).expanduser().glob("*.json")
        if (found := _MOMENT.search(path.name))
    ]
    unread: list[str] = []
    for _, path in sorted(dated, reverse=True)[:_LOOKED_AT]:
        shown = clean(path.name)
        try:
            document = read_document(path.read_bytes(), what=shown)
        except OSError as error:
            unread.append(f"{shown} cannot be read: {clean(error.strerror or str(error))}.")
        except Trouble as trouble:
            if trouble.code != NO_DOCUMENT:
                unread.append(trouble.cause)
        else:
            if document.system.account.id == account_id and document.title == title:
                return (shown, document), _passed_over(unread)
    return None, _passed_over(unread)


def _passed_over(causes: list[str]) -> str:
    if not causes:
        return ""
    more = f" (and {len(causes) - 1} more like it)" if len(causes) > 1 else ""
    return f"A document of before was passed over{more}: {causes[0]}"


def _usage(cause: str, remedy: str) -> Trouble:
    return Trouble(cause, untouched="Nothing was done.", remedy=remedy, code="usage")
