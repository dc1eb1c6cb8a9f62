"""The parts of a house for tests that start none: on their own database, with their own way out."""

from __future__ import annotations

from collections.abc import Mapping

from leadsbot.channels import discover
from leadsbot.db import Database
from leadsbot.outbound import Outbound
from leadsbot.services import Services
from leadsbot.settings import Settings
from leadsbot.vault import Vault
from leadsbot.workspaces.api_keys import Keys
from leadsbot.workspaces.endpoints import EndpointBook
from leadsbot.workspaces.refusals import Tally
from leadsbot.workspaces.sign_in import SignIns
from leadsbot.workspaces.sites import SiteBook


def put_together(database: Database, given: Mapping[str, str]) -> Services:
    """Put them together; `given` are settings without their prefix, in lower case. Close `outbound` afterwards."""
    variables = {"secret_key": "a key for tests", **given}
    settings = Settings.load({f"LEADSBOT_{name.upper()}": value for name, value in variables.items()}, dotenv=None)
    vault = Vault(settings.secret_key)
    return Services(
        settings=settings,
        database=database,
        vault=vault,
        outbound=Outbound(allow_private=settings.allow_private_targets, trusted=(settings.telegram_api,)),
        channels=discover(),
        sites=SiteBook(database),
        endpoints=EndpointBook(database),
        keys=Keys(database),
        sign_ins=SignIns(database, vault),
        refusals=Tally(database),
    )
