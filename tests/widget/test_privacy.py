"""What must never leave the page, and what must although it looks alike; consent and the site's settings."""

from __future__ import annotations

import pytest

from tests.widget.conftest import Open, engaged
from tests.widget.servers import TOKEN, Backend

CARD = "4111111111111111"
STORED = "Object.keys(localStorage)"


def form(fields: str) -> str:
    email = "<input name=email value=jane@example.com>"
    return f"<form name=f method=post action=/send>{email}{fields}<button>Go</button></form>"


def values(backend: Backend) -> dict[str, str]:
    return {f["name"]: f["value"] for f in backend.expect("submit")["fields"]}


@pytest.mark.parametrize(
    "field",
    [
        "<input type=password autocomplete=new-password name=secret value=SENTINEL>",
        "<input type=hidden name=csrf value=SENTINEL>",
        "<input name=n autocomplete=cc-number value=SENTINEL>",
        "<input name=n autocomplete='billing cc-name' value=SENTINEL>",
        "<input name=n autocomplete=one-time-code value=SENTINEL>",
        "<input name=cardNumber value=SENTINEL>",
        "<input name=card_number value=SENTINEL>",
        "<input name=x1 id=cc-cvc value=SENTINEL>",
        "<label>CVV <input name=x2 value=SENTINEL></label>",
        "<input name=x3 placeholder='Passport' value=SENTINEL>",
        "<input name=SSN value=SENTINEL><input name=ssn2 value=SENTINEL>",
        "<label>IBAN-Nr. <input name=x4 value=SENTINEL></label>",
        "<input name=Kreditkartennummer value=SENTINEL>",
        "<input name=salary value=SENTINEL>",
        "<input name=note value=SENTINEL data-leadsbot-ignore>",
        "<input name=off value=SENTINEL disabled>",
    ],
)
def test_sensitive_fields_are_not_sent(open_page: Open, backend: Backend, field: str) -> None:
    backend.settings["masked"] = ["Salary"]
    page = open_page(form(field))
    page.click("button")
    assert values(backend) == {"email": "jane@example.com"}
    assert "SENTINEL" not in backend.sent


@pytest.mark.parametrize(
    "name", ["discard", "passage", "compassport", "classname", "cancel_card", "postcode", "pin_code", "accountant"]
)
def test_names_that_merely_contain_such_words_are_sent(open_page: Open, backend: Backend, name: str) -> None:
    page = open_page(form(f"<input name={name} value=kept>"))
    page.click("button")
    assert values(backend)[name] == "kept"


@pytest.mark.parametrize(
    "value",
    [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "3782 822463 10005", f"{CARD} 12/27 123"],
)
def test_card_numbers_are_taken_out_of_any_field(open_page: Open, backend: Backend, value: str) -> None:
    page = open_page(
        form(f"<textarea name=message>Please charge {value} today</textarea><input name=x value='{value}'>")
    )
    page.click("button")
    assert values(backend)["message"].startswith("Please charge ••••")
    for part in ("4111", "1111", "3782", "8224"):
        assert part not in backend.sent.replace(backend.url, "")


def test_phones_are_no_cards_unless_their_name_speaks_of_one(open_page: Open, backend: Backend) -> None:
    page = open_page(
        form(
            f"<input type=tel name=phone value={CARD}><input name=mobile value='+{CARD}'>"
            f"<input type=tel name=card value={CARD}><input name=order value=4111111111111112>"
        )
    )
    page.click("button")
    sent = values(backend)
    assert (sent["phone"], sent["mobile"], sent["order"]) == (CARD, f"+{CARD}", "4111111111111112")
    assert CARD not in sent["card"]


def test_a_field_that_was_once_a_password_stays_one(open_page: Open, backend: Backend) -> None:
    page = open_page(form("<input type=password autocomplete=new-password name=p>"))
    page.fill("[name=p]", "swordfish")
    page.evaluate("document.querySelector('[name=p]').type = 'text'")
    page.click("button")
    assert values(backend) == {"email": "jane@example.com"}
    assert "swordfish" not in backend.sent


