"""Draws what arrives in each channel, for docs/channels: `python -m scripts.channel_pictures`.

Each channel sends a real message to a server that stands in the service's place; what came is laid out in the service's
look and photographed by Chromium. A mail is its own HTML, as it was received.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from playwright.sync_api import sync_playwright

from leadsbot.channels import discover
from leadsbot.channels.base import Deed, Edits, Parcel, Standing, send_digest
from leadsbot.channels.base.chart import draw
from leadsbot.channels.email.message import compose
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support import browser
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import TelegramServer
from tests.support.webhook_receiver import Answer, WebhookReceiver

IMAGES = Path(__file__).parent.parent / "docs" / "images"
DONE = Answer(200, b'{"id": "1", "channel_id": "2", "status": 1}')
WHO = "Lindenhof"
OWNER = "owner@lindenhof.example"
WANTED = LEAD | {
    "name": "Anna Berger",
    "email": "anna@berger.example",
    "phone": "+43 660 1234567",
    "company": "",
    "message": "A table for eighty on the first Saturday of June?\nWe would bring our own band *and* a dog.",
    "page_url": "https://lindenhof.example/weddings",
    "custom_data": {"Guests": 80},
    "form_name": "Weddings",
}
# Emoji as shapes: not every machine has a font with them.
SIGNS = {"🟢": ("dot", ""), "✅": ("tick", "✓"), "➡️": ("arrow", "→")}
FACE = "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif"


def told(config: dict[str, Any], name: str = "", percent: int = 100) -> Parcel:
    first, last = name.lower().replace("ß", "ss").split() if name else ("", "")
    other = {"name": name, "email": f"{first}@{last}.example", "form_completion_percent": percent} if name else {}
    return replace(parcel(config, lead=WANTED | other), workspace={"name": WHO, "timezone": "Europe/Vienna"})


def posted(kind: str, field: str = "webhook_url", url: str = "") -> WebhookReceiver:
    """Let a channel post the lead, and give the server with what came."""
    with WebhookReceiver() as server:
        server.always(DONE)
        if kind == "apprise":
            from apprise.plugins.pushover import NotifyPushover

            NotifyPushover.notify_url = server.url
        asyncio.run(_send(kind, {field: url or server.url}))
    return server


async def _send(kind: str, config: dict[str, Any]) -> None:
    outbound = Outbound(allow_private=True)
    await discover()[kind].send(told(config), outbound)
    await outbound.aclose()


def mail() -> str:
    link = "https://leads.example.com/unsubscribe/…"
    with SmtpServer() as server:
        config = {
            "to": [OWNER],
            "smtp_url": server.url,
            "mail_from": "LeadsBot <leads@lindenhof.example>",
        }
        asyncio.run(_send("email", config | {"unsubscribe": {config["to"][0]: link}}))
    body = server.mails[0].message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def summary() -> str:
    """What a week came to, by mail; its chart, which the mail carries as a part, stands in the page."""
    counts = ("New leads", "37 (29 the week before)"), ("Sources", "google 18, direct 11, newsletter 8")
    forms = ("Forms sent", "37 of 61 begun (61 %, 52 % the week before)"), ("Left unsent", "19 (24 the week before)")
    stands = ("Moved on", "Contacted 22, Quoted 9, Won 4"), ("Waiting", "3 leads that nobody has claimed")
    chart = {
        "title": "New leads by day",
        "labels": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "series": [
            {"name": "this week", "values": [6, 4, 7, 5, 9, 4, 2]},
            {"name": "the week before", "values": [5, 5, 4, 6, 4, 3, 2]},
        ],
    }
    figures = {
        "title": f"{WHO}: the week of 11 May to 17 May",
        "facts": [{"label": label, "value": value} for label, value in (*counts, *forms, *stands)],
        "chart": chart,
        "url": "https://leads.example.com",
    }
    told = replace(parcel({"to": [OWNER]}, "summary", lead=None, summary=figures), workspace={"name": WHO})
    drawn = asyncio.run(draw(chart))
    body = compose(told, OWNER, drawn).get_body(("html",))
    assert body is not None
    picture = f"data:image/png;base64,{b64encode(drawn).decode()}"
    return re.sub(r'src="cid:[^"]+"', f'src="{picture}"', str(body.get_content()))


def discord() -> str:
    embed = posted("discord").requests[0].json["embeds"][0]
    fields = "".join(map(_field, embed["fields"]))
    colour = f"#{embed['color']:06x}"
    return f"""<style>body{{margin:0;padding:16px;background:#313338;color:#dbdee1;font:14px/1.4 {FACE}}}
    .who b{{color:#f2f3f5}}
    .who i{{background:#5865f2;border-radius:3px;padding:0 4px;font:600 10px/16px {FACE};color:#fff}}
    .embed{{margin-top:4px;max-width:520px;border-left:4px solid {colour};border-radius:4px;padding:10px 16px}}
    .embed{{background:#2b2d31}} .field{{overflow-wrap:anywhere}}
    .embed h1{{margin:0 0 8px;font-size:16px;color:#00a8fc}} .text{{white-space:pre-wrap}}
    .fields{{display:grid;grid-template-columns:repeat(3,1fr);gap:8px;margin-top:8px}} .whole{{grid-column:1/-1}}
    .field b{{display:block;color:#f2f3f5}} .foot{{margin-top:8px;font-size:12px}}</style>
    <div class="who"><b>Leads</b> <i>APP</i></div><div class="embed"><h1>{_shown(embed["title"])}</h1>
    <div class="text">{_shown(embed["description"])}</div><div class="fields">{fields}</div>
    <div class="foot">{_shown(embed["footer"]["text"])}</div></div>"""


def _field(field: dict[str, Any]) -> str:
    kind = "field" if field["inline"] else "field whole"
    return f'<div class="{kind}"><b>{_shown(field["name"])}</b>{_shown(field["value"])}</div>'


def _shown(text: str) -> str:
    """Show text as Discord does: a backslash before a sign is not seen, an address can be pressed."""
    return re.sub(r"(https://\S+)", r'<span style="color:#00a8fc">\1</span>', escape(re.sub(r"\\(\W|_)", r"\1", text)))


def slack() -> str:
    parts = "".join(map(_block, posted("slack").requests[0].json["blocks"]))
    return f"""<style>body{{margin:0;padding:16px;background:#fff;color:#1d1c1d;font:15px/1.46 {FACE}}}
    p,.fields{{margin:6px 0}} a{{color:#1264a3}}
    h1{{font-size:18px;margin:4px 0}} .fields{{display:grid;grid-template-columns:1fr 1fr;gap:8px;max-width:560px}}
    .fields div,.text{{white-space:pre-wrap;overflow-wrap:anywhere}} .foot{{color:#616061;font-size:12px}}
    .button{{display:inline-block;background:#007a5a;color:#fff;font-weight:700;border-radius:4px;padding:6px 12px}}
    .who i{{background:#ddd;border-radius:2px;padding:0 3px;font:10px/14px {FACE};color:#616061}}</style>
    <div class="who"><b>Leads</b> <i>APP</i></div>{parts}"""


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "header":
        return f"<h1>{block['text']['text']}</h1>"
    if block["type"] == "actions":
        return f'<p><span class="button">{block["elements"][0]["text"]["text"]}</span></p>'
    if block["type"] == "context":
        return f'<p class="foot">{block["elements"][0]["text"]}</p>'
    fields = "".join(f"<div>{_marked(field)}</div>" for field in block.get("fields", ()))
    return f'<div class="fields">{fields}</div>' if fields else f'<p class="text">{block["text"]["text"]}</p>'


def _marked(text: dict[str, Any]) -> str:
    """Show a text object as Slack does; `&`, `<` and `>` come escaped."""
    bold = re.sub(r"^\*(.+)\*$", r"<b>\1</b>", text["text"], flags=re.M) if text["type"] == "mrkdwn" else text["text"]
    return re.sub(r"(https://\S+)", r"<a>\1</a>", bold)


def apprise() -> str:
    form = parse_qs(posted("apprise", "url", f"pover://{'u' * 30}@{'t' * 30}").requests[0].body.decode())
    title, text = escape(form["title"][0]), escape(form["message"][0])
    return f"""<style>body{{margin:0;padding:16px;background:#cfd8e3;font:14px/1.4 {FACE};color:#1c1c1e}}
    .note{{max-width:380px;background:#f7f7f8;border-radius:16px;padding:12px 16px}} small{{color:#6b6b70}}
    .text{{white-space:pre-wrap;overflow-wrap:anywhere}} b{{display:block;margin:2px 0}}</style>
    <div class="note"><small>PUSHOVER · now</small><b>{title}</b><div class="text">{text}</div></div>"""


def telegram() -> str:
    """An alert as it stands after somebody moved and claimed the lead: what the chat shows, from the server's side."""
    with TelegramServer() as server:
        asyncio.run(_claimed(server))
        message = server.message(server.sent[0].result["message_id"])
    return _bubble(server.calls[-1].params["text"], message["reply_markup"]["inline_keyboard"])


def digest() -> str:
    """A burst of leads in Telegram, folded into one message."""
    told_of = ("Anna Berger", 100), ("Jonas Weiß", 100), ("Mira Haddad", 60), ("Luc Moreau", 100), ("Eva Novak", 80)
    with TelegramServer() as server:
        config = {"chat_id": 1, "bot_token": server.token, "api_base": server.base_url}
        parcels = [told(config, name, percent) for name, percent in told_of]
        asyncio.run(_send_digest(parcels))
        call = server.sent[0]
    return _bubble(call.params["text"], call.params["reply_markup"]["inline_keyboard"])


async def _send_digest(parcels: list[Parcel]) -> None:
    outbound = Outbound(allow_private=True)
    await send_digest(discover()["telegram"], parcels, outbound)
    await outbound.aclose()


def _bubble(html: str, keyboard: list[list[dict[str, Any]]]) -> str:
    """A message as a chat shows it, with the buttons under it."""
    for sign, drawn in SIGNS.items():
        html = html.replace(sign, f'<i class="{drawn[0]}">{drawn[1]}</i>')
    rows = "".join(
        "<div>" + "".join(f"<span>{escape(button['text'])}</span>" for button in row) + "</div>" for row in keyboard
    )
    return f"""<style>body{{margin:0;padding:16px;background:#99ba92;font:15px/1.4 {FACE};color:#000}}
    .bubble{{background:#fff;border-radius:12px;padding:8px 12px;white-space:pre-wrap;overflow-wrap:anywhere}}
    i{{display:inline-block;width:16px;height:16px;line-height:16px;text-align:center;font-style:normal;font-size:11px}}
    .dot{{border-radius:50%;background:#4caf50}} .tick{{border-radius:3px;background:#4caf50;color:#fff}}
    .arrow{{border-radius:3px;background:#3a8fd6;color:#fff}} i{{vertical-align:-2px}}
    blockquote{{margin:4px 0 -18px;padding:4px 10px;border-left:3px solid #3a8fd6;border-radius:4px}}
    blockquote{{background:#3a8fd61a}} a{{color:#168acd;text-decoration:none}}
    .who{{color:#3a8fd6;font-weight:600}} .buttons div{{display:flex;gap:4px;margin-top:4px}}
    .buttons span{{flex:1;text-align:center;padding:8px 4px;border-radius:8px;background:#5c7d5699;color:#fff}}</style>
    <div class="bubble"><div class="who">Leads</div>{html}</div><div class="buttons">{rows}</div>"""


async def _claimed(server: TelegramServer) -> None:
    outbound = Outbound(allow_private=True)
    channel = discover()["telegram"]
    assert isinstance(channel, Edits)
    stages = ("Form Started", "New", "Contacted", "Quoted", "Won", "Lost")
    new = Standing(LEAD["id"], "New", stages)
    alert = told({"chat_id": 1, "bot_token": server.token, "api_base": server.base_url})
    state = (await discover()["telegram"].send(replace(alert, standing=new), outbound)).state
    deeds: tuple[tuple[Deed, str], ...] = (("moved", "Eva moved it to Contacted"), ("claimed", "Claimed by Eva"))
    now = replace(new, stage="Contacted", claimed=True, deeds=deeds)
    payload = {**alert.payload, "data": {**alert.data, "lead": WANTED | {"stage": "Contacted"}}}
    await channel.edit(replace(alert, payload=payload, standing=now), state, outbound)
    await outbound.aclose()


PICTURES = {
    "email": (mail, 640),
    "summary": (summary, 640),
    "discord": (discord, 600),
    "slack": (slack, 600),
    "apprise": (apprise, 420),
    "telegram": (telegram, 400),
    "telegram-digest": (digest, 400),
}


def main() -> None:
    pages = {name: (draw(), width) for name, (draw, width) in PICTURES.items()}
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = browser.launch(playwright)
        for name, (html, width) in pages.items():
            page = chromium.new_page(viewport={"width": width, "height": 200})
            page.set_content(html)
            page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
            page.close()
        chromium.close()


if __name__ == "__main__":
    main()
