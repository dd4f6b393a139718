"""What doctor says of the settings."""

from pathlib import Path

from screens.headless.settings_finding import of_settings
from wizard.settings import Settings, read_settings


def test_no_file_is_nothing_to_look_at(tmp_path: Path) -> None:
    found = of_settings(Settings(tmp_path / "config.toml"))
    assert found.state == "good" and str(tmp_path) in found.sentence and found.meaning == ""


def test_what_is_set_and_each_mistake_is_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        'mouse = false\ntheme = "lihgt"\nlink = "slow"\nnotify = ["/not/there"]\n'
        '[keys.run]\npause = "z"\ntables = "r"\n'
    )
    file.chmod(0o600)
    found = of_settings(read_settings({"OFFRAMP_CONFIG": str(file)}))
    assert found.state == "look"
    assert found.sentence.endswith(": no mouse, link slow, notify by /not/there, 1 key set.")
    assert "config.toml, line 2: theme is one of" in found.meaning
    assert "config.toml, line 7: r is the key of resume on the screen run" in found.meaning
    assert "there is no program /not/there" in found.meaning
