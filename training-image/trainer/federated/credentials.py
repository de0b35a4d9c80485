"""With which keys do coordinator and participants know each other? New ones for each run.

No key leaves the pod that made it: what others need (a certificate, a public key) is in the pod's
termination message.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CERTIFICATE_NAME = "certificate.pem"
KEY_NAME = "key.pem"
NODE_KEY_NAME = "node-key"
PUBLIC_KEY_NAME = "node-key.pub"
_VALID = timedelta(days=7)
_CLOCKS = timedelta(minutes=10)
"""So far clocks of two nodes may differ."""


def write_certificate(folder: Path, address: str, now: datetime) -> str:
    """The folder holds a new key and its certificate for the address; returns the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "coordinator")])
    local = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    names: list[x509.GeneralName] = [x509.DNSName(address), x509.DNSName("localhost"), local]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = str(certificate.public_bytes(serialization.Encoding.PEM), "ascii")
    _write_key(folder / KEY_NAME, key, serialization.PrivateFormat.PKCS8)
    (folder / CERTIFICATE_NAME).write_text(text, encoding="utf-8")
    return text


def write_node_key(folder: Path) -> str:
    """The folder holds a new key of a SuperNode, and the public one in OpenSSH's notation, which is
    returned.
    """
    key = ec.generate_private_key(ec.SECP384R1())
    _write_key(folder / NODE_KEY_NAME, key, serialization.PrivateFormat.OpenSSH)
    found = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    text = str(found, "ascii")
    (folder / PUBLIC_KEY_NAME).write_text(text, encoding="utf-8")
    return text


def _write_key(
    path: Path, key: ec.EllipticCurvePrivateKey, form: serialization.PrivateFormat
) -> None:
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(pem, form, none))
