"""Leaving a mail channel from its mails, and undoing that on the Channels page."""

from __future__ import annotations

from leadsbot.db import Database
from leadsbot.routing.mailboxes import EVERYBODY_LEFT, link_for
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, shown

SALES = "sales@example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def test_a_link_asks_first_leaves_at_a_press_and_can_be_undone(
    passer_by: Browser, owner: Browser, outsider: Browser, settings: dict[str, str], database: Database
) -> None:
    await owner.see("/channels")
    await owner.press("/channels", {"kind": "email", "name": "Sales", "to": SALES})
    [row] = await database.fetch("SELECT id FROM channels")
    link = link_for(Vault(settings["LEADSBOT_SECRET_KEY"]), settings["LEADSBOT_PUBLIC_URL"], row["id"], SALES)

    for _ in range(2):  # a scanner that opens it changes nothing
        asked = await passer_by.see(link)
        assert asked.status_code == 200 and SALES in asked.text and "Unsubscribe?" in asked.text
        assert asked.headers["referrer-policy"] == "no-referrer" and asked.headers["x-robots-tag"] == "noindex"
    for _ in range(2):  # as a mail program does: no cookie, no token of ours, and perhaps twice
        pressed = await passer_by.client.post(link, data=ONE_CLICK)
        assert pressed.status_code == 200 and "You are unsubscribed" in pressed.text
    page = shown(await owner.see("/channels"))
    assert EVERYBODY_LEFT in page and f"{SALES} unsubscribed" in page

    undo = f"/channels/{row['id']}/resubscribe"
    await outsider.see("/channels")
    assert (await outsider.press(undo, {"address": SALES})).status_code == 404
    assert (await passer_by.client.post(undo, data={"address": SALES})).headers["location"].startswith("/login")
    assert (await owner.press(undo, {"address": SALES})).status_code == 303
    page = shown(await owner.see("/channels"))
    assert EVERYBODY_LEFT not in page and f"{SALES} unsubscribed" not in page


async def test_a_link_that_was_never_ours_is_not_found(passer_by: Browser, workspace: Created) -> None:
    for path in ("/unsubscribe/x", f"/unsubscribe/{'A' * 44}"):
        assert (await passer_by.see(path)).status_code == 404
        assert (await passer_by.client.post(path, data=ONE_CLICK)).status_code == 404
    unknown = await passer_by.see(f"/unsubscribe/{'A' * 43}")
    assert unknown.status_code == 200 and "No mail comes from here any more" in shown(unknown)
