"""How often and when a job of Heroku Scheduler runs, as a person types it."""

import re

from wizard.model.trouble import Trouble

EVERY = {"10 minutes": 10, "10": 10, "hour": 60, "60": 60, "day": 1440, "1440": 1440}


def interval(text: str) -> int:
    """Minutes of "10 minutes", "hour" or "day"; raises Trouble for anything else."""
    word = text.strip().lower().removeprefix("every ").strip()
    if word not in EVERY:
        raise Trouble(
            f"`{text}` is no interval of Heroku Scheduler.",
            remedy="Type: 10 minutes, hour, or day.",
            code="job-interval",
        )
    return EVERY[word]


def time_of(text: str, every: int) -> int:
    """Minutes into the hour (":30") or the UTC day ("02:30"); 0 for jobs of every 10 minutes."""
    if every == 10:
        return 0
    match = re.fullmatch(r"(\d{1,2})?:?(\d{2})?", text.strip())
    if match is None or not text.strip():
        shape = ":30" if every == 60 else "02:30"
        raise Trouble(
            f"`{text}` is no time.",
            remedy=f"Type it like {shape}, as the dashboard shows it (UTC).",
            code="job-time",
        )
    hours, minutes = (0, int(match[2] or match[1] or 0)) if every == 60 else _of_day(match)
    if hours > 23 or minutes > 59:
        raise Trouble(
            f"`{text}` is no time of the clock.",
            remedy="Hours go from 0 to 23, minutes from 0 to 59.",
            code="job-time",
        )
    return hours * 60 + minutes


def _of_day(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1] or 0), int(match[2] or 0)
