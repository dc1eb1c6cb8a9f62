"""Opening connections: names resolved here, judged here, opened to exactly what was judged."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Sequence

from leadsbot.outbound.errors import OutboundError
from leadsbot.outbound.exchange import Connection

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# One unreachable address of several must leave time for the others within the exchange's total.
_CONNECT_SECONDS = 5.0


class CheckedOpener:
    """Opens connections only to addresses it has judged; a certificate is asked for by the name."""

    def __init__(self, resolve: Resolve, allows: Callable[[str, int, str], bool], tls: ssl.SSLContext) -> None:
        self._resolve = resolve
        self._allows = allows
        self._tls = tls
        self._connect = Connection.opened

    async def __call__(self, origin: tuple[str, str, int]) -> Connection:
        """Open a connection to scheme, host and port. Raises OutboundError."""
        scheme, host, port = origin
        connection = await self._connected(host, port)
        if scheme == "https":
            await self._encrypt(connection, host)
        return connection

    async def _connected(self, host: str, port: int) -> Connection:
        for address in await self._checked(host, port):
            try:
                return await self._connect(address, port, _CONNECT_SECONDS)
            except OSError:  # TimeoutError too
                continue
        raise OutboundError("connect", f"{host} accepts no connection on port {port}.")

    async def _encrypt(self, connection: Connection, host: str) -> None:
        try:
            await connection.encrypt(self._tls, host)
        except BaseException as error:
            connection.abort()
            if isinstance(error, OSError) and not isinstance(error, TimeoutError):  # an SSLError too
                raise _untrusted(error, host) from error
            raise

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise OutboundError("dns", f"The name {host} can't be found.")
        if not all(self._allows(host, port, address) for address in addresses):
            message = (
                f"{host} leads to a private or reserved address, which is not called from here"
                " unless the server is started with LEADSBOT_ALLOW_PRIVATE_TARGETS=1."
            )
            raise OutboundError("blocked_address", message, permanent=True)
        return addresses


def _untrusted(error: OSError, host: str) -> OutboundError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutboundError("tls", f"{host} shows a certificate that can't be trusted: {error.verify_message}.")
    if isinstance(error, ssl.SSLError):
        return OutboundError("tls", f"{host} and this server found no common way to encrypt.")
    return OutboundError("connect", f"{host} closed the connection before it had answered.")
