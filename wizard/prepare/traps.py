"""What no change to a file solves: things that work on a dyno and not in a container there, or otherwise."""

import re
from collections.abc import Iterator

from wizard.document.config.platform_variables import NOISY
from wizard.mapping.problem import Problem
from wizard.prepare.case import Case
from wizard.prepare.image.python import is_django
from wizard.prepare.image.ruby import gem
from wizard.prepare.start_lines import hands_over

_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost)(?!\S*@)")
_FIXED_PORT = re.compile(r"(?:--port[= ]|-p ?|:|PORT=)(\d{2,5})\b")
_STATIC_IP = re.compile(
    r"(FIXIE|QUOTAGUARD|QUOTAGUARDSTATIC|PROXIMO|STATICA|IPBURGER)\w*_URL|FIXIE_SOCKS_HOST"
)


def traps(case: Case, dockerfile: str = "") -> list[Problem]:
    """What a person should know of before the first deploy. None of them blocks.

    Args:
        dockerfile: the text of the Dockerfile that will be there.
    """
    return [
        *_disk(case),
        *_port(case),
        *_host(case),
        *_addresses(case),
        *_platform(case, dockerfile),
        *_stopping(case),
    ]


def _disk(case: Case) -> Iterator[Problem]:
    lines = [line for line in case.checkout.lines if line.kind == "disk"]
    if lines:
        places = ", ".join(f"{line.file}:{line.line}" for line in lines[:3])
        more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
        yield case.problem(
            "local-disk",
            f"writes to the local disk ({places}{more}); all that is gone at each restart, as on Heroku",
            "Look that nothing there is meant to last, or that another process reads.",
            blocks=False,
        )


def _port(case: Case) -> Iterator[Problem]:
    line = case.commands.get("web", "")
    if _LOOPBACK.search(line):
        yield case.problem(
            "binds-loopback",
            "`web` names 127.0.0.1 or localhost: what listens there only is reached by nobody",
            "Let it listen on 0.0.0.0, and on $PORT.",
            blocks=False,
        )
    fixed = _FIXED_PORT.search(line)
    if fixed and "PORT}" not in line and "$PORT" not in line and int(fixed[1]) != case.mapping.port:
        yield case.problem(
            "fixed-port",
            f"`web` names port {fixed[1]}, and requests come to {case.mapping.port}",
            "Write $PORT in its line, or choose that port in the mapping.",
            blocks=False,
        )


def _host(case: Case) -> Iterator[Problem]:
    host = case.rules.health_host
    if not host or "web" not in case.commands:
        return
    if is_django(case.checkout):
        what = f"is Django: hosts that are not in ALLOWED_HOSTS get 400, and health checks ask for {host}"
        remedy = f"Add '{host}' and the new web address to ALLOWED_HOSTS, and answer 200 on /healthcheck."
    elif gem(case.checkout, "railties") >= (6, 0):
        what = f"is Rails: where config.hosts is set, other hosts get 403, and health checks ask for {host}"
        remedy = f"If it is set for production, add '{host}' and the new address; answer 200 on /healthcheck."
    else:
        return
    yield case.problem("health-host", what, remedy, blocks=False)


def _addresses(case: Case) -> Iterator[Problem]:
    names = [var.name for var in case.app.config if _STATIC_IP.fullmatch(var.name)]
    if names:
        yield case.problem(
            "fixed-addresses",
            f"leaves Heroku by a proxy with fixed addresses ({', '.join(names)})",
            "The proxy works there too while its account lives; else give others the stack's addresses.",
            blocks=False,
        )
    elif case.app.space:
        yield case.problem(
            "fixed-addresses",
            f"runs in the Private Space {case.app.space}, whose outbound addresses others may let in",
            "Give those who filter by address the outbound addresses of the new stack before the cut-over.",
            blocks=False,
        )


def _platform(case: Case, dockerfile: str) -> Iterator[Problem]:
    names = dict.fromkeys(line.name for line in case.checkout.lines if line.kind == "platform")
    live = {var.name for var in case.app.config}
    given = {name for name in names if name in live or re.search(rf"\b{re.escape(name)}=", dockerfile)}
    told = [name for name in names if name not in NOISY and name not in given and name != "PORT"]
    if told:
        shown = ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")
        yield case.problem(
            "platform-variables",
            f"reads variables that only Heroku or a buildpack sets: {shown}",
            "Set each as a config var, or change the code; the document stage shows the lines.",
            blocks=False,
        )


def _stopping(case: Case) -> Iterator[Problem]:
    workers = [choice.type for choice in case.moved("service") if choice.type != "web"]
    # A shell that keeps the signal to itself is said of the lines; there the time does not matter yet.
    workers = [type_ for type_ in workers if hands_over(case.commands.get(type_, ""))]
    if workers and case.profile.capabilities.needs_dockerfile:
        named = ", ".join(f"`{type_}`" for type_ in workers)
        yield case.problem(
            "stop-time",
            f"{named}: a dyno has 30 seconds to end after SIGTERM; a service there has a time of its own",
            "Give the service as long a stop timeout as its longest job needs.",
            blocks=False,
        )
