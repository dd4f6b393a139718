"""What keeping the slug of Heroku means, for whoever asks for it: on the full screen, and in lines."""

from typing import Final

WHAT_IT_MEANS: Final = (
    "No line of the code can be changed: a slug is what was built, not what is built.",
    "Its language gets no security fixes any more, and the stack none once Heroku ends it.",
    "You download the slug, build the image and push it to your registry; how, a remark says.",
)


def stop_gap(stack: str) -> str:
    """What it is."""
    return (
        "A stop-gap: the image can hold the slug that Heroku runs now, on the image of Heroku's stack "
        f"({stack}). It runs as it does today."
    )


NOT_YET_AN_IMAGE: Final = (
    "It must be deployed as a Docker image, and is not yet: choose that on the map (4). Nothing is written "
    "before."
)
