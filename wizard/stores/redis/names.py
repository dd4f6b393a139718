"""Names of keys on a screen."""

from wizard.model.text import clean


def shown(key: bytes) -> str:
    """A key's name: one line, nothing that a terminal obeys, not too long."""
    return clean(key.decode(errors="backslashreplace"), limit=80)
