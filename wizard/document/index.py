"""The inventory with everything found by its id, its name or its app: made once, asked at every key.

A system has some hundred apps and thousands of config vars; looking through all of it for each line that is
drawn would be felt.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from msgspec import field

from wizard.document.costs import Cost, monthly_cost
from wizard.document.links.connections import Connections, connections
from wizard.document.links.edges import Edge, Observation
from wizard.document.summary import Branch, tree
from wizard.model.noun import Noun
from wizard.model.people import Team
from wizard.model.system import AddOn, App, Attachment, Gap, System, UnreadApp
from wizard.session.parts import Note

NOT_TOLD = "Heroku did not tell."
SECOND_FACTOR = "second factor"
"""In every reason that is about it."""


class Role(Noun, frozen=True, kw_only=True):
    """What somebody may do somewhere. `where` is the key of the app, team or pipeline, `place` its name in
    words ("team acme"), `what` the role or the permissions."""

    where: str
    place: str
    what: str
    two_factor: bool | None = None


class Person(Noun, frozen=True, kw_only=True):
    """Somebody with rights in the system, by address."""

    email: str
    roles: tuple[Role, ...] = field(default_factory=tuple)


class Index:
    """Look-ups of one inventory. `system` has the answers in it; `gaps` are all that the reading left,
    answered or not, since a part that was not told stays untold when somebody read that it is."""

    def __init__(
        self, system: System, *, gaps: Iterable[Gap] | None = None, notes: dict[str, Note] | None = None
    ) -> None:
        self.system = system
        self.notes = notes or {}
        self.gaps = tuple(system.gaps if gaps is None else gaps)
        self.apps: dict[str, App] = {app.id: app for app in system.apps}
        self.unread: dict[str, UnreadApp] = {app.id: app for app in system.unread_apps}
        self.add_ons: dict[str, AddOn] = {add_on.id: add_on for add_on in system.add_ons}
        self.teams: dict[str, Team] = {team.id: team for team in system.teams}
        self.team_names = {team.name: team.id for team in system.teams}
        self.pipeline_names = {pipeline.name: pipeline.id for pipeline in system.pipelines}
        self.space_names = {space.name: space.id for space in system.spaces}
        self.attached: dict[str, list[Attachment]] = defaultdict(list)
        self.owned: dict[str, list[AddOn]] = defaultdict(list)
        for add_on in system.add_ons:
            self.owned[add_on.app_id].append(add_on)
        for app in system.apps:
            for attachment in app.attachments:
                self.attached[attachment.add_on_id].append(attachment)
        self.gaps_of: dict[str, list[Gap]] = defaultdict(list)
        self.gaps_by_group: dict[str, list[Gap]] = defaultdict(list)
        for gap in self.gaps:
            self.gaps_by_group[gap.group].append(gap)
            if gap.app_id:
                self.gaps_of[gap.app_id].append(gap)
        self.lost_notes: tuple[str, ...] | None = None
        """Keys of notes on what is not there any more; `wizard.document.outline` finds them once."""
        self.foldable: dict[str, bool] = {}
        """Whether something stands in a line of the tree, by its id; found by the outline as it is drawn."""
        self.people: dict[str, Person] = _people(system)

    @cached_property
    def cost(self) -> Cost:
        """What a month costs; reckoned when it is first asked for."""
        return monthly_cost(self.system)

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """Pipelines with their stages and apps."""
        return tree(self.system)

    @cached_property
    def connections(self) -> Connections:
        """What points at what, and what follows; found when it is first asked for: of hundreds of apps it
        takes some tenths of a second, so a screen asks in the background first."""
        return connections(self.system)

    @cached_property
    def edges_of(self) -> dict[str, list[Edge]]:
        """The connections from and to each component, by its key."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.connections.edges:
            found[edge.source].append(edge)
            found[edge.target].append(edge)
        return found

    @cached_property
    def observed_of(self) -> dict[str, list[Observation]]:
        """What follows from the connections, by the key of each component that it is about, and by that of
        the app in which such a component stands."""
        found: dict[str, dict[str, Observation]] = defaultdict(dict)
        for one in self.connections.observations:
            for key in one.components:
                found[key][one.text] = one
                kind, _, rest = key.partition(":")
                app_id = rest.partition(":")[0]
                if kind not in ("add-on", "app") and app_id in self.apps:
                    found[f"app:{app_id}"][one.text] = one
        return {key: list(by_text.values()) for key, by_text in found.items()}

    def component_name(self, key: str) -> str:
        """The name of an app, an add-on or a space by its key."""
        kind, _, rest = key.partition(":")
        if kind == "app":
            return self.app_name(rest)
        names = {space.id: space.name for space in self.system.spaces} if kind == "space" else {}
        return names.get(rest) or self.add_on_name(rest) or rest

    def app_name(self, app_id: str, otherwise: str = "an app that this account cannot read") -> str:
        """The name of an app, read or not."""
        if app_id in self.apps:
            return self.apps[app_id].name
        return self.unread[app_id].name if app_id in self.unread else otherwise

    def add_on_name(self, add_on_id: str | None) -> str:
        """The name of an add-on, "" when it is not in the inventory."""
        add_on = self.add_ons.get(add_on_id or "")
        return add_on.name if add_on else ""

    def add_ons_of(self, app: App) -> list[tuple[AddOn, list[Attachment]]]:
        """The add-ons that an app owns or sees, with its attachments of each; owned ones first."""
        mine: dict[str, list[Attachment]] = {add_on.id: [] for add_on in self.owned.get(app.id, ())}
        for attachment in app.attachments:
            mine.setdefault(attachment.add_on_id, []).append(attachment)
        return [(self.add_ons[id_], seen) for id_, seen in mine.items() if id_ in self.add_ons]

    def apps_of_add_on(self, add_on: AddOn) -> list[str]:
        """The ids of the apps that see an add-on: its owner first, then those that it is attached to."""
        ids = dict.fromkeys([add_on.app_id, *(one.app_id for one in self.attached.get(add_on.id, ()))])
        return [id_ for id_ in ids if id_]

    @cached_property
    def shared(self) -> tuple[AddOn, ...]:
        """The add-ons that more than one app sees, or that belong to an app outside the inventory."""
        return tuple(
            add_on
            for add_on in self.system.add_ons
            if add_on.foreign or add_on.app_id not in self.apps or len(self.apps_of_add_on(add_on)) > 1
        )

    @cached_property
    def second_factor_wanted(self) -> tuple[tuple[str, str], ...]:
        """Id and name of the apps of which something, or all, was refused for want of a second factor."""
        unread = [(app.id, app.name) for app in self.system.unread_apps if SECOND_FACTOR in app.why]
        partly = [
            (app.id, app.name)
            for app in self.system.apps
            if any(SECOND_FACTOR in self.why_untold(app, part) for part in app.unread)
        ]
        return (*unread, *partly)

    def why_untold(self, app: App, *parts: str) -> str:
        """Why one of the `parts` of an app was not told, in words; "" when it was."""
        untold = [part for part in app.unread if part in parts]
        if not untold:
            return ""
        for gap in self.gaps_of.get(app.id, ()):
            if gap.group in untold or gap.key.rpartition(":")[2] in untold:
                return gap.why or NOT_TOLD
        return next((why for part in untold if (why := self.why_of(part, app.name))), NOT_TOLD)

    def why_of(self, group: str, name: str) -> str:
        """Why what `group` names was not told of the thing `name`; "" when no gap says so. One gap may be
        about many things, of which it names the first ones."""
        for gap in self.gaps_by_group.get(group, ()):
            if is_hole(gap) and (name in gap.question or " more" in gap.question):
                return gap.why or NOT_TOLD
        for gap in self.gaps_by_group.get("token", ()):
            if group in gap.question:
                return gap.why or NOT_TOLD
        return ""

    def why_none(self, what: object, group: str, name: str) -> str:
        """As `why_of`, for what is None where it was not told, or empty where a gap says so."""
        if what:
            return ""
        return self.why_of(group, name) or (NOT_TOLD if what is None else "")