def test_hidden_fields_are_sent_only_where_the_site_lists_them(open_page: Open, backend: Backend) -> None:
    backend.settings.update(hidden=["Campaign"], honeypot="website")
    page = open_page(
        form("<input type=hidden name=campaign value=spring><input type=hidden name=csrf value=x>")
        + "<script>document.forms[0].insertAdjacentHTML('beforeend','<input name=website value=spam>')</script>"
    )
    page.click("button")
    assert values(backend) == {"email": "jane@example.com", "campaign": "spring", "website": "spam"}
    page = open_page(form("<input name=website>"), "/next")
    page.focus("[name=email]")
    engaged(page, backend)
    page.click("button")
    assert backend.expect("submit", 2)["total"] == 1


def test_nothing_is_stored_or_sent_before_consent(open_page: Open, backend: Backend) -> None:
    page = open_page(form("<input name=name>"), tag="data-consent=required", wait=False)
    page.fill("[name=name]", "Jane")
    page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    page.click("button")
    page.evaluate("LeadsBot.flush()")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.evaluate(STORED) == []
    page.evaluate("LeadsBot.consent(true)")
    backend.expect("submit")
    posts = [r for r in backend.seen.requests if r.method == "POST"]
    assert all("Jane" in r.body or '"view"' in r.body for r in posts)
    assert f"leadsbot:{TOKEN}" in page.evaluate(STORED)


def test_consent_required_by_the_site_holds_a_submission_back(open_page: Open, backend: Backend) -> None:
    backend.settings["consent"] = "required"
    page = open_page(form(""), wait=False)
    backend.seen.wait(lambda: backend.seen.requests, "settings")
    page.click("button")
    page.wait_for_url("**/thanks")
    page = open_page(form(""), path="/next", wait=False, page=page)
    page.evaluate("LeadsBot.consent(true)")
    backend.expect("view")
    assert backend.events("submit") == []


def test_consent_withdrawn_forgets_what_is_stored(open_page: Open, backend: Backend) -> None:
    backend.events_status = 503
    page = open_page(form(""))
    page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    page.click("button")
    page.wait_for_function("Object.keys(localStorage).length > 1")
    page.evaluate("LeadsBot.consent(false)")
    page.click("button")
    page.evaluate("LeadsBot.flush()")
    assert page.evaluate(STORED) == []


def test_a_submission_waits_in_memory_for_the_settings_and_obeys_them(open_page: Open, backend: Backend) -> None:
    backend.gate.clear()
    backend.settings["masked"] = ["salary"]
    page = open_page(form("<input name=salary value=SENTINEL>"), wait=False)
    page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    page.click("button")
    page.evaluate("LeadsBot.flush()")
    assert page.evaluate(STORED) == []
    backend.gate.set()
    assert values(backend) == {"email": "jane@example.com"}
    assert "SENTINEL" not in backend.sent


def test_a_submission_leaves_without_settings_when_the_page_does(open_page: Open, backend: Backend) -> None:
    backend.gate.clear()
    page = open_page(form("<input name=name>"), wait=False)
    page.fill("[name=name]", "Jane")
    page.click("button")
    page.wait_for_url("**/thanks")
    assert backend.expect("submit")["confirmation"] == "confirmed"
    assert {e["type"] for e in backend.events()} == {"submit"}
    # A page that goes may send a batch twice, when it is hidden and when it ends: the same one.
    batch, *again = backend.bodies
    assert batch["settings"] is False and "consent" not in batch
    assert all(body == batch for body in again)


def test_a_batch_says_the_visitors_own_word_on_consent(open_page: Open, backend: Backend) -> None:
    page = open_page(form("<input name=name>"), tag="data-consent=required", wait=False)
    backend.expect("view")
    page.evaluate("LeadsBot.consent(true)")
    page.click("button")
    backend.expect("submit")
    said = {e["type"]: body.get("consent") for body in backend.bodies for e in body["events"]}
    assert (said["view"], said["submit"]) == (None, True)
    assert not [body for body in backend.bodies if "settings" in body]


def test_a_submission_goes_when_the_settings_fail(open_page: Open, backend: Backend) -> None:
    backend.settings_status = 503
    page = open_page(form(""), wait=False)
    page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    page.click("button")
    backend.expect("submit")
    assert page.evaluate(STORED) == []
