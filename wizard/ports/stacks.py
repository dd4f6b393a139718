"""Where an environment of a target can stand."""

from wizard.model.noun import Noun


class Stack(Noun, frozen=True, kw_only=True):
    """A place for environments. `dedicated`: it is the organisation's own, and nobody else's containers run
    there. `profiles` are the kinds of machines that it has ("m", "c", "r"), the default first."""

    name: str
    region: str
    dedicated: bool = False
    profiles: tuple[str, ...] = ()
