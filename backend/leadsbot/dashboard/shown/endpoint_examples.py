"""Code that sends a lead to an endpoint as its rules want it: to be pasted, and to work."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import msgspec

from leadsbot.capture.guards.captcha import PROVIDERS
from leadsbot.dashboard.views.endpoints import Example

_SAMPLES: Final = {
    "name": "Jane Doe",
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "phone": "+43 660 1234567",
    "company": "Acme",
    "message": "Hello",
    "event_date": "2027-05-31",
}
_TYPES: Final = {"email": "email", "phone": "tel", "event_date": "date"}
# Where a browser would have to know the secret, everybody does.
_NO_PAGE: Final = "A page can't sign: its secret would stand in the page for everybody. Send from your server."


class Rules(NamedTuple):
    """What decides how to send. `origins` are the pages that may, `anywhere` says that every address may."""

    required: Sequence[str]
    origins: Sequence[str] = ()
    anywhere: bool = True
    signing: bool = False
    provider: str = ""


def examples(url: str, rules: Rules) -> tuple[Example, ...]:
    """Give the ways to send that the rules allow: pages can't sign, nor send from listed addresses; servers are no
    pages, so that where pages are listed only a trial by hand can say it is one."""
    lead = {name: _SAMPLES.get(name, "…") for name in dict.fromkeys((*rules.required, "message"))}
    if rules.provider:
        lead["captcha_token"] = "TOKEN"  # noqa: S105 - stands for the widget's
    told = msgspec.json.encode(lead).decode()
    server = Example("PHP", _php(url, lead, signing=rules.signing))
    if rules.signing:
        curl = Example("curl", _signed_curl(url, told, rules.origins), _NO_PAGE)
        return (curl,) if rules.origins else (curl, server)
    pages = _pages(url, lead, rules.provider, rules.required) if rules.anywhere else ()
    return (Example("curl", _curl(url, told, rules.origins)), *pages, *(() if rules.origins else (server,)))


def _pages(url: str, lead: dict[str, str], provider: str, required: Sequence[str]) -> tuple[Example, ...]:
    return (
        Example("JavaScript", _fetch(url, lead, provider)),
        Example(
            "HTML form",
            _form(url, lead, provider, required),
            "Works without a script; the browser then shows the bare answer. To lead people on to a page of yours, send"
            " with JavaScript, or use a site's own form address.",
        ),
    )


def _from(origins: Sequence[str]) -> str:
    """Say where a trial by hand comes from, where only pages may send."""
    return f"  -H 'Origin: {origins[0].replace('*.', 'www.')}' \\\n" if origins else ""


def _curl(url: str, told: str, origins: Sequence[str]) -> str:
    return f"curl -X POST '{url}' \\\n  -H 'Content-Type: application/json' \\\n{_from(origins)}  -d {_quoted(told)}"


def _signed_curl(url: str, told: str, origins: Sequence[str]) -> str:
    return (
        f"BODY={_quoted(told)}\n"
        'SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d\' \' -f1)\n'
        f"curl -X POST '{url}' \\\n  -H 'Content-Type: application/json' \\\n{_from(origins)}"
        '  -H "X-LeadsBot-Signature: $SIGNATURE" -d "$BODY"'
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fetch(url: str, lead: dict[str, str], provider: str) -> str:
    fields = {name: value for name, value in lead.items() if name != "captcha_token"}
    lines = [f"    {name}: {msgspec.json.encode(value).decode()}," for name, value in fields.items()]
    if provider:
        field = PROVIDERS[provider].field
        lines.append(f"    captcha_token: new FormData(form).get({msgspec.json.encode(field).decode()}),")
    inside = "\n".join(lines)
    return (
        f'const answer = await fetch("{url}", {{\n'
        '  method: "POST",\n'
        '  headers: { "Content-Type": "application/json" },\n'
        f"  body: JSON.stringify({{\n{inside}\n  }}),\n"
        "});\n"
        "if (!answer.ok) console.error((await answer.json()).error);"
    )


def _form(url: str, lead: dict[str, str], provider: str, required: Sequence[str]) -> str:
    def must(name: str) -> str:
        return " required" if name in required else ""

    inputs = [
        f"  <label>{escape(name.replace('_', ' ').capitalize())}"
        f' <input name="{escape(name)}" type="{_TYPES.get(name, "text")}"{must(name)}></label>'
        for name in lead
        if name not in ("message", "captcha_token")
    ]
    inputs.append(f'  <label>Message <textarea name="message"{must("message")}></textarea></label>')
    if provider:
        inputs.append(f"  <!-- {PROVIDERS[provider].label}'s widget stands here and adds its token -->")
    return "\n".join([f'<form action="{escape(url)}" method="post">', *inputs, "  <button>Send</button>", "</form>"])


def _php(url: str, lead: dict[str, str], *, signing: bool) -> str:
    fields = "\n".join(f"    {_php_text(name)} => {_php_text(value)}," for name, value in lead.items())
    header = "'Content-Type: application/json'"
    if signing:
        header += ",\n    'X-LeadsBot-Signature: ' . hash_hmac('sha256', $body, $secret)"
    return (
        f"$body = json_encode([\n{fields}\n]);\n"
        f"$curl = curl_init({_php_text(url)});\n"
        "curl_setopt_array($curl, [\n"
        "  CURLOPT_POSTFIELDS => $body,\n"
        f"  CURLOPT_HTTPHEADER => [{header}],\n"
        "  CURLOPT_RETURNTRANSFER => true,\n"
        "]);\n"
        "$lead = json_decode(curl_exec($curl), true);"
    )


def _php_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
