"""What the secret key does: encrypts secrets at rest and signs cookies, links and codes.

Each purpose has a key of its own, derived with HKDF (RFC 5869): a value made for one is worth nothing to another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import URLSafeTimedSerializer

from leadsbot.errors import LeadsBotError


class Undecipherable(LeadsBotError):
    """A stored secret was encrypted with another LEADSBOT_SECRET_KEY."""


class Vault:
    """Everything derived from `LEADSBOT_SECRET_KEY`."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._key("stored secrets")))

    def _key(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"leadsbot {purpose}".encode()).derive(self._secret)

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Give back what `encrypt()` took, or raise `Undecipherable`."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise Undecipherable(
                "A stored secret can't be read: LEADSBOT_SECRET_KEY is not the one it was stored with.",
                code="secret_key_changed",
            ) from None

    def serializer(self, purpose: str) -> URLSafeTimedSerializer:
        """Give a signer for `purpose`; always load with `max_age`."""
        return URLSafeTimedSerializer(self._key(f"signing {purpose}"), salt=f"leadsbot.{purpose}")

    def mac(self, purpose: str, message: bytes) -> bytes:
        """Give a 32-byte HMAC-SHA256 of `message` for `purpose`; compare with `hmac.compare_digest`."""
        return hmac.new(self._key(f"mac {purpose}"), message, hashlib.sha256).digest()
