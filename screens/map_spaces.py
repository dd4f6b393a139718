"""The map where a move may go into several environments (Spaces): what rows say, what can be decided."""

from screens.map_checks import handle
from screens.map_option import Change, Option
from wizard.mapping import edit_spaces
from wizard.mapping.check import Component
from wizard.mapping.spaces import all_spaces, moved_data, space_of_app, space_of_data
from wizard.model.mapping import Mapping, SpaceChoice
from wizard.model.system import System
from wizard.ports import Profile

# -- what the rows say ---------------------------------------------------------------------------------


def why_environment(system: System, mapping: Mapping, profile: Profile) -> str:
    """What is said of the row of the mapping's own environment."""
    if profile.capabilities.environments == "one":
        return "where everything moves to"
    word = profile.words.get("environment", "environment")
    inside = f"a database is reached only inside its own {word}"
    if mapping.spaces:
        return f"where everything goes that names no other {word}; {inside}"
    apart = edit_spaces.stages(system, mapping)
    may = (
        f"; {' and '.join(apart)} shares nothing with the rest, and may have one of its own" if apart else ""
    )
    return f"where everything moves to; {inside}{may}"


def space_becomes(space: SpaceChoice, mapping: Mapping, profile: Profile) -> str:
    """A further environment, as it will be: "acme-staging (new, UK (South))"."""
    if not space.create:
        return f"{space.name} (is there already)"
    region = space.region or ("?" if profile.capabilities.regions else "")
    teams = profile.capabilities.teams
    # That of the first one goes without saying.
    same = space.team and space.team == mapping.team
    team = f"team {space.team or '?'}" if len(teams) > 1 and not same else ""
    return f"{space.name} (new{''.join(f', {one}' for one in (region, team) if one)})"


def in_space(mapping: Mapping, space: str, becomes: str) -> str:
    """What something becomes, with the environment before it where that is not the mapping's own."""
    return f"in {space}: {becomes}" if space not in ("", mapping.environment) else becomes


# -- what can be decided -------------------------------------------------------------------------------


def with_spaces(
    component: Component, found: list[Option], system: System, mapping: Mapping, profile: Profile
) -> list[Option]:
    """`found`, and what can be decided about environments; before the last, which leaves it behind."""
    match component:
        case ("environment",):
            return [*found, *_further(system, mapping, profile)]
        case ("space", name):
            return _of_space(name, mapping, profile)
        case ("app", app_id) if app_id in {one.app_id for one in mapping.moved_apps()}:
            return [*found[:-1], *_of_app(app_id, mapping, profile), *found[-1:]]
        case (_, add_on_id) if add_on_id in {one.add_on_id for one in moved_data(mapping)}:
            return [*found[:-1], *_of_data(add_on_id, mapping, profile), *found[-1:]]
    return found


def _further(system: System, mapping: Mapping, profile: Profile) -> list[Option]:
    """What can be decided for the mapping's own environment besides; empty where there is one only."""
    if profile.capabilities.environments == "one":
        return []
    word = profile.words.get("environment", "environment")
    found = [
        Option(
            "add",
            f"Add another {word}, for apps that are to be apart",
            edit_spaces.add_space,
            f"What is the other {word} called? Which apps go into it is said on their rows.",
            "",
            handle(profile),
        )
    ]
    apart = edit_spaces.stages(system, mapping)
    if apart and not mapping.spaces:
        found.append(
            Option(
                "by-stage",
                f"A {word} for each stage of the pipeline: {' and '.join(apart)} beside this one",
                lambda m, _: edit_spaces.split_by_stage(system, m),
            )
        )
    return found


def _of_space(name: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """What can be decided for a further environment."""
    space = next((one for one in mapping.spaces if one.name == name), None)
    if space is None:
        return []
    word = profile.words.get("environment", "environment")

    def made(create: bool) -> Change:
        return lambda m, _: edit_spaces.set_space(m, name, create=create)

    def region(where: str) -> Change:
        return lambda m, _: edit_spaces.set_space(m, name, region=where)

    def team(slug: str) -> Change:
        return lambda m, _: edit_spaces.set_space(m, name, team=slug)

    teams = profile.capabilities.teams
    places = [Option(f"region {one}", f"In {one}", region(one)) for one in profile.capabilities.regions]
    places += [
        Option(f"team {slug}", f"For the team {of} ({slug})", team(slug)) for slug, of in teams.items()
    ]
    return [
        *(places if space.create else ()),
        Option("use", f"Use one of that name that is there already{_now(not space.create)}", made(False)),
        Option("create", f"Create it{_now(space.create)}", made(True)),
        Option(
            "handle",
            "Another name",
            lambda m, to: edit_spaces.rename_space(m, name, to),
            f"What is the {word} called?",
            name,
            handle(profile),
        ),
        Option(
            "remove",
            f"Take it away: what is to go into it goes into {mapping.environment}",
            lambda m, _: edit_spaces.remove_space(m, name),
        ),
    ]


def _of_app(app_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """In which environment an app goes, where there may be several."""
    if profile.capabilities.environments == "one":
        return []
    word = profile.words.get("environment", "environment")
    here = space_of_app(mapping, app_id)
    others = [one.name for one in all_spaces(mapping) if one.name != here]
    new = Option(
        "space",
        f"Put it into a new {word} (now in {here})",
        lambda m, name: edit_spaces.put_app(m, app_id, name),
        f"What is the new {word} called? Its databases go along, unless other apps use them.",
        "",
        handle(profile),
    )
    return [*(_put(app_id, name, word) for name in others), new]


def _of_data(add_on_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """In which environment a database or store goes, where there are several."""
    if not mapping.spaces:
        return []
    word = profile.words.get("environment", "environment")
    here = space_of_data(mapping, add_on_id)

    def to(name: str) -> Change:
        return lambda m, _: edit_spaces.put_data(m, add_on_id, name)

    others = [one.name for one in all_spaces(mapping) if one.name != here]
    return [
        Option("space", f"Put it where the apps go that use it (now in {here})", to("")),
        *(Option(f"space {name}", f"Put it into the {word} {name}", to(name)) for name in others),
    ]


def _put(app_id: str, name: str, word: str) -> Option:
    return Option(
        f"space {name}",
        f"Put it into the {word} {name}",
        lambda m, _: edit_spaces.put_app(m, app_id, name),
    )


def _now(true: bool) -> str:
    return " (now)" if true else ""
