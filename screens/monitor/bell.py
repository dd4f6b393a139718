"""When a person is called to the terminal: another window may have it, and the run waits for them now."""

import os
from collections.abc import Mapping

from screens.background import in_thread
from screens.clipboard import wrapped
from screens.stage import StageScreen
from wizard.run.call import call
from wizard.run.guide import GUIDE
from wizard.run.news import News, news_of
from wizard.run.token_watch import FRESH
from wizard.run.view import RunView


class Bell:
    """Rings once for each time that a run begins to wait, fails or ends, and for each token that is about to
    end. How the run stood when the screen came up is on the screen: an end is rung for only when it was seen
    to come."""

    def __init__(self) -> None:
        self._key = ""
        self._token_ends = ""
        self._looked = False

    def look(self, screen: StageScreen, view: RunView) -> None:
        """Ring in the terminal of `screen` when there is something to ring for."""
        news = self.news(view)
        if news is None:
            return
        screen.offramp.write_to_terminal(ring(news))
        command = screen.offramp.settings.notify
        if view.worker == "dead" and command and not screen.read_only():
            # Of all else the worker tells by itself.
            screen.behind(in_thread(call, command, news), screen.say, group="notify", wanted=False)

    def news(self, view: RunView) -> News | None:
        """What to ring for now; None when everything in `view` was rung for before."""
        news = view_news(view)
        key = news.key if news else ""
        ends = view.fresh.expires_at if view.fresh is not None else ""
        fresh = key not in ("", self._key) or ends not in ("", self._token_ends)
        old = not self._looked and view.run.state in ("done", "taken-back", "stopped")
        self._key, self._token_ends, self._looked = key, ends, True
        return news if fresh and not old else None


def view_news(view: RunView) -> News | None:
    """What a person is called for, as the monitor sees it."""
    current = view.current
    found = {"secret": view.secret, "gate": view.gate, FRESH: view.fresh}
    gauges = {name for name, there in found.items() if there is not None}
    if view.guide is not None and view.guide.step == view.run.current:
        gauges.add(GUIDE)
    title = current.step.title if current else ""
    return news_of(view.name, view.run, title, gauges, dead=view.worker == "dead")


def ring(news: News, environment: Mapping[str, str] | None = None) -> str:
    """The bell, and a notification of the desktop in both ways that terminals know it by (OSC 9 of iTerm2,
    OSC 777 of urxvt), through tmux and screen where they stand before the terminal. A terminal that knows
    neither shows nothing of it."""
    environment = os.environ if environment is None else environment
    title, body = (text.replace(";", ",") for text in (news.title, news.body))
    return (
        "\x07"
        + wrapped(f"\x1b]9;{title}. {body}\x07", environment)
        + wrapped(f"\x1b]777;notify;{title};{body}\x07", environment)
    )
