"""The last resort: the slug that runs, on the image of Heroku's stack.

The stack images and their user are those of github.com/heroku/base-images; a slug is an archive whose files
lie below ./app (Dev Center, "Creating slugs from scratch"); its address is that of the Platform API's slug.
"""

import re

from wizard.mapping.problem import Problem
from wizard.model.system import App
from wizard.prepare.image.wish import Image, ImageWish
from wizard.prepare.schedules import COPY_LINE
from wizard.prepare.start_script import SCRIPT, start_script
from wizard.prepare.template import fill

DEFAULT_STACK = "24"


def slug_image(app: App, wish: ImageWish, *, elsewhere: bool) -> Image:
    """The Dockerfile, which is a stop-gap and says so.

    Args:
        elsewhere: whether the image is built elsewhere, as it must be: a slug is in no repository.
    """
    stack = re.fullmatch(r"heroku-(\d+)", app.stack)
    copied = "".join(f"COPY {source} {place}\n" for place, source in wish.copied.items())
    text = fill(
        "slug.dockerfile",
        cron_stage=wish.cron_stage + "\n" if wish.cron_stage else "",
        stack=stack[1] if stack else DEFAULT_STACK,
        port=str(wish.port),
        cron_copy=COPY_LINE if wish.cron_stage else "",
        copied=f"COPY {SCRIPT} /app/\n{copied}",
        command=wish.command,
    )
    problems = [
        Problem(
            code="slug-stop-gap",
            component=app.name,
            text="keeps the slug of Heroku as a stop-gap: it runs as it is, and no line of it can be changed",
            remedy="Take its address from `heroku api GET /apps/"
            f"{app.name}/slugs/...` (the slug of the current release), save it as slug.tgz beside the "
            "Dockerfile in a work tree of the new branch, build the image there, and push it to your "
            "registry. Write a Dockerfile that builds the code before the stack's image ends.",
        )
    ]
    if not elsewhere:
        problems.append(
            Problem(
                code="slug-needs-image",
                component=app.name,
                text="keeps the slug of Heroku, which is in no repository, and is deployed by git",
                remedy="Choose in the mapping that it is deployed as an image, or take the slug back.",
                blocks=True,
            )
        )
    why = "the start of a dyno: the slug's .profile.d says where its language is"
    return Image(text=text, problems=tuple(problems), files={SCRIPT: (start_script(jvm=False), why)})
