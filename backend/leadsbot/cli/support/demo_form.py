"""The demo's hosted form: made in the workspace on its first run, shown by the demo site's florist page."""

from __future__ import annotations

from leadsbot.db import Database
from leadsbot.forms.hosted import Definition, HostedField, Thanks
from leadsbot.forms.hosted_editing import create_hosted

NAME = "Flowers"  # what the page's tag asks for
DEFINITION = Definition(
    title="Ask for flowers",
    fields=[
        HostedField(name="name", label="Your name", required=True, autocomplete="name"),
        HostedField(name="email", label="E-mail", type="email", required=True, autocomplete="email", width="half"),
        HostedField(name="phone", label="Phone", type="tel", autocomplete="tel", width="half"),
        HostedField(name="event_date", label="Day of the feast", type="date", width="half"),
        HostedField(name="tables", label="Tables", type="number", width="half"),
        HostedField(
            name="style", label="What do you like?", type="radio", options=["Wild", "White", "As the garden has it"]
        ),
        HostedField(name="message", label="What should Agnes know?", type="textarea"),
    ],
    button="Ask Agnes",
    thanks=Thanks(title="Agnes has it", text="She writes back on her next round through the garden."),
)


async def add_form(database: Database, workspace_id: str, site_id: str) -> None:
    """Make it for a site that has none of its name."""
    await create_hosted(database, workspace_id, site_id, NAME, DEFINITION)
