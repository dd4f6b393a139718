"""What is deployed before there is code: two files that name a service, and the commit that they make.

The commit is the same whenever and wherever it is made, so that a deploy of it is known for what it is.
"""

import hashlib

from wizard.model.plan import Plan

MESSAGE = "A service without code yet"
AUTHOR = ("Offramp", "offramp@localhost")
AT = "1577836800 +0000"


def seat_files(port: int) -> dict[str, str]:
    """The files, by name."""
    return {"Dockerfile": f"FROM scratch\nCOPY Procfile /\nEXPOSE {port}\n", "Procfile": "web: /none\n"}


def seat_commit(port: int) -> str:
    """The commit that git makes of them."""
    tree = b"".join(
        f"100644 {name}\0".encode() + _object("blob", text.encode())
        for name, text in sorted(seat_files(port).items())
    )
    who = f"{AUTHOR[0]} <{AUTHOR[1]}> {AT}"
    said = f"tree {_object('tree', tree).hex()}\nauthor {who}\ncommitter {who}\n\n{MESSAGE}\n"
    return _object("commit", said.encode()).hex()


def seats(plan: Plan | None, handle: str) -> tuple[str, ...]:
    """The commits that were deployed to an app of a plan only to make its service."""
    steps = plan.steps if plan is not None else ()
    return tuple(
        seat_commit(int(str(step.args["port"])))
        for step in steps
        if step.kind == "seat" and step.args.get("handle") == handle
    )


def _object(kind: str, content: bytes) -> bytes:
    # Git's name for it, no measure against anybody.
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).digest()
