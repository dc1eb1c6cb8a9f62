"""Pieces of pages that many cases share."""

from __future__ import annotations

from e2e.widget.visitor import Visitor

CONTACT = """<form name="contact" method="post" action="/send">
<label>Your name <input name="name"></label>
<label>E-mail <input type="email" name="email"></label>
<label>Message <textarea name="message"></textarea></label>
<button>Send</button>
</form>"""


def script(code: str) -> str:
    """Write an inline script as a page has it; `form` is the page's first form in it."""
    return f'<script nonce="n">(() => {{ const form = document.forms[0];\n{code}\n}})()</script>'


PREVENTED = script("form.addEventListener('submit', (e) => e.preventDefault());")


def on_submit(code: str) -> str:
    """Write a page's own way to send its form: submitting is prevented, then `code` runs, with `form` and `data`."""
    return script(
        "form.addEventListener('submit', async (e) => { e.preventDefault();"
        f" const data = new URLSearchParams(new FormData(form)); {code} }});"
    )


def fill_contact(v: Visitor, name: str = "Jane Doe", message: str = "Is June free?") -> None:
    """Fill in the contact form, the visitor's own address in it."""
    v.fill("[name=name]", name)
    v.fill("[name=email]", v.email)
    v.fill("[name=message]", message)


def control(v: Visitor) -> None:
    """Let the visitor send a form of another page, and wait for its lead: what came before has come."""
    v.open(
        '<form name="control" method="post" action="/control"><input name="email"><button>Go</button></form>',
        "/control-page",
    )
    v.fill("[name=email]", f"control-{v.email}")
    v.click("button")
    v.arrives("/thanks")
    assert v.named("control")


def nothing_but_the_control(v: Visitor) -> None:
    """Make sure that no lead came of what was done so far."""
    control(v)
    assert [lead["form_name"] for lead in v.leads()] == ["control"], v.leads()
