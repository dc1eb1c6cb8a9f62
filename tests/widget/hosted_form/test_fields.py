"""What a hosted form asks, and how it says what is wrong."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.widget.hosted_form.conftest import Forms
from tests.widget.hosted_form.given import EVERY, EXTRAS, KIND, NAME, NEWS, SIZE, Show, described, fill, send


def test_every_field_has_its_label_and_what_it_is_called(show: Show) -> None:
    page = show(*EVERY)
    for name in ("Your name", "E-mail", "Message", "A tel", "A date", "A number", "A url", "Newsletter", "Kind"):
        expect(page.get_by_label(name)).to_have_count(1)
    expect(page.get_by_role("group", name="How many?").get_by_role("radio")).to_have_count(2)
    expect(page.get_by_role("group", name="Extras").get_by_role("checkbox")).to_have_count(2)
    email = page.get_by_label("E-mail")
    assert described(email) == "Never passed on."
    assert email.evaluate("el => [el.required, el.type, el.autocomplete]") == [True, "email", "email"]
    assert page.get_by_label("Your name").get_attribute("autocomplete") == "name"


def test_what_was_answered_is_sent_under_the_fields_names(show: Show) -> None:
    page = show(*EVERY)
    fill(page)
    page.get_by_label("Kind").select_option("Meeting")
    page.get_by_label("More").check()
    page.get_by_label("Dinner").check()
    page.get_by_label("Rooms").check()
    page.get_by_label("Newsletter").check()
    page.get_by_label("Message").fill("Hello\nthere")
    page.get_by_label("A tel").fill("+43 1 234")
    page.get_by_label("A date").fill("2027-06-19")
    page.get_by_label("A number").fill("2.5")
    page.get_by_label("A url").fill("https://a.example")
    send(page)
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert page.evaluate("sent[0]") == [
        ["name", "Ada"], ["email", "ada@example.com"], ["kind", "Meeting"], ["size", "More"], ["extras", "Dinner"],
        ["extras", "Rooms"], ["news", "yes"], ["message", "Hello\nthere"], ["tel", "+43 1 234"],
        ["date", "2027-06-19"], ["number", "2.5"], ["url", "https://a.example"],
    ]  # fmt: skip


def test_nothing_that_was_typed_in_the_dashboard_is_taken_for_html(show: Show) -> None:
    attack = "<img src=x onerror=alert(1)>"
    fields = [{**field, "label": attack, "help": attack, "placeholder": attack} for field in (NAME, KIND, NEWS)]
    fields.append({**SIZE, "options": [attack, "b"]})
    consent = {"text": f"{attack} and policy", "link_text": "policy", "link_url": "javascript:alert(1)"}
    page = show(*fields, title=attack, intro=attack, button=attack, consent=consent)
    expect(page.get_by_role("heading", name=attack)).to_be_visible()
    assert page.evaluate("watched[0].querySelectorAll('img, a, script').length") == 0


def test_the_consents_link_stands_in_its_text(show: Show) -> None:
    url = "https://lindenhof.example/privacy"
    page = show(
        NAME, consent={"text": "I agree to the privacy policy.", "link_text": "privacy policy", "link_url": url}
    )
    link = page.get_by_role("link", name="privacy policy")
    assert link.evaluate("el => [el.href, el.target, el.rel]") == [url, "_blank", "noopener"]
    page.get_by_label("Your name").fill("Ada")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("I agree to the privacy policy.")
    page.get_by_label("I agree").check()
    send(page)
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert page.evaluate("sent[0]") == [["name", "Ada"], ["consent", "yes"]]


def test_the_honeypot_is_for_nobody_who_sees_hears_or_tabs(show: Show, backend: Forms) -> None:
    backend.form["honeypot"] = "website"
    page = show(NAME)
    trap = page.locator("[name=website]")
    assert trap.evaluate("el => [el.tabIndex, el.autocomplete, el.getAttribute('aria-hidden')]") == [-1, "off", "true"]
    box = trap.locator("..").bounding_box()
    assert box and box["width"] <= 1 and box["height"] <= 1
    expect(page.get_by_role("textbox")).to_have_count(1)


def test_a_field_of_the_honeypots_name_is_the_only_one(show: Show, backend: Forms) -> None:
    backend.form["honeypot"] = "name"
    expect(show(NAME).locator("[name=name]")).to_have_count(1)


def test_what_is_missing_is_said_beside_each_field_and_the_first_is_gone_to(show: Show) -> None:
    page = show()
    send(page)
    name, email = page.get_by_label("Your name"), page.get_by_label("E-mail")
    expect(name).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text("Please check: Your name, E-mail")
    for field in (name, email):
        assert field.get_attribute("aria-invalid") == "true"
        assert field.evaluate("el => el.validationMessage") in described(field)
    assert page.evaluate("sent") == []


def test_a_correction_is_seen_at_once_and_nothing_is_said_before_it_was_sent(show: Show) -> None:
    page = show()
    email = page.get_by_label("E-mail")
    email.fill("ada")
    assert email.get_attribute("aria-invalid") is None
    fill(page, email="ada@")
    send(page)
    expect(email).to_be_focused()
    assert email.get_attribute("aria-invalid") == "true" and described(email) != "Never passed on."
    email.fill("ada@example.com")
    assert email.get_attribute("aria-invalid") is None and described(email) == "Never passed on."


def test_blanks_are_no_answer(show: Show) -> None:
    page = show(NAME)
    page.get_by_label("Your name").fill("   ")
    send(page)
    expect(page.get_by_label("Your name")).to_be_focused()
    assert page.evaluate("sent") == []


def test_one_of_several_checkboxes_must_be_ticked_where_the_field_is_required(show: Show) -> None:
    page = show({**EXTRAS, "required": True}, {**SIZE, "required": True})
    send(page)
    expect(page.get_by_label("Dinner")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text("Please check: Extras, How many?")
    page.get_by_label("Rooms").check()
    page.get_by_label("More").check()
    send(page)
    expect(page.get_by_text("Thank you")).to_be_visible()
