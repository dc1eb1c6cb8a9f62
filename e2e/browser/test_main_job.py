"""The main job: a page's own form, sent by a visitor, is a lead in the open inbox, in Telegram, mail and a webhook."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.support.dashboard import row_of
from e2e.support.house import OWNER, House
from e2e.support.visitor import PHONE, send_contact_form
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import ADA, TelegramServer
from tests.support.webhook_receiver import WebhookReceiver

NAME, EMAIL, MESSAGE = "Helene Gruber", "helene@example.com", "Do you have a free Saturday in June?"
REFERRER = "http://blog.example/weddings-near-vienna"
CAMPAIGN = "utm_source=newsletter&utm_medium=email&utm_campaign=spring-fair"
CHAT = 7001


def arrive_and_write(page: Page, site: str) -> None:
    """Come by a campaign, go on to the contact page and send its form."""
    page.goto(f"{site}/index.html?{CAMPAIGN}", referer=REFERRER)
    page.get_by_role("link", name="Contact").click()
    expect(page).to_have_url(f"{site}/contact.html")
    send_contact_form(page, name=NAME, email=EMAIL, message=MESSAGE)


def test_a_lead_slides_into_the_open_inbox_without_a_reload(owner: Page, visitor: Page, site: str) -> None:
    expect(row_of(owner, NAME)).to_have_count(0)
    owner.evaluate("window.neverReloaded = true")

    arrive_and_write(visitor, site)
    row = row_of(owner, NAME)
    row.wait_for()

    assert owner.evaluate("window.neverReloaded")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(EMAIL)
    expect(row).to_contain_text("spring-fair")
    expect(row).to_have_class(re.compile("unread"))


def test_its_page_tells_who_it_is_and_how_they_came(owner: Page, visitor: Page, site: str) -> None:
    arrive_and_write(visitor, site)
    row_of(owner, NAME).click()
    lead = owner.locator("#pane #lead")
    expect(lead.get_by_role("heading", name=NAME)).to_be_visible()
    for text in (EMAIL, PHONE, MESSAGE, "/contact.html", "Newsletter · spring-fair", "Chrom", "5 of 5 fields"):
        expect(lead).to_contain_text(text)
    expect(lead.locator(".filled")).to_contain_text("100")

    lead.get_by_text("How they came").click()
    touches = lead.locator(".touches")
    for text in ("newsletter", "spring-fair", "blog.example", "/index.html"):
        expect(touches.get_by_text(text).first).to_be_visible()

    thread = lead.locator("#thread")
    for kind in ("touch", "started", "submitted", "stage", "delivery"):
        expect(thread.locator(f".of-{kind}").first).to_be_visible()


def test_the_api_shows_it_with_its_attribution_and_completion(leadsbot: House, visitor: Page, site: str) -> None:
    arrive_and_write(visitor, site)
    lead = leadsbot.api.lead(EMAIL)
    shown = {key: lead[key] for key in ("name", "phone", "message", "event_date", "utm_source", "utm_medium")}
    assert shown == {
        "name": NAME,
        "phone": PHONE,
        "message": MESSAGE,
        "event_date": "2027-06-19",
        "utm_source": "newsletter",
        "utm_medium": "email",
    }
    assert (lead["utm_campaign"], lead["campaign"]) == ("spring-fair", "spring-fair")
    assert (lead["page_url"], lead["referrer"]) == (f"{site}/contact.html", REFERRER)
    assert lead["landing_page"].startswith(f"{site}/index.html")
    assert (lead["stage"], lead["form_name"], lead["confirmation"]) == ("New", "Contact us", "confirmed")
    assert (lead["form_completion_percent"], lead["form_fields_completed"], lead["form_fields_total"]) == (100, 5, 5)
    assert (lead["device_type"], lead["spam"]) == ("desktop", False)
    assert "Chrom" in lead["browser"]


def test_telegram_the_owners_mail_and_a_signed_webhook_tell_of_it(
    leadsbot: House, visitor: Page, site: str, telegram: TelegramServer, smtp: SmtpServer, receiver: WebhookReceiver
) -> None:
    hook = leadsbot.hook(receiver, "lead.created")
    link = leadsbot.api.post("/api/v1/channels", {"kind": "telegram", "name": "Ada's phone"})
    assert link["link_url"].endswith(f"?start={link['link_code']}")
    telegram.say(CHAT, ADA, f"/start {link['link_code']}")
    telegram.wait_for(lambda call: "Linked" in call.text)

    arrive_and_write(visitor, site)
    lead = leadsbot.api.lead(EMAIL)

    alert = telegram.wait_for(lambda call: NAME in call.text).text
    for text in (EMAIL, MESSAGE, "contact.html", "spring-fair"):
        assert text in alert

    [received] = receiver.wait_for(1)
    told = hook.receiver.verify(hook.secret)
    assert (told["type"], received.headers["x-leadsbot-event"]) == ("lead.created", "lead.created")
    assert {**told["data"]["lead"], "updated_at": lead["updated_at"]} == lead

    [letter] = smtp.wait_for(1)
    assert letter.recipients == [OWNER]
    assert NAME in str(letter.message["Subject"]) and letter.message["Reply-To"] == EMAIL
