"""Connect: sign in to Heroku and, once a target is chosen, to the target."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.connect_about import ABOUT, KEYS
from screens.connect_dialogs import (
    ask_command,
    ask_password,
    ask_single_sign_on,
    ask_variable,
    ask_what_to_forget,
    show_ways,
)
from screens.connect_rows import (
    FIRST_LOOK,
    Offer,
    account_line,
    caution_lines,
    offers,
    over,
    page_words,
    question,
)
from screens.keys import Key
from screens.marks import GLYPHS, MUTED
from screens.sign_in import (
    SignedIn,
    fetched,
    keep,
    kept_token,
    kept_tokens,
    missing_tokens,
    source_token,
    usable_tokens,
    wanted_by_run,
)
from screens.stage import StageScreen
from screens.stages import standing
from screens.styles import sheet
from screens.widgets.ask_secret import AskSecret
from screens.widgets.row_list import Row, RowList
from wizard.credentials import Origin, StoreState, Vault
from wizard.model.secret import Secret
from wizard.ports import FoundToken, SourceProvider, TargetProvider, Token
from wizard.ports.signing_in import Caution
from wizard.registry import hosts_of, source_provider, target_provider
from wizard.session.forgetting import Given, forget, given_to
from wizard.session.parts import CONNECTIONS, TARGET, Connection, Connections


class ConnectScreen(StageScreen):
    """One list of what can be done now; Enter does the highlighted row."""

    stage = "connect"
    CSS_PATH = sheet("connect")
    ABOUT = ABOUT
    KEYS: ClassVar[tuple[Key, ...]] = KEYS

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, list[FoundToken]] = {}
        self._left_out: dict[str, str] = {}
        """Why tokens of this machine are not offered, by vendor."""
        self._cautions: tuple[Caution, ...] = ()
        self._kept: dict[str, list[Connection]] = {}
        """Accounts whose tokens this migration or another was given, by vendor."""
        self._missing: frozenset[str] = frozenset()
        self._vault_words = FIRST_LOOK
        self._again: str | None = None
        """The vendor that the person wants to sign in to anew."""
        self._offers: dict[str, Offer] = {}

    def compose_body(self) -> ComposeResult:
        """Accounts, what can be done, where credentials go."""
        yield Static("", id="accounts", markup=False)
        yield Static("", id="question", markup=False)
        yield RowList()
        yield Static("", id="cautions", markup=False)
        yield Static("", id="page", markup=False)
        yield Static("", id="store", markup=False)

    def begin(self) -> None:
        """The tokens and the keyring, which take time."""
        # A run may have sent the person here: what it wants is asked for first.
        self._again = wanted_by_run(self.session)
        vendor = self.vendor()
        if vendor is not None:
            self._look_for_tokens(vendor)
        self.behind(self._look_at_vault(), group="vault")

    # -- what is true -------------------------------------------------------------------------------

    def vendors(self) -> list[str]:
        """Source first, then the target once it is chosen."""
        choice = self.session.load(TARGET)
        return [self.session.info.source, *([choice.provider] if choice else [])]

    def _provider(self, vendor: str) -> SourceProvider | TargetProvider:
        return source_provider(vendor) if vendor == self.session.info.source else target_provider(vendor)

    def _connections(self) -> Connections:
        return self.session.load(CONNECTIONS) or Connections()

    def vendor(self) -> str | None:
        """The vendor to sign in to now, None when all is done."""
        if self._again is not None:
            return self._again
        known = self._connections().by_provider
        return next(
            (one for one in self.vendors() if one not in known or one in self._missing or over(known[one])),
            None,
        )

    def rebuild(self) -> None:
        """Draw what is true now."""
        known = self._connections().by_provider
        lines = [
            account_line(self._provider(vendor).title, known.get(vendor), vendor in self._missing)
            for vendor in self.vendors()
        ]
        self.query_one("#accounts", Static).update(Content("\n").join(lines))
        vendor = self.vendor()
        provider = self._provider(vendor) if vendor else None
        found = self._found.get(vendor) if vendor else []
        titles = {vendor: self._provider(vendor).title for vendor in self.vendors() if vendor in known}
        made = offers(
            provider,
            found,
            titles,
            kept=self._kept.get(vendor, ()) if vendor else (),
            used=known.get(vendor) if vendor else None,
            demo=self.offramp.demo,
            next_stage=self._next_stage(),
        )
        self._offers = {offer.id: offer for offer in made}
        self.query_one("#question", Static).update(question(provider))
        self.query_one(RowList).show([Row(offer.id, offer.content, heading=offer.heading) for offer in made])
        self.query_one("#cautions", Static).update(self.worn(caution_lines(self._cautions)))
        self.query_one("#cautions", Static).display = bool(self._cautions)
        words = self._page_words(vendor, provider)
        self.query_one("#page", Static).update(words)
        self.query_one("#page", Static).display = bool(words)
        self.query_one("#store", Static).update(Content.styled(self.words(self._vault_words), MUTED))

    def _page_words(self, vendor: str | None, provider: SourceProvider | TargetProvider | None) -> str:
        if vendor is None or provider is None:
            return ""
        hosts = hosts_of(self.session, vendor)
        left_out = "" if self.session.info.demo else self._left_out.get(vendor, "")
        return page_words(provider, hosts, left_out, demo=self.session.info.demo)

    def _next_stage(self) -> str:
        where = standing(self.session)
        return "document" if where.current == "connect" else where.current

    def why_not(self, name: str) -> str:
        """Signing in is allowed during a run, when a token may have expired; not to a second Offramp."""
        if name in ("paste", "forget", "choose") and (held := self.offramp.read_only_words()):
            return held
        if name == "copy_page" and any(caution.page for caution in self._cautions):
            return ""
        if name in ("paste", "copy_page"):
            if (vendor := self.vendor()) is None:
                return "All are signed in. Choose `sign in again` in the list first."
            if not (provider := self._provider(vendor)).token_page:
                return f"{provider.title} has no tokens for programs. Sign in with e-mail and password."
        if name == "forget" and not self._given():
            return "There is no token to forget."
        if name == "next" and (vendor := self.vendor()) is not None:
            return f"First sign in to {self._provider(vendor).title}."
        return ""

    # -- looking ------------------------------------------------------------------------------------

    def _look_for_tokens(self, vendor: str) -> None:
        async def look() -> tuple[list[FoundToken], str]:
            return await usable_tokens(self._provider(vendor), self.session, vendor)

        def show(looked: tuple[list[FoundToken], str]) -> None:
            found, self._left_out[vendor] = looked
            self._found[vendor] = found
            self.renew()
            # A file of another program is never one enter away.
            if found and not found[0].unread and self.query_one(RowList).current in ("paste", "form"):
                best = next((one for one in ("demo", "kept-0") if one in self._offers), "found-0")
                self.query_one(RowList).go_to(best)

        self.behind(look(), show, group="tokens")
        if self.offramp.demo is None:
            self.behind(self._look_for_kept(vendor), group="kept-tokens", wanted=False)

    async def _look_for_kept(self, vendor: str) -> None:
        kept = await kept_tokens(self.session, await self.offramp.vault(), vendor)
        self._kept[vendor] = kept
        self.renew()
        if (
            kept
            and vendor == self.vendor()
            and self.query_one(RowList).current in ("paste", "form", "found-0")
        ):
            self.query_one(RowList).go_to("kept-0")

    async def _look_at_vault(self) -> None:
        vault = await self.offramp.vault()
        self._describe(vault)
        self._missing = await missing_tokens(self.session, vault)
        self.renew()
        vendor = self.vendor()
        if vendor is not None and vendor not in self._found:
            self._look_for_tokens(vendor)

    def _describe(self, vault: Vault) -> None:
        remedy = vault.state.remedy if vault.state else ""
        words = f"{vault.describe()} {remedy}".strip()
        self._vault_words = f"{GLYPHS['look']} {words} w tells what to type." if remedy else words

    # -- actions ------------------------------------------------------------------------------------

    async def action_choose(self) -> None:
        """Do what the highlighted row says."""
        offer = self._offers.get(self.query_one(RowList).current or "")
        if offer is None:
            return
        match offer.what:
            case "token" if offer.token is not None:
                self._use(offer.token)
            case "found" if offer.found is not None:
                self._use(offer.found.token)
            case "kept" if offer.kept is not None:
                self._use_kept(offer.kept)
            case "origin" if offer.kept is not None and offer.kept.origin is not None:
                self._use_origin(offer.kept.origin)
            case "command":
                ask_command(self, self._title(), self._use_origin)
            case "variable":
                ask_variable(self, self._title(), self._use_origin)
            case "single-sign-on":
                self._open_single_sign_on()
            case "paste":
                self.action_paste()
            case "form":
                self._open_form()
            case "again":
                self._again = offer.vendor
                self.renew()
                self._look_for_tokens(offer.vendor)
            case "next":
                await self.action_next()

    def action_paste(self) -> None:
        """Ask for a token."""
        vendor = self.vendor()
        if vendor is not None:
            self._paste(vendor, self._provider(vendor).token_page)

    def _paste(self, vendor: str, page: str) -> None:
        provider = self._provider(vendor)
        question = f"Paste a token of {provider.title}. It is made at {page}"
        dialog = AskSecret(f"{provider.title} token", question, label=f"{vendor} token")
        self.ask(dialog, lambda secret: self._use(secret) if secret else None)

    def _open_single_sign_on(self) -> None:
        def page_known(vendor: str, page: str) -> None:
            self.copy(page)
            self._paste(vendor, page)

        if (vendor := self.vendor()) is not None:
            ask_single_sign_on(self, vendor, self._provider(vendor), page_known)

    def _use(self, secret: Secret) -> None:
        vendor = self.vendor()
        if vendor is not None:
            title = self._provider(vendor).title
            self.behind(
                self._check(vendor, secret),
                self._signed_in,
                group="sign-in",
                waiting=f"Asking {title} whose token this is",
            )

    def _use_kept(self, connection: Connection) -> None:
        """Take the account whose token is kept; a command that gives it was agreed to before."""
        if connection.origin is not None:
            self._use_origin(connection.origin)
            return

        async def check() -> SignedIn:
            vault = await self.offramp.vault()
            return await self._check(connection.provider, await kept_token(vault, connection))

        title = self._provider(connection.provider).title
        waiting = f"Asking {title} whose token this is"
        self.behind(check(), self._signed_in, group="sign-in", waiting=waiting)

    def _use_origin(self, origin: Origin) -> None:
        vendor = self.vendor()

        async def check(vendor: str) -> SignedIn:
            return await self._check(vendor, await fetched(origin, vendor), origin)

        if vendor is not None:
            waiting = f"Waiting for {origin.words}"
            self.behind(check(vendor), self._signed_in, group="sign-in", waiting=waiting)

    def _title(self) -> str:
        vendor = self.vendor()
        return self._provider(vendor).title if vendor else ""

    async def _check(self, vendor: str, secret: Secret, origin: Origin | None = None) -> SignedIn:
        provider = self._provider(vendor)
        if provider.role == "source":
            token = await source_token(provider, self.session, secret)
        else:
            token = await provider.accept_token(hosts_of(self.session, vendor), secret)
        return await keep(self.session, await self.offramp.vault(), vendor, token, origin)

    def _open_form(self) -> None:
        def signed_in(vendor: str, token: Token) -> None:
            self.behind(self._keep(vendor, token), self._signed_in, group="sign-in")

        if (vendor := self.vendor()) is not None:
            ask_password(self, vendor, target_provider(vendor), signed_in)

    async def _keep(self, vendor: str, token: Token) -> SignedIn:
        return await keep(self.session, await self.offramp.vault(), vendor, token)

    def _signed_in(self, done: SignedIn) -> None:
        self._again = None
        self._cautions = done.cautions
        self._missing -= {done.connection.provider}
        title = self._provider(done.connection.provider).title
        self.say(f"Signed in to {title} as {done.connection.email}. {done.kept.sentence}", good=True)
        self.renew()
        vendor = self.vendor()
        if vendor is not None:
            self._look_for_tokens(vendor)

    def action_copy_page(self) -> None:
        """Copy the address: that of a caution first, for it is what is to be opened next."""
        vendor = self.vendor()
        page = next((caution.page for caution in self._cautions if caution.page), "")
        if page or vendor is not None:
            self.copy(page or self._provider(vendor or "").token_page)

    def action_keyring(self) -> None:
        """Probe again."""
        self._vault_words = FIRST_LOOK
        self.renew()

        async def again() -> None:
            self._describe(await self.offramp.look_at_keyring_again())
            self.renew()

        self.behind(again(), group="vault")

    def action_ways(self) -> None:
        """What to do about the keyring."""

        async def look() -> StoreState | None:
            return (await self.offramp.vault()).state

        self.behind(look(), lambda state: show_ways(self, state), group="vault")

    def action_forget(self) -> None:
        """Ask which token, if there are several, then remove it."""
        ask_what_to_forget(self, self._given(), lambda vendor: self._provider(vendor).title, self._forget)

    def _given(self) -> list[Given]:
        """The tokens of this migration, that of the last vendor first."""
        return [one for one in reversed(given_to(self.session)) if one.connection is not None]

    def _forget(self, given: Given) -> None:
        async def remove() -> None:
            await in_thread(forget, self.session, await self.offramp.vault(), given)

        def gone(_: None) -> None:
            self.say(f"The token of {self._provider(given.ref.vendor).title} is gone.", good=True)
            self.renew()

        self.behind(remove(), gone, group="sign-in")

    async def action_next(self) -> None:
        """On to where the session stands."""
        await self.offramp.show_stage(self._next_stage())

    def close_what_is_open(self) -> bool:
        """Escape takes back the wish to sign in again."""
        if super().close_what_is_open():
            return True
        if self._again is not None:
            self._again = None
            self.renew()
            return True
        return False
