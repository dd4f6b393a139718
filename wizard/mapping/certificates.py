"""A certificate of the person's own: two PEM files that they name, looked at before anything is sent.

Only the paths are kept. The private key is read at the moment when it is sent, and stays in memory.
"""

import re
import shlex
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.text import clean, is_clean
from wizard.model.trouble import Trouble

if TYPE_CHECKING:
    from cryptography import x509

LARGEST = 256 * 1024
"""Bytes of a PEM file; a chain of EV certificates has some ten thousand."""

SOON = timedelta(days=30)

_KEY = re.compile(rb"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)


class OwnCertificate(Noun, frozen=True, kw_only=True):
    """A certificate that serves a host name. `fingerprint` is its SHA-256 (hex), `good_until` a date (ISO);
    `chain` its PEM with those above it, and nothing else that was in the file; `cautions` are sentences."""

    fingerprint: str
    names: tuple[str, ...]
    issuer: str
    good_until: str
    chain: str
    cautions: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Whose it is and how long it is good: "certificate by DigiCert, good until 2027-03-01"."""
        return f"certificate by {self.issuer}, good until {self.good_until}"


def place(text: str) -> str:
    """The file that a person means, as an absolute path."""
    return str(Path(text).expanduser().absolute())


def look_at_chain(chain_file: str, hostname: str, *, now: datetime | None = None) -> OwnCertificate:
    """What can be known of a certificate without its key. Reads the file.

    Raises:
        Trouble: it cannot be read or is none, is not good now, does not cover `hostname`, or what follows it
            in the file is not who issued it.
    """
    return _told(_chain(chain_file), chain_file, hostname, now or datetime.now(UTC))


def look_at(chain_file: str, key_file: str, hostname: str, *, now: datetime | None = None) -> OwnCertificate:
    """Like `look_at_chain`; the key is read too, and let go again. Raises Trouble also where it is not that
    of the certificate."""
    found = _chain(chain_file)
    _check_key(private_key(key_file), key_file, found, chain_file)
    return _told(found, chain_file, hostname, now or datetime.now(UTC))


def private_key(key_file: str) -> Secret:
    """The private key in a PEM file, and nothing else that is in it. Raises Trouble where there is none, or a
    passphrase would be needed."""
    text = _content(key_file)
    found = _KEY.search(text)
    if found is None:
        raise _bad(
            f"{key_file} holds no private key in PEM",
            "Name the file that begins with -----BEGIN PRIVATE KEY-----.",
            "certificate-key",
        )
    if b"ENCRYPTED" in found[0].splitlines()[0] or b"\nProc-Type: 4,ENCRYPTED" in found[0]:
        raise _bad(
            f"The private key in {key_file} is locked by a passphrase, and the target takes it without",
            "Unlock a copy that only you can read, and name that one: "
            f"openssl pkey -in {shlex.quote(key_file)} -out FILE",
            "certificate-key",
        )
    return Secret(found[0].decode("ascii", "replace") + "\n", "private key")


def covers(names: Sequence[str], hostname: str) -> bool:
    """Whether one of a certificate's names is good for a host: a star stands for one label, the first."""
    wanted = hostname.lower().rstrip(".")
    above = wanted.partition(".")[2]
    return any(name in (wanted, f"*.{above}") for name in (one.lower().rstrip(".") for one in names))


def _content(file: str) -> bytes:
    try:
        if not is_clean(file):
            raise OSError("its name has characters that nobody sees")
        if not stat.S_ISREG(Path(file).stat().st_mode):
            raise OSError("it is no plain file")
        with Path(file).open("rb") as opened:
            text = opened.read(LARGEST + 1)
    except OSError as error:
        why = clean(error.strerror or str(error))
        raise _bad(
            f"{clean(file)} cannot be read: {why}", "Look at its name and its rights.", "certificate-file"
        ) from error
    if len(text) > LARGEST:
        raise _bad(f"{file} is too large for a PEM file", "Name the certificate's file.", "certificate-file")
    return text


def _chain(file: str) -> "list[x509.Certificate]":
    # It costs 0.1 s, and most migrations have no certificate of their own.
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(_content(file))
    except ValueError:
        raise _bad(
            f"{file} holds no certificate in PEM",
            "Name the file that begins with -----BEGIN CERTIFICATE-----.",
            "certificate-file",
        ) from None


def _check_key(key: Secret, key_file: str, chain: "list[x509.Certificate]", chain_file: str) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        own = serialization.load_pem_private_key(key.reveal().encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # What the library says of it is not passed on: it has the key in its hands.
        raise _bad(
            f"The private key in {key_file} cannot be read",
            f"Look whether the file is whole: openssl pkey -noout -in {shlex.quote(key_file)}",
            "certificate-key",
        ) from None
    public = _spelled(own.public_key())
    if public == _spelled(chain[0].public_key()):
        return
    number = next((at for at, one in enumerate(chain) if _spelled(one.public_key()) == public), None)
    if number is not None:
        raise _order(f"the certificate of that key is number {number + 1} in {chain_file}, not the first")
    raise _bad(
        f"The private key in {key_file} is not that of the certificate in {chain_file}",
        "Name the key with which this certificate was asked for.",
        "certificate-key",
    )


def _spelled(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return bytes(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _told(chain: "list[x509.Certificate]", file: str, hostname: str, now: datetime) -> OwnCertificate:
    from cryptography.hazmat.primitives import hashes, serialization

    leaf, names = chain[0], _names(chain[0])
    if _is_authority(leaf) and len(chain) > 1:
        raise _order(f"{file} begins with that of the authority {_common_name(leaf.subject)}")
    if not covers(names, hostname):
        shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "") if names else "no host name"
        raise _bad(
            f"The certificate in {file} does not cover {hostname}: it is good for {shown}",
            f"Name one that covers {hostname}.",
            "certificate-names",
        )
    starts, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if not starts <= now < ends:
        when = f"ended on {ends:%Y-%m-%d}" if now >= ends else f"is good from {starts:%Y-%m-%d} on"
        raise _bad(f"The certificate in {file} {when}", "Name one that is good now.", "certificate-dates")
    for at, (one, above) in enumerate(pairwise(chain), 1):
        if not _issued(one, above):
            raise _order(
                f"in {file} certificate {at} ({_common_name(one.subject)}) was not issued by number {at + 1} "
                f"({_common_name(above.subject)})"
            )
    return OwnCertificate(
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        names=tuple(names),
        issuer=_issuer(leaf),
        good_until=f"{ends:%Y-%m-%d}",
        chain="".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain),
        cautions=tuple(_cautions(chain, now)),
    )


def _cautions(chain: "list[x509.Certificate]", now: datetime) -> list[str]:
    leaf, found = chain[0], []
    ends = min(one.not_valid_after_utc for one in chain)
    if ends - now < SOON:
        found.append(f"it ends on {ends:%Y-%m-%d}, and nobody renews it by itself")
    if leaf.issuer == leaf.subject:
        found.append("nobody but itself vouches for it: browsers warn of it")
    elif len(chain) == 1:
        found.append("what stands between it and the root is not in the file: some clients may not trust it")
    return found


def _is_authority(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def _issued(certificate: "x509.Certificate", by: "x509.Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, InvalidSignature):
        return False
    except (TypeError, UnsupportedAlgorithm):
        # A kind of key that the library does not know: the names have to do.
        return certificate.issuer == by.subject
    return True


def _names(certificate: "x509.Certificate") -> list[str]:
    """The host names that it is good for; those in its subject count for no browser any more."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [clean(name) for name in found.get_values_for_type(x509.DNSName)]


def _issuer(certificate: "x509.Certificate") -> str:
    from cryptography.x509.oid import NameOID

    found = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return clean(str(found[0].value)) if found else _common_name(certificate.issuer)


def _common_name(name: "x509.Name") -> str:
    from cryptography.x509.oid import NameOID

    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return clean(str(found[0].value)) if found else "somebody without a name"


def _order(why: str) -> Trouble:
    return _bad(
        f"The certificates are not in order: {why}",
        "Put that of the host first, then each one's issuer: cat host.pem intermediate.pem > chain.pem",
        "certificate-order",
    )


def _bad(what: str, remedy: str, code: str) -> Trouble:
    return Trouble(f"{what}.", untouched="Nothing was sent.", remedy=remedy, code=code)
