"""Certificates and keys in PEM files, made for a test: an authority, one below it, and a host."""

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key(self, password: str = "") -> str:
        locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password:
            locked = serialization.BestAvailableEncryption(password.encode())
        spelled = self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
        )
        return spelled.decode()


def issued(name: str, by: Made | None, *hosts: str, days: tuple[int, int] = (-1, 90)) -> Made:
    """A certificate by another, or by itself; without `hosts` it is an authority's. `days` from now."""
    private = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(by.certificate.subject if by else _name(name))
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + days[0] * DAY)
        .not_valid_after(NOW + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return Made(builder.sign(by.private if by else private, hashes.SHA256()), private)


@cache
def authorities() -> tuple[Made, Made]:
    """A root, and the one below it that signs hosts."""
    root = issued("Example Root", None, days=(-1, 3650))
    return root, issued("Example Authority", root, days=(-1, 1825))


def host_files(
    folder: Path, *hosts: str, days: tuple[int, int] = (-1, 90), made: Made | None = None
) -> tuple[Path, Path]:
    """The two files that a person has: the chain and the key."""
    _, authority = authorities()
    host = made or issued(hosts[0], authority, *hosts, days=days)
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_text(host.pem + authority.pem)
    key.write_text(host.key())
    key.chmod(0o600)
    return chain, key


def _name(common: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if common.startswith("Example"):
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Trust"))
    return x509.Name(parts)
