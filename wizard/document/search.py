"""Searching the whole inventory: every object by its name, and by what is known of it."""

from collections.abc import Iterable, Iterator, Sequence

from wizard.document.index import Index
from wizard.document.pages.by_key import WORDS, whole_page
from wizard.document.pages.page import Fact, Page
from wizard.model.noun import Noun


class Entry(Noun, frozen=True, kw_only=True):
    """One object that can be found. `holder` is the key of the page on which it stands ("app:<id>"), its own
    for what has a page; `name`, `words` and the kind are what is looked at, `plain` all in lower case."""

    key: str
    holder: str
    name: str
    kind: str
    words: str
    plain: str


class Hits(Noun, frozen=True, kw_only=True):
    """The first of what was found, best first, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


MOST = 100
"""Hits that are shown: nobody reads more, and the list stays quick."""


def top_keys(index: Index) -> Iterator[str]:
    """The keys of all objects that have a page of their own."""
    system = index.system
    yield from (f"pipeline:{one.id}" for one in system.pipelines)
    yield from (f"app:{one.id}" for one in system.apps)
    yield from (f"unread-app:{one.id}" for one in system.unread_apps)
    yield from (f"add-on:{one.id}" for one in system.add_ons)
    yield from (f"team:{one.id}" for one in system.teams)
    yield from (f"space:{one.id}" for one in system.spaces)
    yield from (f"person:{email}" for email in index.people)
    yield from (f"enterprise:{one.id}" for one in system.enterprises)
    yield f"account:{system.account.id}"


def entries(index: Index) -> Iterator[Entry]:
    """Every object of the inventory, those with a page of their own before what stands on them."""
    for key in top_keys(index):
        page = whole_page(index, key)
        if page is None:
            continue
        yield _of_page(index, page)
        yield from _on_page(index, page)


def _of_page(index: Index, page: Page) -> Entry:
    # What has no key is part of the object itself: "where is heroku-22", "who is on the premium plan".
    own = [
        " ".join(part for part in (fact.name, fact.text, fact.detail) if part)
        for section in page.sections
        for fact in section.facts
        if not fact.key
    ]
    words = " · ".join(part for part in (page.subtitle, *own) if part)
    return _entry(index, key=page.key, holder=page.key, name=page.title, kind=page.kind, words=words)


def _on_page(index: Index, page: Page) -> Iterator[Entry]:
    for section in page.sections:
        for fact in section.facts:
            kind = fact.key.partition(":")[0]
            # A person's rights stand on the pages of what they have rights in.
            if kind in WORDS and not page.key.startswith("person:"):
                yield _of_fact(index, page, kind, fact)


def _of_fact(index: Index, page: Page, kind: str, fact: Fact) -> Entry:
    words = " ".join(part for part in (fact.text, fact.detail) if part)
    kinds = f"{WORDS[kind]} of {page.title}"
    return _entry(index, key=fact.key, holder=page.key, name=fact.name, kind=kinds, words=words)


def _entry(index: Index, *, key: str, holder: str, name: str, kind: str, words: str) -> Entry:
    note = index.notes.get(key)
    if note is not None:
        words = " ".join(part for part in (words, note.owner, note.text) if part)
    plain = f"{name}\n{words}\n{' '.join(_called(kind))}".lower()
    return Entry(key=key, holder=holder, name=name, kind=kind, words=words, plain=plain)


def _called(kind: str) -> tuple[str, str]:
    """A kind as one and as many: "domain", "domains" for "domain of acme-web"."""
    one = kind.partition(" of ")[0].lower()
    return one, f"{one}es" if one.endswith("s") else f"{one}s"


def search(found_in: Sequence[Entry], text: str, most: int = MOST) -> Hits:
    """What has every word of `text` in it, upper and lower case alike: first what is named so, then what
    begins so, then what has it in its name or is of that kind, then what has it anywhere."""
    wanted = text.lower().split()
    if not wanted:
        return Hits(entries=(), total=0)
    found = [entry for entry in found_in if all(word in entry.plain for word in wanted)]
    whole = " ".join(wanted)
    ranked = sorted(found, key=lambda entry: _rank(entry, whole, wanted))
    return Hits(entries=tuple(ranked[:most]), total=len(found))


def _rank(entry: Entry, whole: str, wanted: Iterable[str]) -> int:
    name = entry.name.lower()
    if name == whole:
        return 0
    if name.startswith(whole):
        return 1
    if all(word in name for word in wanted) or whole in _called(entry.kind):
        return 2
    return 3 if whole in entry.plain else 4


def around(words: str, text: str, width: int) -> str:
    """The part of `words` where `text` (one of its words) stands, about `width` characters of it."""
    plain = words.lower()
    at = next((found for word in text.lower().split() if (found := plain.find(word)) >= 0), 0)
    start = max(0, at - width // 3)
    cut = words[start : start + width]
    return ("…" if start else "") + cut + ("…" if start + width < len(words) else "")
