"""`offramp db restore`: a dump into an empty database, every error judged, and proven if asked."""

import contextlib
from collections import Counter
from pathlib import Path
from typing import Final

from screens.headless.asking import want_consent
from screens.headless.db_copy import alone, work_folder
from screens.headless.db_dump import DumpSource, FileDump, HerokuDump, Stream
from screens.headless.db_ends import End, name_end
from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_preview import listed, target_line
from screens.headless.db_proof import tell_proof
from screens.headless.db_restore_picture import restore_keys, restore_watch
from screens.headless.db_transfer import transfer_watch
from screens.headless.db_trouble import in_words_of_a_command
from screens.headless.db_verify import prove
from screens.headless.db_voice import Voice
from screens.headless.db_work import Broken, run_watched
from screens.headless.exit_codes import DIFFERS, DONE, INTERRUPTED
from screens.quantities import exact, number, size
from wizard.database.archive import Head
from wizard.database.control import Control
from wizard.database.inspect import inspect_target
from wizard.database.restore import Restore, RestoreOutcome
from wizard.database.restore_list import Chosen
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble

_MARKED: Final = "What it had brought by then is on the target, marked."
_ANEW: Final = "run the command again with --start-over: it empties the target of that, and begins anew"


class RestoreOptions(Noun, frozen=True, kw_only=True):
    """The command line of `db restore`, but for the dump and the target."""

    verify: str | None
    latest: bool
    start_over: bool
    yes: bool
    json: bool


def restore(dump: str, target: str, options: RestoreOptions) -> int:
    """Restore a dump; see `offramp db restore --help`."""
    voice = Voice(json=options.json)
    with contextlib.closing(HerokuAccess()) as heroku, work_folder() as work:
        source = _dump_source(dump, heroku, options)
        if target == dump == "-":
            raise Trouble(
                "Both the dump and the target are named with -.",
                untouched="Nothing was done.",
                remedy="Name the target with env:NAME.",
                code="usage",
            )
        with in_words_of_a_command("Nothing was written to the target."):
            here = name_end(target, "target", heroku)
            against = name_end(options.verify, "source", heroku) if options.verify else None
            restoring = _Restoring(voice, source, here, against=against, options=options, work=work)
        return restoring.run()


def _dump_source(word: str, heroku: HerokuAccess, options: RestoreOptions) -> DumpSource:
    kind, _, rest = word.partition(":")
    if kind == "heroku" and rest:
        app, _, name = rest.partition("/")
        return HerokuDump(heroku, app, name or None, latest=options.latest)
    if options.latest:
        raise Trouble(
            "--latest goes with heroku:APP only.",
            untouched="Nothing was done.",
            remedy="Leave it out.",
            code="usage",
        )
    return FileDump(word)


def _tables(count: int) -> str:
    return f"{number(count)} table{'s' * (count != 1)}"


