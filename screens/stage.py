"""The base of the screens of all stages: the bar, the way back, answers saved at once."""

from typing import Any, ClassVar, TypeVar

import msgspec
from textual.app import ComposeResult

from screens.keyed import HELP, QUIT, KeyedScreen
from screens.keys import Key
from screens.stages import NAMES, Standing, locked_by_run, standing
from screens.widgets.headline import Headline
from screens.widgets.stage_bar import StageBar
from wizard.mapping.edit import set_checkout
from wizard.registry import source_provider, target_provider
from wizard.session.parts import ANSWERS, MAPPING, PLAN, PREFLIGHT, TARGET, Answers
from wizard.session.store import Part, Session

T = TypeVar("T")

BACK = Key("escape", "back", "back", "Back to the stage before; nothing is lost.", footer=False)
STAGE_KEYS = tuple(
    Key(str(number), f"stage_{name}", name, f"Go to {name}, when it can be entered.", footer=False)
    for number, name in enumerate(NAMES, 1)
)


class StageScreen(KeyedScreen):
    """A stage. `stage` is its name. Everything shown comes from the session, each time anew."""

    stage: ClassVar[str] = ""

    @classmethod
    def all_keys(cls) -> tuple[Key, ...]:
        """The screen's own keys, and those of every stage."""
        return (*cls.KEYS, BACK, *STAGE_KEYS, HELP, QUIT)

    @property
    def session(self) -> Session:
        """The open session."""
        session = self.offramp.session
        assert session is not None, "a stage is shown for an open session only"
        return session

    def fact(self) -> str:
        """What stands at the right of the first line."""
        return ""

    def compose_head(self) -> ComposeResult:
        """Headline and stage bar."""
        yield Headline()
        yield StageBar()

    def renew(self) -> None:
        """Rebuild the picture, the head and the footer from what is true now."""
        if not self.stands:
            return
        super().renew()
        self.guarded(lambda: self._draw_head(standing(self.session)))

    def _draw_head(self, standing: Standing) -> None:
        self.headline(self.session.name, self.route(), self.fact() or self._standing_fact())
        self.query_one(StageBar).show(self.stage, standing)

    def _standing_fact(self) -> str:
        if held := self.offramp.read_only_fact():
            return held
        return "the example, on this machine only" if self.session.info.demo else ""

    def route(self) -> str:
        """ "Heroku → Aptible", or "Heroku → ?" while no target is chosen."""
        choice = self.session.load(TARGET)
        source = source_provider(self.session.info.source).title
        return f"{source} → {target_provider(choice.provider).title if choice else '?'}"

    # -- saving -------------------------------------------------------------------------------------

    def save(self, part: Part[T], value: T, *, keeps_plan: bool = False) -> None:
        """Write an answer; it is on the disk when this returns. The plan was made from the answers, so it
        goes, unless `keeps_plan`. Later answers stay: each stage looks whether they still fit.

        Raises:
            Trouble: the disk is full, or the session cannot be written.
        """
        self.session.save(part, value)
        if not keeps_plan:
            self.session.drop(PLAN)
            self.session.drop(PREFLIGHT)

    def keep_code_folder(self, app_id: str, path: str) -> None:
        """Write the folder with an app's code wherever it is read from: the answers, and the map by which the
        code is prepared and deployed."""
        answers, mapping = self.session.load(ANSWERS) or Answers(), self.session.load(MAPPING)
        folders = {**answers.checkouts, app_id: path}
        self.save(ANSWERS, msgspec.structs.replace(answers, checkouts=folders))
        if mapping is not None and mapping.app(app_id) is not None:
            self.save(MAPPING, set_checkout(mapping, app_id, path))

    def refusal(self, key: Key) -> str:
        """Why `key` does nothing now: a session that cannot be written, or the screen's own reason."""
        if key in (BACK, HELP, QUIT):
            return ""
        if key.writes and (why := self.read_only()):
            return why
        if key.name.startswith("stage_"):
            return standing(self.session).why_not[key.name.removeprefix("stage_")]
        return self.why_not(key.name)

    def read_only(self) -> str:
        """Why answers cannot be changed now, "" when they can. The monitor's stages allow more."""
        return self.offramp.read_only_words() or locked_by_run(self.session)

    async def action_act(self, name: str) -> None:
        """Do the action `name`, or say why not. When the Offramp that had the session has ended, the key
        makes it ours instead, and the screen begins anew: what it left to the other is its own now."""
        if self.offramp.holder is None or name in (BACK.name, HELP.name, QUIT.name):
            await super().action_act(name)
            return
        try:
            self.offramp.holder = self.session.claim()
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            self.show_trouble(error)
            return
        if self.offramp.holder is not None:
            await super().action_act(name)
            return
        await self.offramp.show_stage(self.stage)
        if isinstance(self.app.screen, StageScreen):
            self.app.screen.say("The other Offramp has ended; this one writes now.", good=True)

    # -- moving -------------------------------------------------------------------------------------

    async def action_back(self) -> None:
        """To the stage before; from the first to the list of migrations."""
        if self.close_what_is_open():
            return
        index = NAMES.index(self.stage)
        if index == 0:
            await self.offramp.go_home()
        else:
            await self.offramp.show_stage(NAMES[index - 1])

    def close_what_is_open(self) -> bool:
        """Escape first closes what lies over the screen (a filter, details); whether there was something."""
        from screens.widgets.row_list import RowList

        return any(rows.clear_filter() for rows in self.query(RowList))

    async def go_on(self) -> None:
        """To the next stage after this one, or back to an earlier one that must be done first."""
        where = standing(self.session)
        index = NAMES.index(self.stage)
        wanted = NAMES[min(index + 1, len(NAMES) - 1)]
        await self.offramp.show_stage(wanted if not where.why_not[wanted] else where.current)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("action_stage_"):
            return lambda: self.offramp.show_stage(name.removeprefix("action_stage_"))
        raise AttributeError(f"{type(self).__name__} has no {name}")