def is_hole(gap: Gap) -> bool:
    """Whether a gap is about something that was not read, and not about something that will be lost: such a
    key says so, or names the cause between what it is about and a digest."""
    return gap.key.startswith(("unread:", "scope:")) or (
        gap.key.startswith("many:") and gap.key.count(":") > 2
    )


def _people(system: System) -> dict[str, Person]:
    roles: dict[str, list[Role]] = defaultdict(list)
    if system.account.email:
        roles[system.account.email].append(
            Role(
                where=f"account:{system.account.id}",
                place="this inventory",
                what="the account that reads it",
                two_factor=system.account.two_factor,
            )
        )
    for team in system.teams:
        for member in team.members or ():
            what = member.role + (" (signs in by single sign-on)" if member.federated else "")
            roles[member.email].append(
                Role(
                    where=f"team:{team.id}",
                    place=f"team {team.name}",
                    what=what,
                    two_factor=member.two_factor,
                )
            )
        for invited in team.invitations:
            what = f"invited as {invited.role}, has not answered"
            roles[invited.email].append(Role(where=f"team:{team.id}", place=f"team {team.name}", what=what))
    for enterprise in system.enterprises:
        for member in enterprise.members or ():
            roles[member.email].append(
                Role(
                    where=f"enterprise:{enterprise.id}",
                    place=f"enterprise account {enterprise.name}",
                    what=member.role,
                    two_factor=member.two_factor,
                )
            )
    for app in system.apps:
        for who in app.collaborators:
            said = ", ".join(who.permissions)
            what = f"{who.role} ({said})" if who.role and said else who.role or said or "collaborator"
            roles[who.email].append(Role(where=f"app:{app.id}", place=f"app {app.name}", what=what))
        if app.owner and not any(who.email == app.owner for who in app.collaborators):
            roles[app.owner].append(Role(where=f"app:{app.id}", place=f"app {app.name}", what="owner"))
    return {
        email: Person(email=email, roles=tuple(roles[email])) for email in sorted(roles, key=str.casefold)
    }
