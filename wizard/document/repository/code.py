"""Everything that the code of an app says about the move: a checkout, and what all its files add."""

import posixpath
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from wizard.document.checkout import Checkout, Remark, listed, read_checkout
from wizard.document.git import git_line
from wizard.document.repository.code_lines import code_lines, is_test
from wizard.document.repository.code_nouns import DeployPath, EnvFile, Look
from wizard.document.repository.code_place import WHOLE, CodePlace
from wizard.document.repository.code_tree import CodeTree, CommitTree, FolderTree
from wizard.document.repository.config_reads import config_reads
from wizard.document.repository.crontab import is_schedule_file, schedule_lines
from wizard.document.repository.env_files import env_files, is_env_file, may_leak
from wizard.document.repository.heroku_yml import parse_heroku_yml
from wizard.document.repository.hooks import hooks, wanted_files
from wizard.document.repository.runtime_dotnet import dotnet_files
from wizard.document.repository.runtimes import RUNTIME_FILES, runtimes
from wizard.document.repository.terraform import PATHSPECS as TERRAFORM
from wizard.document.repository.terraform import terraform_blocks
from wizard.document.repository.workflows import PATHSPECS as WORKFLOWS
from wizard.document.repository.workflows import PROGRAM_PATTERN, deploy_paths
from wizard.model.text import clean
from wizard.model.trouble import Trouble

MOST_FILES = 300
"""Files of one sort (workflows, Terraform, env files) whose text is read."""


_PROCFILE = re.compile(r"^[^/]+(/[^/]+)?/Procfile$")


def read_code(path: str | Path, names: Sequence[str] = (), *, place: CodePlace = WHOLE) -> Checkout:
    """Read the checkout at `path` whole: as `read_checkout` does, and every file of its commit besides.

    Takes seconds for tens of thousands of files; run it in a thread.

    Args:
        names: the config vars of the app, to say which lines read which.
        place: which part of the repository the app's buildpacks build.

    Raises:
        Trouble: as `read_checkout` does.
    """
    return add_code(read_checkout(path, place=place), names)


def add_code(checkout: Checkout, names: Sequence[str] = ()) -> Checkout:
    """Add what all files say to a checkout that `read_checkout` made, at the commit that it names. Where they
    cannot be read a remark says why.

    Args:
        names: the config vars of the app, to say which lines read which.
    """
    try:
        return _with_code(checkout, _tree(checkout), names)
    except (Trouble, OSError) as error:
        # A clone without all its objects, a folder that may not be entered, a git that takes too long: the
        # root was read, and stays.
        why = error.cause.rstrip(".") if isinstance(error, Trouble) else error.strerror or str(error)
        remark = Remark(
            kind="not-whole",
            text=f"The files of {clean(checkout.path)} cannot all be read: {clean(why, limit=300)}.",
            remedy="Name a whole clone of the code.",
        )
        return msgspec.structs.replace(checkout, look=Look(whole=False), remarks=(*checkout.remarks, remark))


def _with_code(checkout: Checkout, tree: CodeTree, names: Sequence[str]) -> Checkout:
    paths = list(tree.entries)
    texts = tree.read({*RUNTIME_FILES, *dotnet_files(paths), *wanted_files(paths), "heroku.yml"})
    heroku_yml = parse_heroku_yml(texts["heroku.yml"]) if "heroku.yml" in texts else None
    found_env = tuple(file for file in env_files(tree.read(_few(paths, is_env_file))) if file.names)
    lines, look, programs = code_lines(tree, PROGRAM_PATTERN)
    # What deploys a folder of a repository stands above it.
    around = _whole_tree(checkout) if checkout.folder else tree
    times = schedule_lines(tree.read(_few(paths, is_schedule_file)))
    whole = msgspec.structs.replace(
        checkout,
        heroku_yml=heroku_yml,
        runtimes=runtimes(paths, texts),
        hooks=hooks(paths, texts),
        deploy_paths=tuple(_deploys(checkout, around, tree.read(programs[:MOST_FILES]))),
        terraform=tuple(
            msgspec.structs.replace(block, file=_from_root(checkout, block.file))
            for block in terraform_blocks(_naming_heroku(around, TERRAFORM))
        ),
        env_files=found_env,
        lines=tuple(sorted({*lines, *times}, key=lambda one: (one.kind, one.file, one.line, one.name))),
        look=look,
        config_reads=config_reads(tree, names) if names else None,
    )
    odd = heroku_yml is None and "heroku.yml" in texts
    return msgspec.structs.replace(whole, remarks=(*checkout.remarks, *_remarks(whole, paths, odd)))


