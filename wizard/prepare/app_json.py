"""What of app.json has no counterpart at a target: Heroku reads it when it makes an app, never again."""

from wizard.mapping.problem import Problem
from wizard.prepare.case import Case

_SCRIPTS = {
    "postdeploy": "runs once, after the first deploy of a new app",
    "pr-predestroy": "runs before a review app is destroyed",
}


def app_json_remarks(case: Case) -> list[Problem]:
    """One problem for each kind of thing; none of them blocks."""
    told = case.checkout.app_json
    if told is None:
        return []
    problems = []
    live = {var.name for var in case.app.config}
    generated = [name for name in told.generated if name in live]
    if generated:
        problems.append(
            case.problem(
                "app-json-generated",
                f"app.json lets Heroku make up {', '.join(generated)}: the live values are carried over as "
                "they are, never made anew",
                "Nothing is to be done: with a new value every session would end.",
                blocks=False,
            )
        )
    unread = "config vars" in case.app.unread
    missing = [one.name for one in told.variables if one.required and one.name not in live]
    if missing and not unread:
        problems.append(
            case.problem(
                "app-json-missing",
                f"app.json asks for {', '.join(missing)}, which the app on Heroku does not have",
                "Look whether the code needs them; set on Heroku first, they are carried over.",
                blocks=False,
            )
        )
    for script in told.scripts:
        if script.when in _SCRIPTS:
            problems.append(
                case.problem(
                    "app-json-script",
                    f"`{script.when}` of app.json {_SCRIPTS[script.when]}; nothing does that there",
                    "Its work is done for this app. For a new one, run it by hand after its first deploy."
                    if script.when == "postdeploy"
                    else "Nothing is to be done for this app: it is no review app.",
                    blocks=False,
                )
            )
    sizes = {process.type: process.quantity for process in case.app.processes}
    differ = [
        one.type
        for one in told.formation
        if one.quantity is not None and sizes.get(one.type, one.quantity) != one.quantity
    ]
    if differ:
        problems.append(
            case.problem(
                "app-json-formation",
                f"app.json gives {', '.join(differ)} another number of dynos than "
                "runs now; what runs now counts",
                "Change the number in the mapping, if app.json is right.",
                blocks=False,
            )
        )
    return problems
