"""A certificate made on the spot, for servers that speak TLS in tests."""

from __future__ import annotations

import ssl
import tempfile
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadsbot import clock


class Certificate:
    """A self-signed certificate for one host name or address, valid for a day either way."""

    def __init__(self, host: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = clock.to_datetime(clock.now())
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self._pem = certificate.public_bytes(serialization.Encoding.PEM)
        self._key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def server(self) -> ssl.SSLContext:
        """Give a server's context that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:  # the ssl module reads a key from files only
            chain = Path(folder, "chain.pem")
            chain.write_bytes(self._key + self._pem)
            context.load_cert_chain(chain)
        return context

    def written(self, folder: Path) -> Path:
        """Write it to a file, for who is told by `SSL_CERT_FILE` whom to trust."""
        path = folder / "trusted.pem"
        path.write_bytes(self._pem)
        return path

    def trusting(self) -> ssl.SSLContext:
        """Give a client's context that trusts this certificate alone."""
        return ssl.create_default_context(cadata=self._pem.decode())


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
