"""Certificates: what the API reads from PEM text, and those that stand for Let's Encrypt's."""

import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from providers.sandbox.aptible.clock import written
from providers.sandbox.aptible.http import unprocessable

_ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Let's Encrypt"),
        x509.NameAttribute(NameOID.COMMON_NAME, "R11"),
    ]
)


def read_certificate(body: str, private_key: str) -> dict[str, Any]:
    """The fields of a certificate that the API shows.

    Raises:
        ApiError: 422, when it is no PEM, has ended, or the key belongs to another one.
    """
    try:
        chain = x509.load_pem_x509_certificates(body.encode())
        key = serialization.load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise unprocessable("Certificate body or private key is not valid PEM") from error
    leaf = chain[0]
    if _public(leaf.public_key()) != _public(key.public_key()):
        raise unprocessable("Private key does not match the certificate")
    if leaf.not_valid_after_utc < datetime.datetime.now(datetime.UTC):
        raise unprocessable("Certificate has expired")
    return _shown(leaf, chain[1:])


def issue(domain: str) -> tuple[str, str, dict[str, Any]]:
    """A certificate for a domain as Let's Encrypt would issue it: PEM, key, and what the API shows of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)]))
        .issuer_name(_ISSUER)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return leaf.public_bytes(serialization.Encoding.PEM).decode(), pem.decode(), _shown(leaf, [])


def _shown(leaf: x509.Certificate, chain: list[x509.Certificate]) -> dict[str, Any]:
    try:
        leaf.verify_directly_issued_by(leaf)
        own = leaf.issuer == leaf.subject
    except (ValueError, TypeError, InvalidSignature):
        own = False
    subject, issuer = leaf.subject, leaf.issuer
    return {
        "common_name": _part(subject, NameOID.COMMON_NAME) or "",
        "not_before": written(leaf.not_valid_before_utc),
        "not_after": written(leaf.not_valid_after_utc),
        "issuer_country": _part(issuer, NameOID.COUNTRY_NAME) or "",
        "issuer_organization": _part(issuer, NameOID.ORGANIZATION_NAME) or "",
        "issuer_website": None,
        "issuer_common_name": _part(issuer, NameOID.COMMON_NAME) or "",
        "subject_country": _part(subject, NameOID.COUNTRY_NAME),
        "subject_state": _part(subject, NameOID.STATE_OR_PROVINCE_NAME),
        "subject_locale": _part(subject, NameOID.LOCALITY_NAME),
        "subject_organization": _part(subject, NameOID.ORGANIZATION_NAME),
        "leaf_certificate": leaf.public_bytes(serialization.Encoding.PEM).decode(),
        "certificate_chain": "".join(
            item.public_bytes(serialization.Encoding.PEM).decode() for item in chain
        ),
        "sha256_fingerprint": leaf.fingerprint(hashes.SHA256()).hex(),
        "trusted": not own,
        "self_signed": own,
        "certificate_arn": None,
        "subject_alternative_names": _names(leaf),
        "private_key_algorithm": "RSA" if isinstance(leaf.public_key(), rsa.RSAPublicKey) else "EC",
    }


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return extension.value.get_values_for_type(x509.DNSName)


def _part(name: x509.Name, what: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(what)
    return str(found[0].value) if found else None


def _public(key: Any) -> bytes:
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise unprocessable("Private key has an algorithm that is not supported")
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
