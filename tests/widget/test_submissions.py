"""What counts as a submission, what doesn't, and how sure the widget is of it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext

from tests.widget.conftest import Open, engaged
from tests.widget.servers import Backend, Site

CONTACT = """
<h1>Contact us</h1>
<form name="contact" method="post" action="/send">
  <label>Your name <input name="name" autocomplete="name"></label>
  <label>E-mail * <input name="email" type="email"></label>
  <label>Phone <input name="phone" type="tel"></label>
  <label>Message <textarea name="message"></textarea></label>
  <button>Send</button>
</form>
"""
PREVENT = "<script>document.forms[0].addEventListener('submit', e => { e.preventDefault(); e.target.reset() })</script>"


def control(open_page: Open, backend: Backend) -> None:
    """Submit a form that is a lead, and wait for it: whatever came before would have arrived by now."""
    page = open_page(
        "<form name=control method=post action=/send><input name=email><button>Go</button></form>", "/control"
    )
    page.fill("input", "control@example.com")
    page.click("button")
    backend.seen.wait(lambda: any(e["form"]["key"] == "control" for e in backend.events("submit")), "the control")


def submits(backend: Backend) -> list[str]:
    return [e["form"]["key"] for e in backend.events("submit") if e["form"]["key"] != "control"]


def test_a_native_submission_is_sent_as_confirmed(open_page: Open, backend: Backend, site: Site) -> None:
    page = open_page(CONTACT)
    page.fill("[name=name]", "Jane Doe")
    page.fill("[name=email]", "jane@example.com")
    page.fill("textarea", "Do you have a garden?")
    page.click("button")
    page.wait_for_url("**/thanks")
    event = backend.expect("submit")
    assert event["confirmation"] == "confirmed"
    assert event["form"] == {"key": "contact", "name": "Contact us"}
    assert (event["done"], event["total"], event["percent"]) == (3, 4, 75)
    assert event["last"] == "Message"
    assert event["fields"] == [
        {"name": "name", "label": "Your name", "type": "text", "means": "name", "value": "Jane Doe"},
        {"name": "email", "label": "E-mail", "type": "email", "means": "", "value": "jane@example.com"},
        {
            "name": "message",
            "label": "Message",
            "type": "textarea",
            "means": "",
            "value": "Do you have a garden?",
        },
    ]
    assert len(backend.events("submit")) == 1


def test_the_pages_own_request_is_what_it_would_be_without_the_widget(open_page: Open, site: Site) -> None:
    page = open_page(CONTACT)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    page.wait_for_url("**/thanks")
    [own] = [r for r in site.seen.requests if r.method == "POST"]
    assert (own.path, own.body) == ("/send", "name=&email=jane%40example.com&phone=&message=")


def test_a_prevented_submission_of_which_nothing_more_is_seen_is_sent_as_attempted(
    open_page: Open, backend: Backend
) -> None:
    page = open_page(CONTACT + PREVENT.replace("e.target.reset()", ""))
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    assert backend.expect("submit")["confirmation"] == "attempted"


def test_a_prevented_submission_that_empties_the_form_is_confirmed_with_the_values_before(
    open_page: Open, backend: Backend
) -> None:
    page = open_page(CONTACT + PREVENT)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    event = backend.expect("submit")
    assert event["confirmation"] == "confirmed"
    assert [f["value"] for f in event["fields"]] == ["jane@example.com"]


@pytest.mark.parametrize("answers", [True, False], ids=["refused", "silent"])
@pytest.mark.parametrize(
    ("after", "verdict"),
    [("", "confirmed"), (PREVENT.replace("e.target.reset()", ""), "attempted")],
    ids=["native", "by-script"],
)
def test_where_the_second_file_never_comes_the_first_sees_submissions_alone(
    context: BrowserContext, open_page: Open, backend: Backend, answers: bool, after: str, verdict: str
) -> None:
    context.route("**/widget-engaged.js", lambda route: route.abort() if answers else None)
    secret = "<input name=pin type=password><input name=note value='4111 1111 1111 1111'><button>Send</button>"
    page = open_page(CONTACT.replace("<button>Send</button>", secret) + after)
    page.fill("[name=email]", "jane@example.com")
    page.fill("[name=pin]", "SENTINEL")
    page.click("button")
    event = backend.expect("submit")
    assert event["confirmation"] == verdict
    assert {f["name"]: f["value"] for f in event["fields"]} == {"email": "jane@example.com", "note": "••••"}
    assert "SENTINEL" not in backend.sent


def test_a_page_that_stops_the_event_at_document_hides_nothing(open_page: Open, backend: Backend) -> None:
    stop = "<script>document.addEventListener('submit', e => e.stopImmediatePropagation(), true)</script>"
    page = open_page(stop + CONTACT)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    assert backend.expect("submit")["confirmation"] == "confirmed"


def test_a_double_click_is_one_submission(open_page: Open, backend: Backend) -> None:
    page = open_page(CONTACT + PREVENT.replace("e.target.reset()", ""))
    page.fill("[name=email]", "jane@example.com")
    page.dblclick("button")
    backend.expect("submit")
    control(open_page, backend)
    assert submits(backend) == ["contact"]


def test_a_second_submission_with_other_values_is_another(open_page: Open, backend: Backend) -> None:
    page = open_page(CONTACT + PREVENT)
    for address in ("jane@example.com", "john@example.com"):
        page.fill("[name=email]", address)
        page.click("button")
    backend.expect("submit", 2)
    first, second = backend.events("submit")
    assert first["id"] != second["id"]
    assert first["session"] != second["session"]


def test_a_script_that_submits_after_its_check_confirms_the_same_submission(open_page: Open, backend: Backend) -> None:
    check = """<script>
      let checked = false;
      document.forms[0].addEventListener('submit', e => {
        if (checked) return;
        e.preventDefault();
        setTimeout(() => { checked = true; e.target.requestSubmit() }, 50);
      });
    </script>"""
    page = open_page(CONTACT + check)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    page.wait_for_url("**/thanks")
    control(open_page, backend)
    assert [e["confirmation"] for e in backend.events("submit") if e["form"]["key"] == "contact"] == ["confirmed"]


def test_the_script_included_twice_runs_once(open_page: Open, backend: Backend) -> None:
    again = f'<script src="{backend.url}/widget.js" data-token="pub_test"></script>'
    page = open_page(again + CONTACT)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    backend.expect("submit")
    control(open_page, backend)
    assert submits(backend) == ["contact"]


@pytest.mark.parametrize(
    "form",
    [
        "<form role=search action=/s><input name=words><button>Go</button></form>",
        "<form action=/s><input type=search name=words><button>Go</button></form>",
        "<form action=/s><input name=q><button>Go</button></form>",
        "<form method=dialog><input name=email><button>Go</button></form>",
        "<form method=post action=/s><input name=email><button formmethod=dialog>Go</button></form>",
        "<form method=post action=/s><input name=email><input type=password name=p><button>Go</button></form>",
        "<form method=post action=/s><input name=a><input name=b><input type=password autocomplete=current-password>"
        "<button>Go</button></form>",
        "<form method=post action=/s data-leadsbot-ignore><input name=email><button>Go</button></form>",
        "<form method=post action=/s class=private><input name=email><button>Go</button></form>",
        "<form method=post action=/s name='Staff only'><input name=email><button>Go</button></form>",
    ],
)
def test_searches_logins_dialogs_and_ignored_forms_are_no_leads(open_page: Open, backend: Backend, form: str) -> None:
    backend.settings["ignored"] = ["staff only"]
    page = open_page(form, tag='data-ignore=".private"')
    for field in page.query_selector_all("input"):
        field.fill("jane@example.com")
    page.click("button")
    control(open_page, backend)
    assert submits(backend) == []
    assert "jane@example.com" not in backend.sent
    assert {e["form"]["key"] for e in backend.events("submit")} == {"control"}


def test_a_registration_is_a_lead_without_its_passwords(open_page: Open, backend: Backend) -> None:
    page = open_page(
        "<form method=post action=/s><input name=email><input type=password name=p1 autocomplete=new-password>"
        "<input type=password name=p2><button>Go</button></form>"
    )
    page.fill("[name=email]", "jane@example.com")
    page.fill("[name=p1]", "swordfish")
    page.fill("[name=p2]", "swordfish")
    page.click("button")
    assert [f["name"] for f in backend.expect("submit")["fields"]] == ["email"]
    assert "swordfish" not in backend.sent


def test_only_forms_inside_the_container_are_seen(open_page: Open, backend: Backend) -> None:
    both = (
        "<form name=outside method=post action=/s><input name=email><button>Out</button></form>"
        "<div id=box><form name=inside method=post action=/s><input name=email><button>In</button></form></div>"
    )
    page = open_page(both, tag='data-container="#box"')
    page.fill("[name=outside] input", "out@example.com")
    page.click("text=Out")
    page = open_page(both, tag='data-container="#box"')
    page.fill("[name=inside] input", "in@example.com")
    page.click("text=In")
    assert backend.expect("submit")["form"]["key"] == "inside"
    assert "out@example.com" not in backend.sent


def test_fields_named_like_the_forms_own_properties_do_no_harm(open_page: Open, backend: Backend) -> None:
    names = ["id", "action", "submit", "elements", "tagName", "getAttribute", "classList", "matches", "closest", "name"]
    fields = "".join(f"<input name={name} value=v-{name}>" for name in names)
    page = open_page(f"<form method=post action=/send name=tricky>{fields}<button>Go</button></form>")
    page.evaluate("document.querySelector('button').click()")
    event = backend.expect("submit")
    assert event["form"]["key"] == "tricky"
    assert {f["name"]: f["value"] for f in event["fields"]} == {name: f"v-{name}" for name in names}


def test_fields_tied_by_their_form_attribute_belong_to_the_form(open_page: Open, backend: Backend) -> None:
    page = open_page("<form id=f method=post action=/send><button>Go</button></form><input form=f name=email>")
    page.fill("input", "jane@example.com")
    page.click("button")
    assert backend.expect("submit")["fields"][0]["value"] == "jane@example.com"


def test_a_container_without_a_form_is_sent_by_its_button(open_page: Open, backend: Backend) -> None:
    page = open_page(
        "<div data-leadsbot-form='Call back'><input type=tel name=phone>"
        "<button type=button><b>Call me</b></button></div>"
    )
    page.fill("input", "+43 660 1234567")
    page.click("b")
    event = backend.expect("submit")
    assert (event["form"]["key"], event["confirmation"]) == ("Call back", "attempted")
    assert event["fields"][0]["type"] == "tel"


def test_a_container_with_several_buttons_waits_for_the_one_that_sends(open_page: Open, backend: Backend) -> None:
    page = open_page(
        "<div data-leadsbot-form=steps><input name=email><button type=button>Next</button>"
        "<span data-leadsbot-submit>Send</span><button type=button>Back</button></div>"
    )
    page.fill("input", "jane@example.com")
    page.click("text=Next")
    page.click("text=Send")
    backend.expect("submit")
    control(open_page, backend)
    assert submits(backend) == ["steps"]


def test_values_of_groups_and_lists_are_joined(open_page: Open, backend: Backend) -> None:
    page = open_page(
        """<form method=post action=/send>
        <fieldset><legend>Rooms</legend><label><input type=checkbox name=room value=Hall checked>Hall</label>
        <label><input type=checkbox name=room value=Garden checked>Garden</label></fieldset>
        <fieldset><legend>Time</legend><label><input type=radio name=time value=Noon>Noon</label>
        <label><input type=radio name=time value=Night checked>Night</label></fieldset>
        <label>Menu <select name=menu multiple><option selected>Fish<option selected>Vegan<option>Meat</select></label>
        <label><input type=checkbox name=news value=yes>Newsletter</label>
        <button>Go</button></form>"""
    )
    page.focus("select")
    engaged(page, backend)
    page.click("button")
    fields = backend.expect("submit")["fields"]
    assert [(f["name"], f["label"], f["value"]) for f in fields] == [
        ("room", "Rooms", "Hall, Garden"),
        ("time", "Time", "Night"),
        ("menu", "Menu", "Fish, Vegan"),
    ]


def test_the_page_hears_what_was_captured_but_no_values(open_page: Open, backend: Backend) -> None:
    listen = "<script>heard=[];document.addEventListener('leadsbot:captured',e=>heard.push(e.detail))</script>"
    page = open_page(listen + CONTACT + PREVENT)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    backend.expect("submit")
    heard = page.evaluate("heard")
    assert {"form": "Contact us", "type": "submit"} in heard
    assert "jane" not in json.dumps(heard)


def test_the_widget_leaves_no_cookie_and_no_style(open_page: Open, backend: Backend) -> None:
    page = open_page(CONTACT + PREVENT)
    before = page.evaluate("document.querySelectorAll('style,link,[style]').length")
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    backend.expect("submit")
    assert page.context.cookies() == []
    assert page.evaluate("document.querySelectorAll('style,link,[style]').length") == before


def test_capture_takes_a_form_that_no_event_told_of(open_page: Open, backend: Backend) -> None:
    page = open_page(CONTACT)
    page.fill("[name=email]", "jane@example.com")
    page.evaluate("LeadsBot.capture('[name=contact]'); LeadsBot.capture('#nowhere'); LeadsBot.capture(null)")
    assert backend.expect("submit")["confirmation"] == "attempted"


def test_identify_and_stage_reach_the_backend_without_cards(open_page: Open, backend: Backend) -> None:
    page = open_page(CONTACT)
    page.evaluate("LeadsBot.identify({email: 'jane@example.com', card_number: '4111111111111111', password: 'x'})")
    page.evaluate("LeadsBot.stage('Paid', {amount: 120, note: '4111 1111 1111 1111'})")
    assert backend.expect("identify")["values"] == {"email": "jane@example.com"}
    assert backend.expect("stage")["name"] == "Paid"
    assert "4111" not in backend.sent


def test_labels_with_comments_and_fields_without_any_name_lose_nothing(open_page: Open, backend: Backend) -> None:
    page = open_page(
        """<form name=odd method=post action=/send>
        <label><!----><span>Your name<!--slot--></span> <input name=a data-leadsbot-field=nonsense value=Jane></label>
        <input value=nameless><textarea name=b aria-label="Never send us your card number">Hello</textarea>
        <label>Guests <select name=c><option>20<option>40</select></label><button>Go</button></form>"""
    )
    page.click("button")
    fields = backend.expect("submit")["fields"]
    assert [(f["name"], f["label"], f.get("means"), f["value"]) for f in fields] == [
        ("a", "Your name", "nonsense", "Jane"),
        ("text", "text", "", "nameless"),
        ("b", "Never send us your card number", "", "Hello"),
        ("c", "Guests", "", "20"),
    ]
