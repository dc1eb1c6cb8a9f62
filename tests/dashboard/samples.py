"""Every page with plausible data: what the render tests, and whoever wants to look at a page, start from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from leadsbot.channels.base.fields import ConfigField
from leadsbot.clock import DAY, HOUR, MINUTE, SECOND
from leadsbot.dashboard.views import (
    Attempt,
    Channel,
    ChannelKind,
    Channels,
    ChannelSettings,
    Day,
    Deliveries,
    Delivery,
    DeliveryChoice,
    DeliveryStory,
    Entry,
    ErrorPage,
    EventChoice,
    Fact,
    Form,
    FormRow,
    Forms,
    Inbox,
    InboxFilter,
    Lead,
    LeadRow,
    LinkOffer,
    Login,
    Member,
    NewSecret,
    Overview,
    Place,
    Preview,
    Question,
    Refusal,
    Replaying,
    SessionChoice,
    SessionRow,
    Shell,
    Site,
    Sites,
    Stage,
    StageCount,
    StatusCount,
    Step,
    Toast,
    Touch,
    Trouble,
    Undo,
    Unsent,
    View,
    Webhook,
    Webhooks,
)
from leadsbot.dashboard.views.endpoints import Endpoints
from leadsbot.dashboard.views.simple import Forgotten, Reset, Sure
from tests.dashboard import capture_log_samples, settings_samples
from tests.dashboard.endpoint_samples import ENDPOINT, STRICT_ENDPOINT, WRONG_RULES
from tests.dashboard.hosted_samples import HOSTED
from tests.dashboard.import_samples import IMPORTS
from tests.dashboard.report_samples import NOBODY, ONLY_PLAIN, ONLY_SEEN, REPORT

NOW = 1_790_000_000_000
PIPELINE = ("Form Started", "New", "Contacted", "Quoted", "Won", "Lost")
STAGES = tuple(Stage.of(name, PIPELINE) for name in PIPELINE)
STARTED, NEW, CONTACTED, QUOTED, WON, LOST = STAGES
TAG = (
    '<script id="leadsbot-listener" src="https://leads.example.com/widget.js"\n'
    '        data-token="pub_7hQ2mXv9Lr4sT8aW1cY6" async></script>'
)

SHELL = Shell(
    csrf_token="csrf-5f0c",
    now=NOW,
    time_zone="Europe/Vienna",
    path="/leads",
    member=Member("mara@alpenblick.example", "Alpenblick Events", unread=3, trouble=2),
    toasts=(Toast("Moved to Contacted.", undo=Undo("/leads/lead-1/stage", (("stage", "New"),))),),
)
BARE = Shell(csrf_token="csrf-5f0c", now=NOW)

_PEOPLE = (
    ("Anna Berger", "anna.berger@example.com", NEW, "Google Ads", "summer-weddings", 100, 4 * MINUTE, True),
    ("Jonas Lindqvist", "jonas@lindqvist.example", NEW, "Google", "", 100, 22 * MINUTE, True),
    ("", "t.okafor@example.org", STARTED, "Instagram", "reel-terrace", 62, 48 * MINUTE, True),
    ("Marie-Claire Dubois", "mc.dubois@example.fr", CONTACTED, "Newsletter", "2026-09", 100, 2 * HOUR, False),
    ("Piotr Kowalczyk", "piotr.kowalczyk@example.pl", QUOTED, "", "", 88, 5 * HOUR, False),
    ("Sofia Almeida", "sofia.almeida@example.pt", NEW, "Facebook", "retargeting-autumn", 100, 9 * HOUR, False),
    ("Wolfgang Amadeus von Hohenstein-Breitenbach", "wolfgang.von.hohenstein@very-long-domain.example", WON,
     "Referral", "partner: hotel-zur-post.example", 100, 1 * DAY, False),
    ("Li Wei", "", CONTACTED, "Bing", "", None, 2 * DAY, False),
    ("Ravi Menon", "ravi@menon.example", LOST, "Google Ads", "conference-room", 100, 3 * DAY, False),
    ("Elif Yıldız", "elif@yildiz.example", WON, "Google", "", 100, 6 * DAY, False),
    ("Tom Barker", "tom.barker@example.co.uk", LOST, "ChatGPT", "", 75, 20 * DAY, False),
)  # fmt: skip

ROWS = tuple(
    LeadRow(f"lead-{number}", name, email, "+43 660 1234567", stage, source, campaign, percent, NOW - past, unread)
    for number, (name, email, stage, source, campaign, percent, past, unread) in enumerate(_PEOPLE, 1)
)

_ARRIVED = NOW - 4 * MINUTE
DELIVERED = Delivery(
    "dlv-1", "telegram", "Telegram · Sales chat", "lead.created", "delivered", _ARRIVED,
    (Attempt(_ARRIVED + 300, 200, 184),), _ARRIVED + 484, None, "lead-1", "Anna Berger",
)  # fmt: skip
DEAD = Delivery(
    "dlv-2", "webhook", "hooks.crm.example/leads", "lead.created", "dead", _ARRIVED,
    (
        Attempt(_ARRIVED + 400, 404, 92, "the address answers 404", "<b>No such</b> hook"),
        Attempt(_ARRIVED + 5 * SECOND, None, 15_000, "no answer within 15 s"),
        Attempt(_ARRIVED + 2 * MINUTE, 404, 88, "the address answers 404"),
    ),
    lead_id="lead-1", lead_name="Anna Berger",
)  # fmt: skip
FAILED = Delivery(
    "dlv-3", "email", "team@alpenblick.example", "lead.created", "failed", NOW - 40 * MINUTE,
    (Attempt(NOW - 40 * MINUTE, None, 2_011, "the mail server refused the connection"),),
    None, NOW + 25 * MINUTE, "lead-2", "Jonas Lindqvist",
)  # fmt: skip
PENDING = Delivery("dlv-4", "webhook", "hooks.crm.example/leads", "form.abandoned", "pending", NOW - 5 * SECOND)

LEAD = Lead(
    id="lead-1", name="Anna Berger", email="anna.berger@example.com", phone="+43 660 1234567",
    company="Berger & Söhne",
    message="Hello, we are looking for a place for 80 guests on 12 June.\n\nIs the terrace covered if it rains?",
    stage=NEW, stages=STAGES, at=_ARRIVED, source="Google Ads", campaign="summer-weddings",
    page_url="https://www.alpenblick.example/weddings/request?step=2", form_name="Wedding request",
    device="iPhone · Safari 26 · 390 × 844", percent=100, fields_done=9, fields_total=9, place="de-AT, Europe/Vienna",
    first=Touch(NOW - 3 * DAY, "Google", "https://www.alpenblick.example/", "https://www.google.com/"),
    last=Touch(
        NOW - 18 * MINUTE, "Google Ads", "https://www.alpenblick.example/weddings?gclid=abc", "",
        (Fact("utm_source", "google"), Fact("utm_medium", "cpc"), Fact("utm_campaign", "summer-weddings")),
    ),
    custom=(Fact("Guests", "80"), Fact("Date", "2027-06-12"), Fact("Catering", "Buffet, Vegetarian")),
    timeline=(
        Entry("touch", NOW - 3 * DAY, "First visit from Google", "www.alpenblick.example/"),
        Entry("touch", NOW - 18 * MINUTE, "Came back from Google Ads", "summer-weddings"),
        Entry("started", NOW - 11 * MINUTE, "Began “Wedding request”"),
        Entry("submitted", _ARRIVED, "Sent “Wedding request”, 9 of 9 fields"),
        Entry("stage", _ARRIVED, "Stage set to", stage=NEW),
        Entry("delivery", _ARRIVED, "Telegram · Sales chat", delivery=DELIVERED),
        Entry("delivery", _ARRIVED, "hooks.crm.example/leads", delivery=DEAD),
        Entry("note", NOW - MINUTE, "Note", "Called, she asks for a viewing on Saturday.", by="Mara"),
    ),
)  # fmt: skip

INBOX = Inbox(
    ROWS, InboxFilter(), tuple(StageCount(stage, 11 - n) for n, stage in enumerate(STAGES)), 1_204, 7, older="c2"
)
TELEGRAM_OFFER = LinkOffer("https://t.me/alpenblick_bot?start=Xk29fQ", "Xk29fQ", NOW + 30 * MINUTE)
SITE = Site(
    "site-1", "Main website", TAG, NOW - 2 * MINUTE, "www.alpenblick.example",
    ("https://www.alpenblick.example", "https://*.alpenblick.example"),
    (Refusal("http://localhost:9000", 12, NOW - 3 * MINUTE),), masked_fields=("passport", "iban"),
)  # fmt: skip
KINDS = (
    ChannelKind("telegram", "Telegram"),
    ChannelKind(
        "email", "Email", "This server has no mail server set. Set LEADSBOT_SMTP_URL and start LeadsBot again."
    ),
)
CHANNELS = (
    Channel("ch-1", "telegram", "Sales chat", "Alpenblick Sales", last=DELIVERED),
    Channel("ch-2", "telegram", "My own chat", "", link=TELEGRAM_OFFER),
    Channel("ch-3", "email", "Team", "team@alpenblick.example", last=FAILED),
    Channel("ch-4", "telegram", "Old group", "Alpenblick 2024", False, "The bot was removed from the group."),
)
CHANNEL_SETTINGS = ChannelSettings(
    CHANNELS[0],
    Form({"name": "Sales chat", "which": "own", "template": "{{ lead.name }"}, {"template": "Line 1: unexpected '}'."}),
    (ConfigField("chat_id", "Chat id", "A number."), ConfigField("bot_token", "Token", "", "secret")),
    ("Ask @BotFather.", "Paste the token."),
    (EventChoice("lead.created", "A new lead", True), EventChoice("form.started", "Somebody begins a form")),
    "A new lead, a lead comes back",
    (Question("Colour", "==", "<b>", "There is no field 'Colour'."), Question()),
    Preview(error="Line 1: unexpected '}'."),
    days_off=frozenset({"sun"}),
    escalates=True,
    own_fields=("custom_data.guests",),
    known_values=("New", "google"),
)
CHOICES = (
    EventChoice("lead.created", "A lead comes in", True),
    EventChoice("lead.stage_changed", "A lead moves to another stage"),
    EventChoice("form.abandoned", "Somebody leaves a form half-way"),
)
WEBHOOKS = (
    Webhook("wh-1", "hooks.crm.example/leads", "https://hooks.crm.example/leads",
            ("lead.created", "lead.stage_changed"), last=DEAD),
    Webhook("wh-2", "n8n <b>", "https://n8n.alpenblick.example/webhook/8f2", (), False,
            "Nothing has arrived for five days.",
            probe_at=NOW + 3 * HOUR, missed=12, choices=CHOICES),
    Webhook("wh-3", "zap.example/1", "https://zap.example/1", ("lead.created",),
            missed=1, choices=CHOICES,
            previous_until=NOW + 5 * HOUR, form=Form({"url": "ftp://x"}, {"url": "Not a web address."})),
    Webhook("wh-4", "zap.example/2", "https://zap.example/2", ("lead.created",),
            replaying=Replaying(NOW - DAY, 1_200, 400)),
)  # fmt: skip
STEPS = (
    Step("Paste the script tag into your page", "In the head or the body, once.", "/sites", "Set up the site",
         done=True),
    Step("Send your own form once", "Open the page and fill the form in as a visitor would.", "/sites",
         "Open the site's settings", code=TAG),
    Step("Connect Telegram", "Hear of each lead within seconds.", "/channels", "Connect a chat"),
    Step("Add a webhook", "Send each lead on to your CRM.", "/webhooks", "Add a webhook"),
)  # fmt: skip
_COUNTS = (3, 5, 2, 0, 4, 6, 5, 1, 0, 7, 4, 8, 6, 5)
DAILY = tuple(Day(date(2026, 9, 8) + timedelta(days=n), count) for n, count in enumerate(_COUNTS))
OVERVIEW = Overview(
    5, 6, 31, 25, DAILY, ROWS[:6], (Trouble(2, "Slack", "the address answers 404", "/deliveries?status=dead"),),
    unsent=(Unsent("Application", "https://alpenblick.example/", 36, "Phone", NOW - 90_000, True, "lead-1"),
            Unsent("", "https://alpenblick.example/", 10, "", NOW, False)),
)  # fmt: skip
STATUSES = (StatusCount("dead", "Gave up", "1"), StatusCount("delivered", "Delivered", "1,000+"))
DELIVERIES = Deliveries((PENDING, DELIVERED, DEAD, FAILED), DeliveryChoice(lead="lead-1"), STATUSES, lead_name="Anna",
                        events=("lead.created", "form.abandoned"), older="c9")  # fmt: skip
WRONG = Form({"name": "Shop", "url": "ftp://x"}, {"name": "There is a site of this name.", "url": "Begin with https."})
FORM = FormRow("form-1", "Work with us", "Main website", "https://alpenblick.example/jobs", 41, 12, 5, 6)
SESSION = SessionRow(
    "ses-1", "abandoned", "Work with us", 45, 5, 11, "Motivation", "https://alpenblick.example/jobs", "Google Ads",
    "autumn", "Mobile", NOW - 4 * MINUTE, "lead-1", "Anna Berger",
)  # fmt: skip
PLAIN_SESSION = replace(SESSION, id="ses-2", state="submitted", percent=None, done=0, total=0, spam=True)
SESSIONS = (PLAIN_SESSION, replace(SESSION, id="ses-0", state="started", lead_id="", lead_name=""), SESSION)
FORMS = Forms((FORM, FormRow("form-2", "", "Landing pages", "")), SESSIONS, older="c3")

PAGES: dict[str, tuple[Shell, View]] = {
    "login": (BARE, Login(next="/leads")),
    "login-wrong": (BARE, Login("mara@alpenblick.example", "/leads", "Email and password don't match.")),
    "login-throttled": (BARE, Login("mara@alpenblick.example", "/leads", wait_s=42)),
    "overview": (SHELL, OVERVIEW),
    "overview-new": (SHELL, Overview(0, 0, 0, 0, tuple(replace(d, count=0) for d in DAILY), (), (), STEPS)),
    "leads": (SHELL, INBOX),
    "leads-open": (SHELL, replace(INBOX, open=LEAD)),
    "leads-empty": (SHELL, Inbox((), InboxFilter(), (), 0, tag=TAG)),
    "leads-none": (SHELL, Inbox((), InboxFilter("zebra", "New"), INBOX.stages, 0)),
    "leads-spam": (SHELL, Inbox((), InboxFilter(spam=True), INBOX.stages, 0, first_page=False)),
    "lead": (SHELL, LEAD),
    "lead-bare": (SHELL, Lead("lead-9", "", "", "", "", "", STARTED, STAGES, NOW, "", "", "", "", "")),
    "lead-spam": (SHELL, replace(LEAD, spam=True, spam_reasons=("the honeypot was filled in",), timeline=())),
    "forms": (SHELL, FORMS),
    "forms-empty": (SHELL, Forms((), ())),
    "forms-none": (SHELL, Forms((FORM,), (), SessionChoice("form-1", "abandoned", "Work with us"), first_page=False)),
    "form-report": (SHELL, REPORT),
    "form-report-empty": (SHELL, NOBODY),
    "form-report-seen": (SHELL, ONLY_SEEN),
    "form-report-plain": (SHELL, ONLY_PLAIN),
    **{name: (SHELL, view) for name, view in HOSTED.items()},
    **{name: (SHELL, view) for name, view in IMPORTS.items()},
    "sites": (SHELL, Sites((SITE, Site("site-2", "Landing pages", TAG)))),
    "sites-empty": (SHELL, Sites(())),
    "sites-wrong": (SHELL, Sites((replace(SITE, form=WRONG),), WRONG)),
    "endpoints": (SHELL, Endpoints((ENDPOINT, replace(ENDPOINT, id="end-2", name="Landing page", seen_at=None)))),
    "endpoints-strict": (SHELL, Endpoints((STRICT_ENDPOINT,), NewSecret("Partner portal", "lbs_C2FVsBQIhrscChlQIMV"))),
    "endpoints-wrong": (SHELL, Endpoints((replace(ENDPOINT, form=WRONG_RULES),), form=WRONG)),
    "endpoints-empty": (SHELL, Endpoints(())),
    "channels": (SHELL, Channels(CHANNELS, KINDS, "telegram")),
    "channels-empty": (SHELL, Channels((), KINDS)),
    "channel-settings": (SHELL, CHANNEL_SETTINGS),
    "webhooks": (SHELL, Webhooks(WEBHOOKS, CHOICES, NewSecret(WEBHOOKS[0].url, "whsec_C2FVsBQIhrscChlQIMV"))),
    "webhooks-empty": (SHELL, Webhooks((), CHOICES, form=WRONG)),
    "deliveries": (SHELL, DELIVERIES),
    "deliveries-empty": (SHELL, Deliveries(())),
    "deliveries-none": (
        SHELL,
        Deliveries(
            (),
            DeliveryChoice("dead"),
            STATUSES,
            (Place("webhook:wh-1", "webhook", "hooks.crm.example"), Place("channel:c", "slack", "<Sales>")),
        ),
    ),
    "delivery": (SHELL, DeliveryStory(DEAD, '{"type": "lead.created"}', (("X-LeadsBot-Event", "lead.created"),))),
    "delivery-arrived": (SHELL, DeliveryStory(DELIVERED, '{"type": "lead.created"}')),
    "delivery-new": (SHELL, DeliveryStory(PENDING)),
    **settings_samples.PAGES,
    **capture_log_samples.PAGES,
    "forgotten": (BARE, Forgotten(True, error="Too many tries.", email="<b>@x.example")),
    "forgotten-sent": (BARE, Forgotten(True, True, "<b>@x.example")),
    "forgotten-without-mail": (BARE, Forgotten(False)),
    "reset": (BARE, Reset("/login/reset/x", "a@x.example", "Too short.")),
    "reset-ended": (BARE, Reset(error="This link was used already.")),
    "sure": (
        SHELL,
        Sure('Remove "Sales chat"? It is told of nothing.', "Remove", "/x", (("name", "<b>"),), "/channels"),
    ),
    "error-404": (BARE, ErrorPage(404, "0199a7b2-5c1d-7e3a-9f00-2b1c4d5e6f70")),
    "error-500": (BARE, ErrorPage(500, "0199a7b2-5c1d-7e3a-9f00-2b1c4d5e6f70")),
}
