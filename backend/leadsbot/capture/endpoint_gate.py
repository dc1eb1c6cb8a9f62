"""The rules of an endpoint, one check each: whoever doesn't pass is told little, and the owner is told why."""

from __future__ import annotations

import math
from typing import Any, Final

from leadsbot.capture.endpoint_lead import Sender
from leadsbot.capture.guards import addresses, body_signature, captcha, origins
from leadsbot.capture.lead_body import spelled
from leadsbot.errors import Forbidden, InvalidInput, LeadsBotError, TooManyRequests, Unauthorized, Unavailable
from leadsbot.services import Services
from leadsbot.vault import Undecipherable
from leadsbot.workspaces.endpoints import EndpointRules

MOST_CODES: Final = 200


class Turned(Exception):
    """A request that an endpoint's rules turn away: `error` is what the sender is told, `reason` (a machine's word) and
    `hint` (a sentence) what the owner is."""

    def __init__(self, error: LeadsBotError, reason: str, hint: str = "") -> None:
        super().__init__(error.message)
        self.error = error
        self.reason = reason
        self.hint = hint or error.message


class Gate:
    """Asks of a request what its endpoint's rules ask. Each check raises `Turned`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def origin(self, rules: EndpointRules, origin: str | None) -> None:
        """Let pages of the listed origins send; without a list everybody."""
        if not origins.allowed(origin, rules.allowed_origins):
            error = Forbidden("This origin may not send here.", code="origin_not_allowed")
            raise Turned(error, "origin", origins.hint(origin, rules.allowed_origins))

    def address(self, rules: EndpointRules, sender: Sender) -> None:
        """Let the listed addresses send, or all."""
        if not rules.allow_all_ips and not addresses.allowed(sender.address, rules.allowed_ips):
            error = Forbidden("This address may not send here.", code="ip_not_allowed")
            raise Turned(error, "ip", addresses.hint(sender.address))

    async def burst(self, rules: EndpointRules, sender: Sender) -> None:
        """Let an address send so many requests a second."""
        wait = await self._services.bursts.admit(rules.id, sender.address, rules.burst_per_second)
        if wait > 0:
            error = TooManyRequests("Too Many Requests", code="burst", retry_after=math.ceil(wait))
            raise Turned(error, "burst", f"more than {rules.burst_per_second} requests a second from one address")

    def signature(self, rules: EndpointRules, raw: bytes, given: str) -> None:
        """Take the body of whoever knows the secret, where there is one."""
        if not rules.signing_secret:
            return
        if not given:
            sentence = "Send X-LeadsBot-Signature: the hex HMAC-SHA256 of the body."
            hint = "a body without X-LeadsBot-Signature, which this endpoint asks for"
            raise Turned(Unauthorized(sentence, code="signature_missing"), "signature", hint)
        if not body_signature.fits(raw, given, self._secret(rules.signing_secret)):
            error = Unauthorized("X-LeadsBot-Signature doesn't fit the body.", code="signature_wrong")
            hint = "a signature that doesn't fit: another secret, or bytes that changed after they were signed"
            raise Turned(error, "signature", hint)

    async def solved(self, rules: EndpointRules, own: dict[str, Any], sender: Sender) -> tuple[str, ...]:
        """Ask the provider, where there is one; gives why it may be spam all the same."""
        if not rules.captcha_provider:
            return ()
        provider = captcha.PROVIDERS[rules.captcha_provider]
        token = own.get(spelled(provider.field)) or own.get(captcha.ANY_FIELD)
        if not isinstance(token, str) or not 0 < len(token) <= captcha.LONGEST_TOKEN:
            sentence = f"Solve the CAPTCHA first: its token belongs into {provider.field} or {captcha.ANY_FIELD}."
            hint = f"a lead without {provider.label}'s token: is its widget in the form?"
            raise Turned(_about_token(sentence, provider, code="captcha_missing"), "captcha", hint)
        said = await self._asked(rules, token, sender)
        if not said.passed:
            sentence = "The CAPTCHA wasn't solved, or too long ago: solve it again."
            codes = ", ".join(said.codes)[:MOST_CODES] or "no reason given"
            hint = f"{provider.label} says that the token isn't good ({codes})"
            raise Turned(_about_token(sentence, provider, code="captcha_failed"), "captcha", hint)
        if said.score is not None and said.score < captcha.LEAST_SCORE:
            return (f"{provider.label} takes the sender for a bot ({said.score:g} of 1)",)
        return ()

    async def _asked(self, rules: EndpointRules, token: str, sender: Sender) -> captcha.Verdict:
        services, secret = self._services, self._secret(rules.captcha_secret)
        verify_url = services.settings.captcha_verify_url
        try:
            return await captcha.verify(
                services.outbound, rules.captcha_provider, secret, token, sender.address, verify_url
            )
        except captcha.NotAsked as cause:
            sentence = "The CAPTCHA can't be checked just now, and nothing was stored: send it again in half a minute."
            error = Unavailable(sentence, code="captcha_unavailable", retry_after=captcha.RETRY_AFTER_S)
            raise Turned(error, "captcha_unavailable", cause.why) from None

    def _secret(self, stored: str) -> str:
        """Read a secret; where the server's own key was changed, strangers aren't told."""
        try:
            return self._services.vault.decrypt(stored)
        except Undecipherable as error:
            hint = "the endpoint's secret can't be read, since LEADSBOT_SECRET_KEY was changed: set it anew"
            raise Turned(LeadsBotError("Something went wrong on our side."), "secret_unreadable", hint) from error


def _about_token(sentence: str, provider: captcha.Provider, *, code: str) -> InvalidInput:
    return InvalidInput(sentence, code=code, fields=[provider.field, captcha.ANY_FIELD])
