"""Where they came from: read before an application rewrites the address, kept over the whole visit."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, script
from e2e.widget.visitor import Json, Visitor

UTM = "utm_source=fair&utm_medium=print&utm_campaign=spring&utm_term=wedding&utm_content=stand-4"
CLICKS = ("gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid")


def sends(v: Visitor) -> Json:
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    return v.lead(confirmation="confirmed")


@case("All five utm_ parameters, and the landing page")
def utm(v: Visitor) -> None:
    v.open(CONTACT, "/landing", query=f"?{UTM}")
    lead = sends(v)
    told = {name: lead[f"utm_{name}"] for name in ("source", "medium", "campaign", "term", "content")}
    assert told == {"source": "fair", "medium": "print", "campaign": "spring", "term": "wedding", "content": "stand-4"}
    assert lead["landing_page"].startswith(f"{v.site.url}/landing")


@case("Every click id: " + ", ".join(CLICKS))
def click_ids(v: Visitor) -> None:
    v.open(CONTACT, query="?" + "&".join(f"{name}=Id-{name}-4711" for name in CLICKS))
    assert sends(v)["click_ids"] == {name: f"Id-{name}-4711" for name in CLICKS}


@case("An application that rewrites the address before the widget is there")
def spa_rewrite(v: Visitor) -> None:
    v.open(CONTACT, query=f"?{UTM}&gclid=Abc", head=script("history.replaceState({}, '', '/page');"))
    lead = sends(v)
    assert (lead["utm_source"], lead["click_ids"]) == ("fair", {"gclid": "Abc"})


@case("Campaign and first page are kept while the visitor goes from page to page")
def over_pages(v: Visitor) -> None:
    v.open("<h1>Welcome</h1>", "/landing", query=f"?{UTM}")
    v.open(CONTACT, "/contact")
    lead = sends(v)
    assert (lead["utm_campaign"], lead["page_url"]) == ("spring", f"{v.site.url}/contact")
    assert lead["landing_page"].startswith(f"{v.site.url}/landing")


@case("First and last touch: the latest campaign counts, the first is remembered")
def first_and_last(v: Visitor) -> None:
    v.open("<h1>Welcome</h1>", "/landing", query="?utm_source=first&utm_campaign=one")
    v.open("<h1>Again</h1>", "/again", query="?utm_source=last&utm_campaign=two")
    v.open(CONTACT, "/contact")
    lead = sends(v)
    assert (lead["utm_source"], lead["utm_campaign"]) == ("last", "two")
    assert lead["first_touch"]["utm"]["source"] == "first" and "/landing" in lead["first_touch"]["url"]


@case("The site they came from")
def referrer(v: Visitor) -> None:
    v.page(CONTACT)
    v.stranger.page("/article", f'<a id="go" href="{v.site.url}/page">Lindenhof</a>')
    v.driver.open(f"{v.stranger.url}/article")
    v.click("#go")
    v.arrives("/page")
    if v.tagged:
        v.wait("!!(window.LeadsBot && LeadsBot.flush)")
    lead = sends(v)
    assert lead["referrer"].startswith(v.stranger.url)


@case("A page of the site itself as referrer is no news")
def own_referrer(v: Visitor) -> None:
    v.page(CONTACT, "/contact")
    v.open('<a id="go" href="/contact">Contact</a>', "/landing", query=f"?{UTM}")
    v.click("#go")
    v.arrives("/contact")
    if v.tagged:
        v.wait("!!(window.LeadsBot && LeadsBot.flush)")
    lead = sends(v)
    assert lead["utm_source"] == "fair" and v.site.url not in lead["referrer"]


@case("Personal data in the address is stripped, campaigns stay")
def personal(v: Visitor) -> None:
    v.open(
        CONTACT,
        query=f"?{UTM}&email=secret.77%40example.com&phone=004366412345678&token=secret-77&ref=secret.77@example.com",
    )
    lead = sends(v)
    assert lead["utm_term"] == "wedding" and "secret" not in str(lead) and "12345678" not in str(lead)
    texts = "".join(one.text for one in v.relay.of(v.token))
    assert "secret" not in texts and "12345678" not in texts


@case("A plain visit is direct")
def direct(v: Visitor) -> None:
    v.open(CONTACT)
    lead = sends(v)
    assert (lead["source"], lead["utm_source"], lead["click_ids"]) == ("direct", "", {})


@case("The device: its kind, browser and system")
def device(v: Visitor) -> None:
    v.open(CONTACT)
    lead = sends(v)
    assert lead["device_type"] == "desktop" and lead["browser"] and lead["os"]
