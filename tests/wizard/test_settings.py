"""The file of settings: what holds, what is told with its line, and that nothing in it stops Offramp."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.settings import KeyWish, Settings, read_settings, settings_file


def written(tmp_path: Path, text: str | bytes) -> Settings:
    file = tmp_path / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(0o600)
    return read_settings({"OFFRAMP_CONFIG": str(file)})


def told(found: Settings) -> list[tuple[int, str]]:
    return [(one.line, one.sentence) for one in found.mistakes]


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        'mouse = false\ntheme = "ansi"\nlink = "slow"\nnotify = ["/usr/bin/ntfy", "-q"]\n\n'
        '[keys]\npause = "f5"\n\n[keys.run]\nlog = "g"\n',
    )
    assert found.mistakes == () and found.there
    assert (found.mouse, found.theme, found.link) == (False, "ansi", "slow")
    assert found.notify == ("/usr/bin/ntfy", "-q")
    assert found.keys == (KeyWish("", "pause", "f5", 7), KeyWish("run", "log", "g", 10))


def test_without_a_file_everything_is_as_it_comes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("OFFRAMP_CONFIG", raising=False)
    found = read_settings()
    assert found == Settings(settings_file())
    missing = read_settings({"OFFRAMP_CONFIG": str(tmp_path / "not-there.toml")})
    assert told(missing) == [(0, "OFFRAMP_CONFIG names it, and it is not there.")]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# a word\nmous = false\n", 2, "Did you mean mouse?"),
        ("\nmouse = 'no'\n", 2, "mouse is true or false"),
        ("theme = 'drak'\n", 1, "Did you mean dark?"),
        ("mouse = false\nlink = 3\n", 2, "link is one of auto, slow, fast"),
        ("notify = 'say hello'\n", 1, "notify is a program with its arguments"),
        ("notify = ['./mine']\n", 1, "Write the whole path"),
        ('notify = ["a\\u001b[31m"]\n', 1, "control character"),
        ("keys = 3\n", 1, "[keys] is a table"),
        ("[keys]\npause = 4\n", 2, "pause is the name of a key"),
        ("[keys]\nlog = 'g'\n[keys.run]\nlog = 7\n", 4, "log is the name of a key"),
        ("mouse = true\ntheme = \n", 2, "Nothing of this file holds."),
        ("mouse = true\ntheme = 'dark", 2, "Nothing of this file holds."),
        (b"mouse = true\n\xff\n", 2, "This is no UTF-8"),
        ("x" * 70_000, 0, "more than 65536 bytes"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    found = written(tmp_path, text)
    assert [one[0] for one in told(found)] == [line]
    assert words in told(found)[0][1]
    place = f", line {line}" if line else ""
    assert found.mistakes[0].words(found.file).startswith(f"config.toml{place}: ")


def test_what_is_right_holds_beside_what_is_wrong(tmp_path: Path) -> None:
    found = written(tmp_path, 'mouse = false\ntheme = "mauve"\n')
    assert not found.mouse and found.theme == "auto" and len(found.mistakes) == 1


def test_a_command_that_others_may_have_written_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('mouse = false\nnotify = ["/bin/true"]\n')
    file.chmod(0o660)
    found = read_settings({"OFFRAMP_CONFIG": str(file)})
    assert found.notify == () and not found.mouse
    assert "others may write this file" in found.mistakes[0].sentence


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    found = read_settings({"OFFRAMP_CONFIG": str(tmp_path / "config.toml")})
    assert "This is no file." in found.mistakes[0].sentence


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="mouse=theklinfy\"[].\n' {}\\true3", max_size=60))
def test_no_text_makes_it_fall(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    written(tmp_path_factory.getbasetemp(), text)
