"""What every full screen has: keys that say why they do nothing, help, trouble in place, work behind."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.command import Provider
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList

from screens.commands import KeyCommands
from screens.keys import About, Key
from screens.mistake import as_trouble
from screens.private import taken_apart
from screens.widgets.dialog import Dialog
from screens.widgets.headline import Headline
from screens.widgets.help import HelpDialog
from screens.widgets.key_footer import KeyFooter
from screens.widgets.notice import Notice
from screens.widgets.row_list import RowList
from screens.widgets.too_small import TooSmall
from screens.widgets.trouble_panel import TroublePanel
from screens.worn_content import worn
from wizard.model.trouble import Trouble

if TYPE_CHECKING:
    from screens.app import OfframpApp

T = TypeVar("T")
R = TypeVar("R")

LOW = 20
"""Rows of a terminal below which a list needs the blank lines around it."""

HELP = Key("question_mark", "help", "help", "Explain this screen.")
QUIT = Key("q", "leave", "quit", "Leave Offramp; everything is saved.")


class KeyedScreen(Screen[None]):
    """A screen whose actions are `KEYS`. Subclasses give `compose_body`, `rebuild`, `ABOUT`, and one
    `action_<name>` for each key; `why_not(name)` returns why an action is refused now, "" when it is not.

    Actions may be coroutines, but anything slow goes through `behind`. A Trouble, or any other error, of an
    action or of work behind ends in the panel, never in a traceback.
    """

    KEYS: ClassVar[tuple[Key, ...]] = ()
    ABOUT: ClassVar[About]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {KeyCommands}
    AUTO_FOCUS = "Field.first, Rows"

    def __init_subclass__(cls, **arguments: Any) -> None:
        bindings: dict[str, Binding] = {}
        for key in cls.all_keys():
            # Of several keys for one action, the first is the one that can be set.
            name = None if f"{cls.scope()}.{key.name}" in bindings else f"{cls.scope()}.{key.name}"
            binding = Binding(key.key, f"act('{key.name}')", key.word, show=False, id=name)
            bindings[name or key.key] = binding
        cls.BINDINGS = list(bindings.values())
        super().__init_subclass__(**arguments)

    @classmethod
    def scope(cls) -> str:
        """The screen's name in the settings of keys."""
        return getattr(cls, "stage", "") or cls.__name__.removesuffix("Screen").lower()

    @classmethod
    def all_keys(cls) -> tuple[Key, ...]:
        """All keys of the screen, its own first."""
        return (*cls.KEYS, HELP, QUIT)

    @property
    def offramp(self) -> "OfframpApp":
        """The application, by its own type."""
        return cast("OfframpApp", self.app)

    # -- to be given by each screen -----------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """The widgets between the head and the footer."""
        yield from ()

    def compose_head(self) -> ComposeResult:
        """The widgets of the head."""
        yield Headline()

    def rebuild(self) -> None:
        """Show what the session says now. Called when the screen comes up and after each change."""

    def begin(self) -> None:
        """What the screen does by itself after its first picture."""

    def follow_highlight(self) -> None:
        """Draw what belongs to the highlighted row."""

    def why_not(self, name: str) -> str:
        """Why the action `name` is refused now, as a sentence; "" when it is not."""
        return ""

    # -- the frame ----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Head, body, trouble, notice, footer."""
        with Container(id="head"):
            yield from self.compose_head()
        with Container(id="body"):
            yield from self.compose_body()
        yield TroublePanel()
        yield Notice()
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """First picture, then what the screen does by itself."""
        self.renew()
        self.guarded(self.begin)

    @on(events.ScreenResume)
    def _resumed(self) -> None:
        self.renew()

    def on_resize(self, event: events.Resize) -> None:
        """Columns follow the width; below `LOW` rows blank lines go."""
        self.set_class(event.size.height < LOW, "-low")
        self.renew()
        for one in self.query(RowList):
            one.keep_in_sight()

    @property
    def stands(self) -> bool:
        """Whether there is something to draw into. When the application ends, screens are taken apart from
        above, and the one below is told that it is on top again while nothing of it is left."""
        return self.is_mounted and not self.offramp.leaving

    def renew(self) -> None:
        """Rebuild the picture and the footer from what is true now."""
        if not self.stands:
            return
        self.guarded(self.rebuild)
        self._renew_footer()

    def guarded(self, work: Callable[[], object]) -> None:
        """Do `work`; an error of it ends in the panel, not the application."""
        try:
            work()
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            self.show_trouble(error)

    def _renew_footer(self) -> None:
        try:
            self.renew_keys()
        except Exception as error:  # noqa: BLE001  a key that cannot be judged is shown as one that is refused
            self.show_trouble(error)
            self.show_footer([(key, False) for key in self.KEYS if key.footer])

    def renew_keys(self) -> None:
        """Bring the footer up to date."""
        self.show_footer([(key, not self.refusal(key)) for key in self.KEYS if key.footer])

    def show_footer(self, keys: Sequence[tuple[Key, bool]]) -> None:
        """Show keys with whether each works, by the names that the person gave them."""
        worn = self.offramp.keymap.worn(self.scope(), [key for key, _ in keys])
        own = list(zip(worn, [works for _, works in keys], strict=True))
        right = self.offramp.keymap.worn(self.scope(), (HELP, QUIT))
        self.query_one(KeyFooter).show(own, [(key, True) for key in right])

    # -- keys ---------------------------------------------------------------------------------------

    def refusal(self, key: Key) -> str:
        """Why `key` does nothing now, "" when it works. Help and leaving always work."""
        return "" if key in (HELP, QUIT) else self.why_not(key.name)

    async def action_act(self, name: str) -> None:
        """Do the action `name`, or say why not."""
        if self.has_class("-tiny") or self.has_class("-flat"):
            return  # what cannot be seen is not pressed
        key = next(key for key in self.all_keys() if key.name == name)
        try:
            why = self.refusal(key)
            self.say(why)
            if why:
                return
            result = getattr(self, f"action_{name}")()
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            self.show_trouble(error)
        if self.is_attached:
            self._renew_footer()

    @on(OptionList.OptionHighlighted)
    @on(RowList.Emptied)
    def _highlighted(self, message: OptionList.OptionHighlighted | RowList.Emptied) -> None:
        message.stop()
        self.guarded(self.follow_highlight)
        self._renew_footer()  # what works depends on the row

    @on(OptionList.OptionSelected)
    async def _row_clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        enter = next((key for key in self.KEYS if key.key == "enter"), None)
        if enter is not None:
            await self.action_act(enter.name)

    def words(self, sentence: str) -> str:
        """`sentence` with the keys of this screen as the person has set them."""
        return self.offramp.keymap.words(self.scope())(sentence)

    def worn(self, content: Content) -> Content:
        """The same for text with styles."""
        return worn(content, self.offramp.keymap.words(self.scope()))

    def shown_keys(self) -> tuple[Key, ...]:
        """All keys as the person has set them."""
        return self.offramp.keymap.worn(self.scope(), self.all_keys())

    def action_help(self) -> None:
        """Explain the screen."""
        refused = {key.name: self.words(self._why_or_trouble(key)) for key in self.all_keys()}
        self.app.push_screen(HelpDialog(self.ABOUT.worn(self.words), self.shown_keys(), refused))

    def _why_or_trouble(self, key: Key) -> str:
        try:
            return self.refusal(key)
        except Exception as error:  # noqa: BLE001  the help is still read, with the error as the reason
            return as_trouble(error).brief()

    def ask(self, dialog: Dialog[R], then: Callable[[R | None], None]) -> None:
        """Show a dialog over the screen; `then` gets its result, and an error of it ends in the panel."""
        self.app.push_screen(dialog, lambda result: self.guarded(lambda: then(result)))

    def action_leave(self) -> None:
        """Ask whether to leave Offramp."""
        self.offramp.action_leave()

    def leaving_words(self) -> str:
        """What stays when Offramp ends."""
        return "Everything is saved; a run goes on by itself. `offramp` shows it again."

    def action_filter(self) -> None:
        """Open the filter of the list; for screens with a key for it."""
        self.query_one(RowList).ask_filter()

    # -- saying -------------------------------------------------------------------------------------

    def say(self, sentence: str, *, good: bool = False) -> None:
        """One line above the footer, until the next key."""
        self.query_one(Notice).say(self.words(sentence), good=good)

    def show_trouble(self, error: BaseException | None) -> None:
        """Show what went wrong in the panel; None takes it away."""
        if self.offramp.leaving and taken_apart(error):
            return  # nobody is left to be shown it
        self.query_one(TroublePanel).show(None if error is None else as_trouble(error), self.words)

    def copy(self, text: str, elsewhere: str = "") -> None:
        """Hand `text` to the terminal's clipboard, and say so with the text itself, or where else it is."""
        copied = self.offramp.copy_out(text, what="it" if elsewhere else text, elsewhere=elsewhere)
        self.say(copied.words, good=copied.done)

    def headline(self, name: str, route: str = "", fact: str | Content = "") -> None:
        """Set the first line."""
        self.query_one(Headline).show(name, route, fact)

    # -- work behind --------------------------------------------------------------------------------

    def behind(
        self,
        work: Coroutine[Any, Any, T],
        then: Callable[[T], Awaitable[None] | None] | None = None,
        *,
        group: str = "work",
        on_trouble: Callable[[Trouble], bool] | None = None,
        waiting: str | Callable[[], str] = "",
        wanted: bool = True,
    ) -> None:
        """Do `work` without holding up the screen; `then` gets its result.

        A newer work of the same group ends an older one. Errors go to `on_trouble` first, which returns
        whether it took care, then to the panel. `waiting` says what it waits for ("Asking Heroku"), and
        stands above the footer while it does. A look around by itself, that nobody `wanted`, leaves an
        older trouble in the panel, since it may not have been read yet.
        """
        if wanted:
            self.show_trouble(None)
        waited = self._waited(work, waiting) if waiting else work
        self.run_worker(
            self._guarded(waited, then, on_trouble), group=group, exclusive=True, exit_on_error=False
        )

    async def _waited(self, work: Coroutine[Any, Any, T], waiting: str | Callable[[], str]) -> T:
        notice = self.query_one(Notice)
        wait = notice.wait_for(waiting)
        try:
            return await work
        finally:
            notice.waited(wait)

    async def _guarded(
        self,
        work: Coroutine[Any, Any, T],
        then: Callable[[T], Awaitable[None] | None] | None,
        on_trouble: Callable[[Trouble], bool] | None,
    ) -> None:
        try:
            result = await work
            if then is not None:
                after = then(result)
                if inspect.isawaitable(after):
                    await after
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            if not self.stands and taken_apart(error):
                return  # what it was to be drawn into is gone
            trouble = as_trouble(error)
            if self.is_attached and (on_trouble is None or not on_trouble(trouble)):
                self.show_trouble(trouble)
        if self.is_attached:
            self._renew_footer()
