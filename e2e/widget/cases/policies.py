"""Pages under a Content-Security-Policy."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, sends
from e2e.widget.visitor import Visitor


def policy(v: Visitor, *more: str, connect: str | None = None) -> dict[str, str]:
    api = v.relay.url if connect is None else connect
    parts = ["default-src 'none'", f"script-src 'nonce-n' {v.relay.url}", f"connect-src {api}", "img-src 'self' data:",
             "form-action 'self'", "base-uri 'none'", *more]  # fmt: skip
    return {"content-security-policy": "; ".join(parts)}


@case("A strict Content-Security-Policy: connect-src is the API alone")
def strict_policy(v: Visitor) -> None:
    sends(v, headers=policy(v))


@case("A policy of nonces alone (script-src 'nonce-…'), which the tag carries")
def nonce_policy(v: Visitor) -> None:
    allowed = f"script-src 'nonce-n'; connect-src {v.relay.url}; img-src 'self' data:"
    headers = {"content-security-policy": f"default-src 'none'; {allowed}"}
    sends(v, tag=v.tag('nonce="n"'), headers=headers)


@case("Trusted Types are enforced")
def trusted_types(v: Visitor) -> None:
    sends(v, headers=policy(v, "require-trusted-types-for 'script'", "trusted-types 'none'"))


@case("The page's policy blocks connect-src: told by an image where img-src allows one, and the owner sees why")
def blocked_by_policy(v: Visitor) -> None:
    headers = policy(v, connect="'none'")
    headers["content-security-policy"] = headers["content-security-policy"].replace("img-src", f"img-src {v.relay.url}")
    v.open(CONTACT, headers=headers, ready="script")
    refused = v.until(lambda: [one for one in v.refusals() if one["reason"] == "csp"], "word of it")
    assert refused[0]["origin"] == v.site.url and "connect-src" in refused[0]["hint"]


@case(
    "The page's policy blocks connect-src and images too: nothing is known, and nothing breaks",
    impossible="A policy that lets no request through lets none of ours through.",
)
def blocked_altogether(v: Visitor) -> None:
    v.open(CONTACT, headers=policy(v, connect="'none'"), ready="script")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.go("/page", ready="script")
    assert v.leads() == [] and v.events() == []


@case("A page that tells nobody its address (no-referrer), and whose links start elsewhere (base)")
def no_referrer(v: Visitor) -> None:
    head = '<meta name="referrer" content="no-referrer"><base href="https://elsewhere.invalid/x/">'
    sends(v, CONTACT.replace('action="/send"', f'action="{v.site.url}/send"'), head=head)
