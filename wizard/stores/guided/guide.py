"""How a person moves a store that Offramp does not copy: what does it, and how one sees that it worked."""

from typing import Literal

from wizard.model.noun import Noun


class GuideStep(Noun, frozen=True, kw_only=True):
    """One thing to do. `command` (for bash) may be empty. It has no secret in it: the URLs are in the
    variables SOURCE_URL and TARGET_URL of the person's shell. `{port}` stands for the tunnel's local port."""

    words: str
    command: str = ""


class Guide(Noun, frozen=True, kw_only=True):
    """The way for one type of store.

    `type` is the target's word for it ("mongodb"), `name` people's ("MongoDB"). `moves` is what can be moved:
    all the data; only definitions, because the data is on its way anyway; nothing, because it fills itself
    again; or nothing, because the target has no such store. `tools` says what to install, `counted` what
    Offramp compares by itself afterwards ("" when it cannot), `confirm` what a person is asked to confirm.
    """

    type: str
    name: str
    moves: Literal["data", "definitions", "nothing", "no-target"]
    summary: str
    tools: str = ""
    steps: tuple[GuideStep, ...] = ()
    counted: str = ""
    confirm: str = ""

    def filled(self, port: int) -> tuple[GuideStep, ...]:
        """The steps with the tunnel's port in place of `{port}`."""
        return tuple(
            GuideStep(
                words=step.words.replace("{port}", str(port)),
                command=step.command.replace("{port}", str(port)),
            )
            for step in self.steps
        )
