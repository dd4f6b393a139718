"""A text as a YAML value on one line, that reads back as the same text in YAML 1.1 and 1.2."""

import re

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@-]*(:[A-Za-z0-9_./@-]+)*")
_EXPRESSION = re.compile(r"\$\{\{ [\w.]+ \}\}")
WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""What some reader takes for no text."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def yaml_value(text: str) -> str:
    """`text` plain where every reader takes it for itself, else in double quotes."""
    if _EXPRESSION.fullmatch(text) or (_PLAIN.fullmatch(text) and text.lower() not in WORDS):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """`text` in double quotes."""
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    number = ord(sign)
    # Control characters, and the line ends and marks of Unicode that a reader may take for layout.
    if number < 0x20 or 0x7F <= number <= 0xA0 or number in (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF):
        return f"\\u{number:04x}"
    return sign
