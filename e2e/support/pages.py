"""Somebody's own pages with the tag in them, for a server that knows nothing of LeadsBot."""

from __future__ import annotations

from e2e.support.house import House

ENQUIRY = """
<h1>Ask the gardener</h1>
<form name="enquiry" method="post" action="/send">
  <label>Your name <input name="name" required></label>
  <label>E-mail <input type="email" name="email" required></label>
  <button>Send</button>
</form>
"""


def with_tag(leadsbot: House, body: str) -> str:
    """Give a page with this body and the tag as the dashboard has it to copy."""
    tag = leadsbot.api.get(f"/api/v1/sites/{leadsbot.site_id}")["script_tag"]
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>{tag}<body>{body}</body></html>'
