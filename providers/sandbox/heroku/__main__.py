"""Serve a described or made-up Heroku on loopback, to look at it or to try a client on it."""

import argparse
import asyncio
import json
import shlex
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from providers.sandbox.faults import KINDS, Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import read_description, zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.world.world import SCOPES, World
from providers.sandbox.processes import free_port
from providers.sandbox.tls import Certificates
from wizard.model.trouble import Trouble

_HOW = """\
examples:
  python -m providers.sandbox.heroku --zoo
  python -m providers.sandbox.heroku my-system.toml --latency 80
  python -m providers.sandbox.heroku --apps 200 --add-ons 600 --config-vars 8000
  python -m providers.sandbox.heroku --apps 40 --fault '429:/apps/*:3' --fault 'gzip-bomb:/teams'

try it with what is printed:
  curl -H "Accept: application/vnd.heroku+json; version=3" -H "Authorization: Bearer $TOKEN" $API/apps
  git clone http://x:$TOKEN@${GIT#http://}/acme-web.git
For Offramp and for Heroku's own CLI a line of environment variables is printed each. After the first one,
`offramp document --heroku` tells this Heroku. Give the CLI a HOME of its own, since it writes into the
.gitconfig there.

It listens on 127.0.0.1 only, keeps everything in memory, and ends with ctrl+c. The words of a description are
in providers/sandbox/heroku/systems/told.py, an example of all of them is assets/demo/zoo.toml.
"""


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop. Returns the exit code: 0, or 2 for a description that is wrong."""
    options = _parser().parse_args(arguments)
    try:
        world = _world(options)
        faults = _faults(options)
    except (Trouble, ValueError) as error:
        sentence = error.sentence() if isinstance(error, Trouble) else str(error)
        print(sentence, file=sys.stderr)  # noqa: T201 - a command line's answer
        return 2
    return asyncio.run(_serve(world, faults, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m providers.sandbox.heroku",
        description=__doc__,
        epilog=_HOW + "\nfaults:\n" + "\n".join(f"  {kind}: {what}" for kind, what in KINDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what is served")
    what.add_argument("system", nargs="?", type=Path, help="a TOML file that describes a system")
    what.add_argument("--zoo", action="store_true", help="the system that has one of everything")
    for name, usual, of in (
        ("apps", 20, "a made-up system of so many apps"),
        ("pipelines", None, "of a made-up system; a pipeline for 16 apps if not said"),
        ("teams", 4, "of a made-up system"),
        ("add-ons", None, "of a made-up system; three for each app if not said"),
        ("config-vars", None, "of a made-up system, all together; 40 for each app if not said"),
        ("seed", 1, "the same number makes the same system"),
    ):
        shown = f" ({usual})" if usual is not None else ""
        what.add_argument(f"--{name}", type=int, default=usual, metavar="N", help=of + shown)
    how = parser.add_argument_group("how")
    how.add_argument("--latency", type=float, default=0, metavar="MS", help="milliseconds before each answer")
    how.add_argument(
        "--scope", action="append", choices=SCOPES, help="what the token is for; global if not said"
    )
    how.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[:PATH[:TIMES[:NAME=VALUE]...]]",
        help="misbehave: '500:*:3', 'slow:/apps/*::seconds=9'; again and again if TIMES is not said",
    )
    how.add_argument("--json", action="store_true", help="print hosts and token as one line of JSON")
    return parser


def _world(options: argparse.Namespace) -> World:
    if options.zoo:
        return zoo()
    if options.system is not None:
        return read_description(options.system)
    apps: int = options.apps
    return generated(
        seed=options.seed,
        apps=apps,
        pipelines=max(1, apps // 16) if options.pipelines is None else options.pipelines,
        teams=options.teams,
        add_ons=3 * apps if options.add_ons is None else options.add_ons,
        config_vars=40 * apps if options.config_vars is None else options.config_vars,
    )


def _faults(options: argparse.Namespace) -> Faults:
    faults = Faults()
    faults.latency = options.latency / 1000
    for said in options.fault:
        kind, path, times, *rest = [*said.split(":"), "", ""] if said.count(":") < 2 else said.split(":")
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
        if times and not times.isdigit():
            raise ValueError(f"{said!r} says {times!r} where a number of times is wanted.")
        faults.add(
            kind,
            path=path or "*",
            count=int(times) if times else None,
            **dict(map(_parameter, filter(None, rest))),
        )
    return faults


def _parameter(said: str) -> tuple[str, Any]:
    """`name=value`, the value as JSON where it is any, else as text."""
    name, equals, value = said.partition("=")
    if not equals or name in {"kind", "path", "method", "count", "after"}:
        raise ValueError(f"{said!r} is no parameter of a fault: name=value is.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


async def _serve(world: World, faults: Faults, options: argparse.Namespace) -> int:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with tempfile.TemporaryDirectory(prefix="offramp-heroku-") as place:
        folder = Path(place)
        certificates = Certificates(folder / "tls")
        sandbox = HerokuSandbox(
            folder / "heroku",
            faults=faults,
            certificates=certificates,
            world=world,
            alive=False,
        )
        try:
            await sandbox.start()
            port = free_port()
            await sandbox.open_together(port)
            token = world.new_token(scope=options.scope) if options.scope else sandbox.credentials["token"]
            _tell(sandbox, token, _for_cli(port, token, certificates), as_json=options.json)
            await ended.wait()
        finally:
            await sandbox.stop()
    return 0


def _for_cli(port: int, token: str, certificates: Certificates) -> dict[str, str]:
    """What makes Heroku's CLI come here (read in its source, 11.10)."""
    address = f"https://127.0.0.1:{port}"
    return {
        "HEROKU_HOST": address,
        "HEROKU_DATA_HOST": "localhost",
        "HEROKU_PARTICLEBOARD_URL": address,
        "HEROKU_API_KEY": token,
        "NODE_EXTRA_CA_CERTS": str(certificates.ca_file),
        "DISABLE_TELEMETRY": "true",
        "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
    }


def _for_offramp(sandbox: HerokuSandbox, token: str) -> dict[str, str]:
    """What makes `offramp document --heroku` and `offramp db` come here."""
    return {
        "HEROKU_HOST": sandbox.hosts["api"],
        "HEROKU_DATA_HOST": sandbox.hosts["data"],
        "HEROKU_PARTICLEBOARD_URL": sandbox.hosts["particleboard"],
        "HEROKU_API_KEY": token,
    }


def _tell(sandbox: HerokuSandbox, token: str, for_cli: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        for_offramp = _for_offramp(sandbox, token)
        said = {"hosts": sandbox.hosts, "token": token, "cli": for_cli, "offramp": for_offramp}
        print(json.dumps(said), flush=True)  # noqa: T201 - for another program to read
        return
    world = sandbox.world
    config = sum(len(app.config) for app in world.apps.values())
    print(  # noqa: T201 - this is what the command is for
        f"{len(world.apps)} apps, {len(world.pipelines)} pipelines, {len(world.teams)} teams, "
        f"{len(world.add_ons)} add-ons, {config} config vars of {world.email}\n",
        *(f"{name.upper()}={url}" for name, url in sandbox.hosts.items()),
        f"TOKEN={token}",
        "\nFor Offramp:",
        _export(_for_offramp(sandbox, token)),
        "\nFor Heroku's own CLI:",
        _export(for_cli),
        "\nctrl+c ends it.",
        sep="\n",
        flush=True,
    )


def _export(variables: dict[str, str]) -> str:
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())


if __name__ == "__main__":
    sys.exit(main())
