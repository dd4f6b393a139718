"""The Procfile on the new branch: one line for each service, and no other."""

from collections.abc import Callable

from wizard.document.procfile import parse_line, parse_procfile, split_lines


def services_procfile(
    old: str | None,
    services: dict[str, tuple[str, str]],
    added: dict[str, str],
    start: Callable[[str], str] | None = None,
) -> str:
    """The text of the Procfile.

    Lines that stay are kept byte for byte, with their comments; lines of process types that are no service
    go, since a target starts every line it finds.

    Args:
        old: the Procfile as it is, None when there is none.
        services: service name and command by process type. The command is only used for types that the
            Procfile does not name.
        added: commands of further services (the one that runs the crontab) by name.
        start: what makes the line of a service out of its command; None: it stays as it is.
    """
    written: list[str] = []
    known = parse_procfile(old or "").commands
    seen: set[str] = set()
    lines = split_lines(old or "")
    last = {entry[0]: number for number, line in enumerate(lines) if (entry := parse_line(line))}
    for number, line in enumerate(lines):
        entry = parse_line(line)
        if entry is None:
            if not line.strip() or line.lstrip().startswith("#"):
                written.append(line)
            continue
        type_, command = entry
        if type_ not in services or last[type_] != number or not command:
            continue
        service = services[type_][0]
        told = start(command) if start else command
        as_it_is = service == type_ and line.startswith(f"{type_}:") and told == command
        written.append(line if as_it_is else f"{service}: {told}")
        seen.add(type_)
    for type_, (service, command) in services.items():
        if type_ not in seen:
            told = known.get(type_) or command
            written.append(f"{service}: {start(told) if start else told}")
    written += [f"{name}: {command}" for name, command in added.items()]
    return "\n".join(written).strip("\n") + "\n"
