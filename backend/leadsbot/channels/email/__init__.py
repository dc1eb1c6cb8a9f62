"""Alerts by mail, through the operator's SMTP server.

The server's address comes from the operator's settings, never from a user, so it needs no check of where it leads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from typing import Any

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, note, summarize
from leadsbot.channels.base.chart import drawn
from leadsbot.channels.base.digest import named
from leadsbot.channels.base.fields import ConfigField
from leadsbot.channels.email.addresses import GROUPS, checked_list
from leadsbot.channels.email.message import begun, compose, compose_digest, message_id
from leadsbot.channels.email.server import Posted, post, post_each, problem_with, told
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound

__all__ = ["CHANNEL", "GROUPS", "MAX_MAILED", "MAX_RECIPIENTS", "begun", "post", "problem_with"]

MAX_RECIPIENTS = 20
MAX_IN_DIGEST = 500
MAX_MAILED = 100  # of one alert, however many owners and admins there are


class Email:
    """Config: `to`, a list of addresses and of the groups `owners`, `admins` and `members`; `unsubscribed`, addresses
    that asked to get nothing. Routing puts the groups' addresses into `to`, leaves out who unsubscribed, and adds
    `smtp_url`, `mail_from`, `unsubscribe`, each address's own link, and `tells_new_leads`, whether it mails those too.
    """

    kind = "email"
    label = "Email"
    kept = ("unsubscribed",)
    fields = (
        ConfigField(
            "to",
            "Who gets the mail",
            "One a line: an address, or owners, admins, members for the people of this workspace.",
            "lines",
        ),
    )

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check the addresses by their form, and drop repeats; whether a mailbox exists only its server knows."""
        given = config.get("to")
        listed = [given] if isinstance(given, str) else given
        if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_RECIPIENTS:
            message = f"Say who gets the mail: between one and {MAX_RECIPIENTS} addresses, owners or admins."
            raise InvalidInput(message, fields=["config.to"])
        to = checked_list(listed, "config.to")
        gone = config.get("unsubscribed") or []
        if not isinstance(gone, list) or len(gone) > MAX_MAILED:
            raise InvalidInput(
                f"unsubscribed is a list of at most {MAX_MAILED} addresses.", fields=["config.unsubscribed"]
            )
        # Whom an admin names again gets mail again.
        named = {address.casefold() for address in to}
        left_out = [one for one in checked_list(gone, "config.unsubscribed") if one.casefold() not in named]
        return {"to": to, "unsubscribed": left_out} if left_out else {"to": to}

    def destination(self, config: Mapping[str, Any]) -> str:
        return ", ".join(config["to"]) or "nobody"

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Send each recipient a mail of their own, all of them with the delivery's Message-ID.

        Whoever can't be mailed for now (greylisting, RFC 6647) makes the delivery fail; the next attempt goes to those
        alone. Where some are refused for good and others took it, the receipt's note names them.
        """
        picture = await drawn(summarize(parcel).chart)
        return await _mail(parcel, lambda to: compose(parcel, to, picture))

    async def send_digest(self, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
        """Send each recipient one mail that lists the leads."""
        told = named(parcels, min(len(parcels), MAX_IN_DIGEST))
        receipt = await _mail(parcels[0], lambda to: compose_digest(parcels[0], told, to))
        return [receipt] * len(told.entries)


async def _mail(parcel: Parcel, mail: Callable[[str], EmailMessage]) -> Receipt:
    if not parcel.config.get("smtp_url"):
        raise DeliveryFailed("This server can't send mail yet. Set LEADSBOT_SMTP_URL.")
    if not parcel.config["to"]:
        raise DeliveryFailed("Nobody is left to be mailed. Add an address to the channel.", permanent=True)
    known: Mapping[str, str] = parcel.state.get("settled") or {}
    mails = {to: mail(to) for to in list(parcel.config["to"])[:MAX_MAILED] if to not in known}
    return _judged(await post_each(mails, str(parcel.config["smtp_url"])), known, parcel)


def _judged(posted: Posted, known: Mapping[str, str], parcel: Parcel) -> Receipt:
    """Give the receipt, or raise what the replies come to. `known` are those settled before, with what was said of
    them: empty for whom the mail reached."""
    final = {to: told({to: reply}) for to, reply in posted.refused.items() if reply[0] >= 500}
    waiting = {to: reply for to, reply in posted.refused.items() if reply[0] < 500}
    settled = {**known, **dict.fromkeys(posted.taken, ""), **final}
    refusals = "; ".join(filter(None, settled.values()))
    if posted.failure is not None:
        posted.failure.state = {"settled": settled}
        raise posted.failure
    if waiting:
        codes = [code for code, _ in waiting.values()]
        raise DeliveryFailed(told(waiting), status_code=min(codes), state={"settled": settled})
    if all(settled.values()):
        codes = [code for code, _ in posted.refused.values()] or [550]
        raise DeliveryFailed(refusals, status_code=min(codes), permanent=True)
    reached = ", ".join(to for to, refusal in settled.items() if not refusal)
    said = next(iter(posted.taken.values()), "")
    text = "; ".join(filter(None, (refusals, f"The mail server took it for {reached}: {said}")))
    return Receipt(250, note(text.encode()), {"message_id": message_id(parcel.delivery_id, _sender_of(parcel))})


def _sender_of(parcel: Parcel) -> str:
    return str(parcel.config.get("mail_from") or "")


CHANNEL = Email()
