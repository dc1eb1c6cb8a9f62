"""Who wrote a body: the hex HMAC-SHA256 of its bytes, keyed by a secret that the sender and we share."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "x-leadsbot-signature"
# As GitHub and others write it; the bare digest is what we send ourselves.
_PREFIX: Final = "sha256="


def sign(body: bytes, secret: str) -> str:
    """Give the signature of `body`, keyed by the secret as it was shown."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def fits(body: bytes, given: str, secret: str) -> bool:
    """Tell whether `given` (a header's value) is the signature, in a time that says nothing of how near it came."""
    said = given.strip()
    if said[: len(_PREFIX)].lower() == _PREFIX:
        said = said[len(_PREFIX) :]
    return hmac.compare_digest(said.strip().lower().encode("utf-8", "replace"), sign(body, secret).encode())
