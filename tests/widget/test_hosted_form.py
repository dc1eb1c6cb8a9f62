"""Hosted forms as visitors meet them: shown by hosted-form.js alone, with a hook that records what is to be sent.

The whole way, through the listener to a lead, is in e2e/browser/test_hosted_form.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.test_tokens import contrast
from tests.widget.servers import TOKEN, Backend, Json, Request, Site

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (ROOT / "public" / "hosted-form.js").read_text(encoding="utf-8")
STYLE = (ROOT / "widget" / "hosted-form.css").read_text(encoding="utf-8")

FIELD: Json = {"placeholder": "", "help": "", "options": [], "autocomplete": "", "width": "full", "required": False}
NAME = {**FIELD, "name": "name", "label": "Your name", "type": "text", "required": True, "autocomplete": "name"}
EMAIL = {**FIELD, "name": "email", "label": "E-mail", "type": "email", "required": True, "help": "Never passed on."}
KIND = {**FIELD, "name": "kind", "label": "Kind", "type": "select", "options": ["Wedding", "Meeting"]}
SIZE = {**FIELD, "name": "size", "label": "How many?", "type": "radio", "options": ["Up to 20", "More"]}
EXTRAS = {**FIELD, "name": "extras", "label": "Extras", "type": "checkbox", "options": ["Dinner", "Rooms"]}
NEWS = {**FIELD, "name": "news", "label": "Newsletter", "type": "checkbox"}
MESSAGE = {**FIELD, "name": "message", "label": "Message", "type": "textarea"}
EVERY = [NAME, EMAIL, KIND, SIZE, EXTRAS, NEWS, MESSAGE, *(
    {**FIELD, "name": kind, "label": f"A {kind}", "type": kind} for kind in ("tel", "date", "number", "url")
)]  # fmt: skip

Show = Callable[..., Page]


def definition(*fields: Json, **more: Any) -> Json:
    plain = {"title": "Get in touch", "intro": "", "button": "Send", "redirect": "", "words": {}}
    thanks = {"title": "Thank you", "text": "We'll be in touch."}
    consent = {"text": "", "link_text": "", "link_url": ""}
    return {**plain, "thanks": thanks, "consent": consent, "fields": list(fields) or [NAME, EMAIL], **more}


class Forms(Backend):
    """The API as far as the file knows it; `refusals` are the statuses of the first answers."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Json = {"id": "f-1", "name": "Contact", "definition": definition(), "honeypot": ""}
        self.refusals: list[int] = []

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        cors = {"access-control-allow-origin": "*"}
        if request.path == "/hosted-form.js":
            return 200, {**cors, "content-type": "text/javascript"}, SCRIPT
        if request.path.startswith(f"/api/w/{TOKEN}/form"):
            if self.refusals:
                return self.refusals.pop(0), cors, "{}"
            return 200, {**cors, "content-type": "application/json"}, json.dumps(self.form)
        return super().answer(request)

    @property
    def asked(self) -> list[str]:
        """The addresses at which a definition was asked for."""
        return [request.path for request in self.seen.requests if "/form" in request.path.removeprefix("/hosted-form")]


@pytest.fixture
def backend() -> Iterator[Forms]:
    server = Forms()
    yield server
    server.stop()


POLICY = (
    "default-src 'none'; script-src 'nonce-n' {api}; connect-src {api}; form-action 'none'; "
    "require-trusted-types-for 'script'"
)
PAGE = """<!doctype html><html lang=en {html}><meta charset=utf-8><title>A page</title>
<meta name=viewport content="width=device-width, initial-scale=1">
<meta http-equiv=Content-Security-Policy content="{policy}">
<script nonce=n>
  window.refusals = []; window.sent = []; window.watched = []; window.status_ = 202;
  document.addEventListener('securitypolicyviolation', (event) => refusals.push(event.violatedDirective));
</script>{head}<body>{body}
<script nonce=n type=module>
  const hook = {{
    tag: document.getElementById('tag'), api: '{api}', token: '{token}', watch: (root) => watched.push(root),
    async send(form) {{
      sent.push([...new FormData(form)]);
      if (window.held) await held;
      if (status_ === 'thrown') throw new Error('no');
      return status_;
    }},
  }};
  document.documentElement.dataset.ready = 'yes';
  const file = await import('{api}/hosted-form.js');
  await file.default(hook);
  document.documentElement.dataset.shown = 'yes';
</script>"""
TAG = '<script id=tag type=text/plain data-mode=form data-container="#here" {more}></script>'
PLACE = "<div id=here><p>Call us: 01 234</p></div>"


