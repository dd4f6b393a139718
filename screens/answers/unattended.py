"""`offramp --answers FILE`: stage by stage from a file; what it leaves open is asked, or named by its key."""

from collections.abc import Sequence

from screens.answers.document import answer_document
from screens.answers.sign_in import lacks, sign_in, sign_in_example
from screens.headless.exit_codes import DONE, WAITS
from screens.headless.follow import follow, gate_words, ready
from screens.headless.guides import SIGN_IN
from screens.plain.choose import compared, take
from screens.plain.code_changes import accepted, read_changes, write_changes
from screens.plain.connect import wanted_vendor
from screens.plain.console import GivenAway
from screens.plain.desk import Desk, heading
from screens.plain.journey import STAGES
from screens.plain.plan import check, checked, make
from screens.plain.proposing import mapped, propose_map
from screens.plain.question import Back, GoTo
from screens.stages import newest_run
from wizard.answers.done_steps import steps_said, words_wanted
from wizard.answers.keys import key_of
from wizard.answers.nouns import AnswersFile, SignInGiven
from wizard.answers.to_mapping import over_proposal
from wizard.answers.trace import keep_trace
from wizard.mapping.check import blocking, problems
from wizard.model.trouble import Trouble
from wizard.registry import target_names
from wizard.run.control import ask
from wizard.run.launch import running, start_worker
from wizard.run.view import view
from wizard.session.parts import MAPPING, PLAN, PREPARED, TARGET
from wizard.session.store import Session, SessionInfo, create, find, infos
from wizard.told_hosts import told_hosts

Missing = Sequence[str]
"""Keys that the file leaves open, each with what is wanted there; empty when the stage is done."""


def session_named(name: str) -> Session:
    """The migration of that name, made where there is none.

    Raises:
        Trouble: several have it.
    """
    if any(isinstance(info, SessionInfo) and name in (info.name, path.name) for path, info in infos()):
        return find(name)
    return create(name, hosts=told_hosts())


def _of_nothing(key: str) -> str:
    """What is open of a key that names nothing there: a slip of the pen would decide nothing, unnoticed."""
    return f"{key}: there is nothing of that name. Correct it, or take it out of the file"


