"""A value that does not leak, and the register that takes such values out of any text."""

import base64
import hmac
import json
import re
import secrets
import threading
import urllib.parse
from typing import NoReturn, SupportsIndex

from wizard.model.text import clean, clean_lines

DOTS = "••••••••"
"""What stands for every secret, of one length whatever its own is."""

SHORTEST = 6
"""Characters. Shorter values (`1`, `true`, `3000`) are not taken out of texts: that would hide the texts."""

_HASH_KEY = secrets.token_bytes(16)


class Register:
    """Every secret this process has seen, in each encoding it may turn up in."""

    def __init__(self) -> None:
        # Tuples, longest form first, replaced as a whole: another thread may be reading them.
        self._by_prefix: dict[str, tuple[str, ...]] = {}
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def add(self, value: str) -> None:
        """Remember `value`; from now on `redact` replaces it in all its encodings."""
        if len(value) < SHORTEST:
            return
        with self._lock:
            if value in self._known:
                return
            self._known.add(value)
            for form in _forms(value):
                bucket = {*self._by_prefix.get(form[:SHORTEST], ()), form}
                self._by_prefix[form[:SHORTEST]] = tuple(sorted(bucket, key=len, reverse=True))

    def redact(self, text: str) -> str:
        """Return `text` with every known secret replaced by dots."""
        if not self._by_prefix:
            return text
        out: list[str] = []
        position = start = 0
        last = len(text) - SHORTEST
        get = self._by_prefix.get
        while position <= last:
            for form in get(text[position : position + SHORTEST], ()):
                if text.startswith(form, position):
                    out.append(text[start:position])
                    out.append(DOTS)
                    position += len(form)
                    start = position
                    break
            else:
                position += 1
        if not out:
            return text
        out.append(text[start:])
        return "".join(out)

    def forget_all(self) -> None:
        """Drop everything; for the end of a process's work and for tests."""
        with self._lock:
            self._known.clear()
            self._by_prefix.clear()


def _forms(value: str) -> set[str]:
    raw = _bytes(value)
    in_json = json.dumps(value)[1:-1]
    quoted = repr(value)[1:-1]
    quoted_bytes = repr(raw)[2:-1]
    in_html = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    forms = {
        value,
        # As it looks after it came through `clean`, which is mostly done before redaction.
        clean(value),
        clean_lines(value),
        raw.hex(),
        raw.hex().upper(),
        in_json,
        json.dumps(value, ensure_ascii=False)[1:-1],
        # Rails and Go write JSON that may stand in a page.
        in_json.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
        # JSON that was put into JSON, as logs do with the bodies of errors.
        json.dumps(in_json)[1:-1],
        # Python chooses the quotes, and so what is escaped, by the whole text around the secret.
        quoted,
        _escape_quotes(quoted),
        quoted_bytes,
        _escape_quotes(quoted_bytes),
        # Shell, SQL, .pgpass, HTML.
        value.replace("'", "'\"'\"'"),
        value.replace("'", "'\\''"),
        value.replace("'", "''"),
        value.replace("\\", "\\\\").replace(":", "\\:"),
        in_html,
        in_html.replace('"', "&quot;").replace("'", "&#x27;"),
        in_html.replace('"', "&#34;").replace("'", "&#39;"),
    }
    # Which signs a URL leaves as they are depends on its part and on the library.
    for kept in ("", "/", "!*'()", "!$&'()*+,;=", "!$&'()*+,;=:@/?"):
        escaped = urllib.parse.quote(raw, safe=kept)
        forms |= {escaped, escaped.replace("%20", "+"), _lower_escapes(escaped)}
    # Base64 of a text that merely contains the secret: three alignments, without the characters at both
    # ends that depend on the neighbours.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        first = (shift * 8 + 5) // 6
        whole = (shift + len(raw)) * 8 // 6
        forms.add(encoded[first:whole].decode())
        forms.add(encoded[first:whole].decode().replace("+", "-").replace("/", "_"))
    return {form for form in forms if len(form) >= SHORTEST}


def _escape_quotes(text: str) -> str:
    return re.sub(r"(?<!\\)((?:\\\\)*)'", r"\1\'", text)


def _lower_escapes(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), text)


REGISTER = Register()
"""The one register of this process; every `Secret` enters itself here."""


def redact(text: str) -> str:
    """Return `text` with every secret this process has seen replaced by dots."""
    return REGISTER.redact(text)


class Secret:
    """A value that does not print, format, pickle or compare by leak. `reveal` is the only way in.

    Args:
        value: what is not to be seen.
        label: what it is, for `repr` ("heroku token"); never derived from the value.
        register: False for a value that is treated as a secret only to be on the safe side (a config var
            that says "production"). It does not print either, but it is not taken out of other texts,
            where it would hide ordinary words.
    """

    __slots__ = ("_value", "label")

    def __init__(self, value: str, label: str = "secret", *, register: bool = True) -> None:
        self._value = value
        self.label = label
        if register:
            _register(value)

    def reveal(self) -> str:
        """Return the value. Call it at the last moment, and pass the result on to no log and no argument."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Secret({self.label})"

    def __str__(self) -> str:
        return DOTS

    def __format__(self, spec: str) -> str:
        return DOTS

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self._value), _bytes(other._value))

    def __hash__(self) -> int:
        return hash(hmac.digest(_HASH_KEY, _bytes(self._value), "sha256"))

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not pickled")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _register(value: str) -> None:
    """Enter the value, and those parts of it that are secrets on their own."""
    REGISTER.add(value)
    if "\n" in value:
        # A private key reaches a log line by line; its first and last line are in every key.
        for line in value.splitlines():
            if len(line) >= 16 and not line.startswith("-----"):
                REGISTER.add(line)
    if "://" in value:
        _register_parts_of_url(value)


_TELLING = ("password", "passwd", "secret", "token", "key", "auth")


def _register_parts_of_url(url: str) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        pairs = urllib.parse.parse_qsl(parts.query)
    except ValueError:
        return
    found = [value for name, value in pairs if any(word in name.lower() for word in _TELLING)]
    if parts.password:
        found.append(parts.password)
    elif parts.username and len(parts.username) >= 16:
        # https://token@host: no password, and too long for a name.
        found.append(parts.username)
    for value in found:
        REGISTER.add(value)
        REGISTER.add(urllib.parse.unquote(value))


_WORDS = re.compile(r"[A-Za-z]+([ _-][A-Za-z]+)*([ _-][0-9]{1,2})?")


def is_ordinary(value: str) -> bool:
    """Whether a config value is of a kind that taking it out of texts would hide the texts: a word or two
    ("production", "us-east-1"), a number, a web address without user, query or fragment. It is no secret by
    its shape."""
    if len(value) <= 24 and _WORDS.fullmatch(value):
        return True
    if value.replace(".", "", 1).isdigit():
        return len(value) <= 8
    if value.startswith(("http://", "https://")):
        try:
            parts = urllib.parse.urlsplit(value)
        except ValueError:
            return False
        return (
            not (parts.username or parts.password or parts.query or parts.fragment) and len(parts.path) < 16
        )
    return False


def config_value(value: str, name: str) -> Secret:
    """The value of a config var: a `Secret` in any case, taken out of texts unless it is ordinary.

    A name that says what it holds (DB_PASSWORD, API_KEY) counts more than the looks of the value. For
    tokens, passwords and keys that are not config vars use `Secret` itself.
    """
    told = name.lower().endswith("key") or any(word in name.lower() for word in ("pass", "secret", "token"))
    return Secret(value, name, register=told or not is_ordinary(value))
