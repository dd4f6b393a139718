"""Everything the inventory holds stands on a page, is reached by the tree, and is found by a search."""

import re

import msgspec
import pytest

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, example_system
from tests.wizard.document.whole_system import marked_system, nouns_below
from wizard.document.component import components
from wizard.document.index import Index
from wizard.document.outline import Outline, way_to
from wizard.document.pages.by_key import page, whole_page
from wizard.document.pages.page import Page, at
from wizard.document.search import entries, search, top_keys
from wizard.model.delivery import Pipeline
from wizard.model.noun import Noun
from wizard.model.system import Gap
from wizard.session.parts import Note

NOT_SAID = {
    "id",
    "app_id",
    "add_on_id",
    "release_id",
    # Ids of apps and add-ons, said by their names.
    "refers_to_apps",
    "bare_hosts",
    "domains_of",
    "names_apps",
    "copied_from",
    "key",
    # Chosen words that are said in others.
    "kind",
    "copied_as",
    "told_by",
    # Said in units.
    "bytes",
    "size",
    "retention_ms",
    "at",
    # The reading itself, told above the tree.
    "taken_at",
    "calls",
}
"""Fields that no page has to repeat."""


def said_on(one: Page) -> str:
    words = [one.title, one.kind, one.subtitle]
    for section in one.sections:
        words += [section.title, section.untold, section.none]
        for fact in section.facts:
            words += [fact.name, fact.text, fact.detail]
    return "\n".join(words)


def everything_said(index: Index) -> str:
    pages = [whole_page(index, key) for key in top_keys(index)]
    small = [page(index, entry.key) for entry in entries(index)]
    return "\n".join(said_on(one) for one in (*pages, *small) if one is not None)


def strings_below(noun: Noun) -> list[tuple[str, str]]:
    found = []
    for name in noun.__struct_fields__:
        value = getattr(noun, name)
        values = value if isinstance(value, tuple) else (value,)
        if isinstance(value, dict):
            values = (*value, *value.values())
        for one in values:
            if isinstance(one, str):
                found.append((name, at(one) if re.match(r"2026-01", one) else one))
            elif isinstance(one, int) and not isinstance(one, bool) and one > 1000 and "cents" not in name:
                found.append((name, str(one)))
    return found


def test_every_field_of_every_noun_stands_on_a_page() -> None:
    system = marked_system()
    said = everything_said(Index(system)).replace(",", "")
    missing = {
        f"{type(noun).__name__}.{name}"
        for noun in nouns_below(system)
        if not isinstance(noun, Gap)
        for name, value in strings_below(noun)
        if name not in NOT_SAID and value.replace(",", "") not in said
    } - {"Team.type"}  # chosen words, said in others
    assert not missing, sorted(missing)


def test_every_component_has_a_page_and_is_found() -> None:
    system = marked_system()
    index = Index(system)
    found = {entry.key for entry in entries(index)}
    gaps = {f"gap:{gap.key}" for gap in system.gaps}
    for component in components(system):
        if component.key in gaps:
            continue  # asked in the tree, and answered there
        assert page(index, component.key) is not None, component.key
        part_of_another = component.kind in ("Postgres", "Key-Value Store", "Kafka", "review app settings")
        assert part_of_another or component.key in found, component.key


def test_every_component_is_reached_by_unfolding() -> None:
    system = marked_system()
    index = Index(system)
    for component in components(system):
        if component.kind in ("gap", "Postgres", "Key-Value Store", "Kafka", "review app settings"):
            continue
        way = way_to(index, component.key)
        nodes = {node.id: node for node in Outline(index, set(way[:-1])).nodes()}
        assert way[-1] in nodes, (component.key, way)


def test_two_rows_never_have_one_id() -> None:
    system = marked_system()
    app = system.apps[0]
    twice = msgspec.structs.replace(app, config=(*app.config, *app.config), features=("a", "a"))
    index = Index(msgspec.structs.replace(system, apps=(twice, *system.apps[1:])))
    unfolded: set[str] = set()
    while True:
        nodes = Outline(index, unfolded).nodes()
        ids = [node.id for node in nodes]
        assert len(ids) == len(set(ids))
        more = {node.id for node in nodes if node.open is False}
        if not more:
            break
        unfolded |= more