class _Restoring:
    """One run of the command."""

    def __init__(
        self,
        voice: Voice,
        source: DumpSource,
        here: End,
        *,
        against: End | None,
        options: RestoreOptions,
        work: Path,
    ) -> None:
        self._voice = voice
        self._source = source
        self._here = here
        self._against = against
        self._options = options
        self._writing = self._emptying = False
        self._control = Control()
        self._watch = restore_watch(voice, source.why)
        self._restore = Restore(
            target=here.url,
            work=work,
            report=self._watch.report,
            event=self._watch.say,
            control=self._control,
        )

    def run(self) -> int:
        """All of it; the exit code."""
        with alone(self._restore.session):
            with in_words_of_a_command("Nothing was written to the target."):
                self._agree()
            try:
                stream = self._open()
                outcome = self._do(stream)
            except Broken:
                return self._stopped()
            except Trouble as trouble:
                if trouble.code != "backup-failed":
                    self._tell_kept()
                raise
        self._tell(outcome)
        if self._against is None:
            if outcome.whole:
                self._voice.line("`offramp db verify SOURCE TARGET` proves it row by row against its source.")
            return DONE if outcome.whole else DIFFERS
        with in_words_of_a_command("What was restored stays.", "run `offramp db verify SOURCE TARGET`"):
            proof = prove(self._voice, self._against, self._here)
        if proof is None:
            return INTERRUPTED
        tell_proof(self._voice, proof)
        if not proof.equal:
            self._voice.line("What was written to the source since the backup was made differs, too.")
        return DONE if outcome.whole and proof.equal else DIFFERS

    def _agree(self) -> None:
        facts = inspect_target(self._here.url(), session=self._restore.session)
        for words in self._source.lines():
            self._voice.line(words)
        self._voice.line(target_line(self._here.label, facts, "holds what an earlier restore brought"))
        goes_over = facts.state.state == "ours" and self._options.start_over
        if not goes_over:
            self._restore.want_empty()
        self._voice.event(
            "plan",
            dump=self._source.label,
            target={"name": self._here.label, "database": facts.database, "version": facts.version},
            target_state=facts.state.state,
        )
        # Before Heroku is asked for a backup that nothing could be made of.
        self._restore.want_program()
        if facts.missing_rights:
            raise Trouble(
                f"The role of the target's URL {' and '.join(facts.missing_rights)}.",
                untouched="Nothing was written to it.",
                remedy="Use a role that may, best the owner of the database.",
                code="database-rights",
            )
        what = "empty the target and restore anew" if goes_over else "begin"
        want_consent(facts.database, what=what, yes=self._options.yes, out=self._voice.words)

    def _open(self) -> Stream:
        with transfer_watch(self._voice) as watch:
            report = watch.report
            return run_watched(
                lambda: self._source.open(self._control, report), self._control, say=watch.say, keys={}
            )

    def _do(self, stream: Stream) -> RestoreOutcome:
        head = stream.head
        # Both may take long: to empty a large target, and to try extensions.
        with in_words_of_a_command("Nothing was restored."):
            chosen = run_watched(lambda: self._ready(head), self._control, say=self._voice.line, keys={})
        self._voice.line(
            f"dump  of {head.database}, Postgres {head.server}, made {head.made} by pg_dump {head.program},"
            f" {_tables(chosen.tables)}"
        )
        for words in listed("left", chosen.left_out):
            self._voice.line(words)
        self._voice.event(
            "dump",
            database=head.database,
            made=head.made,
            tables=chosen.tables,
            left_out=list(chosen.left_out),
        )
        self._writing = True
        with in_words_of_a_command(_MARKED, _ANEW), self._watch as watch:
            return run_watched(
                lambda: self._restore.run(head, stream.begun, stream.read, chosen, stream.total),
                self._control,
                say=watch.say,
                keys=restore_keys(self._control, watch),
            )

    def _ready(self, head: Head) -> Chosen:
        if self._options.start_over:
            self._emptying = True
            self._restore.start_over()
        return self._restore.prepare(head)

    def _stopped(self) -> int:
        words = "Stopped. Nothing was written to the target."
        if self._emptying:
            words = "Stopped. The target may be emptied in part. The same command goes on with that."
        if self._writing:
            words = (
                "Stopped. What was restored by then is on the target, marked. Run the same command again with"
                " --start-over: it empties the target of that, and begins anew."
            )
        self._voice.line(words)
        self._voice.event("stopped", text=words)
        self._tell_kept()
        return INTERRUPTED

    def _tell_kept(self) -> None:
        """Another backup need not be asked for."""
        if self._source.kept:
            self._voice.line(self._source.kept)
            self._voice.event("note", text=self._source.kept)

    def _tell(self, outcome: RestoreOutcome) -> None:
        say = self._voice.line
        for (why,), count in Counter((one.why,) for one in outcome.harmless).items():
            say(f"harmless  {count} error{'s' * (count != 1)} of pg_restore: {why}")
        for one in outcome.lost:
            say(f"lost      {one.what}: {one.said}")
        if outcome.more:
            say(f"lost      and {outcome.more} more errors that were not kept word by word")
        words = "All of the dump that was wanted is there"
        if not outcome.whole:
            words = "Not all of the dump is there"
        say(f"{words}: {_tables(outcome.tables)}, {size(outcome.bytes)} in {exact(outcome.seconds)}.")
        if not outcome.whole:
            say("The target stays marked (schema _offramp), so that nothing is restored on top of it.")
        self._voice.event(
            "result",
            whole=outcome.whole,
            tables=outcome.tables,
            bytes=outcome.bytes,
            lost=[{"what": one.what, "said": one.said} for one in outcome.lost],
            harmless=[{"what": one.what, "said": one.said, "why": one.why} for one in outcome.harmless],
            left_out=list(outcome.left_out),
        )
