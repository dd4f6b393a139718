"""What is otherwise on Heroku than in the document that the plan was made of: asked before a run, and before
the first write to Heroku, so that nothing that came since stays behind unseen."""

from collections.abc import Iterator

from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.system import App, System
from wizard.plan.differences_in_running import differences_in_running
from wizard.plan.differences_of_add_ons import differences_of_add_ons, vars_of_new_add_ons
from wizard.plan.differences_of_app import AGAIN, differences_of_app
from wizard.plan.differences_of_spaces import differences_of_spaces

MADE_BY_ITSELF = ("review", "test")
"""Stages of a pipeline whose apps come and go with every pull request."""


def differences(then: System, now: System, mapping: Mapping) -> list[Finding]:
    """One finding for each thing that differs, those that stop a run among them; nothing where nothing does.

    Args:
        then: what the plan was made of.
        now: the same as `wizard.ports.Source.refresh` tells it.
    """
    there = {app.id: app for app in now.apps}
    moved = [choice.app_id for choice in mapping.moved_apps()]
    found: list[Finding] = []
    for app_id in moved:
        app = then.app(app_id)
        if app_id in there:
            told = vars_of_new_add_ons(then, now, there[app_id])
            found += differences_of_app(app, there[app_id], mapping, told)
        else:
            found.append(_gone(app, now))
    found += differences_of_add_ons(then, now, mapping)
    found += differences_of_spaces(then, now, mapping)
    found += _other_apps(then, now, set(moved))
    return found


def differences_in_what_runs(then: System, now: System, mapping: Mapping) -> list[Finding]:
    """The same of what the cut-over stops: formations and maintenance mode."""
    there = {app.id: app for app in now.apps}
    return [
        finding
        for choice in mapping.moved_apps()
        if choice.app_id in there
        for finding in differences_in_running(then.app(choice.app_id), there[choice.app_id])
    ]


def not_compared(now: System) -> list[Finding]:
    """What could not be read, so that nobody knows whether it differs."""
    return [
        Finding(
            state="look",
            what=f"{gap.question.rstrip('.')} now",
            detail=f"so whether they changed is not known: {gap.why}",
            remedy="Look again before you start.",
        )
        for gap in now.gaps
    ]


def _gone(app: App, now: System) -> Finding:
    why = next((one.why for one in now.unread_apps if one.id == app.id), "")
    return Finding(
        state="blocks",
        what=f"{app.name} is not on Heroku any more",
        detail=why or "Heroku does not tell of it",
        remedy="Read the system again (document), and leave it out on the map.",
    )


def _other_apps(then: System, now: System, moved: set[str]) -> Iterator[Finding]:
    """Apps beside those that move, in the same pipeline or of the same owner, that came or went."""
    known = {app.id for app in then.apps} | {unread.id for unread in then.unread_apps}
    there = {one.id for one in now.apps}
    beside = [app for app in (*then.apps, *now.apps) if app.id in moved]
    for app in now.apps:
        where = _shares(app, beside)
        if app.id not in known and where and app.pipeline_stage not in MADE_BY_ITSELF:
            yield Finding(
                state="look",
                what=f"{app.name} is a new app in {where}",
                detail="the plan does not know it, so it stays on Heroku",
                remedy="Read the system again (document) if it belongs to this move.",
            )
    for app in then.apps:
        where = _shares(app, beside)
        if app.id not in there and app.id not in moved and where:
            if app.pipeline_stage in MADE_BY_ITSELF:
                continue
            yield Finding(
                state="look",
                what=f"{app.name} in {where} is not on Heroku any more",
                detail="it does not move, so the plan lacks nothing of it",
                remedy=AGAIN,
            )


def _shares(app: App, beside: list[App]) -> str:
    """What an app has in common with one that moves, in words; "" for nothing."""
    if app.pipeline and any(one.pipeline == app.pipeline for one in beside):
        return f"the pipeline {app.pipeline}"
    if app.team and any(one.team == app.team for one in beside):
        return f"the team {app.team}"
    if app.owner and not app.team and any(not one.team and one.owner == app.owner for one in beside):
        return f"the account {app.owner}"
    return ""
