"""A whole checkout: what its files add, how it is grouped, and what cannot harm."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.document.checkout import read_checkout
from wizard.document.repository import code_tree
from wizard.document.repository.code import add_code, read_code
from wizard.document.repository.findings import findings
from wizard.model.noun import decode, encode

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]

HIDDEN = "\x1b]0;x\x07\u202e"

FILES = {
    "Procfile": "web: puma -p $PORT\nmy_clock: x\n",
    "app.json": '{"env": {"A": "hunter2"}, "adons": [],\n'
    '"buildpacks": [{"url": "https://u:hunter2@acme.example/pack"}],\n'
    '"scripts": {"postdeploy": "curl -u me:hunter2 https://acme.example"}}',
    "Aptfile": ":repo:deb https://u:hunter2@apt.example x\n",
    "heroku.yml": "run:\n  web: x\nrelease:\n  command: [PGPASSWORD=$X psql]\n",
    "Gemfile": "",
    "Gemfile.lock": "RUBY VERSION\n   ruby 3.3.5\n",
    "package.json": '{"scripts": {"heroku-postbuild": "webpack"}}',
    ".env": "SECRET=hunter2\n",
    ".profile": "export X=1\n",
    "Makefile": "ship:\n\tgit push heroku main\n",
    "infra/main.tf": 'resource "heroku_app" "x" {\n  name = "acme"\n}\n',
    "infra/terraform.tfstate": '{"x": "hunter2"}',
    "config/schedule.yml": "nightly:\n  cron: '0 3 * * *'\n",
    "lib/a.rb": "File.write(x, y)\nRedis.new(verify_mode: OpenSSL::SSL::VERIFY_NONE)\n",
}


def test_everything_that_a_checkout_says(make_checkout: MakeCheckout) -> None:
    checkout = read_code(make_checkout("app", FILES), ["PORT", "NOBODY_READS"])
    groups = {group.key: group for group in findings(checkout)}
    assert list(groups) == [
        "deploys",
        "platform",
        "disk",
        "certificate",
        "clock",
        "config",
        "unread",
        "runtimes",
        "hooks",
        "app-json",
        "heroku-yml",
        "terraform",
        "env-files",
    ]
    where = {key: [row.where for row in group.rows] for key, group in groups.items()}
    assert where["deploys"] == ["Makefile:2"] and where["platform"] == ["Procfile:1"]
    assert where["clock"] == ["config/schedule.yml:1"] and where["disk"] == ["lib/a.rb:1"]
    assert where["config"] == ["Procfile:1"]
    assert [row.what for row in groups["unread"].rows] == ["NOBODY_READS"]
    assert where["terraform"] == ["infra/main.tf:1"] and where["env-files"] == [".env"]
    assert {remark.kind for remark in checkout.remarks} == {
        "procfile",
        "procfile-fir",
        "app-json",
        "heroku-yml",
        "committed-secrets",
        "runtime",
    }
    leaks = " ".join(remark.text for remark in checkout.remarks if remark.kind == "committed-secrets")
    assert ".env" in leaks and "terraform.tfstate" in leaks
    # `files` are texts that are written back; nothing else holds a value, and all of it can be stored.
    rest = msgspec.structs.replace(checkout, files={})
    assert "hunter2" not in encode(rest) + encode(groups)
    assert decode(encode(checkout), type(checkout), what="it") == checkout


def test_the_short_reading_says_what_it_always_said(make_checkout: MakeCheckout) -> None:
    short = read_checkout(make_checkout("app", FILES))
    assert {remark.kind for remark in short.remarks} == {"procfile"}
    assert (short.look, short.lines) == (None, ())
    whole = add_code(short)
    assert (whole.files, whole.names, whole.head) == (short.files, short.names, short.head)


def test_a_folder_without_a_commit(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.rb").write_text("ENV['DYNO']\n")
    checkout = read_code(tmp_path)
    assert [line.name for line in checkout.lines] == ["DYNO"]
    assert {remark.kind for remark in checkout.remarks} == {"no-commit"}
    (tmp_path / "a.rb").unlink()
    assert findings(read_code(tmp_path)) == ()


def test_names_and_texts_from_outside_are_clean(make_checkout: MakeCheckout) -> None:
    files = {
        f"lib/{HIDDEN}.rb": f"ENV['DYNO'] {HIDDEN}\n",
        f"bin/{HIDDEN}.sh": f"git push heroku main {HIDDEN}\n",
        f"{HIDDEN}.env": f"A{HIDDEN}=1\nB=1\n",
        "app.json": f'{{"name": "{HIDDEN[-1]}\\u001b[31m"}}',
        "heroku.yml": 'run: {"web\\e": "x\\e[31m"}\n',
        ".github/workflows/x.yml": 'jobs: {a: {steps: [{run: "heroku run -a x \\e[31m"}]}}\n',
        "x.tf": 'resource "heroku_app" "x\x1b[31m" {\n  name = "\x1b[31m"\n}\n',
        "crontab": f"0 4 * * * x {HIDDEN}\n",
        "Aptfile": f"lib{HIDDEN}\n",
        ".python-version": f"3.1{HIDDEN}\n",
        ".profile": f"{HIDDEN}\nexport A=1\n",
    }
    checkout = read_code(make_checkout("app", files))
    shown = encode(msgspec.structs.replace(checkout, files={}, names=(), modes={})) + encode(
        findings(checkout)
    )
    assert "lib/" in shown and "\\u001b" not in shown and "\x1b" not in shown and "\u202e" not in shown


@pytest.mark.parametrize("limit", ["MOST_OUTPUT", "SECONDS", "MOST_FILES"])
def test_a_look_that_was_cut_short_says_so(
    make_checkout: MakeCheckout, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    folder = make_checkout("app", {f"{name}.rb": "ENV['DYNO']\n" * 100 for name in "abc"})
    monkeypatch.setattr(code_tree, limit, {"MOST_OUTPUT": 200, "SECONDS": 0.0, "MOST_FILES": 2}[limit])
    checkout = read_code(folder)
    assert checkout.look is not None and not checkout.look.whole
    assert [remark.kind for remark in checkout.remarks] == ["not-whole"]
    assert len(checkout.lines) < 300


def test_a_git_that_takes_too_long_costs_only_what_it_would_have_read(
    make_checkout: MakeCheckout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = read_checkout(make_checkout("app", {"Procfile": "web: x\n"}))
    monkeypatch.setattr("wizard.document.git.TIME_LIMIT", 0.0)
    found = add_code(checkout)
    assert found.procfile == checkout.procfile and found.look is not None and not found.look.whole
    assert [(one.kind, "takes longer than" in one.text) for one in found.remarks] == [("not-whole", True)]


@pytest.mark.slow
def test_a_clone_that_has_not_everything(make_checkout: MakeCheckout, git: Git, tmp_path: Path) -> None:
    whole = make_checkout("whole", FILES)
    git(whole, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{whole}", "part")
    assert read_code(tmp_path / "part").look == read_code(whole).look
    # What is not checked out is not there, and is not fetched: ssh could ask for a password.
    (whole / "lib" / "later.rb").write_text("ENV['DYNO']\n")
    git(whole, "add", "-A")
    git(whole, "commit", "-qm", "later")
    part = tmp_path / "part"
    git(part, "fetch", "-q", "origin")
    git(part, "reset", "-q", "--soft", "origin/main")
    checkout = read_code(part)
    assert checkout.look is not None and not checkout.look.whole
    assert checkout.procfile is not None
    remark = next(remark for remark in checkout.remarks if remark.kind == "not-whole")
    assert "cannot all be read" in remark.text


def test_nothing_that_a_repository_names_is_run(
    make_checkout: MakeCheckout, git: Git, tmp_path: Path
) -> None:
    folder = make_checkout("app", {**FILES, ".gitattributes": "*.rb diff=spy\n* filter=spy\n"})
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    spy.chmod(0o755)
    for name in ("diff.spy.textconv", "diff.spy.command", "core.fsmonitor", "core.pager", "pager.grep"):
        git(folder, "config", name, str(spy))
    read_code(folder)
    assert not (tmp_path / "ran").exists()
