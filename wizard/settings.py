"""The one file of settings, `config.toml`: how Offramp looks, what its keys are, whom it calls.

A mistake in it never keeps Offramp from starting: what is wrong is left out and told with its line, and the
rest holds. Nothing in it is a secret, and nothing of a migration stands in it.
"""

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import platformdirs

from wizard.model.text import UNSAFE, clean

Link = Literal["auto", "slow", "fast"]

THEMES = ("auto", "dark", "light", "ansi", "ansi-dark", "ansi-light")
LINKS: tuple[Link, ...] = ("auto", "slow", "fast")
NAMES = ("mouse", "theme", "link", "notify", "keys")

MOST = 65_536
"""Bytes of the file."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong in the file, as a sentence. `line` counts from 1; 0 is for the whole file."""

    line: int
    sentence: str

    def words(self, file: Path) -> str:
        """The sentence with the place before it."""
        return f"{clean(file.name)}{f', line {self.line}' if self.line else ''}: {self.sentence}"


@dataclass(frozen=True)
class KeyWish:
    """`action` of `screen` ("" for every screen that has it) is to have the key `key`."""

    screen: str
    action: str
    key: str
    line: int


@dataclass(frozen=True)
class Settings:
    """What the file says, or what holds without it. `notify` is a program with its arguments, () for none."""

    file: Path
    there: bool = False
    mouse: bool = True
    theme: str = "auto"
    link: Link = "auto"
    notify: tuple[str, ...] = ()
    keys: tuple[KeyWish, ...] = ()
    mistakes: tuple[Mistake, ...] = field(default=())


def settings_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where the file is; `OFFRAMP_CONFIG` names another."""
    named = (os.environ if environment is None else environment).get("OFFRAMP_CONFIG", "")
    return Path(named) if named else platformdirs.user_config_path("offramp") / "config.toml"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the file. Never raises; what is wrong is in `mistakes`."""
    environment = os.environ if environment is None else environment
    file = settings_file(environment)
    base = Settings(file)
    try:
        # Not a pipe or a device: reading one could wait for ever.
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return replace(base, mistakes=(Mistake(0, "This is no file. It was not read."),))
        if status.st_size > MOST:
            return replace(
                base, mistakes=(Mistake(0, f"It has more than {MOST} bytes, so it was not read."),)
            )
        text = file.read_bytes().decode()
    except FileNotFoundError:
        named = bool(environment.get("OFFRAMP_CONFIG"))
        return replace(base, mistakes=(Mistake(0, "OFFRAMP_CONFIG names it, and it is not there."),) * named)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return replace(base, there=True, mistakes=(Mistake(line, "This is no UTF-8. Nothing of it holds."),))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it has no such name"
        return replace(base, mistakes=(Mistake(0, f"It cannot be read: {why}."),))
    return _Reader(text, _by_others(status)).settings(replace(base, there=True))


def _by_others(status: os.stat_result) -> bool:
    """Whether somebody else may have written the file: its command would be theirs."""
    return status.st_uid not in (os.getuid(), 0) or bool(status.st_mode & 0o022)


class _Reader:
    def __init__(self, text: str, by_others: bool) -> None:
        self._text, self._by_others = text, by_others
        self._mistakes: list[Mistake] = []

    def settings(self, base: Settings) -> Settings:
        try:
            found = tomllib.loads(self._text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            at = re.search(r"\(at (?:line (\d+)|end)", str(error))
            last = len(self._text.rstrip().splitlines()) or 1
            line = int(at[1]) if at and at[1] else last
            why = clean(str(error).partition(" (at")[0]).rstrip(".")
            return replace(base, mistakes=(Mistake(line, f"{why}. Nothing of this file holds."),))
        for name in found:
            if name not in NAMES:
                self._wrong(name, f"There is no setting {clean(name)!r}.{nearest(name, NAMES)}")
        return replace(
            base,
            mouse=self._mouse(found.get("mouse", True)),
            theme=self._one_of("theme", found.get("theme", "auto"), THEMES),
            link=self._link(found.get("link", "auto")),
            notify=self._notify(found.get("notify", [])),
            keys=tuple(self._keys(found.get("keys", {}))),
            mistakes=tuple(sorted(self._mistakes, key=lambda one: one.line)),
        )

    def _mouse(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        self._wrong("mouse", "mouse is true or false, without quotation marks.")
        return True

    def _one_of(self, name: str, value: object, known: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in known:
            return value
        self._wrong(name, f"{name} is one of {', '.join(known)}.{nearest(str(value), known)}")
        return known[0]

    def _link(self, value: object) -> Link:
        found = self._one_of("link", value, LINKS)
        return next(one for one in LINKS if one == found)

    def _notify(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self._wrong(
                "notify", 'notify is a program with its arguments, each in quotes: ["prog", "argument"].'
            )
            return ()
        words = tuple(value)
        if not words:
            return ()
        if not words[0] or any(UNSAFE.search(word) for word in words):
            self._wrong("notify", "notify has an empty name or a control character in it. It is not run.")
            return ()
        if "/" in words[0] and not words[0].startswith("/"):
            self._wrong("notify", "notify is started from the folder /. Write the whole path of the program.")
            return ()
        if self._by_others:
            self._wrong("notify", "notify is not run: others may write this file. `chmod go-w` ends that.")
            return ()
        return words

    def _keys(self, value: object) -> list[KeyWish]:
        if not isinstance(value, dict):
            self._wrong("keys", '[keys] is a table of lines like  pause = "f5".')
            return []
        wishes: list[KeyWish] = []
        for name, one in value.items():
            inner = one if isinstance(one, dict) else {name: one}
            screen = name if isinstance(one, dict) else ""
            for action, key in inner.items():
                if isinstance(key, str) and key:
                    wishes.append(KeyWish(screen, action, key, self._line(action, screen)))
                else:
                    self._wrong(action, f"{clean(action)} is the name of a key, in quotes.", screen)
        return wishes

    def _wrong(self, name: str, sentence: str, screen: str = "") -> None:
        self._mistakes.append(Mistake(self._line(name, screen), sentence))

    def _line(self, name: str, screen: str = "") -> int:
        """The line where `name` is set, as far as that is seen without a parser that tells lines."""
        lines = self._text.splitlines()
        table = re.compile(rf"\s*\[\s*keys\s*\.\s*[\"']?{re.escape(screen)}[\"']?\s*\]")
        first = next((at for at, line in enumerate(lines) if table.match(line)), 0) if screen else 0
        bare = re.escape(name)
        wanted = re.compile(rf"\s*(?:\[+\s*)?(?:[\w-]+\s*\.\s*)*[\"']?{bare}[\"']?\s*(?:[=.\]]|$)")
        return next((at + 1 for at, line in enumerate(lines) if at >= first and wanted.match(line)), 0)


def nearest(name: str, known: tuple[str, ...]) -> str:
    """The known name that may have been meant, as a sentence with a space before it; "" for none."""
    close = difflib.get_close_matches(name, known, 1)
    return f" Did you mean {close[0]}?" if close else ""
