"""`offramp document`: everything that stands on Heroku as a file, from a session or straight from Heroku."""

import codecs
import sys
from pathlib import Path
from typing import Final

from screens.headless.asking import want_consent
from screens.headless.db_voice import Voice
from screens.headless.document_places import document_before, newest_in, place_for, want_sense
from screens.headless.document_reading import (
    Reading,
    from_heroku,
    from_session,
    read_values,
    second_factor,
)
from screens.headless.exit_codes import DONE, TROUBLE
from wizard.document.answers import apply_answers
from wizard.document.changes import Change, changes
from wizard.document.export import Document, Kind, Values, document, text_of, write_document
from wizard.document.pages.page import counted
from wizard.model.noun import Noun
from wizard.model.system import System
from wizard.model.text import clean

MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}


class DocumentOptions(Noun, frozen=True, kw_only=True):
    """The command line of `document`."""

    session: str | None = None
    heroku: bool = False
    read: bool = False
    format: Kind = "markdown"
    output: str | None = None
    since: str | None = None
    second_factor: bool = False
    with_values: bool = False
    yes: bool = False
    schema: bool = False


def run(options: DocumentOptions) -> int:
    """Write the document; see `offramp document --help`. Raises Trouble."""
    if options.schema:
        from wizard.document.export.json_file import schema_text

        sys.stdout.write(schema_text())
        return DONE
    want_sense(options)
    earlier = document_before(options.since) if options.since else None
    code = second_factor() if options.second_factor else None
    if options.heroku:
        reading = from_heroku(code)
    else:
        reading = from_session(options.session or "", anew=options.read, code=code)
    place = place_for(options, reading.title, reading.system.taken_at)
    # Where the document goes to standard output, words about it must not.
    voice = Voice(data=place is None)
    values = _values(options, reading, place)
    before, changed, remark = _changed(reading, earlier, options)
    told = document(
        reading.system,
        reading.answers,
        title=reading.title,
        made_by=_made_by(),
        checkouts=reading.checkouts,
        before=before,
        changes=changed,
        values=values,
    )
    if place is not None:
        written = write_document(told, options.format, place)
        voice.line(f"The document is in {clean(str(written))}: {_counts(told)}.")
    elif options.format in ("markdown", "json"):
        sys.stdout.write(text_of(told, options.format, ascii_only=not _takes_utf8(sys.stdout.encoding)))
        sys.stdout.flush()
    for words in (*reading.remarks, *([remark] if remark else ())):
        voice.line(words)
    if changed is not None:
        _tell_changes(changed, before, voice)
    return _told_unread(told, values)


def _takes_utf8(encoding: str | None) -> bool:
    try:
        return codecs.lookup(encoding or "ascii").name.startswith("utf-8")
    except LookupError:
        return False


def _counts(told: Document) -> str:
    system = told.system
    words = [
        counted(len(system.apps), "app"),
        counted(len(system.add_ons), "add-on"),
        counted(sum(len(app.config) for app in system.apps), "config var"),
    ]
    unread = sum("config vars" in app.unread for app in system.apps)
    if unread:
        words[-1] += f" (not told of {counted(unread, 'app')})"
    if system.unread_apps:
        words.append(f"{counted(len(system.unread_apps), 'app')} not read")
    if system.gaps:
        words.append(f"{counted(len(system.gaps), 'thing')} not told")
    return ", ".join(words)


def _changed(
    reading: Reading, earlier: tuple[str, Document] | None, options: DocumentOptions
) -> tuple[System | None, tuple[Change, ...] | None, str]:
    """What it is compared with, what changed since, and what is to be said of that."""
    remark = ""
    if options.since and earlier is None:
        earlier, remark = newest_in(options.since, reading.system.account.id, reading.title)
    if earlier is not None:
        name, known = earlier
        if known.system.account.id != reading.system.account.id:
            who = clean(known.system.account.email)
            return None, None, f"{name} is not compared: it was read for another account, {who}."
        # The earlier document has answers in it, which no reading has.
        now = apply_answers(reading.system, known.answers)
        return known.system, changes(known.system, now), remark
    if options.since:
        none = f"There is no document of it in {clean(options.since)} yet to compare with."
        return None, None, f"{none} {remark}".rstrip()
    if reading.before is None:
        return None, None, ""
    return reading.before, changes(reading.before, reading.system), ""


def _tell_changes(changed: tuple[Change, ...], before: System | None, voice: Voice) -> None:
    since = f" since {clean(before.taken_at)[:16].replace('T', ' ')} UTC" if before else ""
    if not changed:
        voice.line(f"Nothing changed{since}.")
        return
    voice.line(f"{counted(len(changed), 'thing')} changed{since}:")
    for change in changed:
        voice.line(f"  {MARKS[change.kind]} {clean(change.words)}")


def _values(options: DocumentOptions, reading: Reading, place: Path | None) -> Values | None:
    """The values of all config vars, when the person wants exactly that."""
    if not options.with_values:
        return None
    system = reading.system
    count = sum(len(app.config) for app in system.apps)
    secret = sum(var.secret for app in system.apps for var in app.config)
    if not options.yes:
        where = "through the pipe" if place is None else f"into {clean(str(place))}"
        voice = Voice(data=True)
        voice.line(
            f"This writes the values of {counted(count, 'config var')} of {counted(len(system.apps), 'app')}"
            f" in the clear {where}; {secret} of them look like secrets."
        )
        if place is not None:
            voice.line(
                "Whoever reads it can act as these apps. It is made for you only, and nothing of Offramp"
                " removes it later."
            )
    want_consent(clean(reading.name), what="write them", yes=options.yes, out=sys.stderr)
    # The one of the reading may be over: it is good for half a minute.
    return read_values(reading, second_factor() if options.second_factor else None)


def _told_unread(told: Document, values: Values | None) -> int:
    """The exit code: a file without some of the values that were wanted is no success."""
    if values is None or not values.unread:
        return DONE
    names = {app.id: app.name for app in told.system.apps}
    for app_id, why in sorted(values.unread.items()):
        sys.stderr.write(f"offramp: no values of {names.get(app_id, app_id)}: {why}\n")
    return TROUBLE


def _made_by() -> str:
    from importlib.metadata import version

    return f"offramp {version('offramp')}"
