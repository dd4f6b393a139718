"""The pages of teams, enterprise accounts, spaces, people and the account itself."""

from wizard.document.index import Index, Person
from wizard.document.pages.app_parts import telemetry_fact
from wizard.document.pages.page import Fact, Page, Section, at, counted, joined, only, said, yes
from wizard.document.summary import dollars
from wizard.model.network import Space
from wizard.model.people import Enterprise, Invoice, Member, Team
from wizard.model.system import Account


def team_page(index: Index, team: Team) -> Page:
    """A team: who is in it with which role, and its apps."""
    apps = [app for app in index.system.apps if app.team == team.name]
    unread = [app for app in index.system.unread_apps if app.team == team.name]
    return Page(
        key=f"team:{team.id}",
        title=team.name,
        kind="enterprise team" if team.type == "enterprise" else "team",
        subtitle=joined((f"you are {team.role}" if team.role else "", counted(len(apps), "app"))),
        sections=(
            Section(title="about", counts=False, facts=only(said("enterprise account", team.enterprise))),
            Section(
                title="members",
                facts=tuple(_member(f"member:{team.id}", one) for one in team.members or ()),
                untold=index.why_none(team.members, "members of teams", team.name),
                none="none",
            ),
            Section(
                title="invitations",
                facts=tuple(
                    Fact(
                        name=one.email,
                        text=f"as {one.role}, not answered yet",
                        key=f"invitation:{team.id}:{one.email}",
                    )
                    for one in team.invitations
                ),
                untold=index.why_none(team.invitations, "invitations of teams", team.name),
            ),
            Section(
                title="features",
                facts=tuple(Fact(name=name, key=f"team-feature:{team.id}:{name}") for name in team.features),
                untold=index.why_none(team.features, "features of teams", team.name),
            ),
            Section(title="apps", facts=tuple(Fact(name=app.name, key=f"app:{app.id}") for app in apps)),
            Section(
                title="apps that could not be read",
                facts=tuple(
                    Fact(name=app.name, text=app.why, mark="untold", key=f"unread-app:{app.id}")
                    for app in unread
                ),
            ),
        ),
    )


def _member(under: str, one: Member) -> Fact:
    return Fact(
        name=one.email,
        text=joined((one.role, _factor(one.two_factor), "single sign-on" if one.federated else "")),
        mark="look" if one.two_factor is False and not one.federated else "",
        key=f"{under}:{one.email}",
        copy=one.email,
    )


def _factor(told: bool | None) -> str:
    return {True: "second factor on", False: "no second factor", None: ""}[told]


def space_page(index: Index, space: Space) -> Page:
    """A Private Space: addresses, rules, private connections, its apps."""
    apps = [app for app in index.system.apps if app.space == space.name]
    facts = only(
        said("state", space.state),
        said("team", space.team),
        said("region", space.region),
        said("generation", space.generation),
        yes("Shield", space.shield),
        said("addresses of apps", space.cidr, copy=space.cidr),
        said("addresses of data services", space.data_cidr, copy=space.data_cidr),
    )
    drain = space.drain
    return Page(
        key=f"space:{space.id}",
        title=space.name,
        kind="Shield Private Space" if space.shield else "Private Space",
        subtitle=joined((space.region, space.generation, counted(len(apps), "app"))),
        sections=(
            Section(title="about", facts=facts, counts=False),
            *_network_of(index, space),
            Section(
                title="log drain",
                counts=False,
                facts=only(
                    None if drain is None else Fact(name=drain.address, key=f"drain:{space.id}:{drain.id}")
                ),
                untold=index.why_none(drain or (), "log drains of spaces", space.name),
            ),
            Section(
                title="telemetry drains",
                facts=tuple(telemetry_fact(space.id, one) for one in space.telemetry),
                untold=index.why_none(space.telemetry, "telemetry drains of spaces", space.name),
            ),
            Section(title="apps", facts=tuple(Fact(name=app.name, key=f"app:{app.id}") for app in apps)),
        ),
    )


def _network_of(index: Index, space: Space) -> tuple[Section, ...]:
    """Where its apps call from, who may come in, and with what networks it is joined."""
    outbound = space.outbound_ips
    return (
        Section(
            title="outbound addresses",
            facts=tuple(
                Fact(name=one, text="what others may have on their lists", key=_key(space, one), copy=one)
                for one in outbound or ()
            ),
            untold=index.why_none(outbound, "outbound addresses of spaces", space.name),
            none="none",
        ),
        Section(
            title="trusted sources",
            facts=tuple(
                Fact(name=one.source, text=one.action, key=f"inbound-rule:{space.id}:{one.source}")
                for one in space.inbound or ()
            ),
            untold=index.why_none(space.inbound, "inbound rules of spaces", space.name),
            none="none: nobody may come in",
        ),
        Section(
            title="private connections",
            facts=tuple(
                Fact(
                    name=one.with_what,
                    text=joined(("VPN" if one.kind == "vpn" else one.kind, one.status)),
                    detail=", ".join(one.cidrs),
                    key=f"peering:{space.id}:{one.kind}:{one.with_what}",
                )
                for one in space.peerings
            ),
            untold=index.why_none(space.peerings, "peerings of spaces", space.name)
            or index.why_none(space.peerings, "VPN connections of spaces", space.name),
        ),
    )


