"""An online shop with a staging app from the same folder of code, and what its workflows become."""

from typing import Any

from ruamel.yaml import YAML

from wizard.document.checkout import Checkout
from wizard.document.procfile import parse_procfile
from wizard.model.mapping import AppChoice, Mapping, ProcessChoice
from wizard.model.system import Account, App, Process, System
from wizard.ports import Capabilities, Prices, Profile
from wizard.prepare.file_change import FileChange
from wizard.prepare.workflow.propose import Part, workflow_part

PATH = ".github/workflows/deploy.yml"
TARGET = Profile(
    name="aptible",
    title="Aptible",
    capabilities=Capabilities(works=True),
    prices=Prices(source="", date=""),
)


def app(id_: str, name: str, stage: str | None = None) -> App:
    return App(
        id=id_,
        name=name,
        region="us",
        stack="heroku-24",
        web_url=f"https://{name}.example/",
        pipeline="shop" if stage else None,
        pipeline_stage=stage,
        processes=(Process(type="release", command="rails db:migrate", quantity=0, size="Basic"),),
    )


SHOP, STAGING, BLOG = (
    app("p", "acme-shop", "production"),
    app("s", "acme-shop-staging", "staging"),
    app("b", "blog"),
)
SYSTEM = System(
    taken_at="", account=Account(id="1", email="me@acme.example"), apps=(SHOP, STAGING, BLOG), add_ons=()
)


def mapping(*, both: bool = True, **shop: Any) -> Mapping:
    """The shop moves, and staging with it where `both`; the blog stays."""
    apps = [AppChoice(app_id="p", handle="shop", checkout="/code", **shop)]
    apps += [AppChoice(app_id="s", handle="shop-staging", checkout="/code")] if both else []
    apps.append(AppChoice(app_id="b", action="leave", reason="read by nobody"))
    hook = ProcessChoice(app_id="p", type="release", action="release-hook")
    return Mapping(environment="acme", apps=tuple(apps), processes=(hook,))


def part(
    text: str, *, both: bool = True, path: str = PATH, more: dict[str, str] | None = None, **shop: Any
) -> Part:
    """What is proposed for the shop, whose code has this workflow."""
    files = {path: text, **(more or {})}
    checkout = Checkout(
        path="/code", is_git=True, files=files, procfile=parse_procfile("release: rails db:migrate\n")
    )
    return workflow_part(SHOP, SYSTEM, mapping(both=both, **shop), TARGET, checkout)


def one(text: str, **more: Any) -> str:
    """The text that a workflow becomes."""
    changes, _ = part(text, **more)
    (change,) = changes
    assert isinstance(change, FileChange)
    assert change.old == text
    assert change.new is not None
    return change.new


def told(text: str, **more: Any) -> dict[str, str]:
    """Problems by code, with what is to be done."""
    return {problem.code: f"{problem.sentence()}. {problem.remedy}" for problem in part(text, **more)[1]}


def load(text: str) -> Any:
    """A text as plain values, read by another loader than the one that edits."""
    return YAML(typ="safe", pure=True).load(text)
