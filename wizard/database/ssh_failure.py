"""What the end of an `ssh` child means, by when it came, its exit code and its last words.

After the portal let us in, its words are often empty, so the moment decides; the table was measured with
OpenSSH 9.2.
"""

from wizard.database.ssh_command import last_line
from wizard.database.tunnel_way import Failure
from wizard.model.trouble import Trouble


def classify(*, let_in: bool, code: int | None, said: str, host: str) -> Failure:
    """Judge the end of a child. `let_in`: the first line had come; `code` None: it was still running."""
    last = last_line(said)
    if "Host key verification failed" in said or "REMOTE HOST IDENTIFICATION HAS CHANGED" in said:
        return Failure("stop", "the portal's host key is another one", _host_key(host, said))
    if let_in:
        # With connections still open through it, ssh does not end by the session's own code.
        if code == 124 or "Tunnel timed out" in said:
            return Failure("retry", "the tunnel's time was over")
        return Failure("retry", last or "the connection to the portal broke")
    if "Permission denied" in said:
        return Failure("fresh", "the portal refused the certificate", _refused(host, last))
    if "Address already in use" in said or "Could not request local forwarding" in said:
        return Failure("port", "the local port is taken")
    if "no matching host key type" in said or "no mutual signature" in said:
        return Failure("fresh", "the portal speaks only older algorithms", _refused(host, last))
    if "Bad configuration option" in said or "unknown option" in said or "illegal option" in said:
        return Failure("stop", "this ssh is too old", _too_old(last))
    if code == 255 or code is None:
        return Failure("retry", _short(last) or "the portal does not answer")
    # The portal let the certificate pass and ended the session by itself: the token is no longer good.
    return Failure("fresh", "the portal refused the access token", _token(host, last))


def _short(last: str) -> str:
    for words in ("Connection refused", "Connection timed out", "No route to host", "Network is unreachable"):
        if words in last:
            return words.lower()
    if "Could not resolve hostname" in last:
        return "the portal's name cannot be resolved"
    return last


def _host_key(host: str, said: str) -> Trouble:
    unknown = "host key is known" in said
    return Trouble(
        f"The SSH portal {host} shows a host key that "
        + ("the target's API did not name." if unknown else "differs from the one the target's API names."),
        untouched="Nothing was sent through it.",
        remedy="Find out from the vendor whether the key was changed. Offramp does not try again by itself.",
        code="host-key",
    )


def _refused(host: str, last: str) -> Trouble:
    return Trouble(
        f"The SSH portal {host} refuses the certificate, a fresh one too ({last or 'no reason given'}).",
        remedy="See that this machine's clock is right and that your role may open tunnels, then retry.",
        code="certificate-refused",
    )


def _token(host: str, last: str) -> Trouble:
    return Trouble(
        f"The SSH portal {host} refuses the access token ({last or 'no reason given'}).",
        remedy="Sign in to the target again, then retry.",
        code="token-refused",
    )


def _too_old(last: str) -> Trouble:
    return Trouble(
        f"The ssh on this machine does not know an option that the tunnel needs ({last}).",
        remedy="Install OpenSSH 8.5 or newer, then try again.",
        code="ssh-too-old",
    )
