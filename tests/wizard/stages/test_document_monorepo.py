"""Several apps out of one repository: which part of it each is, by its buildpacks, and what is read there."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.document.checkout import Checkout, read_checkout
from wizard.document.repository.against_app import compare_with_app
from wizard.document.repository.code import read_code
from wizard.document.repository.code_place import CodePlace, place_in, place_of
from wizard.document.repository.findings import findings
from wizard.model.secret import Secret
from wizard.model.system import System

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]

MULTI = "heroku-community/multi-procfile"
MONOREPO = "https://github.com/lstoll/heroku-buildpack-monorepo"
SUBDIR = "https://github.com/timanovsky/subdir-heroku-buildpack.git#master"


@pytest.mark.parametrize(
    ("buildpacks", "config", "place"),
    [
        ((MULTI, "heroku/ruby"), {"PROCFILE": "backend/Procfile"}, ("", "backend/Procfile")),
        ((MULTI,), {"PROCFILE": "./Procfile"}, ("", "")),
        ((MONOREPO, "heroku/ruby"), {"APP_BASE": "/apps/shop/", "PROJECT_PATH": "x"}, ("apps/shop", "")),
        ((SUBDIR, "heroku/nodejs"), {"PROJECT_PATH": "frontend", "APP_BASE": "x"}, ("frontend", "")),
        # Each path is meant from the folder that the ones before left, with all else gone.
        ((MONOREPO, MULTI), {"APP_BASE": "apps", "PROCFILE": "a/Procfile"}, ("apps", "a/Procfile")),
        ((MULTI, MONOREPO), {"APP_BASE": "apps", "PROCFILE": "a/Procfile"}, ("apps", "")),
        ((MONOREPO, SUBDIR), {"APP_BASE": "apps", "PROJECT_PATH": "shop"}, ("apps/shop", "")),
        # Another one of that name copies files, and leaves the rest where it is.
        (("https://github.com/jamieday/heroku-buildpack-nodejs-monorepo",), {"APP_BASE": "a"}, ("", "")),
        (("heroku/ruby",), {"APP_BASE": "apps", "PROCFILE": "x", "PROJECT_PATH": "y"}, ("", "")),
        ((MONOREPO,), {}, ("", "")),
        ((MONOREPO,), {"APP_BASE": "."}, ("", "")),
        ((MONOREPO,), {"APP_BASE": "a/../../etc"}, ("", "")),
        ((MONOREPO,), {"APP_BASE": "a\x1b[31m"}, ("", "")),
        ((MONOREPO,), {"APP_BASE": "a" * 400}, ("", "")),
    ],
)
def test_which_part_of_a_repository_an_app_is(
    buildpacks: tuple[str, ...], config: dict[str, str], place: tuple[str, str]
) -> None:
    values = {name: Secret(value, register=False) for name, value in config.items()}
    assert place_of(buildpacks, values) == place


FILES = {
    "Procfile": "web: bin/root\n",
    "app.json": '{"name": "whole"}',
    "package.json": "{}",
    "backend/Procfile": "web: puma\nworker: sidekiq\n",
    "backend/app.json": '{"name": "backend", "env": {"A": {"generator": "secret"}}}',
    "backend/Gemfile": "",
    "backend/Gemfile.lock": "RUBY VERSION\n   ruby 3.3.5\n",
    "backend/lib/a.rb": "ENV['DYNO']\nENV['QUEUE']\n",
    "backend/ship.rb": "system 'heroku run -a acme-backend rake'\n",
    "frontend/Procfile": "web: node server.js\n",
    "frontend/package.json": '{"engines": {"node": "20.x"}}',
    "frontend/b.js": "process.env.PORT\n",
    ".github/workflows/ship.yml": "jobs: {a: {steps: [{run: heroku container:release web -a acme}]}}\n",
    "infra/main.tf": 'resource "heroku_app" "x" {\n  name = "acme"\n}\n',
}


def commands(checkout: Checkout) -> dict[str, str]:
    return dict(checkout.procfile.commands) if checkout.procfile else {}


def test_two_apps_out_of_one_checkout(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("mono", FILES)
    backend = read_code(folder, ["QUEUE", "UNUSED_THING"], place=CodePlace("backend"))
    frontend = read_code(folder, place=CodePlace("frontend"))
    assert (backend.path, backend.root) == (str(folder), f"{folder}/backend")
    assert commands(backend) == {"web": "puma", "worker": "sidekiq"}
    assert commands(frontend) == {"web": "node server.js"}
    assert backend.names == ("Gemfile", "Gemfile.lock", "Procfile", "app.json", "lib/", "ship.rb")
    assert backend.app_json is not None and backend.app_json.name == "backend" and frontend.app_json is None
    assert [one.buildpack for one in backend.runtimes] == ["heroku/ruby"]
    assert [(one.buildpack, one.version) for one in frontend.runtimes] == [("heroku/nodejs", "20.x")]
    assert [(line.name, line.file) for line in backend.lines] == [("DYNO", "lib/a.rb")]
    assert [(line.name, line.file) for line in frontend.lines] == [("PORT", "b.js")]
    assert backend.config_reads is not None and backend.config_reads.unread == ("UNUSED_THING",)
    # What deploys stands above the folder, and is named as seen from there.
    assert [path.file for path in backend.deploy_paths] == ["../.github/workflows/ship.yml", "ship.rb"]
    assert [block.file for block in frontend.terraform] == ["../infra/main.tf"]
    remark = next(one for one in backend.remarks if one.kind == "sub-folder")
    assert remark.blocks and "the folder backend alone" in remark.text
    assert "git subtree split --prefix=backend" in remark.remedy


def test_the_remedy_for_a_sub_folder_works(make_checkout: MakeCheckout, git: Git, tmp_path: Path) -> None:
    folder = make_checkout("mono", FILES)
    git(folder, "subtree", "split", "--prefix=backend", "--branch", "only-backend")
    git(folder, "worktree", "add", "-q", str(tmp_path / "backend"), "only-backend")
    checkout = read_checkout(tmp_path / "backend", place=CodePlace("backend"))
    assert commands(checkout) == {"web": "puma", "worker": "sidekiq"} and checkout.folder == ""
    assert [(one.kind, one.blocks) for one in checkout.remarks] == [("sub-folder", False)]


def test_the_folder_itself_may_be_named(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("mono", FILES)
    checkout = read_code(folder / "backend", place=CodePlace("backend"))
    assert commands(checkout) == {"web": "puma", "worker": "sidekiq"}
    (remark,) = (one for one in checkout.remarks if one.blocks)
    assert remark.kind == "not-root" and "git subtree split --prefix=backend" in remark.remedy


def test_a_folder_that_is_no_git_work_tree(make_checkout: MakeCheckout, tmp_path: Path) -> None:
    folder = make_checkout("mono", FILES)
    shutil.rmtree(folder / ".git")
    checkout = read_code(folder, place=CodePlace("backend"))
    assert commands(checkout) == {"web": "puma", "worker": "sidekiq"}
    assert [line.file for line in checkout.lines] == ["lib/a.rb"]
    assert [path.file for path in checkout.deploy_paths] == ["../.github/workflows/ship.yml", "ship.rb"]
    # A link that leads out of it is no folder of it.
    (folder / "out").symlink_to(tmp_path)
    assert read_checkout(folder, place=CodePlace("out")).folder == ""


def test_a_procfile_of_another_place(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("mono", FILES)
    checkout = read_code(folder, place=CodePlace("", "backend/Procfile"))
    assert commands(checkout) == {"web": "puma", "worker": "sidekiq"}
    assert checkout.files["Procfile"] == FILES["Procfile"] and checkout.procfile_at == "backend/Procfile"
    # The buildpack copies the app.json beside it; all else is the whole repository.
    assert checkout.app_json is not None and checkout.app_json.name == "backend"
    rows = next(group.rows for group in findings(checkout) if group.key == "app-json")
    assert {row.file for row in rows} == {"backend/app.json"}
    assert [one.buildpack for one in checkout.runtimes] == ["heroku/nodejs"]
    assert not any(remark.blocks for remark in checkout.remarks)


def test_a_procfile_that_is_not_there(make_checkout: MakeCheckout) -> None:
    checkout = read_checkout(make_checkout("mono", FILES), place=CodePlace("", "api/Procfile"))
    assert commands(checkout) == {"web": "bin/root"}
    assert ["api/Procfile" in one.text for one in checkout.remarks if one.kind == "procfile"] == [True]


def test_a_folder_that_is_pushed_alone_is_said(make_checkout: MakeCheckout, system: System) -> None:
    ship = "git subtree push --prefix backend https://git.heroku.com/migrate-backend.git main\n"
    files = {name: text for name, text in FILES.items() if name != "Procfile"} | {"bin/ship": ship}
    checkout = read_code(make_checkout("mono", files))
    app = msgspec.structs.replace(system.app("b"), slug_commit=None)
    said = [one.text for one in compare_with_app(checkout, app) if one.kind == "deployed-from-here"]
    assert said == ["A script deploys the folder backend to migrate-backend: bin/ship:1."]
    (remark,) = (one for one in checkout.remarks if one.kind == "procfile")
    assert "backend/Procfile, frontend/Procfile" in remark.text and not remark.blocks


def test_what_differs_names_the_file(make_checkout: MakeCheckout, system: System) -> None:
    app = msgspec.structs.replace(system.app("b"), procfile="backend/Procfile", slug_commit=None)
    checkout = read_checkout(make_checkout("mono", FILES), place=place_in(app))
    said = [one.text for one in compare_with_app(checkout, app) if one.kind == "command-differs"]
    assert said[0] == "`web` runs `python server.py` on Heroku, `puma` by backend/Procfile."
