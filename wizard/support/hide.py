"""Taking out of a text what is nobody else's business, so that it can be sent to somebody.

What was written down has been through the register of secrets already, in the process that knew them. This
one knows none, so it goes by looks, and rather takes out too much: what looks like a key, a token or a
person's address stands as `hidden-1`, the same one by the same number, so that a story can still be followed.
"""

import itertools
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from wizard.model.secret import redact
from wizard.model.text import clean_lines

# Every repetition has an end, or a log of one endless word would take hours. User-info goes to the last @: a
# password may have one, and a / too.
_USER_INFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}://)[^\s'\"<>]{0,2000}(?:@|%40)")
_QUERY = re.compile(r"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s?#'\"<>]{1,2000})[?#][^\s'\"<>]*")
# With its end, or what is left of one that was cut off: the lines that are nothing but base64.
_PEM = re.compile(
    r"-----BEGIN [A-Z ]+-----"
    r"(?:.{0,10000}?-----END [A-Z ]+-----|(?:[\n\u240a][A-Za-z0-9+/=]{4,}(?=[\n\u240a]|\Z))*)",
    re.DOTALL,
)
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SAID = re.compile(
    r"(?P<name>[\"']?[\w.-]{0,60}(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|credential)[\w.-]{0,60}[\"']?"
    r"\s*(?:=>?|:)\s*)(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,;]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<name>\b(?:Bearer|Basic)\s+)\S+", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]*(?:[A-Z]{1,4}[a-z]+)*")
"""A class or a function, by its name."""
_LONG = re.compile(r"[A-Za-z0-9+/_=~%\\-]{20,}")
_HOST = re.compile(r"\b(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z][A-Za-z0-9-]{0,60}[A-Za-z]\b")
_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f:.]{0,40}(?![\w:])"
)
_VENDORS = ("heroku.com", "aptible.com", "codecapsules.io", "github.com")

_FILES = re.compile(r".+\.(?:py|pyc|log|toml|sqlite3|json|so|sh|md|tcss|lock)")
_ORDINARY = frozenset(("web", "worker", "release", "clock", "app", "default", "main", "master", "production"))


class Hider:
    """Hides in one text after the other; the same thing has the same number in all of them.

    Args:
        home: the person's home folder, which stands as `~`.
        user: the person's name on this machine.
        names: names of theirs (apps, databases, domains) to be hidden too; () leaves names as they are.
        hosts: whether every host name and address but the vendors' own is hidden, too.
    """

    def __init__(self, home: Path, user: str, names: Collection[str] = (), *, hosts: bool = False) -> None:
        self._numbers: dict[tuple[str, str], str] = {}
        self._home, self._user, self._hosts = str(home), user, hosts
        known = sorted({name for name in names if _is_name(name)}, key=len, reverse=True)
        self._names = _any_of(known) if known else None

    def hide(self, text: str, *, hosts: bool = True) -> str:
        """`text` without what looks like a secret, mail addresses, the person's folder and the names.

        Args:
            hosts: False where no host can stand: "C.UTF-8" looks like one.
        """
        text = redact(clean_lines(text, limit=2_000_000))
        text = _PEM.sub("(a key or certificate)", text)
        text = _USER_INFO.sub(r"\g<scheme>", text)
        text = _QUERY.sub(r"\g<url>", text)
        text = _EMAIL.sub(lambda match: self._numbered("person", match[0].lower()), text)
        text = _BEARER.sub(r"\g<name>(hidden)", text)
        text = _SAID.sub(r"\g<name>(hidden)", text)
        if len(self._home) > 1:
            text = text.replace(self._home, "~")
        text = _LONG.sub(lambda match: self._long(match[0]), text)
        if self._names is not None:
            text = self._names.sub(lambda match: self._numbered("name", match[0].lower()), text)
        if len(self._user) > 2:
            text = re.sub(rf"\b{re.escape(self._user)}\b", "(user)", text)
        if self._hosts and hosts:
            text = _HOST.sub(lambda match: self._host(match[0]), text)
            text = _ADDRESS.sub(lambda match: self._address(match[0]), text)
        return text

    def _numbered(self, kind: str, what: str) -> str:
        count = sum(one == kind for one, _ in self._numbers) + 1
        return self._numbers.setdefault((kind, what), f"{kind}-{count}")

    def _long(self, run: str) -> str:
        # Words, paths and rules are long, too.
        parts = re.split(r"[/_=-]", run)
        if _is_random(run) or any(len(part) >= 20 and not _WORDS.fullmatch(part) for part in parts):
            return self._numbered("hidden", run)
        return run

    def _host(self, host: str) -> str:
        if _FILES.fullmatch(host) or host.lower().removeprefix("api.").removeprefix("auth.") in _VENDORS:
            return host
        return self._numbered("host", host.lower())

    def _address(self, address: str) -> str:
        if address.startswith("127.") or address.count(":") == 2 or address in ("::1", "::"):
            return address  # this machine, or a time of the day
        return self._numbered("address", address.lower())


def _is_random(run: str) -> bool:
    """Digits and letters that change places often, as in keys, ids and hashes."""
    letters = re.sub(r"[^A-Za-z0-9]", "", run)
    changes = sum(one.isdigit() != other.isdigit() for one, other in itertools.pairwise(letters))
    return len(letters) >= 20 and changes >= 4


def _is_name(name: str) -> bool:
    # Names of config vars say what a thing is, not whose.
    return len(name) > 2 and name.lower() not in _ORDINARY and not re.fullmatch(r"[A-Z0-9_]+|\d+", name)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![A-Za-z0-9])(?:{'|'.join(re.escape(name) for name in names)})(?![A-Za-z0-9])", re.IGNORECASE
    )


_NAMING = frozenset(
    (
        *("name", "names", "handle", "hostname", "host", "domain", "owner", "team", "organization"),
        *("repository", "app", "space", "pipeline", "environment", "alias", "title"),
    )
)


def names_in(built: Any, found: set[str] | None = None) -> set[str]:
    """Every text below `built` (plain Python objects) that stands under the name of a name."""
    found = set() if found is None else found
    if isinstance(built, dict):
        for key, value in built.items():
            for one in value if isinstance(value, list | tuple) else (value,):
                if key in _NAMING and isinstance(one, str):
                    found.add(one)
            names_in(value, found)
    elif isinstance(built, list | tuple):
        for one in built:
            names_in(one, found)
    return found
