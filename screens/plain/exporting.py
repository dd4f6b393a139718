"""The document as a file, in lines: which format, and where to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from screens.plain.desk import Desk
from screens.plain.question import Answer, Help, ask_one, ask_text
from wizard.document.changes import changes
from wizard.document.export import ENDINGS, Kind, write
from wizard.session.parts import SYSTEM, SYSTEM_BEFORE

HELP = Help(
    "The whole document with your notes, in a new file that only you may read. No value of a config var is "
    "in it; a command of its own writes those, after asking."
)
FORMATS: dict[Kind, str] = {
    "markdown": "Markdown: one file that reads well",
    "xlsx": "A spreadsheet, XLSX: a sheet each for apps, processes, config vars and so on",
    "csv": "CSV: a folder with a file for each sheet",
    "json": "JSON: for programs, with a published schema",
}


def export_document(desk: Desk) -> None:
    """Ask, then write.

    Raises:
        Back, Leave, EndOfInput, Interrupted; Trouble: there is such a file, or it cannot be written.
    """
    console, read = desk.console, desk.session.load(SYSTEM)
    assert read is not None
    console.say("With the values of config vars in clear, this command writes it:")
    console.verbatim(f"offramp document {desk.session.id} --with-config-values --output FILE")
    answers = [Answer(kind, words) for kind, words in FORMATS.items()]
    kind = cast(Kind, ask_one(console, "In which format?", answers, help_=HELP))
    day = datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
    name = f"{'-'.join(desk.session.name.split()).replace('/', '-')}-{day}{ENDINGS[kind]}"
    what = "folder" if kind == "csv" else "file"
    path = ask_text(console, f"The new {what}. Nothing is ever written over.", help_=HELP, default=name)
    before = desk.session.load(SYSTEM_BEFORE)
    written = write(
        read,
        desk.answers(),
        kind=kind,
        path=Path(path),
        title=desk.session.name,
        checkouts=desk.code.checkouts(),
        before=before,
        changes=changes(before, read) if before is not None else None,
    )
    console.say(f"Written, the {what}:")
    console.verbatim(str(written))
