"""`offramp db verify`: the proof by itself, of any two databases, at any time."""

import contextlib

from screens.headless.db_copy import work_folder
from screens.headless.db_ends import End, name_end
from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_picture import Proven, copy_keys, copy_watch
from screens.headless.db_preview import source_line
from screens.headless.db_proof import tell_proof
from screens.headless.db_trouble import in_words_of_a_command
from screens.headless.db_voice import Voice
from screens.headless.db_work import Broken, run_watched
from screens.headless.exit_codes import DIFFERS, DONE, INTERRUPTED
from wizard.database.control import Control
from wizard.database.inspect import inspect_source
from wizard.database.move import Move
from wizard.database.progress import CopyProgress, Proof
from wizard.database.standalone import stand, unfinished


def verify(source: str, target: str, *, json: bool, workers: int | None) -> int:
    """Compare two databases; see `offramp db verify --help`."""
    voice = Voice(json=json)
    with (
        contextlib.closing(HerokuAccess()) as heroku,
        in_words_of_a_command("Nothing was changed on either side."),
    ):
        there, here = name_end(source, "source", heroku), name_end(target, "target", heroku)
        voice.line(source_line(there.label, inspect_source(there.url())))
        voice.line(source_line(here.label, inspect_source(here.url()), "with"))
        if unfinished(here.url):
            voice.line("note  The target holds a copy or a restore of Offramp's that is not over (_offramp).")
        voice.line("Both are only read.")
        proof = prove(voice, there, here, workers=workers)
    if proof is None:
        return INTERRUPTED
    tell_proof(voice, proof)
    if not proof.equal:
        voice.line("What was written to the source while it was compared, or since the copy, differs, too.")
    return DONE if proof.equal else DIFFERS


def prove(voice: Voice, there: End, here: End, *, workers: int | None = None) -> Proof | None:
    """The proof, shown while it is made; None when the person ended it."""
    standing = stand(there.url, here.url, "db-verify")
    control = Control()
    proven = Proven(voice)
    with copy_watch(voice, control) as watch, work_folder() as work:

        def report(progress: CopyProgress) -> None:
            proven.look(progress, watch)
            if progress.phase == "schema":
                return  # what an engine is called before it has begun with anything
            watch.report(progress)

        move = Move(
            name=here.label,
            session=standing.session,
            source=there.url,
            target=here.url,
            work=work,
            report=report,
            event=watch.say,
            control=control,
            workers=workers,
        )
        try:
            return run_watched(move.prove, control, say=watch.say, keys=copy_keys(control, watch))
        except Broken:
            watch.say("Stopped. Nothing was changed on either side.", "stopped")
            return None