def _key(space: Space, address: str) -> str:
    return f"outbound-ip:{space.id}:{address}"


def enterprise_page(index: Index, enterprise: Enterprise) -> Page:
    """An enterprise account: what the signed-in account may do in it, and its teams."""
    teams = [team for team in index.system.teams if team.enterprise == enterprise.name]
    return Page(
        key=f"enterprise:{enterprise.id}",
        title=enterprise.name,
        kind="enterprise account",
        sections=(
            Section(
                title="your permissions",
                facts=tuple(Fact(name=name) for name in enterprise.permissions),
                none="none",
            ),
            Section(
                title="members",
                facts=tuple(
                    _member(f"enterprise-member:{enterprise.id}", one) for one in enterprise.members or ()
                ),
                untold=index.why_none(enterprise.members, "members of enterprise accounts", enterprise.name),
                none="none",
            ),
            Section(
                title="teams", facts=tuple(Fact(name=team.name, key=f"team:{team.id}") for team in teams)
            ),
        ),
    )


def person_page(person: Person) -> Page:
    """Somebody: every place where they have rights."""
    return Page(
        key=f"person:{person.email}",
        title=person.email,
        kind="person",
        subtitle=counted(len(person.roles), "place"),
        sections=(
            Section(
                title="has rights in",
                facts=tuple(
                    Fact(
                        name=role.place,
                        text=joined((role.what, _factor(role.two_factor))),
                        mark="look" if role.two_factor is False else "",
                        key=role.where,
                    )
                    for role in person.roles
                ),
            ),
        ),
    )


def account_page(index: Index, account: Account) -> Page:
    """The account whose token reads."""
    return Page(
        key=f"account:{account.id}",
        title=account.email,
        kind="the account that reads this inventory",
        sections=(
            Section(
                title="about",
                counts=False,
                facts=only(
                    said("name", account.name),
                    said("default team", account.default_team),
                    said("identity provider", account.identity_provider),
                    _standing("suspended", account.suspended_at),
                    _standing("delinquent", account.delinquent_at),
                    Fact(name="second factor", text="on")
                    if account.two_factor
                    else Fact(name="second factor", text="off", mark="look"),
                ),
            ),
            Section(
                title="features",
                facts=tuple(
                    Fact(name=name, key=f"account-feature:{account.id}:{name}")
                    for name in index.system.account_features
                ),
                untold=index.why_none(index.system.account_features, "account features", ""),
            ),
            _dataclips(index, account),
            _keys(index, account),
            Section(
                title="invoices",
                facts=tuple(_invoice(account, one) for one in index.system.invoices or ()),
                untold=index.why_none(index.system.invoices, "invoices of the account", ""),
            ),
        ),
    )


def _dataclips(index: Index, account: Account) -> Section:
    return Section(
        title="dataclips",
        facts=tuple(
            Fact(
                name=one.title or one.id,
                text=joined((one.database, "detached" if one.detached else "")),
                detail=joined((one.created_by, at(one.edited_at or one.created_at))),
                mark="look",
                key=f"dataclip:{account.id}:{one.id}",
            )
            for one in index.system.dataclips or ()
        ),
        untold=index.why_none(index.system.dataclips, "dataclips", ""),
    )


def _keys(index: Index, account: Account) -> Section:
    return Section(
        title="SSH keys",
        facts=tuple(
            Fact(
                name=one.comment or one.fingerprint,
                text=joined((one.fingerprint, f"since {at(one.created_at)}" if one.created_at else "")),
                key=f"ssh-key:{account.id}:{one.id}",
                copy=one.fingerprint,
            )
            for one in index.system.keys or ()
        ),
        untold=index.why_none(index.system.keys, "SSH keys of the account", ""),
    )


def _standing(word: str, since: str | None) -> Fact | None:
    return Fact(name=word, text=f"since {at(since)}", mark="look") if since else None


def _invoice(account: Account, one: Invoice) -> Fact:
    credit = f"{dollars(one.credits_cents)} of credits" if one.credits_cents else ""
    return Fact(
        name=f"invoice {one.number}",
        text=joined((dollars(one.total_cents), joined((one.starts_on, one.ends_on), by=" to "), credit)),
        key=f"invoice:{account.id}:{one.number}",
        copy=str(one.number),
    )
