"""Text from outside, made safe once, where it enters.

Names, log lines and error texts come from APIs, databases and repositories that other people write to.
A terminal obeys what is hidden in them: Textual and Rich let OSC, DCS, C1 and bidirectional controls
through. So each text passes `clean` at the door, and is shown with markup off behind it.
"""

import re

# The categories Cc, Cf, Cs, Co, Zl and Zp of Unicode, written out because asking unicodedata for each of
# 1.1 million code points costs 0.2 s at every start. tests/wizard/test_text.py compares the two.
UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\U000f0000-\U000ffffd\U00100000-\U0010fffd"
    "]"
)
"""One character that a terminal may obey, or that nobody sees."""
_UNSAFE_BUT_NEWLINE = re.compile(UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))

LINE_LIMIT = 4_000
"""Characters kept of one text from outside; what is longer ends in an ellipsis."""


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x09:
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"


def clean(text: str, *, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one line without a character that a terminal obeys.

    C0 controls become their visible pictures (ESC is shown as ␛), everything else that is invisible or
    reorders the line becomes `<U+202E>`. Joined emoji are split by this; that is accepted. The result has
    at most `limit` characters, and cleaning it again changes nothing.
    """
    return _cut(UNSAFE.sub(_sign, text[: limit + 1]), limit)


def clean_lines(text: str, *, limit: int = 200_000) -> str:
    """Like `clean`, but line breaks stay; CR LF counts as one break."""
    return _cut(_UNSAFE_BUT_NEWLINE.sub(_sign, text[: 2 * limit + 1].replace("\r\n", "\n")), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def is_clean(text: str) -> bool:
    """Whether `clean` would leave `text` as it is."""
    return len(text) <= LINE_LIMIT and UNSAFE.search(text) is None
