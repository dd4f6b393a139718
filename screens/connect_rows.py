"""What the connect screen says and offers, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content

from screens.demo_help import DemoHelp
from screens.marks import MUTED, STRONG, marked
from wizard.model.secret import Secret
from wizard.ports import FoundToken, Hosts, SourceProvider, TargetProvider
from wizard.ports.signing_in import Caution, ExplainsSignIn, SingleSignOn
from wizard.session.parts import Connection
from wizard.session.token_life import SOON, life, seconds_left

FIRST_LOOK = "Looking at the keyring of this machine …"

What = Literal[
    "token",
    "found",
    "kept",
    "origin",
    "paste",
    "command",
    "variable",
    "form",
    "single-sign-on",
    "again",
    "next",
    "heading",
]


@dataclass(frozen=True)
class Offer:
    """A row: what it does, with what."""

    id: str
    what: What
    content: Content
    token: Secret | None = None
    vendor: str = ""
    found: FoundToken | None = None
    kept: Connection | None = None
    """The account whose token is kept, or whose command or variable is asked again."""

    @property
    def heading(self) -> bool:
        """Whether it only says something."""
        return self.what == "heading"


def account_line(title: str, connection: Connection | None, missing: bool) -> Content:
    """One vendor: who is signed in, and where the token is."""
    name = (f"{title:<14}", STRONG)
    if connection is None:
        return Content.assemble(name, marked("to-come", "not signed in yet"))
    if missing:
        return Content.assemble(
            name, marked("look", f"{connection.email}: the token is not at hand any more")
        )
    left, words = seconds_left(connection.expires_at), life(connection.expires_at)
    if left is not None and left <= 0:
        return Content.assemble(name, marked("look", f"{connection.email}: the token {words}, sign in again"))
    if not words:
        return Content.assemble(name, marked("done", connection.email), (f"  {connection.kept_in}", MUTED))
    # On a line of its own: with a long address both do not fit on one.
    how_long = marked("look", words) if left is not None and left < SOON else (f"  {words}", MUTED)
    return Content.assemble(
        name,
        marked("done", connection.email),
        f"\n{'':<14}",
        how_long,
        (f", {connection.kept_in}", MUTED),
    )


def over(connection: Connection) -> bool:
    """Whether its token has ended by now."""
    left = seconds_left(connection.expires_at)
    return left is not None and left <= 0


def caution_lines(cautions: Sequence[Caution]) -> Content:
    """What is to be said of a token that was just taken."""
    lines = []
    for caution in cautions:
        lines.append(Content.assemble(marked("look"), " ", caution.words))
        if caution.page:
            lines.append(Content.assemble("  Open (c copies it): ", (caution.page, STRONG)))
    return Content("\n").join(lines)


def place_words(title: str, hosts: Hosts, *, demo: bool) -> str:
    """Where a vendor is reached, when that is not at its own address."""
    address = hosts.get("api") or hosts.get("auth")
    if demo or not address:
        return ""
    return f"{title} is reached at {address}, as the environment said when this migration was begun."


def page_words(provider: SourceProvider | TargetProvider, hosts: Hosts, left_out: str, *, demo: bool) -> str:
    """Where a token is made, what is to be known of signing in, and where the vendor is reached."""
    lines = (
        f"A token is made at {provider.token_page}" if provider.token_page else "",
        provider.sign_in_words if isinstance(provider, ExplainsSignIn) else "",
        place_words(provider.title, hosts, demo=demo),
        left_out,
    )
    return "\n".join(one for one in lines if one)


def question(provider: SourceProvider | TargetProvider | None) -> Content:
    """What is asked now; `provider` None when all are signed in to."""
    if provider is None:
        return Content.styled("Signed in. What next?", STRONG)
    more = "Until the cut-over, Offramp only reads there." if provider.role == "source" else ""
    return Content.assemble((f"Sign in to {provider.title}.  ", STRONG), (more, MUTED))


def offers(
    provider: SourceProvider | TargetProvider | None,
    found: Sequence[FoundToken] | None,
    known: Mapping[str, str],
    *,
    kept: Sequence[Connection] = (),
    used: Connection | None = None,
    demo: DemoHelp | None,
    next_stage: str,
) -> list[Offer]:
    """What can be done now. `provider` is the one to sign in to, None when all are; `found` None while the
    machine is being searched; `known` are the titles of the vendors that are signed in to; `kept` are
    accounts whose tokens are at hand; `used` is the account in use, where it is to be signed in to anew. A
    vendor without tokens for programs is not asked for one."""
    if provider is None:
        again = [
            Offer(
                f"again-{vendor}",
                "again",
                Content(f"Sign in to {title} again, or as another account"),
                vendor=vendor,
            )
            for vendor, title in known.items()
        ]
        return [Offer("next", "next", Content(f"Go on: {next_stage}")), *again]
    made: list[Offer] = []
    if demo is not None and provider.role == "source":
        made.append(Offer("demo", "token", Content("Use the example's token"), demo.source_token))
    if used is not None and used.origin is not None:
        text = Content.assemble("Ask ", (used.origin.words, STRONG), " again")
        made.append(Offer("origin", "origin", text, kept=used))
    for number, connection in enumerate(kept):
        where = (f"({connection.email})", MUTED)
        text = Content.assemble(f"Use the token {_place(connection)} ", where)
        made.append(Offer(f"kept-{number}", "kept", text, kept=connection))
    for number, token in enumerate(found or ()):
        text = Content.assemble("Use the token of ", (token.where, STRONG))
        if token.unread:
            text = Content.assemble("Read the token in ", (token.where, STRONG), ", left by its own program")
        made.append(Offer(f"found-{number}", "found", text, found=token))
    if provider.role == "target":
        words = "Sign in with e-mail and password"
        made.append(Offer("form", "form", Content(words + (", filled in for you" if demo else ""))))
    if isinstance(provider, SingleSignOn):
        made.append(
            Offer("single-sign-on", "single-sign-on", Content("Sign in over your organisation (SSO)"))
        )
    if not provider.token_page:
        return made
    made.append(Offer("paste", "paste", Content("Paste a token")))
    if demo is None:
        by = Content.assemble("Get it by a command ", ("(op, pass, vault, a script of yours)", MUTED))
        made.append(Offer("command", "command", by))
        made.append(Offer("variable", "variable", Content("Take it from an environment variable")))
    if found is None:
        made.append(
            Offer("looking", "heading", Content.styled("looking for tokens on this machine …", MUTED))
        )
    elif not found and not kept:
        made.append(Offer("none", "heading", Content.styled("no token was found on this machine", MUTED)))
    return made


def _place(connection: Connection) -> str:
    if connection.origin is not None:
        return f"of {connection.origin.words}"
    return "in the keyring" if "keyring" in connection.kept_in else "of another migration"
