"""What went wrong on the way, in a sentence."""

from __future__ import annotations

import aiohttp

from leadsbot.outbound.errors import OutboundError


def told(error: aiohttp.ClientError, host: str, port: int) -> OutboundError:
    """Say what came of asking `host`."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            why = getattr(error.certificate_error, "verify_message", "it names another host")
            return OutboundError("tls", f"{host} shows a certificate that can't be trusted: {why}.")
        case aiohttp.ClientConnectorSSLError():
            return OutboundError("tls", f"{host} and this server found no common way to encrypt.")
        case aiohttp.ClientConnectorError():
            return OutboundError("connect", f"{host} accepts no connection on port {port}.")
        case aiohttp.InvalidURL():
            return OutboundError("invalid_url", "This is not a web address.", permanent=True)
        case aiohttp.ClientResponseError() | aiohttp.ServerDisconnectedError(message=aiohttp.http.RawResponseMessage()):
            return OutboundError("protocol", f"{host} answered with something that is not HTTP.")
        case _:
            return OutboundError("connect", f"{host} closed the connection before it had answered.")
