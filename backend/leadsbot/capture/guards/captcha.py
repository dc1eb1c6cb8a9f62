"""Whether a person solved the CAPTCHA: asked of the provider, each of whom is asked the same way.

Turnstile: developers.cloudflare.com/turnstile/get-started/server-side-validation; hCaptcha: docs.hcaptcha.com;
reCAPTCHA: developers.google.com/recaptcha/docs/verify. A token is good for one question, so ask last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from leadsbot.outbound import Outbound, OutboundError, encode_form

TIMEOUT_S: Final = 8.0
RETRY_AFTER_S: Final = 30.0
LONGEST_TOKEN: Final = 16_384
LARGEST_ANSWER: Final = 16_384
# reCAPTCHA v3 gives from 0.0 (a bot, very likely) to 1.0, and names this as where to begin.
LEAST_SCORE: Final = 0.5


class Provider(NamedTuple):
    """A provider: what people call it, who is asked, and the field in which its widget posts the token."""

    label: str
    url: str
    field: str


PROVIDERS: Final[Mapping[str, Provider]] = {
    "turnstile": Provider(
        "Turnstile", "https://challenges.cloudflare.com/turnstile/v0/siteverify", "cf-turnstile-response"
    ),
    "hcaptcha": Provider("hCaptcha", "https://api.hcaptcha.com/siteverify", "h-captcha-response"),
    "recaptcha": Provider("reCAPTCHA", "https://www.google.com/recaptcha/api/siteverify", "g-recaptcha-response"),
}
# Our own name for it, where the form isn't sent by the provider's widget itself.
ANY_FIELD: Final = "captcha_token"
FIELDS: Final = (ANY_FIELD, *(provider.field for provider in PROVIDERS.values()))

_SECRET_IS_WRONG: Final = frozenset(
    {
        "missing-input-secret",
        "invalid-input-secret",
        "sitekey-secret-mismatch",
        "invalid-keys",
        "not-using-dummy-secret",
    }
)
_THEIR_FAULT: Final = frozenset({"internal-error"})


class NotAsked(Exception):
    """Nobody can say whether the token is good; `why` is a sentence for the endpoint's owner."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Verdict(NamedTuple):
    """What the provider said. `score` (0 to 1, less is worse) is None where it gives none, `codes` what is wrong."""

    passed: bool
    score: float | None = None
    codes: tuple[str, ...] = ()


async def verify(
    outbound: Outbound, provider: str, secret: str, token: str, address: str, verify_url: str = ""
) -> Verdict:
    """Ask the provider about a token; `verify_url` is the operator's own place to ask. Raises `NotAsked`."""
    known = PROVIDERS[provider]
    headers, content = encode_form({"secret": secret, "response": token, "remoteip": address})
    try:
        answer = await outbound.send(
            f"captcha:{provider}",
            "POST",
            verify_url or known.url,
            headers=headers,
            content=content,
            timeout=TIMEOUT_S,
            max_body=LARGEST_ANSWER,
            to_trusted=bool(verify_url),
        )
    except OutboundError as error:
        raise NotAsked(f"{known.label} couldn't be asked: {error.message}") from None
    return _verdict(known, answer.status, answer.body)


def _verdict(provider: Provider, status: int, body: bytes) -> Verdict:
    try:
        said: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        said = {}
    passed, listed = said.get("success"), said.get("error-codes")
    if not isinstance(passed, bool) or status >= 500:
        raise NotAsked(f"{provider.label} answers {status} instead of saying whether the token is good.")
    codes = tuple(code for code in listed if isinstance(code, str)) if isinstance(listed, list) else ()
    if not passed and _SECRET_IS_WRONG.intersection(codes):
        raise NotAsked(f"{provider.label} doesn't know the endpoint's CAPTCHA secret: set it anew.")
    if not passed and _THEIR_FAULT.intersection(codes):
        raise NotAsked(f"{provider.label} says that something broke on its side.")
    score = said.get("score") if provider is PROVIDERS["recaptcha"] else None
    return Verdict(passed, float(score) if isinstance(score, int | float) else None, codes)
