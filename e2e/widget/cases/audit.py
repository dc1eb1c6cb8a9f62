"""What the owner of a site is told of a page: the forms found there, and what can't be reached."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, component
from e2e.widget.visitor import Visitor

EVERYTHING = f"""{CONTACT}
<form name="find" role="search" action="/s"><input name="q"><button>Go</button></form>
<form name="login" method="post" action="/in"><input name="user">
<input type="password" autocomplete="current-password"><button>In</button></form>
<form name="quiet" data-leadsbot-ignore method="post" action="/x"><input name="email"><button>Go</button></form>"""


@case("Every form of the page, and what each is taken for")
def forms(v: Visitor) -> None:
    v.open(EVERYTHING)
    page = v.audit("/page", lambda page: len(page["forms"]) == 4)
    assert {one["key"]: one["as"] for one in page["forms"]} == {
        "contact": "lead", "find": "search", "login": "login", "quiet": "ignored",
    }  # fmt: skip
    assert page["missed"] == []


@case("A form in an open shadow root and one in a same-origin frame are reported as seen, not as missed")
def inside(v: Visitor) -> None:
    v.page(CONTACT.replace('name="contact"', 'name="framed"'), "/inner", tag="")
    v.open('<x-c></x-c><iframe id="f" src="/inner" width="400" height="300"></iframe>' + component("x-c", CONTACT))
    v.click("x-c >>> [name=name]")
    v.click("#f ||| [name=name]")
    page = v.audit("/page", lambda page: len(page["forms"]) == 2)
    assert {one["key"] for one in page["forms"]} == {"contact", "framed"} and page["missed"] == []


@case("A page without any form says nothing of itself that isn't so")
def none(v: Visitor) -> None:
    v.open("<h1>Welcome</h1>")
    v.open(EVERYTHING, "/forms")
    v.audit("/forms", lambda page: page["forms"])
    pages = v.api.every(f"/api/v1/sites/{v.site_row['id']}/pages")
    assert [one["forms"] for one in pages if one["page_url"].endswith("/page")] in ([], [[]])


@case("A form that comes later is in the next word about the page")
def later(v: Visitor) -> None:
    v.open("<h1>Welcome</h1>")
    v.run(f"document.body.insertAdjacentHTML('beforeend', `{CONTACT}`);")
    v.click("[name=name]")
    assert v.audit("/page", lambda page: page["forms"])["forms"][0]["as"] == "lead"


@case("A form that comes long after, and one on a route of an application: told when they come, each with its address")
def long_after(v: Visitor) -> None:
    v.open("<h1>Welcome</h1>" + CONTACT.replace('name="contact"', 'name="news"'))
    v.audit("/page", lambda page: page["forms"])
    v.run(f"history.pushState(0, '', '/contact');document.body.insertAdjacentHTML('beforeend', `{CONTACT}`);")
    page = v.audit("/contact", lambda page: len(page["forms"]) == 2)
    assert {one["key"] for one in page["forms"]} == {"news", "contact"}


@case("The audit holds names and kinds of forms, never a value, and no address's query")
def no_values(v: Visitor) -> None:
    v.open(EVERYTHING.replace('name="email"', 'name="email" value="secret-77"', 1), query="?x=secret-78")
    v.audit("/page", lambda page: len(page["forms"]) > 2)
    assert "secret-77" not in v.sent
    assert "secret-78" not in str(v.api.every(f"/api/v1/sites/{v.site_row['id']}/pages"))
