"""Whether characters were thrown or thought: what tells a key from words, versions and names."""

import itertools
import re
from typing import Final

_PAIRS: Final = (
    "58885675746988384989766674",
    "76657544764855751665733263",
    "85668648738765954778754351",
    "76679654844655754776754452",
    "86897775645889676998676864",
    "75567743823755753766734350",
    "64548467713656650775643244",
    "83458424704555742657633351",
    "77877773535889874788473627",
    "51336300433232532252524020",
    "64457454643453535465535041",
    "85679554935855862577754373",
    "86568443825664783476642352",
    "85888795856656864589764353",
    "67785674646889773977877554",
    "84668556715855873877744472",
    "32232321311533213443730000",
    "85779674826777863788765372",
    "75769657846766775689855461",
    "85769648934765873887756475",
    "77667662703778572878341423",
    "74538433702343641444323232",
    "73456436724536642664234320",
    "54656534611554462447433552",
    "54546453522656570566344344",
    "52237323502342530333211034",
)
"""How usual it is that a letter (row) is followed by another (column) in the words of English, of programming
and of its tools: 9 is as usual as `in`, 0 hardly ever. Logarithmic; counted over 20,000 words."""

_USUAL: Final = {
    (chr(97 + row), chr(97 + column)): int(sign)
    for row, line in enumerate(_PAIRS)
    for column, sign in enumerate(line)
}

WORDLIKE: Final = 6.3
"""The mean of `_PAIRS` from which letters are a word: nine in ten sets of eight random letters are below it,
99 of 100 words of eight letters above."""

_SHORT = 6
"""Letters below which no word can be told from chance."""

_PARTS = re.compile(r"[^A-Za-z0-9]+")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_USUAL_MIX = re.compile(
    r"[a-z]+[0-9]{1,4}|[a-z]{2,}[0-9]{1,10}|[0-9]{1,6}[a-z]{1,3}|[0-9]{1,4}(st|nd|rd|th)|v[0-9]{1,4}[a-z]{1,5}[0-9]{0,3}"
    r"|[a-z]{1,5}[0-9]{1,3}[a-z]{1,4}|[a-z]{3}[0-9]{1,2}[a-z]{2}[0-9]|[0-9]{8}t[0-9]{6}z?",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_UUID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_GROUPS = re.compile(r"[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){2,9}")
_LONGEST_WORD = 24
_RESTLESS = 8


def why_random(text: str, *, least_letters: int = _SHORT) -> str:
    """What makes a text without white space look random, in words that give nothing of it away; "" where it
    reads as words, numbers and versions. Letters alone count from `least_letters` odd ones on."""
    if _UUID.fullmatch(text):
        return "a UUID, which many services use as a key"
    if _HEX.fullmatch(text) and not text.isdigit():
        return "hexadecimal digits without a meaning"
    if _GROUPS.fullmatch(text) and _is_grouped_code(text):
        return "groups of characters, as in licences and recovery codes"
    parts = [part for part in _PARTS.split(text) if part]
    letters = sum(_odd_letters(part) for part in parts if part.isalpha())
    mixed = sum(_odd_letters(part) for part in parts if not part.isalpha())
    if _restless(text):
        return "letters of both cases and digits in turn, as keys have them"
    if letters >= least_letters or mixed >= _SHORT or (letters and mixed and letters + mixed >= _SHORT):
        return "characters without a meaning, as keys and passwords have them"
    return ""


def _is_grouped_code(text: str) -> bool:
    """Whether groups of one length, each too short to be told from a word, are none when put together."""
    groups = text.split("-")
    joined = "".join(groups)
    if len({len(group) for group in groups}) > 1 or joined.isdigit():
        return False
    return not joined.isalpha() or _usualness(joined) < WORDLIKE - 0.3


def _restless(text: str) -> bool:
    """Whether small letters, capitals and digits change more often than in words, versions and names."""
    kinds = [1 if sign.islower() else 2 if sign.isupper() else 3 for sign in text if sign.isalnum()]
    if len(kinds) < _RESTLESS or len(set(kinds)) < 3 or any(sign.isspace() for sign in text):
        return False
    changes = sum(one != other for one, other in itertools.pairwise(kinds))
    return changes >= 5 and changes >= 0.45 * len(kinds)


def is_wordlike(letters: str) -> bool:
    """Whether letters are likely to be a word; of fewer than six none can tell, so they are."""
    if len(letters) < _SHORT:
        return True
    if len(letters) > _LONGEST_WORD:
        return False
    return _usualness(letters) >= WORDLIKE


def _usualness(letters: str) -> float:
    """The mean of `_PAIRS` over two letters or more."""
    lower = letters.lower()
    total = sum(_USUAL[a, b] for a, b in itertools.pairwise(lower))
    return total / (len(lower) - 1)


def _odd_letters(part: str) -> int:
    """How many characters of a part (letters and digits) belong to no word, number or version."""
    if not part or (part.isdigit() and len(part) <= 12):
        return 0
    if part.isalpha():
        return _odd_in_letters(part)
    letters = "".join(sign for sign in part if sign.isalpha())
    one_case = letters.islower() or letters.isupper() or letters.istitle()
    if _USUAL_MIX.fullmatch(part) and (one_case or len(letters) > 2 * len(_HUMPS.findall(letters))):
        return _odd_in_letters(letters)
    return len(part)


def _odd_in_letters(part: str) -> int:
    if not part.isascii():
        return 0  # some other language
    humps = _HUMPS.findall(part)
    if len(humps) > 2:
        # getUserName is humps of words; what was thrown has capitals anywhere.
        strange = sum(len(hump) < 3 or hump.isupper() for hump in humps)
        if 2 * strange >= len(humps) or len(part) / len(humps) < 3:
            return len(part)
    if len(part) >= 10 and _usualness(part) < WORDLIKE - 0.3:
        return len(part)
    return sum(len(hump) for hump in humps if not is_wordlike(hump))