def _deploys(checkout: Checkout, around: CodeTree, programs: dict[str, str]) -> list[DeployPath]:
    """What deploys: CI files and scripts of the whole repository, and programs of the app's own code."""
    workflows = _naming_heroku(around, WORKFLOWS)
    if not checkout.folder:
        return list(deploy_paths(workflows | programs))
    above = (
        msgspec.structs.replace(path, file=_from_root(checkout, path.file))
        for path in deploy_paths(workflows)
    )
    return sorted({*above, *deploy_paths(programs)}, key=lambda path: (path.file, path.line, path.by))


def _from_root(checkout: Checkout, file: str) -> str:
    """A path of the repository as it is named from the folder that Heroku builds: "../.github/..."."""
    return posixpath.relpath(file, checkout.folder) if checkout.folder else file


def _tree(checkout: Checkout) -> CodeTree:
    """The files that Heroku builds."""
    if not checkout.folder:
        return _whole_tree(checkout)
    if checkout.head is None:
        return FolderTree(Path(checkout.root))
    folder = Path(checkout.path)
    return CommitTree(folder, git_line(folder, "rev-parse", f"{checkout.head}:{checkout.folder}"))


def _whole_tree(checkout: Checkout) -> CodeTree:
    folder = Path(checkout.path)
    return CommitTree(folder, checkout.head) if checkout.head else FolderTree(folder)


def _few(paths: list[str], wanted: Callable[[str], bool]) -> list[str]:
    return [path for path in paths if wanted(path)][:MOST_FILES]


def _naming_heroku(tree: CodeTree, pathspecs: tuple[str, ...]) -> dict[str, str]:
    """The texts of the files among these in which Heroku is named; tests are none of them."""
    found = tree.search("[Hh]eroku|HEROKU", pathspecs)
    paths = dict.fromkeys(hit.path for hit in found.hits if not is_test(hit.path))
    return tree.read(list(paths)[:MOST_FILES])


def _remarks(checkout: Checkout, paths: list[str], odd_heroku_yml: bool) -> list[Remark]:
    remarks = []
    elsewhere = [path for path in paths if _PROCFILE.search(path) and not is_test(path)]
    if elsewhere and checkout.procfile is None and checkout.heroku_yml is None:
        remarks.append(
            Remark(
                kind="procfile",
                text=f"There is no Procfile in the root, but elsewhere: {listed(elsewhere)}.",
                remedy="Where Heroku gets one of these folders only, name a checkout of that folder.",
            )
        )
    if checkout.procfile is not None:
        remarks += [Remark(kind="procfile-fir", text=text) for text in checkout.procfile.cloud_native]
    for kind, noun in (("app-json", checkout.app_json), ("heroku-yml", checkout.heroku_yml)):
        remarks += [Remark(kind=kind, text=oddity) for oddity in (noun.oddities if noun else ())]
    if odd_heroku_yml:
        remarks.append(Remark(kind="heroku-yml", text="heroku.yml is no valid YAML map; it is not used."))
    if checkout.heroku_yml is not None and checkout.procfile is not None:
        remarks.append(
            Remark(
                kind="heroku-yml",
                text="There is a Procfile and a heroku.yml: on the stack container heroku.yml counts alone.",
            )
        )
    remarks += [_leak(file) for file in checkout.env_files if may_leak(file)]
    states = [
        path for path in paths if path.endswith((".tfstate", ".tfstate.backup", ".tfvars", ".tfvars.json"))
    ]
    if states:
        remarks.append(
            Remark(
                kind="committed-secrets",
                text=f"Terraform's state or variables are committed: {listed(states)}; they hold secrets.",
                remedy="Take them out of the repository, and change what is secret in them.",
            )
        )
    for runtime in checkout.runtimes:
        remarks += [Remark(kind="runtime", text=f"{runtime.buildpack}: {note}") for note in runtime.notes]
    if checkout.look is not None and not checkout.look.whole:
        remarks.append(
            Remark(
                kind="not-whole",
                text="The code was not looked through to its end: it is larger than Offramp's limits.",
            )
        )
    return remarks


def _leak(file: EnvFile) -> Remark:
    values = "a value that looks" if file.secrets == 1 else f"{file.secrets} values that look"
    return Remark(
        kind="committed-secrets",
        text=f"{file.file} is committed with {values} like a secret. Offramp keeps the names only.",
        remedy="Take it out of the repository, and change what is secret in it.",
    )
