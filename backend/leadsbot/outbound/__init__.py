"""The only HTTP client that leaves the house.

Users choose the addresses we call, so none of them may lead into the network we stand in. The address is checked when
the socket opens: the name is resolved here, every address it has is judged, and the socket goes to one that was judged.
A name that changes its answer between check and use therefore gains nothing, and redirects are not followed at all.
"""

from __future__ import annotations

from leadsbot.outbound.addresses import is_public
from leadsbot.outbound.client import Outbound, Response
from leadsbot.outbound.errors import OutboundError, Reason
from leadsbot.outbound.forms import encode_form
from leadsbot.outbound.transport import Resolve
from leadsbot.outbound.urls import check_url, without_query

__all__ = [
    "Outbound",
    "OutboundError",
    "Reason",
    "Resolve",
    "Response",
    "check_url",
    "encode_form",
    "is_public",
    "without_query",
]
