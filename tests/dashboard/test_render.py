"""Every page renders, escapes what visitors typed, and works under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leadsbot.dashboard.render import CONTENT_SECURITY_POLICY, STATIC_PATH, Renderer
from leadsbot.dashboard.views import Delivery, Entry, Fact, Inbox, Lead, LeadRow, Shell, Sites, Toast, Touch, View
from leadsbot.dashboard.views.deliveries import DeliveryStatus
from tests.dashboard.samples import (
    CHANNEL_SETTINGS,
    CHANNELS,
    DEAD,
    DELIVERED,
    FAILED,
    FORM,
    FORMS,
    INBOX,
    LEAD,
    PAGES,
    PENDING,
    ROWS,
    SHELL,
    SITE,
    WEBHOOKS,
)

PUBLIC = Path(__file__).parents[2] / "public"
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and the text of what may hold no text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self._within: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = tag if tag in ("script", "style") else None

    def handle_endtag(self, tag: str) -> None:
        self._within = None

    def handle_data(self, data: str) -> None:
        if self._within and data.strip():
            self.inline.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(PUBLIC)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, renderer: Renderer) -> Page:
    shell, view = PAGES[request.param]
    return Page(renderer.page(shell, view))


def test_it_holds_no_inline_script_style_or_handler(page: Page) -> None:
    assert page.inline == []
    for tag, attributes in page.elements:
        assert tag != "style"
        assert tag != "script" or attributes["src"]
        assert not [name for name in attributes if name == "style" or name.startswith(("on", "hx-on"))]


def test_it_loads_nothing_from_another_origin(page: Page) -> None:
    loaded = [a.get("src") for tag, a in page.elements if tag in ("script", "img")]
    loaded += [a.get("href") for tag, a in page.elements if tag in ("link", "use")]
    assert loaded
    assert all(address and address.startswith(f"{STATIC_PATH}/") for address in loaded)


def test_it_says_the_csrf_token_in_every_form_that_posts(renderer: Renderer) -> None:
    for shell, view in PAGES.values():
        html = renderer.page(shell, view)
        posting = [form for form in Page(html).named("form") if form.get("method") == "post"]
        assert html.count('name="_csrf_token" value="csrf-5f0c"') == len(posting)


def test_it_labels_every_field(page: Page) -> None:
    labelled = {attributes.get("for") for attributes in page.named("label")}
    for tag in ("input", "select", "textarea"):
        for attributes in page.named(tag):
            if attributes.get("type") not in ("hidden", "radio", "checkbox"):
                assert attributes.get("id") in labelled or attributes.get("aria-label"), attributes


def test_it_gives_no_id_twice(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_it_gives_every_icon_button_a_name(renderer: Renderer) -> None:
    for shell, view in PAGES.values():
        html = renderer.page(shell, view)
        for button in html.split("<button")[1:]:
            inside = button.split("</button>")[0]
            assert (
                "aria-label" in inside or inside.rpartition(">")[2].strip() or "</span>" in inside or "hidden" in inside
            )


def hostile(view: Lead | LeadRow) -> Iterator[tuple[str, Lead | LeadRow]]:
    """Each text field of a lead in turn, filled by a visitor who means harm."""
    for field in fields(view):
        if isinstance(getattr(view, field.name), str) and field.name not in ("id", "owner_id"):
            yield field.name, replace(view, **{field.name: ATTACK})  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "lead"), list(hostile(LEAD)))
def test_it_escapes_every_field_of_a_lead(renderer: Renderer, name: str, lead: Lead) -> None:
    lead = replace(lead, snoozed_until=lead.at if name == "snoozed_by" else None)  # by nobody unless it sleeps
    harmless(renderer.page(SHELL, lead))


@pytest.mark.parametrize(("name", "row"), list(hostile(replace(ROWS[0], email=""))))
def test_it_escapes_every_field_of_a_row(renderer: Renderer, name: str, row: LeadRow) -> None:
    row = replace(row, spam=name == "reason")  # which is told of spam alone
    harmless(renderer.page(SHELL, replace(INBOX, rows=(row,))))


def test_it_escapes_what_hangs_on_a_lead(renderer: Renderer) -> None:
    touch = Touch(SHELL.now, ATTACK, ATTACK, ATTACK, (Fact(ATTACK, ATTACK),))
    entry = replace(LEAD.timeline[-1], title=ATTACK, detail=ATTACK, by=ATTACK)
    delivery = replace(DEAD, destination=ATTACK, attempts=(replace(DEAD.attempts[0], error=ATTACK),))
    lead = replace(
        LEAD,
        first=touch,
        last=touch,
        custom=(Fact(ATTACK, ATTACK),),
        spam=True,
        spam_reasons=(ATTACK,),
        timeline=(entry, replace(entry, kind="delivery", delivery=delivery)),
    )
    harmless(renderer.page(SHELL, lead))
    harmless(renderer.part(SHELL, "toasts.html", toasts=(Toast(ATTACK),)))


def harmless(html: str) -> None:
    parsed = Page(html)
    assert not [a for a in parsed.named("img") if a.get("src") == "x"]
    assert parsed.inline == []
    assert not [a for _, a in parsed.elements if any(name.startswith("on") for name in a)]
    assert "&lt;script&gt;alert(1)" in html or "%3Cscript%3Ealert%281%29" in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "/x"])
def test_it_makes_no_link_of_an_address_that_is_not_a_web_page(renderer: Renderer, address: str) -> None:
    links = Page(renderer.page(SHELL, replace(LEAD, page_url=address))).named("a")
    assert address not in [link["href"] for link in links]


def test_it_links_the_page_that_a_lead_came_from(renderer: Renderer) -> None:
    links = Page(renderer.page(SHELL, LEAD)).named("a")
    link = next(link for link in links if link["href"] == LEAD.page_url)
    assert link["rel"] == "noreferrer noopener nofollow"


def test_it_reaches_a_lead_by_mail_and_phone(renderer: Renderer) -> None:
    addresses = [link["href"] for link in Page(renderer.page(SHELL, LEAD)).named("a")]
    assert "tel:+436601234567" in addresses
    assert "mailto:anna.berger%40example.com" in addresses


def test_names_written_from_the_right_do_not_turn_the_words_around_them(renderer: Renderer) -> None:
    name = "نموذج الاتصال"
    for page in (
        renderer.page(SHELL, replace(LEAD, form_name=name, company=name, campaign=name)),
        renderer.page(SHELL, replace(INBOX, rows=(replace(ROWS[0], campaign=name, spam=False),))),
    ):
        assert f"<bdi>{name}</bdi>" in page and page.count(name) == page.count(f"<bdi>{name}</bdi>")


def test_how_far_a_form_was_filled_in_is_said_once(renderer: Renderer) -> None:
    page = renderer.page(SHELL, LEAD)
    assert "% filled in" not in page[page.index("Filled in</dt>") :].partition("</dd>")[0]


def test_the_inbox_listens_for_new_leads(renderer: Renderer) -> None:
    assert 'sse-connect="/leads/stream?after=812"' in renderer.page(SHELL, replace(INBOX, seen=812))


def test_the_search_says_which_key_starts_it(renderer: Renderer) -> None:
    search = renderer.page(SHELL, INBOX).partition('<label class="search">')[2].partition("</label>")[0]
    assert 'enterkeyhint="search"' in search and "Enter</kbd>" in search


@pytest.mark.parametrize("narrowed", [replace(INBOX.filter, search="x"), replace(INBOX.filter, spam=True)])
def test_a_narrowed_inbox_does_not(renderer: Renderer, narrowed: object) -> None:
    inbox: Inbox = replace(INBOX, filter=narrowed)  # type: ignore[arg-type]
    assert "sse-connect" not in renderer.page(SHELL, inbox)


@pytest.mark.parametrize(("missing", "offered"), [("", 1), ("This server has no mail server set.", 0)])
def test_a_test_is_offered_where_the_server_can_send_one(renderer: Renderer, missing: str, offered: int) -> None:
    channel = replace(CHANNELS[0], missing=missing)
    for html in (
        renderer.part(SHELL, "channel.html", channel=channel),
        renderer.page(SHELL, replace(CHANNEL_SETTINGS, channel=channel)),
    ):
        assert html.count('action="/channels/ch-1/test"') == offered


@pytest.mark.parametrize(
    ("last", "retrying", "said", "others"),
    [
        (DELIVERED, 0, "On</span>", 0),
        (DELIVERED, 1, "On, some waits</span>", 1),
        (FAILED, 1, "Trying again</span>", 0),
        (FAILED, 3, "Trying again</span>", 1),
        (DEAD, 3, "Last one failed</span>", 1),
    ],
    ids=["well", "one-waits", "newest-fails", "three-fail", "given-up"],
)
def test_what_is_on_says_what_is_to_be_tried_again(
    renderer: Renderer, last: Delivery, retrying: int, said: str, others: int
) -> None:
    hook = replace(WEBHOOKS[0], enabled=True, disabled_reason="", last=last, retrying=retrying)
    channel = replace(CHANNELS[0], link=None, last=last, retrying=retrying)
    for html, at in (
        (renderer.part(SHELL, "webhook.html", hook=hook), f"webhook:{hook.id}"),
        (renderer.part(SHELL, "channel.html", channel=channel), f"channel:{channel.id}"),
    ):
        assert said in html
        assert html.count(f"/deliveries?to={at}&amp;status=failed") == others


OLD = "the bot was blocked in this chat. Unblock it and switch the channel on again"


@pytest.mark.parametrize(
    ("status", "why", "enabled", "said"),
    [
        ("pending", "", True, "The last one is on its way again."),
        ("pending", "quiet hours", True, "The last one waits: quiet hours."),
        ("withheld", "it was switched on by hand", True, "The last one wasn't sent: it was switched on by hand."),
        ("dead", "", True, f"The last one didn't get through: {OLD}. Mended since? Send a test."),
        ("dead", "", False, f"The last one didn't get through: {OLD}.</p>"),
    ],
    ids=["begun-anew", "held", "withheld", "given-up", "given-up-and-off"],
)
def test_what_failed_before_a_channel_was_switched_on_is_not_said_of_what_is_sent_now(
    renderer: Renderer, status: DeliveryStatus, why: str, enabled: bool, said: str
) -> None:
    tried = (replace(DEAD.attempts[0], error=OLD),)
    last = replace(DEAD, status=status, why=why, attempts=tried)
    channel = replace(CHANNELS[0], link=None, last=last, enabled=enabled)
    html = renderer.part(SHELL, "channel.html", channel=channel)
    assert said in html
    assert (OLD in html) is (status == "dead")


def test_the_thread_names_what_each_delivery_told_of(renderer: Renderer) -> None:
    told = [Entry("delivery", SHELL.now, "", delivery=replace(DELIVERED, event=event))
            for event in ("lead.created", "form.submitted")]  # fmt: skip
    page = renderer.page(SHELL, replace(LEAD, timeline=tuple(told)))
    assert "New lead: sent to Telegram" in page and "Form submitted: sent to Telegram" in page


def test_a_tag_that_was_seen_makes_room_for_what_it_sees(renderer: Renderer) -> None:
    for seen, first, last in (
        (SHELL.now, "Pages</h3>", "Script tag</summary>"),
        (None, "Script tag</h3>", "Pages</h3>"),
    ):
        html = renderer.page(SHELL, Sites((replace(SITE, seen_at=seen),)))
        assert 0 < html.index(first) < html.index("Allowed origins</label>") < html.index(last)
        assert html.count('aria-label="Script tag"') == 1


def test_more_starts_than_views_are_explained_where_there_are_any(renderer: Renderer) -> None:
    explained = "so there can be more starts than views"
    for form, said in (
        (replace(FORM, views=2, started=7), True),
        (replace(FORM, views=9, started=7), False),
        (replace(FORM, views=0, started=3, abandoned=0, submitted=3), False),
    ):
        assert (explained in renderer.page(SHELL, replace(FORMS, forms=(form,)))) is said


def test_a_delivery_about_nobody_known_says_which_form_it_was(renderer: Renderer) -> None:
    delivery = replace(PENDING, form=ATTACK)
    html = renderer.part(SHELL, "delivery.html", delivery=delivery)
    harmless(html)
    assert "Form abandoned: " in html


@pytest.mark.parametrize(
    ("status", "why", "due_in", "asked"),
    [
        ("pending", "", None, True),
        ("pending", "Quiet hours", 3_600_000, False),
        ("pending", "Waits behind another", None, False),
        ("pending", "Quiet hours", 30_000, True),
        ("failed", "", 30_000, True),
        ("failed", "", 3_600_000, False),
        ("dead", "", None, False),
    ],
)
def test_only_what_is_about_to_change_is_asked_for_again(
    renderer: Renderer, status: str, why: str, due_in: int | None, asked: bool
) -> None:
    due = None if due_in is None else SHELL.now + due_in
    delivery = replace(DEAD, status=status, why=why, next_attempt_at=due)  # type: ignore[arg-type]
    assert ("hx-trigger" in renderer.part(SHELL, "delivery.html", delivery=delivery)) is asked


def test_a_row_of_the_stream_is_the_row_of_the_page(renderer: Renderer) -> None:
    assert renderer.part(SHELL, "row.html", row=ROWS[0]).strip() in renderer.page(SHELL, INBOX)


def test_the_navigation_marks_the_place(renderer: Renderer) -> None:
    for shell, view in PAGES.values():
        if view.nav and shell.member:
            here = [a["href"] for a in Page(renderer.page(shell, view)).named("a") if a.get("aria-current") == "page"]
            assert set(here) == {"/" if view.nav == "overview" else f"/{view.nav}"}


def test_the_theme_is_the_members_choice(renderer: Renderer) -> None:
    assert 'data-theme="dark"' in renderer.page(replace(SHELL, theme="dark"), INBOX)


def test_static_addresses_change_with_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("one")
    before = Renderer(tmp_path).asset("a.css")
    (tmp_path / "a.css").write_text("two")
    assert before != Renderer(tmp_path).asset("a.css")


def test_a_file_that_is_not_there_has_no_address(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Renderer(tmp_path).asset("a.css")


def test_every_view_is_frozen() -> None:
    views: list[Shell | View] = [part for pair in PAGES.values() for part in pair]
    assert all(is_dataclass(view) and view.__dataclass_params__.frozen for view in views)  # type: ignore[attr-defined]


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
