"""What a person asks of a running worker, as the control socket hands it in."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from wizard.credentials import CredentialRef, Vault
from wizard.model.noun import decode
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.run.guide import GUIDE, Guide
from wizard.run.journal import Journal
from wizard.run.view import WAY_BACK, WayBackOpen

Answer = dict[str, Any]

OK: Answer = {"ok": True}

WATCHED = ("certificate", "traffic", "capsule-traffic")
"""Kinds of steps that watch DNS."""


class Commands:
    """Wishes that have come in and are not yet heeded. The worker waits for `changed`.

    `interrupt` is called at once for a stop or a way back, so that a copy ends in mid-stream; `hold` for a
    pause and its end; `hurry` to cut short what waits before its next try; `hire` for more workers of a copy,
    or fewer.
    """

    def __init__(self, journal: Journal, plan: Plan, vault: Vault) -> None:
        self._journal = journal
        self._plan = plan
        self._vault = vault
        self.changed = asyncio.Event()
        self.paused = False
        self.retry = False
        self.asked_again = False
        """Whether `retry` is a person's word for the step itself, so that a creation may be sent again."""
        self.leave: Literal["stop", "back"] | None = None
        """`stop` or `back` once asked for."""
        self.going_back = False
        """Whether the way back was begun; nothing but its end leads out of it."""
        self.secrets = 0
        """How many credentials were handed over so far."""
        self._open_gate: str | None = None
        self._passed_by = ""
        self.may_go_back: Callable[[], bool] = lambda: False
        self.interrupt: Callable[[], None] = lambda: None
        self.hold: Callable[[bool], None] = lambda paused: None
        self.hurry: Callable[[], None] = lambda: None
        self.hurry_tunnels: Callable[[], None] = lambda: None
        self.accept: Callable[[str], None] = lambda key: None
        self.hire: Callable[[int], None] = lambda number: None
        self.whose: Callable[[CredentialRef, Secret], Awaitable[str]] = _anybodys
        """Why a credential is not taken, empty when it is."""
        self.own_tunnel: Callable[[str, int | None], Awaitable[str]] = _no_tunnel
        """Told of a tunnel that a person keeps open themselves; says what is so now, or raises Trouble."""
        self.program_sign_in: Callable[[], Awaitable[str]] = _no_sign_in
        """Signs in to the vendor's own program in the person's place: a sentence of who is, or Trouble."""
        self.renewed: Callable[[CredentialRef], None] = lambda ref: None
        """Told when a credential has taken the place of another."""

    def open(self, gate: str | None) -> None:
        """Open a gate for an answer, or close whichever is open."""
        self._open_gate, self._passed_by = gate, ""

    def passed(self) -> str:
        """Who passed the open gate, empty while nobody did."""
        return self._passed_by

    async def handle(self, request: Answer) -> Answer:
        """Heed one request; the answer says whether it was taken."""
        do = str(request["do"])
        who = clean(str(request.get("who", "")), limit=80)
        if do == "secret":
            answer = await self._secret(request)
            self.changed.set()
            return answer
        if do == "port":
            answer = await self._port(request, who)
            self.changed.set()
            return answer
        if do == "sign-in":
            said = await self.program_sign_in()
            self._tell(f"{said}{_by(who)}")
            return OK | {"said": said}
        verb = getattr(self, f"_do_{do}", None)
        if verb is None:
            return _refused(f"unknown request {clean(do, limit=40)}")
        done: Answer = verb(request, who)
        self.changed.set()
        return done

    def _do_ping(self, request: Answer, who: str) -> Answer:
        return OK

    def _do_pause(self, request: Answer, who: str) -> Answer:
        if self._begun_cut_over():
            return _refused("The cut-over is under way: it goes on to its end, or back to Heroku with b.")
        run = self._journal.run()
        if run is None or run.state not in ("running", "paused"):
            # A pause would take the place of what the run waits for: a gate, a sign-in, another try.
            return _refused("Nothing moves now: the run waits for you.")
        self.paused = True
        self.hold(True)
        self._tell(f"Paused{_by(who)}")
        return OK

    def _do_resume(self, request: Answer, who: str) -> Answer:
        self.paused = False
        self.hold(False)
        self._tell(f"Resumed{_by(who)}")
        return OK

    def _do_retry(self, request: Answer, who: str) -> Answer:
        run, wanted = self._journal.run(), str(request.get("step") or "")
        if wanted and (run is None or run.current != wanted):
            return _refused("The run is at another step by now.")
        self.retry = self.asked_again = True
        self.hurry()
        self._tell(f"Try again{_by(who)}")
        return OK

    def _do_accept(self, request: Answer, who: str) -> Answer:
        """DNS stays as it is, or a person did what no look can see: the step that waits for it ends."""
        run = self._journal.run()
        key = str(request.get("step") or (run.current if run else ""))
        if run is None or run.current != key or run.state != "running":
            return _refused("Nothing watches that record now.")
        guide = self._journal.gauges().get(GUIDE)
        shown = decode(guide, Guide, what="the journal") if guide else None
        if shown is not None and shown.by_word:
            self.accept(key)
            did = "Gone on without it" if shown.without else "Said to be done"
            self._tell(f"{did}{_by(who)}: {self._plan.step(key).title}")
            return OK
        if not any(step.key == key and step.kind in WATCHED for step in self._plan.steps):
            return _refused("That step cannot be passed by.")
        self.accept(key)
        self._tell(f"Go on with DNS as it is{_by(who)}: {self._plan.step(key).args['hostname']}")
        return OK

    def _do_more(self, request: Answer, who: str) -> Answer:
        return self._hired(1, f"One worker more for the copy{_by(who)}")

    def _do_fewer(self, request: Answer, who: str) -> Answer:
        return self._hired(-1, f"One worker fewer for the copy{_by(who)}")

    def _hired(self, number: int, words: str) -> Answer:
        run = self._journal.run()
        if run is None or run.state != "running":
            return _refused("Nothing is copied now.")
        self.hire(number)
        self._tell(words)
        return OK

    def _do_stop(self, request: Answer, who: str) -> Answer:
        run = self._journal.run()
        waits_on_way_back = self.going_back and run is not None and run.state == "failed"
        if self.going_back and not waits_on_way_back:
            return _refused("It is going back to Heroku; that is not stopped half way.")
        if self._begun_cut_over() and not waits_on_way_back:
            return _refused("The cut-over is under way: go back to Heroku with b first.")
        self.leave = "stop"
        self.interrupt()
        self._tell(f"Stopped{_by(who)}")
        return OK

    def _do_back(self, request: Answer, who: str) -> Answer:
        if self.going_back:
            # Asked twice, or by somebody who started the worker for it: it is what happens already.
            self.retry = True
            return OK
        if not self.may_go_back():
            return _refused("There is nothing to take back: Heroku is untouched, or the move is final.")
        with contextlib.suppress(Trouble):
            # Noted before it is promised: whoever goes on after a crash goes back, not forward.
            self._journal.gauge(WAY_BACK, WayBackOpen())
        self.leave = "back"
        self.interrupt()
        self._tell(f"Back to Heroku{_by(who)}")
        return OK

    def _do_answer(self, request: Answer, who: str) -> Answer:
        key = request.get("gate")
        if self._open_gate is None or key != self._open_gate:
            return _refused("That gate is not open.")
        gate = self._plan.step(self._open_gate).gate
        if gate is None or request.get("word") != gate.word:
            return _refused("That is not the name.")
        self._passed_by = who or "a person"
        return OK

    async def _secret(self, request: Answer) -> Answer:
        if not isinstance(request["value"], str) or not request["value"]:
            return _refused("An empty credential is none.")
        ref = CredentialRef(
            vendor=str(request["vendor"]), account=str(request["account"]), kind=str(request["kind"])
        )
        secret = Secret(request["value"], f"{ref.vendor} {ref.kind}")
        if why := await self.whose(ref, secret):
            return _refused(why)
        before = self._vault.get(ref)
        self._vault.hold(ref, secret)
        self.secrets += 1
        if before is not None and before != secret:
            self.renewed(ref)
        return OK

    async def _port(self, request: Answer, who: str) -> Answer:
        """A tunnel on `port` of this machine is a person's own; without a port it is Offramp's again."""
        port = request.get("port")
        if port is not None and (not isinstance(port, int) or not 0 < port < 65536):
            return _refused("A port is a number between 1 and 65535.")
        said = await self.own_tunnel(str(request.get("where", "")), port)
        # Whatever waits for the tunnel, or has given it up, is tried again. That is no word for a creation to
        # be sent once more.
        self.retry = True
        self.hurry_tunnels()
        self._tell(f"{said}{_by(who)}")
        return OK

    def _begun_cut_over(self) -> bool:
        return self.may_go_back()

    def _tell(self, text: str) -> None:
        # Heeded even when the disk is full and nothing can be written of it.
        with contextlib.suppress(Trouble):
            self._journal.event("person", text)


async def _anybodys(ref: CredentialRef, secret: Secret) -> str:
    return ""


async def _no_tunnel(where: str, port: int | None) -> str:
    raise Trouble("No tunnel is used now.", remedy="Tell it when the run is at work.", code="no-tunnel")


async def _no_sign_in() -> str:
    raise Trouble("No tunnel waits for a sign-in now.", remedy="It goes on by itself.", code="no-tunnel")


def _refused(why: str) -> Answer:
    return {"ok": False, "why": why}


def _by(who: str) -> str:
    return f" by {who}" if who else ""