def test_what_was_not_told_is_never_none() -> None:
    system = example_system(jobs_known=False)
    app = msgspec.structs.replace(
        system.apps[0], unread=("domains", "config vars", "something new"), config=()
    )
    gap = Gap(
        key=f"unread:{app.id}:domains",
        kind="acknowledge",
        app_id=app.id,
        question="The domains of migrate-backend are not known.",
        why="Heroku refused.",
        group="domains",
    )
    index = Index(msgspec.structs.replace(system, apps=(app, *system.apps[1:])), gaps=(*system.gaps, gap))
    told = page(index, f"app:{BACKEND}")
    assert told is not None
    sections = {section.title: section for section in told.shown()}
    assert sections["domains"].untold == "Heroku refused."
    assert sections["config vars"].untold and sections["config vars"].heading == "config vars ?"
    assert sections["something new"].untold
    emailer = page(index, f"app:{EMAILER}")
    assert emailer is not None
    assert "no API" in next(one.untold for one in emailer.shown() if one.title == "scheduler jobs")
    rows = {node.title for node in Outline(index, {f"app:{BACKEND}"}).nodes()}
    assert "domains: not told" in rows


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("session_secret", "config-var:app-frontend:SESSION_SECRET"),
        ("WWW.acme", "domain:app-frontend:www.acme.example"),
        ("python migrate", f"process:{BACKEND}:release"),
        ("send_emails 10 minutes", f"job:{EMAILER}:job-1"),
        ("ada@", "person:ada@example.com"),
        ("cubed", f"add-on:{DATABASE}"),
        ("migrate-emailer", f"app:{EMAILER}"),
        ("ask grace", f"app:{EMAILER}"),
        ("jobs", f"job:{EMAILER}:job-1"),
        ("domains", "domain:app-frontend:migrate-frontend.example.com"),
    ],
)
def test_a_search_finds_anything(text: str, first: str) -> None:
    index = Index(example_system(), notes={f"app:{EMAILER}": Note(text="Ask Grace first")})
    hits = search(tuple(entries(index)), text)
    assert hits.entries and hits.entries[0].key == first


def test_a_search_shows_the_best_first_and_says_how_many_there_are() -> None:
    hits = search(tuple(entries(Index(example_system()))), "e", most=5)
    assert len(hits.entries) == 5 and hits.total > 5
    assert search((), "x").total == 0


def test_a_shared_add_on_stands_where_apps_share() -> None:
    index = Index(example_system())
    assert [one.id for one in index.shared] == [DATABASE]


def test_a_note_on_what_is_gone_is_not_lost() -> None:
    index = Index(
        example_system(), notes={"app:gone": Note(text="was here"), f"app:{BACKEND}": Note(text="x")}
    )
    rows = {node.key: node for node in Outline(index, {"group:lost-notes"}).nodes()}
    assert rows["app:gone"].text == "was here" and rows["app:gone"].open is None
    assert rows[f"app:{BACKEND}"].kind == "app"


def test_many_things_in_one_gap_are_untold_at_each() -> None:
    system = example_system()
    gap = Gap(
        key="many:domains:refused:0123",
        kind="acknowledge",
        app_id=None,
        question="The domains of 9 apps are not known: a, b and 7 more.",
        why="Heroku refused.",
        group="domains",
    )
    lost = msgspec.structs.replace(gap, key="many:domains:0123")
    app = msgspec.structs.replace(system.apps[0], unread=("domains",))
    whole = msgspec.structs.replace(system, apps=(app, *system.apps[1:]))
    assert Index(whole, gaps=(lost, gap)).why_untold(app, "domains") == "Heroku refused."
    assert Index(whole, gaps=(lost,)).why_untold(app, "domains") == "Heroku did not tell."


def test_what_holds_nothing_has_no_fold() -> None:
    empty = Pipeline(id="p-empty", name="empty")
    index = Index(msgspec.structs.replace(example_system(), pipelines=(empty,)))
    for unfolded in (set[str](), {"pipeline:p-empty"}):
        rows = {node.id: node for node in Outline(index, unfolded).nodes()}
        assert rows["pipeline:p-empty"].open is None
        assert rows["group:no-pipeline"].open is False


@pytest.mark.parametrize("kind", ["process", "domain", "job", "buildpack"])
def test_a_small_object_offers_what_one_copies_of_it(kind: str) -> None:
    index = Index(example_system())
    facts = [
        fact
        for app in index.system.apps
        for section in (whole_page(index, f"app:{app.id}") or Page(key="", title="", kind="")).sections
        for fact in section.facts
        if fact.key.startswith(f"{kind}:") and fact.copy not in ("", fact.name)
    ]
    assert facts
    for fact in facts:
        small = page(index, fact.key)
        assert small is not None
        assert [one.copy for section in small.sections for one in section.facts if one.copy] == [fact.copy]
