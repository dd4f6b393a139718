"""What the clock of an app's jobs is called: a file in its language, and the command that starts it."""

from wizard.prepare.language import buildpack_language

_FILES = {"nodejs": "heroku-clock.mjs", "python": "heroku-clock.py", "ruby": "heroku-clock.rb"}
_COMMANDS = {
    "nodejs": "node heroku-clock.mjs",
    # Unbuffered: what it says stands in the log at once.
    "python": "python -u heroku-clock.py",
    "ruby": "bundle exec ruby heroku-clock.rb",
}


def clock_file(language: str) -> str:
    """The file; bash's for a language without a library that Offramp writes for."""
    return _FILES.get(language, "heroku-clock.sh")


def clock_command(language: str) -> str:
    """What starts it, in the root of the code."""
    return _COMMANDS.get(language, "bash heroku-clock.sh")


def told_language(buildpacks: tuple[str, ...]) -> str:
    """The language that decides, where only the buildpacks are known: that of the last one."""
    named = [language for one in buildpacks if (language := buildpack_language(one))]
    return named[-1] if named else ""
