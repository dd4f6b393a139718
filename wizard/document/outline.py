"""The inventory as a tree that unfolds: pipelines, stages, apps and what stands in them; then what stands
across apps, and what no API tells."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial
from typing import Literal, TypeVar

from msgspec.structs import replace

from wizard.document.answers import GapGroup, gap_groups
from wizard.document.index import Index, Person
from wizard.document.pages.app import app_page, needs_a_look
from wizard.document.pages.by_key import holder_of, page, whole_page
from wizard.document.pages.page import Fact, Mark, Page, counted, joined
from wizard.document.pages.stores import price_words, store_words
from wizard.document.summary import Branch
from wizard.model.network import Space
from wizard.model.noun import Noun
from wizard.model.people import Enterprise, Team
from wizard.model.system import Account, AddOn, App, UnreadApp
from wizard.session.parts import Note

NodeKind = Literal[
    "pipeline", "stage", "app", "section", "fact", "group", "thing", "gaps", "gap-group", "gap"
]


T = TypeVar("T")


class Node(Noun, frozen=True, kw_only=True):
    """One line of the tree. `id` is its own; `key` the component that it shows, "" for a mere heading (one
    component may stand in several places). `open` says whether it is unfolded, None when it holds nothing."""

    id: str
    kind: NodeKind
    title: str
    depth: int = 0
    key: str = ""
    text: str = ""
    mark: Mark = ""
    open: bool | None = None


class Outline:
    """Makes the lines that are unfolded. Pages of apps are made when they are unfolded, not before."""

    def __init__(self, index: Index, unfolded: Set[str]) -> None:
        self._index = index
        self._unfolded = unfolded

    def nodes(self) -> list[Node]:
        """All visible lines, in order."""
        made, seen = [], set()
        for node in (*self._pipelines(), *self._across(), *self._gaps()):
            # Two of one name (an attachment seen twice, say) are two lines.
            id_, again = node.id, 1
            while id_ in seen:
                again += 1
                id_ = f"{node.id}~{again}"
            seen.add(id_)
            made.append(node if again == 1 else replace(node, id=id_))
        return made

    def _fold(self, node: Node, inside: Callable[[int], Iterable[Node]]) -> Iterator[Node]:
        is_open = node.id in self._unfolded
        yield replace(node, open=is_open)
        if is_open:
            yield from inside(node.depth + 1)

    def _fold_if_any(self, node: Node, inside: Callable[[int], Iterable[Node]]) -> Iterator[Node]:
        """Of what may hold nothing: then it has no fold. That takes its page, so it is looked up once: there
        may be hundreds in a group, and all of them are drawn at each key that folds."""
        if node.id not in self._index.foldable:
            held = next(iter(inside(node.depth + 1)), None)
            self._index.foldable[node.id] = held is not None
        yield from self._fold(node, inside) if self._index.foldable[node.id] else (node,)

    # -- pipelines and apps -------------------------------------------------------------------------

    def _pipelines(self) -> Iterator[Node]:
        branches = self._index.branches
        for branch in branches:
            if len(branches) == 1 and not branch.in_pipeline:
                yield from self._apps(branch.stages[0].app_ids, 0)
                return
            here = f"pipeline:{branch.id}" if branch.in_pipeline else "group:no-pipeline"
            apps = sum(len(stage.app_ids) + len(stage.others) for stage in branch.stages)
            node = Node(
                id=here,
                kind="pipeline",
                title=branch.title,
                key=here if branch.in_pipeline else "",
                text=counted(apps, "app"),
            )
            yield from self._fold_if_any(node, partial(self._stages, branch))

    def _stages(self, branch: Branch, depth: int) -> Iterator[Node]:
        for stage in branch.stages:
            inside = depth
            if stage.title:
                count = len(stage.app_ids) + len(stage.others)
                id_ = f"stage:{branch.id}:{stage.title}"
                yield Node(id=id_, kind="stage", title=stage.title, depth=depth, text=counted(count, "app"))
                inside = depth + 1
            yield from self._apps(stage.app_ids, inside)
            for app_id, name in stage.others:
                yield Node(
                    id=f"pipeline-app:{branch.id}:{app_id}",
                    key=f"pipeline-app:{branch.id}:{app_id}",
                    kind="thing",
                    title=name or self._index.app_name(app_id, "an app of others"),
                    depth=inside,
                    text="this account cannot read it",
                    mark="untold",
                )
        told = whole_page(self._index, f"pipeline:{branch.id}") if branch.in_pipeline else None
        if told is not None:
            apart = ("about", "promotion order", "review app settings")
            reviews = tuple(one for one in told.sections if one.title not in apart)
            yield from self._sections(replace(told, sections=reviews), depth, told.key)

    def _apps(self, ids: Iterable[str], depth: int) -> Iterator[Node]:
        for id_ in ids:
            app = self._index.apps[id_]
            node = Node(
                id=f"app:{app.id}",
                key=f"app:{app.id}",
                kind="app",
                title=app.name,
                depth=depth,
                mark="look" if needs_a_look(app, self._index) else "",
            )
            yield from self._fold(node, partial(self._in_app, app))

    def _in_app(self, app: App, depth: int) -> Iterator[Node]:
        yield from self._sections(app_page(self._index, app), depth, f"app:{app.id}")

    def _sections(self, told: Page, depth: int, under: str) -> Iterator[Node]:
        """The sections that hold components of their own, and those that were not told."""
        for section in told.shown():
            facts = [fact for fact in section.facts if fact.key]
            if not facts and not section.untold:
                continue
            id_ = f"{under}/{section.title}"
            if section.untold and not facts:
                title = f"{section.title}: not told"
                yield Node(
                    id=id_, kind="section", title=title, depth=depth, text=section.untold, mark="untold"
                )
                continue
            node = Node(
                id=id_,
                kind="section",
                title=section.title,
                depth=depth,
                text=str(len(facts)) + (" and more, not told" if section.untold else ""),
                mark="look" if any(fact.mark == "look" for fact in facts) else "",
            )
            yield from self._fold(node, partial(_in_section, id_, facts))

    # -- across apps --------------------------------------------------------------------------------

    def _not_told(self, group: str, title: str) -> Iterator[Node]:
        """Where a whole kind of things was not told, or not all of it."""
        why = self._index.why_of(group, "")
        if why:
            yield Node(id=f"untold:{group}", kind="section", title=title, text=why, mark="untold")

    def _across(self) -> Iterator[Node]:
        index, system = self._index, self._index.system
        yield from self._not_told("pipelines", "pipelines: not all told")
        stores = [one for one in system.add_ons if _has_group(one)]
        yield from self._group("stores", "data services", stores, self._add_on)
        yield from self._group("shared", "add-ons shared between apps", index.shared, self._add_on)
        yield from self._not_told("teams", "teams: not told")
        yield from self._group("teams", "teams", system.teams, _team)
        yield from self._not_told("spaces", "Private Spaces: not told")
        yield from self._group("spaces", "Private Spaces", system.spaces, _space)
        yield from self._group("people", "people", tuple(index.people.values()), _person)
        accounts: tuple[Account | Enterprise, ...] = (*system.enterprises, system.account)
        yield from self._group("accounts", "accounts", accounts, _account)
        title = "apps that could not be read"
        yield from self._group("unread", title, system.unread_apps, _unread, mark="untold")
        lost = [(key, index.notes[key]) for key in lost_notes(index)]
        yield from self._group("lost-notes", "notes on what is not there any more", lost, _lost)

    def _add_on(self, one: AddOn) -> Node:
        seen = len(self._index.apps_of_add_on(one))
        usual = one.state in ("", "provisioned")
        return Node(
            id=f"add-on:{one.id}",
            kind="thing",
            title=one.name,
            text=joined(
                (
                    store_words(one) or one.plan,
                    price_words(one),
                    counted(seen, "app"),
                    "" if usual else one.state,
                )
            ),
            mark="" if usual else "look",
        )

    def _group(
        self, name: str, title: str, things: Sequence[T], make: Callable[[T], Node], mark: Mark = ""
    ) -> Iterator[Node]:
        """A group of things; their lines are made when it is unfolded."""
        if not things:
            return
        here = f"group:{name}"
        node = Node(id=here, kind="group", title=title, text=str(len(things)), mark=mark)
        yield from self._fold(node, lambda depth: self._things(here, map(make, things), depth))

    def _things(self, here: str, things: Iterable[Node], depth: int) -> Iterator[Node]:
        for thing in things:
            node = replace(thing, id=f"{here}/{thing.id}", key=thing.id, depth=depth)
            if thing.id.startswith(("unread-app:", "person:")) or here == "group:lost-notes":
                yield node
            else:
                yield from self._fold_if_any(node, partial(self._in_thing, node))

    def _in_thing(self, node: Node, depth: int) -> Iterator[Node]:
        told = whole_page(self._index, node.key)
        if told is not None:
            yield from self._sections(told, depth, node.id)

    # -- what no API tells --------------------------------------------------------------------------

    def _gaps(self) -> Iterator[Node]:
        gaps = self._index.system.gaps
        if not gaps:
            return
        yield Node(id="gaps", kind="gaps", title=gap_words(len(gaps)), mark="look")
        for group in gap_groups(gaps):
            if len(group.gaps) == 1:
                gap = group.gaps[0]
                yield Node(id=f"gap:{gap.key}", kind="gap", title=gap.question, depth=1)
                continue
            node = Node(
                id=f"gap-group:{group.name}",
                kind="gap-group",
                title=group.name,
                depth=1,
                text=_how_many(group),
            )
            yield from self._fold(node, partial(_in_group, group))


def _team(one: Team) -> Node:
    untold = one.members is None
    text = "members not told" if one.members is None else counted(len(one.members), "member")
    return Node(id=f"team:{one.id}", kind="thing", title=one.name, text=text, mark="untold" if untold else "")


def _space(one: Space) -> Node:
    text = joined((one.region, one.generation, "Shield" if one.shield else ""))
    return Node(id=f"space:{one.id}", kind="thing", title=one.name, text=text)


def _person(one: Person) -> Node:
    first = one.roles[0]
    text = f"rights in {len(one.roles)} places" if len(one.roles) > 1 else f"{first.what} in {first.place}"
    return Node(id=f"person:{one.email}", kind="thing", title=one.email, text=text)


def _account(one: Account | Enterprise) -> Node:
    if isinstance(one, Account):
        return Node(id=f"account:{one.id}", kind="thing", title=one.email, text="reads this inventory")
    return Node(id=f"enterprise:{one.id}", kind="thing", title=one.name, text="enterprise account")


def _unread(one: UnreadApp) -> Node:
    return Node(id=f"unread-app:{one.id}", kind="thing", title=one.name, text=one.why, mark="untold")


def _lost(one: tuple[str, Note]) -> Node:
    key, note = one
    return Node(id=key, kind="thing", title=key, text=joined((note.owner, note.text)))


def lost_notes(index: Index) -> tuple[str, ...]:
    """The keys of notes on what was there when they were written."""
    if index.lost_notes is None:
        index.lost_notes = tuple(key for key in index.notes if page(index, key) is None)
    return index.lost_notes


def _in_section(under: str, facts: list[Fact], depth: int) -> Iterator[Node]:
    for fact in facts:
        yield Node(
            id=f"{under}/{fact.key}",
            key=fact.key,
            kind="fact",
            title=fact.name,
            depth=depth,
            text=joined((fact.text, fact.detail)),
            mark=fact.mark,
        )


def _how_many(group: GapGroup) -> str:
    """ "4  enter answers all at once", "3  enter answers 2 at once", "2" where each is asked by itself."""
    every, at_once = len(group.gaps), len(group.at_once)
    if at_once < 2:
        return str(every)
    return f"{every}  enter answers {'all' if at_once == every else at_once} at once"


def _in_group(group: GapGroup, depth: int) -> Iterator[Node]:
    for gap in group.gaps:
        yield Node(id=f"gap:{gap.key}", kind="gap", title=gap.question, depth=depth)


def gap_words(count: int) -> str:
    """ "1 thing no API tells", "3 things no API tells"."""
    return "1 thing no API tells" if count == 1 else f"{count:,} things no API tells"


def first_unfolded(index: Index, most: int = 16) -> set[str]:
    """What is unfolded at first: all pipelines of a small system, none of a large one."""
    branches = index.branches
    if len(index.system.apps) > most:
        return set()
    return {f"pipeline:{one.id}" if one.in_pipeline else "group:no-pipeline" for one in branches}


def way_to(index: Index, key: str) -> tuple[str, ...]:
    """The ids of the lines from the outermost to the one that shows the component `key`, where it mainly
    stands: all but the last must be unfolded to see it. The lines of what it stood in when it is not there
    any more, none when that is gone too."""
    key = _shown_as(index, key)
    if key.startswith("gap:"):
        return _way_to_gap(index, key)
    holder = holder_of(index, key)
    if whole_page(index, holder) is None:
        return ()
    kind, _, rest = holder.partition(":")
    if kind == "add-on" and rest in index.add_ons and not _has_group(index.add_ons[rest]):
        owner = index.add_ons[rest].app_id
        if owner in index.apps:
            # Its parts stand on its page alone.
            return (*_way_to_app(index, owner), f"app:{owner}/add-ons", f"app:{owner}/add-ons/{holder}")
        ways: tuple[str, ...] = ("group:shared", f"group:shared/{holder}")
    elif kind == "app":
        ways = _way_to_app(index, rest)
    elif kind == "pipeline":
        ways = (holder,)
        if key.startswith("pipeline-app:"):
            return (holder, key)
    else:
        group = GROUPS.get(kind, "accounts")
        ways = (f"group:{group}", f"group:{group}/{holder}")
    if holder == key:
        return ways
    told = whole_page(index, holder)
    for section in told.sections if told else ():
        if any(fact.key == key for fact in section.facts):
            return (*ways, f"{ways[-1]}/{section.title}", f"{ways[-1]}/{section.title}/{key}")
    return ways


GROUPS = {"add-on": "stores", "team": "teams", "space": "spaces", "person": "people", "unread-app": "unread"}


def _shown_as(index: Index, key: str) -> str:
    """The key of the component that a line shows in place of `key`."""
    kind, _, rest = key.partition(":")
    if kind in ("postgres", "key-value", "kafka"):
        return f"add-on:{rest}"
    if kind == "review-settings":
        return f"pipeline:{rest}"
    app_id = rest.rpartition(":")[2]
    return f"app:{app_id}" if kind == "pipeline-app" and app_id in index.apps else key


def _way_to_gap(index: Index, key: str) -> tuple[str, ...]:
    for group in gap_groups(index.system.gaps):
        if any(f"gap:{gap.key}" == key for gap in group.gaps):
            return (f"gap-group:{group.name}", key) if len(group.gaps) > 1 else (key,)
    return ()


def _has_group(add_on: AddOn) -> bool:
    return bool(add_on.postgres or add_on.key_value or add_on.kafka)


def _way_to_app(index: Index, app_id: str) -> tuple[str, ...]:
    branches = index.branches
    for branch in branches:
        if any(app_id in stage.app_ids for stage in branch.stages):
            if len(branches) == 1 and not branch.in_pipeline:
                break
            return (f"pipeline:{branch.id}" if branch.in_pipeline else "group:no-pipeline", f"app:{app_id}")
    return (f"app:{app_id}",)
