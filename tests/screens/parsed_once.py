"""The look of all applications of one process, parsed once.

Textual parses its own and our style sheets anew for each application, twice or thrice while one comes up: a
tenth of what a test of a screen costs. The same text with the same variables gives the same rules.
"""

from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


def parse_once(patch: pytest.MonkeyPatch) -> None:
    """Keep the rules of every style sheet for the next application; what cannot be parsed is parsed anew."""
    parse = Stylesheet._parse_rules
    parsed: dict[tuple[Any, ...], list[RuleSet]] = {}

    def kept(self: Stylesheet, *arguments: Any, **named: Any) -> list[RuleSet]:
        key = (arguments, tuple(sorted(named.items())), tuple(sorted(self._variables.items())))
        if key not in parsed:
            parsed[key] = parse(self, *arguments, **named)
        return list(parsed[key])

    patch.setattr(Stylesheet, "_parse_rules", kept)
