"""The page of any object by its key, and of the smallest ones: a config var, a domain, a release."""

from wizard.document.index import Index
from wizard.document.pages.app import app_page, unread_page
from wizard.document.pages.delivery import pipeline_page
from wizard.document.pages.page import Fact, Page, Section, only, said
from wizard.document.pages.people import account_page, enterprise_page, person_page, space_page, team_page
from wizard.document.pages.stores import add_on_page

_OF_APPS = {
    "attachment": "attachment",
    "build": "build",
    "buildpack": "buildpack",
    "certificate": "certificate",
    "collaborator": "collaborator",
    "config-var": "config var",
    "deploy": "deploy path",
    "domain": "domain",
    "drain": "log drain",
    "feature": "feature",
    "image": "image",
    "job": "scheduler job",
    "process": "process",
    "release": "release",
    "telemetry-drain": "telemetry drain",
    "webhook": "webhook",
}
_OF_ADD_ONS = {
    "backup": "backup",
    "backup-schedule": "backup schedule",
    "consumer-group": "consumer group",
    "credential": "credential",
    "topic": "topic",
}
_OF_TEAMS = {"member": "member", "invitation": "invitation", "team-feature": "feature"}
_OF_SPACES = {"inbound-rule": "trusted source", "outbound-ip": "outbound address", "peering": "connection"}
_OF_PIPELINES = {
    "pipeline-app": "app",
    "review-app": "review app",
    "review-config-var": "config var of review apps",
    "test-config-var": "config var of test runs",
}
_OF_ACCOUNTS = {
    "account-feature": "feature",
    "dataclip": "dataclip",
    "invoice": "invoice",
    "ssh-key": "SSH key",
}
_OF_ENTERPRISES = {"enterprise-member": "member"}

WORDS = {
    **_OF_APPS,
    **_OF_ADD_ONS,
    **_OF_TEAMS,
    **_OF_SPACES,
    **_OF_PIPELINES,
    **_OF_ACCOUNTS,
    **_OF_ENTERPRISES,
}
"""The kinds of keys of small objects, in words."""


def whole_page(index: Index, key: str) -> Page | None:
    """The page of an object that has one of its own; None when it is no such, or not there any more."""
    kind, _, rest = key.partition(":")
    system = index.system
    if kind == "app" and rest in index.apps:
        return app_page(index, index.apps[rest])
    if kind == "unread-app" and rest in index.unread:
        return unread_page(index.unread[rest])
    if kind in ("add-on", "postgres", "key-value", "kafka") and rest in index.add_ons:
        return add_on_page(index, index.add_ons[rest])
    if kind == "team" and rest in index.teams:
        return team_page(index, index.teams[rest])
    if kind == "person" and rest in index.people:
        return person_page(index.people[rest])
    if kind == "account" and rest == system.account.id:
        return account_page(index, system.account)
    if kind in ("pipeline", "review-settings"):
        return next((pipeline_page(index, one) for one in system.pipelines if one.id == rest), None)
    if kind == "space":
        return next((space_page(index, one) for one in system.spaces if one.id == rest), None)
    if kind == "enterprise":
        return next((enterprise_page(index, one) for one in system.enterprises if one.id == rest), None)
    return None


def page(index: Index, key: str) -> Page | None:
    """The page of any object; None when it is not there (any more)."""
    found = whole_page(index, key)
    if found is not None:
        return found
    holder = whole_page(index, holder_of(index, key))
    if holder is None:
        return None
    for section in holder.sections:
        for fact in section.facts:
            if fact.key == key:
                return _small(index, holder, fact)
    return None


def holder_of(index: Index, key: str) -> str:
    """The key of the page on which an object stands: an app, an add-on, a team, a space, a pipeline. Itself,
    when it has a page of its own."""
    kind, _, rest = key.partition(":")
    first, _, last = rest.partition(":")
    if kind == "attachment" and first in index.apps:
        seen = (one.add_on_id for one in index.apps[first].attachments if one.id == last)
        add_on = next(seen, "")
        return f"add-on:{add_on}" if add_on in index.add_ons else f"app:{first}"
    if kind in ("drain", "telemetry-drain") and first not in index.apps:
        return f"space:{first}"
    for kinds, whose in (
        (_OF_APPS, "app"),
        (_OF_ADD_ONS, "add-on"),
        (_OF_TEAMS, "team"),
        (_OF_SPACES, "space"),
        (_OF_PIPELINES, "pipeline"),
        (_OF_ACCOUNTS, "account"),
        (_OF_ENTERPRISES, "enterprise"),
    ):
        if kind in kinds:
            return f"{whose}:{first}"
    return key


LABELS = {
    "attachment": ("about", "config vars"),
    "certificate": ("about", "names"),
    "config-var": ("comes from", "about it"),
    "deploy": ("by", "because"),
    "domain": ("DNS target", "certificate"),
    "job": ("about", "command"),
    "pipeline-app": ("stage", "about"),
    "process": ("runs on", "command"),
    "release": ("what", "when"),
}
"""What the two texts of a small object are, by the kind of its key."""


def _small(index: Index, holder: Page, fact: Fact) -> Page:
    kind, _, rest = fact.key.partition(":")
    text, detail = LABELS.get(kind, ("about", "more"))
    in_detail = bool(fact.copy) and fact.copy in fact.detail
    facts = only(
        said(text, fact.text, copy="" if in_detail else fact.copy),
        said(detail, fact.detail, copy=fact.copy if in_detail else ""),
    )
    if kind == "config-var":
        facts = _config_facts(index, rest, facts)
    return Page(
        key=fact.key,
        title=fact.name,
        kind=f"{WORDS.get(kind, kind)} of {holder.title}",
        sections=(Section(title="", facts=facts, counts=False, none="nothing more is known"),),
    )


def _config_facts(index: Index, rest: str, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    app_id, _, name = rest.partition(":")
    app = index.apps.get(app_id)
    var = next((one for one in app.config if one.name == name), None) if app else None
    if var is None:
        return facts
    return (
        *facts,
        *only(
            said("origin", var.origin.detail),
            Fact(name="its value", text="stays on Heroku; v shows it for 10 s"),
        ),
    )
