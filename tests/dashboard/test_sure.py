"""What can't simply be taken back is asked once more, with a script or without."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from leadsbot.dashboard import csrf
from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.sure import question
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ADDRESS, Browser, shown

TEMPLATES = Path(__file__).parents[2] / "backend" / "leadsbot" / "dashboard" / "templates"


async def test_without_a_script_a_removal_asks_first_and_posts_the_same_again(
    owner: Browser, workspace: Created
) -> None:
    await owner.press("/channels", {"kind": "telegram", "name": "Sales & co", "chat_id": "-100123"})
    page = (await owner.see("/channels")).text
    action, form = re.search(r'action="(/channels/[\w-]+/delete)".*?(<input.*?)</form>', page, re.DOTALL).groups()  # type: ignore[union-attr]
    posted = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    asked = await owner.press(action, {**posted, "more": "1"}, referer=f"{ADDRESS}/channels?x=1")
    assert asked.status_code == 200
    said = shown(asked)
    assert '<h1>Remove "Sales & co"?</h1>' in said and 'href="/channels?x=1"' in said
    assert "Sales & co" in shown(await owner.see("/channels")), "nothing is done yet"
    again = re.search(rf'action="{action}".*?</form>', asked.text, re.DOTALL)[0]  # type: ignore[index]
    assert ">Remove</button>" in again and 'name="more" value="1"' in again and "_ask" not in again
    assert (await owner.press(action, {"more": "1"})).headers["location"] == "/channels"


def test_the_way_back_leads_to_a_page_of_ours() -> None:
    posted = Posted({"_ask": ["Sure? So."], csrf.FIELD: ["t"], "a": ["1", "2"]})
    asked = question(posted, "/x/delete", {"referer": "https://evil.example//evil.example"})
    assert asked is not None and asked.back == "/" and asked.fields == (("a", "1"), ("a", "2"))
    assert (asked.title, asked.lost, asked.verb) == ("Sure?", "So.", "Go on")
    assert question(Posted({}), "/x", {}) is None


def test_every_button_that_deletes_or_removes_asks() -> None:
    """A new one needs its question: what will be lost, in words."""
    calls = [
        call
        for template in TEMPLATES.rglob("*.html")
        for call in re.findall(r"post\([^\n]*?/(?:delete|remove|revoke|unlink|rotate)'.*?\) ?}}", template.read_text())
    ]
    assert len(calls) >= 9
    assert [call for call in calls if "sure=" not in call] == []
