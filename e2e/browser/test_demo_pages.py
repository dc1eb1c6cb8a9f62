"""The demo's pages, made with what real sites are made with: each that a visitor sends is one lead, with its values."""

from __future__ import annotations

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.support.house import House
from e2e.support.visitor import send_contact_form, wait_for_settings
from leadsbot.cli.support import demo_form

NAME, EMAIL, PHONE = "Rosa Lind", "rosa@example.com", "+43 660 7654321"
MONDAY, TUESDAY = "2027-06-21", "2027-06-22"
RESTING = "We rest on Mondays"


@pytest.fixture
def one_lead(leadsbot: House, visitor: Page, site: str) -> Sent:
    return Sent(leadsbot, visitor, site)


class Sent:
    """What the one lead of a visit holds, once the visitor has gone on and nothing is left to send."""

    def __init__(self, leadsbot: House, visitor: Page, site: str) -> None:
        self._leadsbot, self._visitor, self._site = leadsbot, visitor, site

    def holds(self, form: str, name: str, /, **values: str) -> None:
        """Hold that there is one lead, of one confirmed submission of `form` with exactly these values."""
        lead = self._leadsbot.api.lead(EMAIL)
        self._go_on()
        assert len(self._leadsbot.api.every("/api/v1/leads")) == 1
        [submitted] = self._leadsbot.api.timeline(lead["id"], "submitted")
        assert {field["name"]: field["value"] for field in submitted["fields"]} == values
        assert (lead["name"], lead["form_name"], lead["confirmation"]) == (name, form, "confirmed")

    def _go_on(self) -> None:
        """Leave the page, which makes the widget send all it has, and wait on the next until everything was taken."""
        self._visitor.goto(f"{self._site}/index.html")
        wait_for_settings(self._visitor, self._leadsbot.token)
        empty = "prefix => !Object.keys(localStorage).some(key => key.startsWith(prefix))"
        self._visitor.wait_for_function(empty, arg=f"leadsbot:{self._leadsbot.token}:")


def write(place: Locator, **texts: str) -> None:
    """Fill in fields by their labels (`e_mail` is "E-mail"), as somebody does who types."""
    for label, text in texts.items():
        field = place.get_by_label(label.replace("e_mail", "E-mail").replace("_", " "))
        field.click()
        field.press_sequentially(text)


def arrive(page: Page, site: str, link: str) -> None:
    """Come to a page by the way that a person finds it."""
    page.goto(f"{site}/index.html")
    page.get_by_role("navigation").get_by_role("link", name="More ways to ask").click()
    page.get_by_role("link", name=link).click()


def test_plain_html(one_lead: Sent, visitor: Page, site: str) -> None:
    visitor.goto(f"{site}/contact.html")
    send_contact_form(visitor, name=NAME, email=EMAIL, message="A table for two?")
    values = {"email": EMAIL, "phone": "+43 664 1234567", "event_date": "2027-06-19", "message": "A table for two?"}
    one_lead.holds("Contact us", NAME, name=NAME, **values)


def test_jquery_with_its_validation_and_a_refusal_of_the_server(one_lead: Sent, visitor: Page, site: str) -> None:
    arrive(visitor, site, "Book a tasting")
    form = visitor.locator("form[name=tasting]")
    send = form.get_by_role("button", name="Book the table")
    write(form, Your_name=NAME, e_mail="rosa@", Phone=PHONE, People="9")
    send.click()
    for sentence in ("an e-mail address that we can answer to", "two to six", "choose an evening"):
        expect(form.get_by_text(sentence)).to_be_visible()
    form.get_by_label("E-mail").fill(EMAIL)
    form.get_by_label("People").fill("4")
    form.get_by_label("Evening").fill(MONDAY)
    send.click()
    expect(form.get_by_text(RESTING)).to_be_visible()
    form.get_by_label("Evening").fill(TUESDAY)
    send.click()
    expect(visitor.get_by_role("heading", name="The table is yours")).to_be_visible()
    one_lead.holds("Book a tasting", NAME, name=NAME, email=EMAIL, phone=PHONE, date=TUESDAY, people="4")


def test_react_whose_first_step_is_gone_when_the_last_is_sent(one_lead: Sent, visitor: Page, site: str) -> None:
    arrive(visitor, site, "Book a viewing")
    form = visitor.locator("form[name=viewing]")
    next_step, send = (form.get_by_role("button", name=name) for name in ("Next", "Book the viewing"))
    form.get_by_label("Day").fill(MONDAY)
    next_step.click()
    expect(form.get_by_text("Please choose an hour")).to_be_visible()
    form.get_by_label("Hour").select_option("14 h")
    write(form, What_is_it_for="A wedding")
    next_step.click()
    expect(form.get_by_label("Day")).to_have_count(0)
    write(form, Your_name=NAME, e_mail=EMAIL)
    send.click()
    expect(form.get_by_text(RESTING)).to_be_visible()
    form.get_by_label("Day").fill(TUESDAY)
    next_step.click()
    send.click()
    expect(visitor.get_by_role("heading", name="See you then")).to_be_visible()
    values = {"date": TUESDAY, "hour": "14 h", "occasion": "A wedding", "email": EMAIL}
    one_lead.holds("Book a viewing", NAME, name=NAME, **values)


