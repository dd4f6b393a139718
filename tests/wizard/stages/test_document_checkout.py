"""Reading a checkout, with real git."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.document.checkout import Checkout, read_checkout
from wizard.document.repository.against_app import compare_with_app
from wizard.document.repository.code import read_code
from wizard.model.system import Process, System
from wizard.model.trouble import Trouble

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]

FILES = {
    "Procfile": "web: python server.py\nrelease: python migrate.py\nworker: python worker.py\n",
    "runtime.txt": "python-3.11.9\n",
    "requirements.txt": "psycopg[binary]\n",
    ".elsewhere.yml": "first:\n  - x\n",
    "app.json": '{"env": {"SECRET_KEY": {"generator": "secret"}}, "scripts": {"postdeploy": "seed"}}',
    "src/deep.py": "pass\n",
}


def kinds(checkout: Checkout) -> set[str]:
    return {remark.kind for remark in checkout.remarks}


def test_a_clean_checkout(make_checkout: MakeCheckout, git: Git) -> None:
    folder = make_checkout("app", FILES)
    checkout = read_checkout(folder, also=(".elsewhere.yml",))
    assert checkout.is_git
    assert checkout.head == git(folder, "rev-parse", "HEAD")
    assert checkout.branch == "main"
    assert checkout.names == (
        ".elsewhere.yml",
        "Procfile",
        "app.json",
        "requirements.txt",
        "runtime.txt",
        "src/",
    )
    assert checkout.files["runtime.txt"] == "python-3.11.9\n"
    assert checkout.files[".elsewhere.yml"] == "first:\n  - x\n"
    assert checkout.procfile is not None
    assert list(checkout.procfile.commands) == ["web", "release", "worker"]
    assert checkout.app_json is not None
    assert checkout.app_json.generated == ("SECRET_KEY",)
    assert checkout.app_json.postdeploy == "seed"
    assert checkout.remarks == ()


def test_a_shallow_clone_is_seen_before_its_push_fails(
    make_checkout: MakeCheckout, git: Git, tmp_path: Path
) -> None:
    whole = make_checkout("whole", FILES)
    git(whole, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{whole}", "part")
    (remark,) = read_checkout(tmp_path / "part").remarks
    assert (remark.kind, remark.blocks) == ("shallow", True)
    assert "git fetch --unshallow" in remark.remedy
    git(tmp_path / "part", "fetch", "-q", "--unshallow")
    assert read_checkout(tmp_path / "part").remarks == ()


def test_files_are_read_from_the_commit(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("app", FILES)
    (folder / "Procfile").write_text("web: changed\n")
    (folder / "new.txt").write_text("x")
    checkout = read_checkout(folder)
    assert checkout.procfile is not None
    assert checkout.procfile.commands["web"] == "python server.py"
    assert set(checkout.uncommitted) == {"Procfile", "new.txt"}
    remark = next(remark for remark in checkout.remarks if remark.kind == "uncommitted")
    assert remark.blocks


def test_ignored_files_are_no_uncommitted_work(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("app", {".gitignore": ".env\n"})
    (folder / ".env").write_text("SECRET=1")
    assert read_checkout(folder).remarks == ()


def test_a_detached_head_is_fine(make_checkout: MakeCheckout, git: Git) -> None:
    folder = make_checkout("app", FILES)
    git(folder, "checkout", "-q", "--detach")
    checkout = read_checkout(folder)
    assert checkout.branch is None
    assert checkout.remarks == ()


def test_a_plain_folder_is_read_but_blocks(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: x\n")
    checkout = read_checkout(tmp_path)
    assert kinds(checkout) == {"no-git"}
    assert checkout.procfile is not None


def test_a_repository_without_commit(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "-q")
    assert kinds(read_checkout(tmp_path)) == {"no-commit"}


def test_a_folder_inside_a_repository_blocks(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("mono", {"api/Procfile": "web: x\n", "Procfile": "web: y\n"})
    checkout = read_checkout(folder / "api")
    assert kinds(checkout) == {"not-root"}
    assert checkout.procfile is not None
    assert checkout.procfile.commands == {"web": "x"}


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        read_checkout(tmp_path / "nothing")
    assert caught.value.code == "no-checkout"


def test_what_is_no_text_is_not_read(make_checkout: MakeCheckout) -> None:
    folder = make_checkout("app", {"Dockerfile": b"\xff\xfe", "app.json": "[]"})
    (folder / "Procfile").symlink_to("elsewhere")
    checkout = read_checkout(folder)
    assert checkout.unreadable == ("Dockerfile",)
    assert "Dockerfile" not in checkout.files
    assert {"unreadable", "app-json", "uncommitted"} == kinds(checkout)


def test_a_link_is_no_file(make_checkout: MakeCheckout, git: Git) -> None:
    folder = make_checkout("app", {"real": "x"})
    (folder / "Dockerfile").symlink_to("real")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "link")
    assert read_checkout(folder).unreadable == ("Dockerfile",)


def test_differences_to_what_runs(make_checkout: MakeCheckout, system: System) -> None:
    files = {**FILES, "Procfile": "web: gunicorn app\nclock: python clock.py\n"}
    checkout = read_checkout(make_checkout("app", files))
    app = msgspec.structs.replace(system.app("b"), slug_commit="f" * 40)
    found = [remark.kind for remark in compare_with_app(checkout, app)]
    assert found == [
        "command-differs",
        "only-on-heroku",
        "only-on-heroku",
        "only-in-checkout",
        "other-commit",
    ]


def test_no_difference_to_what_runs(make_checkout: MakeCheckout, system: System) -> None:
    checkout = read_checkout(make_checkout("app", FILES))
    app = msgspec.structs.replace(system.app("b"), slug_commit=checkout.head)
    assert compare_with_app(checkout, app) == ()


def test_names_are_compared_as_fir_has_them(make_checkout: MakeCheckout, system: System) -> None:
    files = {
        "Procfile": "web: python server.py\nworker: python worker.py\nrelease: python migrate.py\nMy_job: x\n"
    }
    checkout = read_checkout(make_checkout("app", files))
    app = system.app("b")
    job = Process(type="my-job", command="x", quantity=0, size="dyno-1c-0.5gb")
    fir = msgspec.structs.replace(app, generation="fir", processes=(*app.processes, job))
    assert compare_with_app(checkout, fir) == ()
    cedar = msgspec.structs.replace(fir, generation="cedar")
    assert [one.kind for one in compare_with_app(checkout, cedar)] == ["only-on-heroku", "only-in-checkout"]


def test_what_the_app_does_not_build_with(make_checkout: MakeCheckout, system: System) -> None:
    files = {**FILES, "heroku.yml": "run:\n  web: x\n", "package.json": "{}"}
    checkout = read_code(make_checkout("app", files))
    app = msgspec.structs.replace(system.app("b"), slug_commit=None)
    assert [one.kind for one in compare_with_app(checkout, app)] == ["heroku-yml"]
    chosen = msgspec.structs.replace(app, buildpacks=())
    said = [one.text for one in compare_with_app(checkout, chosen) if one.kind == "buildpacks"]
    assert len(said) == 1 and "heroku/nodejs alone" in said[0] and "heroku/python would" in said[0]
    container = compare_with_app(checkout, msgspec.structs.replace(chosen, stack="container"))
    assert {one.kind for one in container} == {"command-differs", "only-on-heroku"}


def test_what_is_no_difference(make_checkout: MakeCheckout, system: System) -> None:
    built_in = ("console", "bin/rails console"), ("rake", "bundle exec rake"), ("rake", "rake x")
    added = tuple(Process(type=name, command=told, quantity=0, size="Basic") for name, told in built_in)
    app = msgspec.structs.replace(
        system.app("b"), slug_commit=None, release_command="python migrate.py", buildpacks=("heroku/ruby",)
    )
    more = msgspec.structs.replace(app, processes=(*app.processes, *added))
    checkout = read_code(make_checkout("app", FILES))
    assert ["(rake x)" in one.text for one in compare_with_app(checkout, more)] == [True]
    # Nothing was told, or no code says what the images run.
    for odd in ({"processes": ()}, {"stack": "container"}):
        assert compare_with_app(checkout, msgspec.structs.replace(more, **odd)) == ()
    yml = "build:\n  docker:\n    web: Dockerfile\nrun:\n  worker: python another.py\n"
    images = read_code(make_checkout("images", {"heroku.yml": yml, "Procfile": "web: x\n"}))
    container = msgspec.structs.replace(app, stack="container")
    assert [one.kind for one in compare_with_app(images, container)] == ["command-differs"]
    formation = tuple(one for one in app.processes if one.type != "release")
    other = msgspec.structs.replace(app, processes=formation, release_command="python other.py")
    assert [one.kind for one in compare_with_app(checkout, other)] == ["command-differs"]


def test_what_deploys_to_the_app_by_its_name(make_checkout: MakeCheckout, system: System) -> None:
    make = "a:\n\theroku container:release web -a migrate-backend\n\theroku run -a migrate-backend x\n"
    files = {**FILES, "Makefile": make, "deploy.sh": "heroku container:release web -a another\n"}
    app = msgspec.structs.replace(system.app("b"), slug_commit=None)
    (remark,) = compare_with_app(read_code(make_checkout("app", files)), app)
    assert (remark.kind, remark.text) == (
        "deployed-from-here",
        "A script deploys to migrate-backend: Makefile:2.",
    )


def test_a_file_system_monitor_of_the_repository_is_not_run(
    make_checkout: MakeCheckout, git: Git, tmp_path: Path
) -> None:
    folder = make_checkout("app", FILES)
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    spy.chmod(0o755)
    git(folder, "config", "core.fsmonitor", str(spy))
    read_checkout(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("~no-such-user-here/code", "this machine knows no such user"),
        ("/" + "x" * 5000, "File name too long"),
        ("/" + "/".join(["y" * 200] * 30), "File name too long"),
    ],
)
def test_what_can_be_no_folder_is_said(path: str, said: str) -> None:
    with pytest.raises(Trouble) as refused:
        read_checkout(path)
    assert said in refused.value.cause and len(refused.value.cause) < 300


@pytest.mark.parametrize("what", ["is_dir", "iterdir", "exists"])
def test_a_folder_that_may_not_be_read_is_said(
    make_checkout: MakeCheckout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    folder = make_checkout("app", FILES)
    if what == "iterdir":
        folder = tmp_path / "plain"
        folder.mkdir()

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, what, denied)
    with pytest.raises(Trouble) as refused:
        read_checkout(folder)
    assert "Permission denied" in refused.value.cause and refused.value.code == "unreadable-checkout"


def test_git_that_may_not_enter_is_said(make_checkout: MakeCheckout, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_checkout("app", FILES)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("wizard.document.git.subprocess.run", denied)
    with pytest.raises(Trouble) as refused:
        read_checkout(folder)
    assert refused.value.code == "git-not-started"
