"""What an owner does with the ways out of the house and with their account, by hand: each in one visit."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from e2e.support.dashboard import row_of, sign_in
from e2e.support.house import OWNER, PASSWORD, House
from tests.support.telegram_server import ADA, TelegramServer

CHAT = -1001
NEW_PASSWORD = "another horse altogether"


def add_chat(leadsbot: House, name: str = "Sales") -> str:
    made = leadsbot.api.post("/api/v1/channels", {"kind": "telegram", "name": name, "config": {"chat_id": CHAT}})
    return str(made["id"])


def test_a_template_is_shown_as_it_is_typed_and_a_removed_channel_is_back_with_one_press(
    leadsbot: House, owner: Page
) -> None:
    channel = add_chat(leadsbot)
    owner.goto(f"{leadsbot.url}/channels/{channel}")
    template, preview = owner.get_by_label("Template", exact=True), owner.locator("#preview")
    template.fill("Ring {{ lead.name | upper }}")
    expect(preview).to_contain_text(re.compile("Ring [A-Z ]+"))
    template.fill("Ring {{ lead.name")
    expect(preview).to_contain_text("Line 1")

    owner.goto(f"{leadsbot.url}/channels")
    item = owner.locator(f"#channel-{channel}")
    item.get_by_role("button", name="Remove").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog).to_contain_text("For 30 days it can be put back")
    dialog.get_by_role("button", name="Cancel").click()
    expect(item).to_be_visible()
    item.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(item).to_have_count(0)
    owner.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(owner).to_have_url(f"{leadsbot.url}/channels#channel-{channel}")
    expect(item).to_be_visible()


def test_a_lead_is_given_to_a_colleague_beside_the_list(leadsbot: House, owner: Page) -> None:
    colleague = {"email": "bo@lindenhof.example", "name": "Bo Berg", "role": "member", "password": PASSWORD}
    leadsbot.api.post("/api/v1/workspace/members", colleague)
    made = leadsbot.api.post("/api/v1/leads", {"name": "Anna Huber", "email": "a@x.example", "phone": "+43 660 1"})
    owner.goto(f"{leadsbot.url}/leads?open={made['id']}")
    pane, row = owner.locator("#pane"), row_of(owner, "Anna Huber")
    pane.locator("summary", has_text="Assign").press("Enter")
    chosen = pane.get_by_label("Assigned to")
    chosen.press("Escape")
    expect(chosen).to_be_hidden()
    expect(pane.get_by_role("heading", name="Anna Huber")).to_be_visible()  # it alone has closed
    pane.locator("summary", has_text="Assign").press("Enter")
    chosen.select_option("Bo Berg")
    pane.get_by_role("button", name="Assign", exact=True).click()
    expect(pane).to_contain_text("Assigned to Bo Berg")
    expect(pane.locator("summary", has_text="Assign")).to_be_focused()  # and not the page's beginning
    expect(row.get_by_title("Assigned to Bo Berg")).to_be_visible()  # live, without a reload
    owner.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(pane).to_contain_text("Nobody has claimed it yet.")
    expect(row.get_by_title("Assigned to Bo Berg")).to_have_count(0)


def test_without_a_script_a_removal_asks_on_a_page_of_its_own(
    leadsbot: House, people: Callable[..., BrowserContext]
) -> None:
    channel = add_chat(leadsbot, "Sales <b>")
    page = sign_in(people(java_script_enabled=False).new_page(), leadsbot.url)
    page.goto(f"{leadsbot.url}/channels")
    item = page.locator(f"#channel-{channel}")
    item.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name='Remove "Sales <b>"?')).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(f"{leadsbot.url}/channels")
    item.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(item).to_have_count(0)
    page.get_by_text("Removed in the last 30 days").click()
    page.get_by_role("button", name="Put back").click()
    expect(item).to_be_visible()


def test_an_account_gets_a_name_a_telegram_account_and_another_password(
    leadsbot: House, owner: Page, people: Callable[..., BrowserContext], telegram: TelegramServer
) -> None:
    elsewhere = sign_in(people().new_page(), leadsbot.url)
    owner.goto(f"{leadsbot.url}/account")
    owner.get_by_label("Your name").fill("Mara Gruber")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()

    link = owner.get_by_role("link", name="Open Telegram").get_attribute("href") or ""
    telegram.say(ADA["id"], ADA, f"/start {link.partition('start=')[2]}")
    expect(owner.locator("#telegram-account")).to_contain_text("Linked")  # the page notices by itself

    owner.get_by_label("Your password now").fill(PASSWORD)
    owner.get_by_label("A new one").fill(NEW_PASSWORD)
    owner.get_by_role("button", name="Change the password").click()
    expect(owner.get_by_text("Your password is changed.")).to_be_visible()
    elsewhere.goto(f"{leadsbot.url}/leads")
    expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(elsewhere, leadsbot.url, OWNER, NEW_PASSWORD)
