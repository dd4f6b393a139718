"""`offramp db copy`: the engine by itself, between any two databases."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from screens.headless.asking import want_consent
from screens.headless.db_ends import End, name_end
from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_picture import Proven, copy_keys, copy_watch
from screens.headless.db_preview import (
    listed,
    notes,
    source_line,
    target_line,
    verdicts_on,
    want_copyable,
)
from screens.headless.db_proof import tell_proof
from screens.headless.db_trouble import in_words_of_a_command
from screens.headless.db_voice import Voice
from screens.headless.db_work import Broken, run_watched
from screens.headless.exit_codes import DIFFERS, DONE, INTERRUPTED
from wizard.database.control import Control
from wizard.database.inspect import inspect_source, inspect_target
from wizard.database.preparation import Ahead
from wizard.database.progress import CopyProgress
from wizard.database.standalone import (
    CopyOutcome,
    StandaloneCopy,
    Standing,
    Wishes,
    reading_ahead,
    stand,
)
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.session.lock import Lock
from wizard.session.places import data_folder, private_folder, run_folder

_KEPT: Final = "What was committed stays on the target, and is not copied again."
_GOES_ON: Final = "run the same command again: it goes on where it stopped"


class CopyOptions(Noun, frozen=True, kw_only=True):
    """The command line of `db copy`, but for both sides."""

    wishes: Wishes
    yes: bool
    start_over: bool
    json: bool


class Pair(NamedTuple):
    """Both sides of a copy, the target's name to show, and what is known of them."""

    there: End
    here: End
    name: str
    standing: Standing


def copy(source: str, target: str, options: CopyOptions) -> int:
    """Copy one database into another; see `offramp db copy --help`."""
    voice = Voice(json=options.json)
    with contextlib.closing(HerokuAccess()) as heroku:
        with in_words_of_a_command("Nothing was written."):
            there, here = name_end(source, "source", heroku), name_end(target, "target", heroku)
            standing = stand(there.url, here.url)
            from_facts = inspect_source(there.url())
            to_facts = inspect_target(
                here.url(), session=standing.session, source=standing.identity, there=from_facts
            )
        verdicts = verdicts_on(from_facts, to_facts)
        said = notes(verdicts, standing.left_behind)
        voice.line(source_line(there.label, from_facts))
        voice.line(target_line(here.label, to_facts, "holds what an earlier run of this copy brought"))
        _preview(voice, said, standing, options)
        voice.event(
            "plan",
            source={"name": there.label, "database": from_facts.database, "version": from_facts.version},
            target={"name": here.label, "database": to_facts.database, "version": to_facts.version},
            target_state=to_facts.state.state,
            bytes=from_facts.size,
            tables=from_facts.tables,
            notes=list(said),
        )
        want_copyable(from_facts, to_facts, verdicts)
        goes_on = to_facts.state.state == "ours"
        with work_folder() as work:
            ahead = None
            if goes_on and not options.start_over:
                voice.line("This copy was begun before. It goes on from what is on the target already.")
            else:
                what = "empty the target and begin anew" if goes_on else "begin"
                with reading_ahead(there.url, here.url, standing, work) as reading:
                    want_consent(to_facts.database, what=what, yes=options.yes, out=voice.words)
                    ahead = reading.result()
            pair = Pair(there=there, here=here, name=to_facts.database, standing=standing)
            with alone(standing.session), in_words_of_a_command(_KEPT, _GOES_ON):
                return _copy(voice, pair, options, work=work, ahead=ahead)


def _preview(voice: Voice, said: tuple[str, ...], standing: Standing, options: CopyOptions) -> None:
    for words in listed("note", said):
        voice.line(words)
    voice.line("The source is only read.")
    if not options.wishes.frozen:
        voice.line(
            "The copy will be the source as it is at one moment: what is written to it later is not in it."
        )
    elif standing.writers:
        some = ", ".join(standing.writers[:5])
        voice.line(f"You say that nobody writes to the source, but these may: {some}.")


def _copy(voice: Voice, pair: Pair, options: CopyOptions, *, work: Path, ahead: Ahead | None) -> int:
    control = Control()
    proven = Proven(voice)
    with copy_watch(voice, control) as watch:

        def report(progress: CopyProgress) -> None:
            proven.look(progress, watch)
            watch.report(progress)

        copying = StandaloneCopy(
            pair.there.url,
            pair.here.url,
            pair.standing,
            options.wishes,
            name=pair.name,
            work=work,
            report=report,
            event=watch.say,
            control=control,
            ahead=ahead,
        )

        def in_thread() -> CopyOutcome:
            if options.start_over and copying.move.state().state == "ours":
                copying.move.start_over()
                watch.say("The target was emptied of what the earlier run had brought.")
            return copying.run()

        try:
            outcome = run_watched(in_thread, control, say=watch.say, keys=copy_keys(control, watch))
        except Broken:
            watch.say(
                "Stopped. All that was committed stays: run the same command again to go on.", "stopped"
            )
            return INTERRUPTED
    tell_proof(voice, outcome.proof, skipped=not options.wishes.prove and not options.wishes.frozen)
    _tell_end(voice, outcome, options.wishes)
    return DONE if outcome.proof.equal else DIFFERS


def _tell_end(voice: Voice, outcome: CopyOutcome, wishes: Wishes) -> None:
    if outcome.copied_again:
        some = ", ".join(outcome.copied_again[:5])
        voice.line(
            f"Copied again, for they had changed: {some}{' and more' * (len(outcome.copied_again) > 5)}."
        )
    if not outcome.one_moment:
        voice.line(
            "The tables are of different moments: the connection that held the source's snapshot broke"
        )
        voice.line("each time. Run the same command again over a better line, or with --frozen when nobody")
        voice.line("writes to the source any more.")
    if not outcome.proof.equal:
        voice.line("The target stays marked as this copy's. The same command copies again what differs.")
    elif outcome.marker_kept:
        voice.line("The target stays marked (schema _offramp). The same command brings it up to date.")
    if outcome.proof.equal and not wishes.frozen:
        voice.line("It is the source as it was when the copy began.")
        if not outcome.marker_kept:
            voice.line(
                "(With --keep-marker the same command brings it up to date later, with --frozen for good.)"
            )
    voice.event(
        "result",
        equal=outcome.proof.equal,
        one_moment=outcome.one_moment,
        copied_again=list(outcome.copied_again),
        marker_kept=outcome.marker_kept,
    )


@contextlib.contextmanager
def alone(session: str) -> Iterator[None]:
    """Hold what only one process of this machine may do at a time: two would end each other's connections."""
    lock = Lock(private_folder(data_folder() / "locks") / f"{session}.lock")
    if not lock.take():
        holder = lock.holder()
        raise Trouble(
            f"Another process is at this very work{f' ({holder.words()})' if holder else ''}.",
            untouched="Nothing was done.",
            remedy="Wait for its end, or end it; what it has done is kept.",
            code="at-work",
        )
    with lock:
        yield


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """A private folder, removed at the end."""
    with tempfile.TemporaryDirectory(dir=run_folder(), prefix="db-") as folder:
        yield Path(folder)
