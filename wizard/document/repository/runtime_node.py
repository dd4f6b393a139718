"""What package.json says to Heroku: versions, package manager, and the scripts that run in a build.

Heroku's Node.js buildpack runs heroku-prebuild before packages are installed, then heroku-postbuild where
there is one, `build` else, and heroku-cleanup after it has removed development packages; without a Procfile
`npm start` is the web process (heroku-buildpack-nodejs, lib/package_manager.sh and bin/release, 2026).
"""

from collections.abc import Mapping

from wizard.document.repository.code_nouns import Pin
from wizard.document.repository.runtime_pins import Found, first_line, json_object, line_of
from wizard.model.noun import Noun
from wizard.model.text import clean

SCRIPTS = ("heroku-prebuild", "heroku-postbuild", "build", "heroku-cleanup", "start", "postinstall")


class NodeScript(Noun, frozen=True, kw_only=True):
    """A script of package.json that Heroku runs."""

    name: str
    command: str
    line: int


def node_pins(texts: Mapping[str, str]) -> Found:
    """Versions of Node.js and its package managers."""
    file = "package.json"
    told = json_object(texts, "package.json")
    if file not in texts:
        return [], [f"{file} cannot be read here."]
    if told is None:
        return [], ["package.json is no valid JSON object; the Node.js buildpack does not build it."]
    pins: list[Pin] = []
    engines = told.get("engines")
    for name in ("node", "npm", "yarn", "pnpm"):
        version = engines.get(name) if isinstance(engines, dict) else None
        if isinstance(version, str):
            line = line_of(texts[file], name, version)
            pins.append(
                Pin(what=name, version=clean(version, limit=100), file=file, line=line, main=name == "node")
            )
    manager = told.get("packageManager")
    if isinstance(manager, str):
        name, _, version = manager.partition("@")
        line = line_of(texts[file], "packageManager", manager)
        pins.append(
            Pin(
                what=clean(name, limit=40),
                version=clean(version.partition("+")[0], limit=100),
                file=file,
                line=line,
                main=False,
            )
        )
    volta = told.get("volta")
    version = volta.get("node") if isinstance(volta, dict) else None
    if isinstance(version, str):
        line = line_of(texts[file], "node", version)
        pins.append(Pin(what="node", version=clean(version, limit=100), file=file, line=line, read=False))
    pins += first_line(texts, ".nvmrc", "node", prefix="v", read=False)
    pins += first_line(texts, ".node-version", "node", prefix="v", read=False)
    notes = []
    if not any(pin.read and pin.main for pin in pins):
        notes.append("package.json names no Node.js version under engines: Heroku takes the LTS of the day.")
    notes += [
        f"{pin.file} says {pin.version}; Heroku does not read it."
        for pin in pins
        if not pin.read and pin.file in (".nvmrc", ".node-version")
    ]
    return pins, notes


def node_scripts(texts: Mapping[str, str]) -> tuple[NodeScript, ...]:
    """The scripts that Heroku runs, in the order in which it does."""
    told = json_object(texts, "package.json") or {}
    scripts = told.get("scripts")
    if not isinstance(scripts, dict):
        return ()
    return tuple(
        NodeScript(name=name, command=clean(command), line=line_of(texts["package.json"], name, command))
        for name in SCRIPTS
        if isinstance(command := scripts.get(name), str)
    )