@pytest.fixture
def show(context: BrowserContext, errors: list[str], backend: Forms, site: Site) -> Iterator[Show]:
    """Open a page that shows the backend's form, under a strict policy, with a hook of the test's own."""
    opened: list[Page] = []

    def show_it(
        *fields: Json, tag: str = "", body: str = PLACE, head: str = "", html: str = "", wait: bool = True, **more: Any
    ) -> Page:
        if fields or more:
            backend.form["definition"] = definition(*fields, **more)
        whole = body + TAG.format(more=tag) if "id=tag" not in body + head else body
        site.pages["/page"] = PAGE.format(
            policy=POLICY.format(api=backend.url), api=backend.url, token=TOKEN, head=head, body=whole, html=html
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.clock.install()
        page.goto(site.url + "/page")
        if wait:
            page.wait_for_selector("html[data-shown]")
        opened.append(page)
        return page

    yield show_it
    assert errors == [], "the page saw an error"
    assert [page.evaluate("refusals") for page in opened if page.url.endswith("/page")] == [
        [] for page in opened if page.url.endswith("/page")
    ], "the page's policy refused something"


def fill(page: Page, name: str = "Ada", email: str = "ada@example.com") -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)


def send(page: Page, button: str = "Send") -> None:
    page.get_by_role("button", name=button).click()


def described(field: Locator) -> str:
    """What is read out after a field's name."""
    text: str = field.evaluate("""el => el.getAttribute('aria-describedby').split(' ')
        .map((id) => el.getRootNode().getElementById(id).textContent).join(' ')""")
    return text.strip()


# --- Its place


def test_it_takes_the_place_of_what_stands_in_the_container(show: Show) -> None:
    page = show()
    expect(page.get_by_role("heading", name="Get in touch")).to_be_visible()
    expect(page.get_by_text("Call us")).to_have_count(0)
    assert page.evaluate("watched[0] === document.querySelector('#here > div').shadowRoot")
    assert page.evaluate("watched[0].querySelector('form').getAttribute('data-leadsbot-form')") == "Contact"


def test_without_a_container_it_stands_right_after_the_tag(show: Show) -> None:
    page = show(body="<p>Before</p><script id=tag type=text/plain></script><p id=after>After</p>")
    assert page.evaluate("!!document.getElementById('tag').nextElementSibling.shadowRoot")


def test_a_tag_in_the_head_without_a_container_shows_nothing(show: Show) -> None:
    page = show(body="<p>Body</p>", head="<script id=tag type=text/plain></script>")
    assert page.evaluate("watched.length") == 0
    expect(page.get_by_role("button")).to_have_count(0)


def test_it_waits_for_a_container_that_is_not_there_yet(show: Show) -> None:
    page = show(body="<main></main>", wait=False)
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('div'), {id: 'here'}))")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


@pytest.mark.parametrize(
    ("tag", "path"),
    [("", ""), ("data-form=f-1", "/f-1"), ('data-form="A quote/Größe"', "/A%20quote%2FGr%C3%B6%C3%9Fe")],
)
def test_it_asks_for_the_form_that_the_tag_names(show: Show, backend: Forms, tag: str, path: str) -> None:
    show(tag=tag)
    assert backend.asked == [f"/api/w/{TOKEN}/form{path}"]


# --- When it can't be had


@pytest.mark.parametrize("status", [403, 404])
def test_a_form_that_there_is_not_leaves_the_page_as_it_was(show: Show, backend: Forms, status: int) -> None:
    backend.refusals = [status, status]
    page = show()
    expect(page.get_by_text("Call us")).to_be_visible()
    assert len(backend.asked) == 1


