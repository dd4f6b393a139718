"""Folders and files that are not what they seem: links out of them, bare repositories, encodings, sizes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.document.checkout import read_checkout
from wizard.document.repository import code_tree
from wizard.document.repository.app_json import parse_app_json
from wizard.document.repository.code import read_code
from wizard.document.repository.env_files import MOST_NAMES, env_files
from wizard.document.repository.heroku_yml import parse_heroku_yml
from wizard.document.repository.oddities import MOST
from wizard.document.repository.runtimes import runtimes
from wizard.document.repository.workflows import deploy_paths
from wizard.model.trouble import Trouble

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]


def test_a_link_out_of_a_plain_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("web: hunter2\n")
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "Procfile").symlink_to(outside)
    (folder / ".env").symlink_to(outside)
    checkout = read_code(folder)
    assert checkout.unreadable == ("Procfile",) and checkout.procfile is None
    assert checkout.files == {} and checkout.env_files == ()


def test_one_file_that_may_not_be_read_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Procfile", "package.json", "app.json"):
        (tmp_path / name).write_text("{}" if name.endswith("json") else "web: x\n")
    read = Path.read_bytes

    def denied(file: Path) -> bytes:
        if file.name == "Procfile":
            raise PermissionError(13, "Permission denied")
        return read(file)

    monkeypatch.setattr(Path, "read_bytes", denied)
    checkout = read_code(tmp_path)
    assert checkout.unreadable == ("Procfile",) and checkout.app_json is not None
    assert checkout.look is not None and checkout.look.whole
    assert [one.buildpack for one in checkout.runtimes] == ["heroku/nodejs"]


@pytest.mark.parametrize("inside", [".", "../made/.git"])
def test_a_repository_without_a_work_tree(
    make_checkout: MakeCheckout, git: Git, tmp_path: Path, inside: str
) -> None:
    made = make_checkout("made", {"Procfile": "web: x\n"})
    git(tmp_path, "clone", "-q", "--bare", str(made), "bare")
    with pytest.raises(Trouble) as refused:
        read_checkout(tmp_path / "bare" / inside)
    assert refused.value.code == "bare-repository" and "Clone it" in refused.value.remedy


def test_a_second_work_tree_is_a_checkout_like_another(
    make_checkout: MakeCheckout, git: Git, tmp_path: Path
) -> None:
    made = make_checkout("made", {"Procfile": "web: x\n", "a.rb": "ENV['DYNO']\n"})
    git(made, "worktree", "add", "-q", str(tmp_path / "second"), "-b", "other")
    checkout = read_code(tmp_path / "second")
    assert (checkout.branch, checkout.remarks) == ("other", ())
    assert [line.name for line in checkout.lines] == ["DYNO"]


def test_submodules_are_named_and_not_read(make_checkout: MakeCheckout, git: Git) -> None:
    inner = make_checkout("inner", {"Procfile": "web: inner\n", "a.rb": "ENV['DYNO']\n"})
    outer = make_checkout("outer", {"Procfile": "web: outer\n"})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "part")
    git(outer, "commit", "-qm", "part")
    checkout = read_code(outer)
    assert {remark.kind for remark in checkout.remarks} == {"submodules"}
    assert checkout.lines == () and "part" in checkout.names


@pytest.mark.parametrize(("content", "commands"), [
    (b"web: a\r\nworker: b\r\n", {"web": "a", "worker": "b"}),
    # Heroku's rule sees no name in the first line.
    (b"\xef\xbb\xbfweb: a\nworker: b\n", {"worker": "b"}),
])  # fmt: skip
def test_procfiles_of_other_systems(
    make_checkout: MakeCheckout, content: bytes, commands: dict[str, str]
) -> None:
    checkout = read_checkout(make_checkout("app", {"Procfile": content}))
    assert checkout.procfile is not None and checkout.procfile.commands == commands
    assert any("<U+FEFF>" in one.text for one in checkout.remarks) == (b"\xef" in content)


@pytest.mark.parametrize("content", ["web: a\n".encode("utf-16"), b"web: \xe9\n", b"\0" * 600_000])
def test_what_is_no_text_is_said_and_costs_nothing_else(make_checkout: MakeCheckout, content: bytes) -> None:
    files = {
        "Procfile": content,
        "package.json": content,
        "heroku.yml": content,
        "app.json": '\ufeff{"name": "x"}',
    }
    checkout = read_code(make_checkout("app", files))
    assert checkout.unreadable == ("Procfile", "heroku.yml", "package.json")
    assert checkout.app_json is not None and checkout.app_json.name == "x"
    (node,) = checkout.runtimes
    assert node.notes == ("package.json cannot be read here.",)


def test_a_file_that_is_odd_in_every_line_is_not_said_line_by_line(make_checkout: MakeCheckout) -> None:
    checkout = read_checkout(make_checkout("app", {"Procfile": "/bin/x\n" * 5_000}))
    assert len(checkout.remarks) == MOST + 1 and "4,980 more" in checkout.remarks[-1].text
    keys = ", ".join(f'"key{number}": 1' for number in range(900))
    app_json, heroku_yml = parse_app_json(f"{{{keys}}}"), parse_heroku_yml(f"{{{keys}}}")
    assert app_json is not None and len(app_json.oddities) == MOST + 1
    assert heroku_yml is not None and len(heroku_yml.oddities) == MOST + 1


@pytest.mark.parametrize("odd", ["\x0c", "\u2028", "\x85", "\x1c"])
def test_lines_are_counted_as_git_counts_them(make_checkout: MakeCheckout, odd: str) -> None:
    files = {
        "crontab": f"# a{odd}b\r\n0 4 * * * x\r\n",
        ".env": f"# a{odd}b\r\nA_NAME=1\r\n",
        "Aptfile": f"# a{odd}b\r\nlibx\r\n",
        ".python-version": f"# a{odd}b\r\n3.12\r\n",
    }
    checkout = read_code(make_checkout("app", files))
    assert [line.line for line in checkout.lines if line.kind == "clock"] == [2]
    assert [(file.names, file.lines) for file in checkout.env_files] == [(("A_NAME",), (2,))]
    assert [(hook.text, hook.line) for hook in checkout.hooks if hook.kind == "packages"] == [("libx", 2)]
    assert [(pin.version, pin.line) for pin in checkout.runtimes[0].pins] == [("3.12", 2)]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        # Each took minutes, by an expression that begins anew at every word.
        ("gradle/wrapper/gradle-wrapper.properties", "distributionUrl=" * 30_000),
        ("a.slnx", "<Project " * 50_000),
        ("a.slnx", "<!--" * 120_000),
        ("a.sln", 'Project("{a}") = "x", "' + "a." * 200_000),
    ],
)
def test_a_text_made_to_be_slow_is_read_at_once(file: str, text: str) -> None:
    (found,) = runtimes([file, "gradlew"] if "/" in file else [file], {file: text})
    assert found.pins == ()


def test_of_an_endless_env_file_the_first_names_are_kept() -> None:
    (found,) = env_files({".env": "".join(f"A{number}=x\n" for number in range(9_000))})
    assert len(found.names) == len(found.lines) == MOST_NAMES


JOB = """
job-{0}:
  stage: test
  variables: {{A: b, C: d}}
  before_script: [bundle install]
  script: [bundle exec rake, bundle exec rspec]
  rules: [{{if: $CI_COMMIT_BRANCH == "main"}}, {{when: never}}]
"""


def test_the_last_job_of_a_long_ci_file_is_read() -> None:
    jobs = "".join(JOB.format(number) for number in range(500))
    text = f"{jobs}\nship:\n  script:\n    - git push heroku main\n"
    (found,) = deploy_paths({".gitlab-ci.yml": text})
    assert (found.line, found.how) == (text.count("\n"), "git")


def test_what_stands_behind_a_bomb_of_aliases_is_read_as_lines() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    text = f"{bomb}ship:\n  script:\n    - git push heroku main\n"
    (found,) = deploy_paths({".gitlab-ci.yml": text})
    assert found.line == text.count("\n")


def test_a_walk_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.rb").write_text("ENV['DYNO']\n")
    monkeypatch.setattr(code_tree, "SECONDS", -1.0)
    assert not code_tree.FolderTree(tmp_path).whole