def test_htmx_answered_with_a_piece_of_a_page(one_lead: Sent, visitor: Page, site: str) -> None:
    arrive(visitor, site, "Order the brochure")
    form = visitor.locator("form[name=brochure]")
    write(form, Your_name=NAME, e_mail=EMAIL, Street_and_number="Lindenweg 4", Postcode="34", Town="Klosterneuburg")
    form.get_by_label("Send me the letter").check()
    form.get_by_role("button", name="Send the brochure").click()
    expect(form.get_by_text("That is no postcode")).to_be_visible()
    write(form, Postcode="00")
    form.get_by_role("button", name="Send the brochure").click()
    expect(visitor.get_by_role("heading", name="Thank you, it has arrived")).to_be_visible()
    values = {"street": "Lindenweg 4", "postcode": "3400", "town": "Klosterneuburg", "garden_letter": "yes"}
    one_lead.holds("Send me the brochure", NAME, name=NAME, email=EMAIL, **values)


def test_a_web_component_with_a_control_of_its_own(one_lead: Sent, visitor: Page, site: str) -> None:
    arrive(visitor, site, "Tell us how it was")
    form = visitor.locator("guest-review form")
    form.get_by_role("radio", name="4 stars").check()
    write(form, What_should_we_keep="The dumplings", Your_name=NAME, e_mail=EMAIL)
    form.get_by_role("button", name="Send my words").click()
    expect(visitor.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    one_lead.holds("Tell us about it", NAME, stars="4", message="The dumplings", name=NAME, email=EMAIL)


def test_steps_that_are_made_late_and_taken_out_again(one_lead: Sent, visitor: Page, site: str) -> None:
    arrive(visitor, site, "Ask for a room")
    form = visitor.locator("form[name=rooms]")
    next_step = form.get_by_role("button", name="Next")
    form.get_by_label("Arrival").fill(TUESDAY)
    write(form, Nights="2")
    next_step.click()
    form.get_by_role("radio", name="Attic room").check()
    write(form, Adults="2")
    form.get_by_role("button", name="Back").click()
    form.get_by_label("Nights").fill("3")
    next_step.click()
    expect(form.get_by_role("radio", name="Attic room")).to_be_checked()
    next_step.click()
    write(form, First_name="Rosa", Last_name="Lind", e_mail=EMAIL)
    form.get_by_role("button", name="Ask for the room").click()
    expect(visitor.get_by_role("heading", name="Your message has arrived")).to_be_visible()
    who = {"first_name": "Rosa", "last_name": "Lind", "email": EMAIL}
    one_lead.holds("Ask for a room", NAME, arrival=TUESDAY, nights="3", room="Attic room", adults="2", **who)


def test_a_hosted_form(leadsbot: House, one_lead: Sent, visitor: Page, site: str) -> None:
    definition = msgspec.to_builtins(demo_form.DEFINITION)
    made = {"site_id": leadsbot.site_id, "name": demo_form.NAME, "definition": definition}
    leadsbot.api.post("/api/v1/hosted-forms", made)
    arrive(visitor, site, "Ask for flowers")
    form = visitor.get_by_role("form", name="Ask for flowers")
    write(form, Your_name=NAME, e_mail=EMAIL, Tables="6", What_should_Agnes="No lilies, please.")
    form.get_by_label("Day of the feast").fill(TUESDAY)
    form.get_by_role("radio", name="Wild").check()
    form.get_by_role("button", name="Ask Agnes").click()
    expect(visitor.get_by_role("heading", name="Agnes has it")).to_be_visible()
    values = {"event_date": TUESDAY, "tables": "6", "style": "Wild", "message": "No lilies, please."}
    one_lead.holds("Flowers", NAME, name=NAME, email=EMAIL, **values)


def test_steps_that_are_hidden(one_lead: Sent, visitor: Page, site: str) -> None:
    arrive(visitor, site, "Join the fourteen")
    form = visitor.locator("form[name=application]")
    write(form, First_name="Rosa", Last_name="Lind", e_mail=EMAIL, Phone=PHONE)
    form.get_by_role("button", name="Next").click()
    form.get_by_label("Where would you like to work?").select_option("Garden")
    form.get_by_role("radio", name="Three").check()
    form.get_by_role("button", name="Next").click()
    write(form, What_should_we_know="I know roses.")
    form.get_by_role("button", name="Send application").click()
    expect(visitor.get_by_role("heading", name="Your message has arrived")).to_be_visible()
    values = {"phone": PHONE, "area": "Garden", "days": "Three", "message": "I know roses."}
    one_lead.holds("Application", NAME, first_name="Rosa", last_name="Lind", email=EMAIL, **values)