class Unattended:
    """One file over one session. `asks` says that what the file leaves open is asked in lines."""

    def __init__(self, desk: Desk, given: AnswersFile, file: str, *, asks: bool) -> None:
        self._desk = desk
        self._given = given
        self._file = file
        self._asks = asks

    def travel(self) -> int:
        """Go from where the session stands to the report; the exit code.

        Raises:
            Trouble: a stage cannot be done; Leave, EndOfInput where it asks.
        """
        if held := self._desk.held():
            raise Trouble(held, remedy="Close it there first.", code="held")
        if newest_run(self._desk.session) is not None:
            self._look_what_comes_too_late()
            return self._run()
        providers = (self._desk.session.info.source, *target_names())
        known = ", ".join(providers)
        for vendor in sorted(set(self._given.sign_in) - set(providers)):
            self._desk.console.say(f"Look: sign_in.{vendor} fits no provider; there are {known}.")
        for stage, answer in (
            ("connect", self._connect),
            ("document", self._document),
            ("choose", self._choose),
            ("connect", self._connect),
            ("map", self._map),
            ("prepare", self._prepare),
            ("plan", self._plan),
        ):
            heading(self._desk, stage)
            missing = answer()
            if missing and not self._asks:
                return self._open(stage, missing)
            if missing:
                self._ask(stage, missing)
        return self._run()

    def _told(self, key: str, what: str) -> None:
        """Say what was answered, and keep it."""
        self._desk.console.say(f"{key} = {what}")
        keep_trace(self._desk.session, self._file, {key: what})

    def _open(self, stage: str, missing: Missing) -> int:
        say = self._desk.console.say
        say()
        say(f"{self._desk.session.name} waits at {stage}. The file leaves open:")
        for one in missing:
            say(f"- {one}", indent="  ")
        say(
            "Everything before is saved. Change the file and run this again, with --plain to be asked; or "
            f"open {self._desk.session.id} with `offramp` or `offramp --plain`, and answer it there."
        )
        return WAITS

    def _ask(self, stage: str, missing: Missing) -> None:
        for one in missing:
            self._desk.console.say(f"The file leaves open: {one}")
        while True:
            try:
                STAGES[stage](self._desk)
            except (Back, GoTo, GivenAway):
                self._must_hold()
                self._desk.console.say("What was before was answered by the file; it leads on by itself.")
                continue
            self._must_hold()
            return

    def _must_hold(self) -> None:
        """Control may have been given to another terminal at a question."""
        if held := self._desk.held():
            raise Trouble(
                held,
                untouched="The file was followed no further.",
                remedy="Go on where control is now; or ask for it back, and begin the file again.",
                code="held",
            )

    # -- the stages -------------------------------------------------------------------------------------

    def _connect(self) -> Missing:
        desk = self._desk
        while (vendor := wanted_vendor(desk)) is not None:
            given = self._given.sign_in.get(vendor, SignInGiven())
            if desk.demo is not None and given == SignInGiven():
                example = desk.wait(f"Signing in to {vendor}", sign_in_example(desk, vendor, desk.demo))
                self._told(f"sign_in.{vendor}", f"{example.connection.email}, filled in by the example")
                continue
            if missing := lacks(vendor, given, source=vendor == desk.session.info.source):
                return missing
            done = desk.wait(f"Signing in to {vendor}", sign_in(desk, vendor, given))
            self._told(f"sign_in.{vendor}", f"{done.connection.email}, {done.connection.kept_in}")
            if wanted_vendor(desk) == vendor:
                raise Trouble(
                    f"The token of {vendor} is not good any more.",
                    remedy="Name another.",
                    code="token-expired",
                )
        return ()

    def _document(self) -> Missing:
        left = answer_document(self._desk, self._given.document, self._told)
        system = self._desk.system()
        names = {app.name for app in system.apps} if system else set()
        return [
            *left,
            *(
                _of_nothing(f"document.apps.{name}")
                for name in self._given.document.apps
                if name not in names
            ),
        ]

    def _look_what_comes_too_late(self) -> None:
        """Once a run has begun it carries out its plan: what the file says otherwise by now is not done.

        Raises:
            Trouble: the file speaks of another target; its gates are not passed.
        """
        plan_target, target = self._desk.session.load(TARGET), self._given.target
        if plan_target is not None and target not in (None, plan_target.provider):
            raise Trouble(
                f"The file says {target}; the run of {self._desk.session.name} moves to "
                f"{plan_target.provider}.",
                untouched="No gate was passed, and the run was not touched.",
                remedy=f"Correct target in the file; or `offramp tell {self._desk.session.id} stop` ends the "
                "run, and another name in the file begins another migration.",
                code="answers-file",
            )
        parts = mapped(self._desk)
        if parts is not None:
            system, mapping, profile = parts
            for key in over_proposal(self._given.map, system, profile, mapping)[1]:
                self._desk.console.say(
                    f"Look: {key} comes too late: the run has begun, and carries out its plan."
                )

    def _choose(self) -> Missing:
        comparison, target = compared(self._desk), self._given.target
        chosen = self._desk.session.load(TARGET)
        if target is None:
            return () if chosen else ["target: the provider's name of where it moves to"]
        known = [column.target for column in comparison.columns] if comparison else []
        if comparison is None or target not in known:
            return [f"target: there is no {target}; one of {', '.join(known)}"]
        if chosen is None or chosen.provider != target:
            take(self._desk, comparison, target)
            self._told("target", target)
        return ()

    def _map(self) -> Missing:
        desk = self._desk
        propose_map(desk)
        parts = mapped(desk)
        if parts is None:
            return ["map: nothing can be mapped before the system is read and a target is chosen"]
        system, before, profile = parts
        after, changed, unknown = over_proposal(self._given.map, system, profile, before)
        if after != before:
            desk.save(MAPPING, after)
        for key, what in changed.items():
            desk.console.say(f"{key} = {what}")
        keep_trace(desk.session, self._file, changed)
        teams = ", ".join(f'"{slug}"' for slug in profile.capabilities.teams)
        return [_of_nothing(key) for key in unknown] + [
            f"{key}: {problem.text}. {problem.remedy}" + (f" One of {teams}." if key == "map.team" else "")
            for problem in blocking(problems(system, after, profile))
            if (key := key_of(problem, system, after))
        ]

    def _prepare(self) -> Missing:
        desk = self._desk
        changes = desk.wait("Reading the code folders", read_changes(desk))
        if stopping := changes.why_not_write():
            return [f"prepare: {one}" for one in stopping]
        good = accepted(desk, changes)
        if desk.session.load(PREPARED) is not None and all(app.id in good for app in changes.apps):
            return ()
        for app in changes.apps:
            for change in changes.proposals[app.id].changes:
                desk.console.say(f"{app.name}: {change.path}: {change.why}.", indent="  ")
        if not self._given.prepare.accept:
            return ["prepare.accept = true: the changes to the code above are read and accepted"]
        for done in desk.wait("Writing the branches", write_changes(desk, changes)):
            name = next(app.name for app in changes.apps if app.id == done.app_id)
            self._told("prepare.accept", f"{name}: branch {done.branch}, commit {done.commit[:10]}")
        return ()

    def _plan(self) -> Missing:
        desk = self._desk
        if make(desk) is None:
            return ["plan: a stage before it is open again"]
        check(desk)
        found = checked(desk)
        stops = [one for one in found.findings if one.state == "blocks"] if found else []
        if stops:
            return [f"plan: {one.what}. {one.remedy}" for one in stops]
        plan = desk.session.load(PLAN)
        if plan is not None and (unknown := steps_said(plan, self._given.run.done)[1]):
            return words_wanted(plan, unknown)
        if not self._given.run.start:
            return ["run.start = true: the plan is read, and the run may begin"]
        ready(desk.session)
        start_worker(desk.session, desk.vault)
        self._told("run.start", "the run began")
        return ()

    def _run(self) -> int:
        """Follow the run, and pass the gates that the file names."""
        desk, confirm = self._desk, self._given.run.confirm
        seen = view(desk.session)
        retry = running(desk.session) and seen is not None and seen.run.state == "failed"
        if seen is not None and seen.run.state not in ("done", "taken-back"):
            if not self._given.run.start and not self._asks:
                return self._open("run", ["run.start = true: the run may go on"])
            start_worker(desk.session, desk.vault)
            if retry:
                ask(desk.session, {"do": "retry", "who": f"answers file {self._file}"})
        if confirm:
            keep_trace(desk.session, self._file, {"run.confirm": ", ".join(confirm)})
        answers = gate_words(confirm) | self._said_done()
        code = follow(desk.session, answers, retried=retry, file=self._file)
        seen = view(desk.session)
        if self._asks and code == WAITS:
            STAGES["run"](desk)
            return DONE
        if code == WAITS and seen is not None and seen.gate is not None:
            gate = seen.gate.key.partition(":")[2]
            return self._open("run", [f'run.confirm: "{gate}={seen.gate.word}" passes {seen.gate.title}'])
        if code == WAITS and seen is not None and seen.guide is not None and seen.guide.blind:
            step = seen.guide.step
            return self._open("run", [f'run.done: "{step}" says that it is done: {seen.guide.waits}'])
        return code

    def _said_done(self) -> dict[str, str]:
        """What the file says beforehand, as `follow` takes it: steps that are done, and a sign-in."""
        plan = self._desk.session.load(PLAN)
        assert plan is not None, "a run has a plan"
        keys, unknown = steps_said(plan, self._given.run.done)
        for one in words_wanted(plan, unknown):
            self._desk.console.say(f"Look: {one}.")
        if keys:
            keep_trace(self._desk.session, self._file, {"run.done": ", ".join(keys)})
        answers = {f"done:{key}": self._file for key in keys}
        if self._given.run.sign_in_program:
            keep_trace(self._desk.session, self._file, {"run.sign_in_program": "true"})
            answers[SIGN_IN] = self._file
        return answers