def test_it_asks_again_after_a_failure(show: Show, backend: Forms) -> None:
    backend.refusals = [500, 503]
    page = show(wait=False)
    for asked, pause in ((1, 1_000), (2, 5_000)):
        backend.seen.wait(lambda number=asked: len(backend.asked) == number, f"try {asked}")
        page.wait_for_selector("html[data-ready]")
        page.clock.run_for(pause)
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_after_three_failures_it_leaves_the_page_as_it_was(show: Show, backend: Forms) -> None:
    backend.refusals = [500] * 9
    page = show(wait=False)
    page.clock.resume()
    page.wait_for_selector("html[data-shown]")
    expect(page.get_by_text("Call us")).to_be_visible()
    assert len(backend.asked) == 3


@pytest.mark.parametrize(
    "given", [{}, {"definition": {}}, {"definition": {"fields": [None]}}, {"definition": None}, []]
)
def test_an_answer_that_is_no_form_leaves_the_page_as_it_was(show: Show, backend: Forms, given: Any) -> None:
    backend.form = given
    expect(show().get_by_text("Call us")).to_be_visible()


def test_a_selector_that_is_none_does_no_harm(show: Show) -> None:
    page = show(body="<p>Page</p><script id=tag type=text/plain data-container='##'></script>")
    assert page.evaluate("watched.length") == 0


def test_a_hook_that_fails_does_no_harm(show: Show) -> None:
    failing = "Object.defineProperty(window, 'watched', { get() { throw new Error('no') }, set() {} })"
    page = show(head=f"<script nonce=n>{failing}</script>")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


# --- Fields


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


# --- Checking


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


# --- Sending


def test_thanks_take_the_forms_place_and_are_read_out(show: Show) -> None:
    page = show()
    fill(page)
    send(page)
    status = page.get_by_role("status")
    expect(status).to_have_text("Thank youWe'll be in touch.")
    expect(status).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_it_leads_to_the_page_that_the_form_names(show: Show, site: Site) -> None:
    page = show(redirect=f"{site.url}/thanks")
    fill(page)
    send(page)
    page.wait_for_url("**/thanks")


def test_while_it_is_sent_the_button_says_so_and_sends_nothing_twice(show: Show) -> None:
    page = show(words={"sending": "Moment …"})
    page.evaluate("void (window.held = new Promise((done) => { window.release = done }))")
    fill(page)
    send(page)
    button = page.get_by_role("button")
    expect(button).to_have_text("Moment …")
    assert button.get_attribute("aria-busy") == "true"
    button.click()
    page.get_by_label("Your name").press("Enter")
    page.evaluate("release()")
    expect(page.get_by_role("status")).to_be_visible()
    assert page.evaluate("sent.length") == 1


@pytest.mark.parametrize("status", [0, 500, 429])
def test_what_could_not_be_sent_yet_is_said_to_be_kept(show: Show, status: int) -> None:
    page = show()
    page.evaluate(f"status_ = {status}")
    fill(page)
    send(page)
    expect(page.get_by_role("status")).to_contain_text("will be sent")
    expect(page.get_by_role("status")).to_be_focused()


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(show: Show) -> None:
    page = show()
    page.evaluate("void (window.held = new Promise(() => {}))")
    fill(page)
    send(page)
    expect(page.get_by_role("button")).to_have_text("Sending…")
    page.clock.run_for(20_000)
    expect(page.get_by_role("status")).to_contain_text("will be sent")


@pytest.mark.parametrize("status", ["403", "413", "'thrown'"])
def test_what_was_refused_is_said_and_the_answers_stay(show: Show, status: str) -> None:
    page = show(words={"refused": "Bitte später."})
    page.evaluate(f"status_ = {status}")
    fill(page)
    send(page)
    expect(page.get_by_role("alert")).to_have_text("Bitte später.")
    expect(page.get_by_label("E-mail")).to_have_value("ada@example.com")
    expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-busy", "false")
    page.evaluate("status_ = 202")
    send(page)
    expect(page.get_by_role("status")).to_be_visible()


# --- The look

