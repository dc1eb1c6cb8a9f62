"""Pieces of pages that many cases share."""

from __future__ import annotations

import json
from typing import Any

from e2e.widget.visitor import Visitor

CONTACT = """<form name="contact" method="post" action="/send">
<p><label>Your name <input name="name"></label></p>
<p><label>E-mail <input type="email" name="email"></label></p>
<p><label>Message <textarea name="message"></textarea></label></p>
<button>Send</button>
</form>"""
CONTROL = '<form name="control" method="post" action="/control"><input name="email"><button>Go</button></form>'


def script(code: str) -> str:
    """Write an inline script as a page has it; `form` is the page's first form in it."""
    return f'<script nonce="n">(() => {{ const form = document.forms[0];\n{code}\n}})()</script>'


def on_submit(code: str) -> str:
    """Write a page's own way to send its form: submitting is prevented, then `code` runs, with `form` and `data`."""
    return script(
        "form.addEventListener('submit', async (e) => { e.preventDefault();"
        f" const data = new URLSearchParams(new FormData(form)); {code} }});"
    )


def component(name: str, html: str, mode: str = "open", then: str = "") -> str:
    """Write a web component that draws this HTML into its shadow root; `then` runs with `root`."""
    return script(
        f"customElements.define({json.dumps(name)}, class extends HTMLElement {{ connectedCallback() {{"
        f" const root = this.attachShadow({{ mode: '{mode}' }}); root.innerHTML = {json.dumps(html)}; {then} }} }});"
    )


def fill_contact(v: Visitor, name: str = "Jane Doe", message: str = "Is June free?", inside: str = "") -> None:
    """Fill in the contact form, the visitor's own address in it; `inside` says where it is, as `x-host >>> `."""
    v.fill(inside + "[name=name]", name)
    v.fill(inside + "[name=email]", v.email)
    v.fill(inside + "[name=message]", message)


def is_sent(v: Visitor, confirmation: str = "confirmed", message: str = "Is June free?") -> None:
    """Make sure that one lead came of the contact form, once, with all that was typed in."""
    lead = v.lead(confirmation=confirmation)
    assert (lead["name"], lead["email"], lead["message"]) == ("Jane Doe", v.email, message)
    told = v.told(lead)
    assert len(told) == 1, [(one["confirmation"], one["fields"][-1]["value"]) for one in told]


def sends(v: Visitor, body: str = CONTACT, **more: Any) -> None:
    """Open a page with the contact form, fill it in, let the browser send it: one confirmed lead comes of it."""
    v.open(body, **more)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


def control(v: Visitor) -> None:
    """Let the visitor send a form of another page, and wait for its lead: what came before has come."""
    v.judge()
    v.open(CONTROL, "/control-page")
    v.fill("[name=email]", f"control-{v.email}")
    v.click("button")
    v.arrives("/thanks")
    assert v.named("control")


def nothing_but_the_control(v: Visitor) -> None:
    """Make sure that no lead came of what was done so far: nothing that was submitted, before or with the control."""
    control(v)
    [lead] = v.leads()
    assert [one["form_name"] for one in v.told(lead)] == ["control"]
