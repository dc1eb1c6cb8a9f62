"""What a running LeadsBot is made of, handed to pages, doors, the bot and the jobs. Put together in `app` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadsbot.channels.base import Channel
from leadsbot.db import Database
from leadsbot.outbound import Outbound
from leadsbot.settings import Settings
from leadsbot.vault import Vault
from leadsbot.workspaces.api_keys import Keys
from leadsbot.workspaces.bursts import Bursts
from leadsbot.workspaces.endpoints import EndpointBook
from leadsbot.workspaces.refusals import Tally
from leadsbot.workspaces.sign_in import SignIns
from leadsbot.workspaces.sites import SiteBook


@dataclass(frozen=True, slots=True)
class Services:
    """One per process. `channels` holds the kinds that there are, by name."""

    settings: Settings
    database: Database
    vault: Vault
    outbound: Outbound
    channels: Mapping[str, Channel]
    sites: SiteBook
    endpoints: EndpointBook
    keys: Keys
    sign_ins: SignIns
    refusals: Tally
    bursts: Bursts = field(default_factory=Bursts)
