"""The worker: a process of its own that carries out a plan and outlives its screen.

    python -m wizard.run.worker SESSION_FOLDER

Ends with 0 when the run is done, stopped or taken back, with 3 when another worker holds the session.
"""

import asyncio
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from wizard.credentials import Vault
from wizard.model.plan import Plan
from wizard.model.secret import redact
from wizard.model.trouble import Trouble
from wizard.private_memory import keep_memory_private
from wizard.run.call import Caller
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.control import serve, socket_path
from wizard.run.drive import Drive
from wizard.run.journal import Journal, StepRecord
from wizard.run.reserve import Reserve
from wizard.run.token_watch import TokenWatch
from wizard.session.database import DISK_FULL
from wizard.session.lock import Lock
from wizard.session.parts import PLAN
from wizard.session.store import Session
from wizard.settings import read_settings

BUSY = 3


async def work(session: Session, lock: Lock) -> None:
    """Carry out the session's plan until it is done, stopped or taken back. `lock` is held."""
    plan = session.load(PLAN)
    if plan is None:
        raise Trouble("The session has no plan yet.", remedy="Open it with `offramp`.", code="not-ready")
    journal = Journal(session)
    _begin(journal, plan)
    vault = Vault(None, fetches=False)
    context = Context(session, journal, plan, vault)
    commands = Commands(journal, plan, vault)
    drive = Drive(context, commands)
    watch = TokenWatch(session, journal, vault, context.renew_vendors)
    commands.whose, commands.renewed = watch.refusal, watch.taken
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, drive.yield_to_system)
    service = asyncio.create_task(_serve(session, commands, lock))
    beat = asyncio.create_task(_beat(journal, context))
    ahead = asyncio.create_task(context.describe_ahead())
    tokens = asyncio.create_task(watch.run())
    caller = Caller(session, journal, lambda: read_settings().notify)
    calls = asyncio.create_task(caller.run())
    try:
        await _drive(drive, Reserve(session.folder))
    finally:
        context.control.stop()
        for task in (service, beat, ahead, tokens, calls):
            task.cancel()
        await asyncio.gather(service, beat, ahead, tokens, calls, return_exceptions=True)
        await context.close()
        with contextlib.suppress(Trouble):
            # How the run ended; written down already, so what cannot be told is lost with nothing.
            await caller.look()


async def _drive(drive: Drive, reserve: Reserve) -> None:
    """Run, and on a full disk wait for room. A cut-over does not wait for that: Heroku serves again."""
    reserve.keep()
    again: Callable[[], Awaitable[None]] = drive.run
    while True:
        try:
            await again()
            break
        except Trouble as trouble:
            if trouble.code != DISK_FULL:
                raise
            reserve.give_up()
            again = await drive.full_disk(trouble, reserve.keep)
    reserve.give_up()


def _begin(journal: Journal, plan: Plan) -> None:
    run = journal.run()
    if run is None:
        journal.start_run(plan)
        return
    if run.plan_digest == plan.digest():
        return
    records = journal.steps()
    carried = () if run.state in ("done", "taken-back") else _unfinished(plan, records)
    journal.start_run(plan, carried)
    if any(record.state not in ("pending", "undone") for record in records.values()):
        journal.event("look", "The plan was made anew: steps that are done already are found by looking.")


def _unfinished(plan: Plan, records: dict[str, StepRecord]) -> tuple[StepRecord, ...]:
    """Writes to Heroku of the plan before, which are not taken back. What they remember of Heroku as it
    was must not be lost: a new run would take maintenance mode for how things were."""
    begun = tuple(
        record
        for record in records.values()
        if record.state in ("intent", "done", "failed", "lost")
        and record.evidence is not None
        and "before" in record.evidence.facts
    )
    missing = {record.key for record in begun} - {step.key for step in plan.steps}
    if missing:
        raise Trouble(
            f"The plan before this one has changed Heroku, and this one does not know: {min(missing)}.",
            untouched="Heroku stays as it is now.",
            remedy="Take the earlier choices on the map again, make that plan, and go back with b first.",
            code="plan-changed",
        )
    return begun


async def _serve(session: Session, commands: Commands, lock: Lock) -> None:
    """Listen for what a person asks; anew when the socket was removed, as the end of a login may do. Where
    its folder went too, and elsewhere then, which the lock tells."""
    path = socket_path(session)
    server: asyncio.Server | None = None
    try:
        while True:
            if server is None or not path.exists():
                if server is not None:
                    server.close()
                with contextlib.suppress(Trouble, OSError):
                    # The folder may not be there just now, or full; the next second tries again.
                    path = socket_path(session)
                    server = await serve(session, commands.handle)
                    lock.listens(str(path))
            await asyncio.sleep(1)
    finally:
        if server is not None:
            server.close()
        path.unlink(missing_ok=True)


async def _beat(journal: Journal, context: Context) -> None:
    while True:
        with contextlib.suppress(Trouble):
            # A full disk, or a run folder that cannot be made: the drive meets it too, and tells.
            journal.beat(os.getpid())
            context.flush_logs()
            context.renew_folders()
        await asyncio.sleep(1)


def main(arguments: list[str]) -> int:
    """Run the worker for the session folder in `arguments`."""
    keep_memory_private()
    # Not SIG_IGN: children would inherit that, and an `ssh` that ignores SIGHUP cannot be told to end.
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda number, frame: None)
    os.umask(0o077)
    try:
        session = Session(Path(arguments[0]))
        path = str(socket_path(session))
    except Trouble as trouble:
        _last_words(trouble.sentence())
        return 1
    lock = Lock(session.worker_lock_file)
    if not lock.take(path):
        return BUSY
    try:
        asyncio.run(work(session, lock))
    except Trouble as trouble:
        _last_words(trouble.sentence())
        return 1
    except Exception:  # noqa: BLE001 - the last resort: written down without secrets, and the exit code says it
        _last_words(traceback.format_exc())
        return 1
    finally:
        lock.release()
        session.close()
    return 0


def _last_words(text: str) -> None:
    with contextlib.suppress(OSError):
        # They go to a file, which may be on the disk that is full; the exit code stays.
        sys.stderr.write(redact(text) + "\n")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
