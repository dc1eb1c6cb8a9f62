"""Forms to be shown, and what visitors do in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from tests.widget.servers import Json

Show = Callable[..., Page]

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


def definition(*fields: Json, **more: Any) -> Json:
    plain = {"title": "Get in touch", "intro": "", "button": "Send", "redirect": "", "words": {}}
    thanks = {"title": "Thank you", "text": "We'll be in touch."}
    consent = {"text": "", "link_text": "", "link_url": ""}
    return {**plain, "thanks": thanks, "consent": consent, "fields": list(fields) or [NAME, EMAIL], **more}


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
