"""Git repositories as apps have them on Heroku: bare, with one commit, made from the files of an app.

The objects are written here, not by git: so a commit's name is known before any git runs.
"""

import hashlib
import zlib
from collections.abc import Mapping
from pathlib import Path

_AUTHOR = "Robin Example <robin@acme.example> 1780000000 +0000"

Objects = dict[str, bytes]
"""Git's objects with their headers, by name."""


def commit_of_source(source: Mapping[str, str]) -> str:
    """The name of the commit that holds exactly these files (text by path)."""
    return _objects(source)[0]


def write_repository(folder: Path, source: Mapping[str, str] | None) -> None:
    """Make a bare repository in `folder`, whose branch `main` holds `source`; empty if that is None."""
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[uploadpack]\n\tallowFilter = true\n"
    )
    if source is None:
        return
    commit, objects = _objects(source)
    for name, body in objects.items():
        place = folder / "objects" / name[:2]
        place.mkdir(exist_ok=True)
        (place / name[2:]).write_bytes(zlib.compress(body))
    (folder / "refs/heads/main").write_text(f"{commit}\n")


def _objects(source: Mapping[str, str]) -> tuple[str, Objects]:
    made: Objects = {}
    tree = _tree({tuple(path.split("/")): text.encode() for path, text in source.items()}, made)
    text = f"tree {tree}\nauthor {_AUTHOR}\ncommitter {_AUTHOR}\n\nDeploy\n"
    return _keep("commit", text.encode(), made), made


def _tree(files: Mapping[tuple[str, ...], bytes], made: Objects) -> str:
    """A folder with all below it. Git sorts folders as if their names ended with a slash."""
    entries: dict[str, tuple[str, str]] = {}
    below: dict[str, dict[tuple[str, ...], bytes]] = {}
    for (name, *rest), body in files.items():
        if rest:
            below.setdefault(name, {})[tuple(rest)] = body
        else:
            mode = "100755" if body.startswith(b"#!") else "100644"
            entries[name] = (mode, _keep("blob", body, made))
    for name, inside in below.items():
        entries[f"{name}/"] = ("40000", _tree(inside, made))
    rows = [
        f"{mode} {name.rstrip('/')}".encode() + b"\0" + bytes.fromhex(mark)
        for name, (mode, mark) in sorted(entries.items(), key=lambda entry: entry[0].encode())
    ]
    return _keep("tree", b"".join(rows), made)


def _keep(kind: str, body: bytes, made: Objects) -> str:
    whole = f"{kind} {len(body)}".encode() + b"\0" + body
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    made[name] = whole
    return name
