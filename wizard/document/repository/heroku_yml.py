"""Reading heroku.yml: how an app on the stack `container` is built and run (Dev Center, 2024-04).

Sections: `setup` (addons, config), `build` (docker: type to Dockerfile; config), `release` (image, command),
`run` (type to a command, or to command and image). Values in `config` are not kept.
"""

from collections.abc import Iterator

from wizard.document.repository.code_nouns import HerokuYml, HerokuYmlAddOn, HerokuYmlRun
from wizard.document.repository.oddities import few
from wizard.document.repository.yaml_text import Item, read_yaml
from wizard.model.text import clean

_SECTIONS = {
    "setup": {"addons", "config"},
    "build": {"docker", "config", "languages", "pipeline"},
    "release": {"image", "command"},
}


def parse_heroku_yml(text: str) -> HerokuYml | None:
    """Read heroku.yml; None when it is no YAML map. Never fails otherwise: see `oddities`."""
    top = read_yaml(text)
    if top is None or not top.is_map:
        return None
    odd = list(_unknown(top))
    images = top.get("build", "docker")
    return HerokuYml(
        add_ons=tuple(_add_ons(top.get("setup", "addons"), odd)),
        config=_names(top.get("setup", "config")),
        images={clean(kind): _text(item) for kind, item in images.pairs()} if images else {},
        build_config=_names(top.get("build", "config")),
        release_image=_text(top.get("release", "image")),
        release_command=_command(top.get("release", "command")),
        run=tuple(_runs(top.get("run"), odd)),
        oddities=few(odd),
    )


def _unknown(top: Item) -> Iterator[str]:
    for section, part in top.pairs():
        if section == "run":
            continue
        known = _SECTIONS.get(section)
        if known is None:
            yield f"heroku.yml line {part.named_at}: Heroku knows no section `{clean(section)}`."
            continue
        for key, item in part.pairs():
            if key not in known:
                yield f"heroku.yml line {item.named_at}: `{section}` knows no key `{clean(key)}`."


def _add_ons(told: Item | None, odd: list[str]) -> Iterator[HerokuYmlAddOn]:
    for item in told.items() if told else ():
        if item.text is not None:
            yield HerokuYmlAddOn(plan=clean(item.text))
        elif plan := _text(item.get("plan")):
            yield HerokuYmlAddOn(plan=plan, attached_as=_text(item.get("as")))
        else:
            odd.append(f"heroku.yml line {item.line} names no plan.")


def _runs(told: Item | None, odd: list[str]) -> Iterator[HerokuYmlRun]:
    for kind, item in told.pairs() if told else ():
        if item.is_map:
            command, image = _command(item.get("command")), _text(item.get("image"))
            if not (command or image):
                odd.append(f"heroku.yml line {item.named_at} gives `{clean(kind)}` no command and no image.")
            yield HerokuYmlRun(type=clean(kind), command=command, image=image)
        else:
            yield HerokuYmlRun(type=clean(kind), command=_command(item))


def _command(told: Item | None) -> str:
    """A command as one line: Heroku takes a text, or a list whose lines follow each other."""
    return clean(" && ".join(" ".join(line.split()) for line in told.texts())) if told else ""


def _names(told: Item | None) -> tuple[str, ...]:
    return tuple(clean(name) for name, _ in told.pairs()) if told else ()


def _text(told: Item | None) -> str:
    return clean(told.text or "") if told else ""