PROPERTY = re.compile(r"--([a-z-]+): var\(--leadsbot-[a-z-]+, (#[0-9a-f]{3,6})\)")
COLOURS = [dict(PROPERTY.findall(part)) for part in STYLE.split(':host([data-theme="dark"])')]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [
        ("text", "background", 4.5), ("text", "field", 4.5), ("muted", "background", 4.5), ("muted", "field", 4.5),
        ("error", "background", 4.5), ("accent", "background", 4.5), ("on-accent", "accent", 4.5),
        ("border", "background", 3), ("border", "field", 3),
    ],
)  # fmt: skip
def test_its_own_colours_can_be_read(theme: int, front: str, ground: str, least: float) -> None:
    one, other = (COLOURS[theme][name] for name in (front, ground))
    one, other = ("#" + "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour for colour in (one, other))
    assert contrast(one, other) >= least


def colour_of(page: Page, selector: str, name: str) -> str:
    value: str = page.locator(selector).first.evaluate(f"el => getComputedStyle(el)['{name}']")
    return value


def test_it_follows_the_system_and_a_tag_that_says_otherwise(show: Show) -> None:
    page = show()
    light = colour_of(page, "form", "color")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("#here > div")).to_have_attribute("data-theme", "dark")
    assert colour_of(page, "form", "color") != light
    told = show(tag="data-theme=light")
    told.emulate_media(color_scheme="dark")
    assert colour_of(told, "form", "color") == light


def test_a_page_changes_its_look_with_custom_properties(show: Show) -> None:
    page = show()
    assert page.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 0
    page.evaluate("document.documentElement.style.setProperty('--leadsbot-accent', '#00695c')")
    page.evaluate("document.documentElement.style.setProperty('--leadsbot-radius', '0px')")
    page.evaluate("document.documentElement.style.setProperty('--leadsbot-font', 'monospace')")
    assert colour_of(page, "button", "backgroundColor") == "rgb(0, 105, 92)"
    assert colour_of(page, "input", "borderRadius") == "0px"
    assert colour_of(page, "input", "fontFamily") == "monospace"


def test_every_property_is_documented() -> None:
    told = (ROOT / "docs" / "hosted-forms.md").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"--leadsbot-[a-z-]+", STYLE) if f"`{name}`" not in told} == set()


def test_on_a_phone_it_fits_and_no_browser_zooms_in(show: Show) -> None:
    page = show({**NAME, "width": "half"}, {**EMAIL, "width": "half"}, KIND, MESSAGE, button="Send it to us")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for selector in ("input", "select", "textarea"):
        assert float(colour_of(page, selector, "fontSize").removesuffix("px")) >= 16
    boxes = [page.get_by_label(name).bounding_box() for name in ("Your name", "E-mail")]
    assert boxes[0] and boxes[1] and boxes[0]["y"] < boxes[1]["y"], "halves stand below each other"


def test_halves_stand_beside_each_other_where_there_is_room_in_the_direction_of_the_page(show: Show) -> None:
    for html, first_is_left in (("", True), ("dir=rtl", False)):
        page = show({**NAME, "width": "half"}, {**EMAIL, "width": "half"}, html=html, wait=False)
        page.set_viewport_size({"width": 900, "height": 800})
        page.wait_for_selector("html[data-shown]")
        one, other = (page.get_by_label(name).bounding_box() for name in ("Your name", "E-mail"))
        assert one and other and one["y"] - 1 < other["y"] < one["y"] + 1
        assert (one["x"] < other["x"]) is first_is_left


def test_nothing_moves_where_the_system_says_so(show: Show) -> None:
    page = show()
    assert colour_of(page, "button", "transitionDuration") != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert colour_of(page, "button", "transitionDuration") == "0s"


def test_it_can_be_used_by_keyboard_alone(show: Show) -> None:
    page = show(NAME, SIZE, NEWS)
    for key in ("Tab", "Ada", "Tab", "Space", "Tab", "Space", "Tab", "Enter"):
        page.keyboard.type(key) if key == "Ada" else page.keyboard.press(key)
    expect(page.get_by_role("status")).to_be_visible()
    assert page.evaluate("sent[0]") == [["name", "Ada"], ["size", "Up to 20"], ["news", "yes"]]
