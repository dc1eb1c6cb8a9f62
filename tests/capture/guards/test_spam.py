"""What is taken for spam and what isn't: the second matters more."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.capture.guards.spam import MAX_TEXT, MOST_TEXT, is_disposable, reasons
from leadsbot.leads.contact import Contact

CURL, HEADLESS = "curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/126.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# All that speaks of a script and nothing of what it says.
SCRIPTED: dict[str, Any] = {"user_agent": HEADLESS, "took_ms": 3, "typed": False}

ORDINARY = [
    "A table for eighty on 31 May, is that possible? Our invitation: https://anna-und-tom.example/hochzeit",
    "Guten Tag, können Sie mir ein Angebot für 20 Personen schicken? Mehr unter www.firma.example. Danke!",
    "Bonjour, je voudrais réserver pour samedi. Voici notre programme : https://fete.example/programme.pdf",
    "¿Podrían enviarme los precios? Lo vi en https://revista.example/bodas y me encantó.",
    "Здравствуйте! Сколько стоит аренда зала? Наш сайт: https://primer.example",
    "お世話になっております。見積もりをお願いします。https://kaisha.example/",
    "مرحبا، هل القاعة متاحة في شهر مايو؟ https://mithal.example",
    "I saw your page https://lindenhof.example/rooms and https://lindenhof.example/menu, https://www.lindenhof.example/a,"
    " https://lindenhof.example/b, https://lindenhof.example/c and wonder about prices.",
    "Two examples of what I like: https://pics.example/1 and https://pics.example/2",
    "AAAA",
    "Call me [soon], please. 3 > 2 and <b>bold</b>",
    "https://docs.example/our-brief.pdf",
    "",
]  # fmt: skip

SPAM = [
    Contact(email="a@b.example", message="Best pills [url=https://pills.example]here[/url]"),
    Contact(email="a@b.example", message="[link]https://pills.example[/link]"),
    Contact(email="a@b.example", first_name="Win", last_name="https://win.example/now"),
    Contact(email="a@mailinator.com", message="Hello"),
    Contact(email="a@inbox.mailinator.com"),
    Contact(email="a@b.example", message=" ".join(f"https://{n}.example/x" for n in range(10))),
    Contact(email="a@b.example", message="Buy! " + "https://casino.example/in " * 6),
    Contact(email="a@b.example", message='<a href="https://x.example">' + " https://x.example" * 3),
    Contact(custom={"Subject": "[URL=https://pills.example]x[/URL]", "n": 1}),  # type: ignore[dict-item]
]


@pytest.mark.parametrize("message", ORDINARY)
@pytest.mark.parametrize("agent", [FIREFOX, None])
def test_what_people_write_is_no_spam(message: str, agent: str | None) -> None:
    contact = Contact(email="ada@lindenhof.example", first_name="Ada", message=message)
    assert reasons(contact, user_agent=agent, took_ms=9_000, typed=True, own_host="lindenhof.example") == ()


@pytest.mark.parametrize("contact", SPAM)
def test_what_spam_says_is_enough_alone(contact: Contact) -> None:
    assert reasons(contact, user_agent=FIREFOX, took_ms=60_000, typed=True)


def test_a_honeypot_is_enough_alone_and_named() -> None:
    assert reasons(Contact(), trapped="website") == ("filled in “website”, which people don't see",)


@pytest.mark.parametrize("took", [-5, 0, 1, 200])
def test_speed_alone_makes_no_spam(took: int) -> None:
    assert reasons(Contact(email="ada@lindenhof.example", message="Hello"), took_ms=took) == ()


@pytest.mark.parametrize("agent", [CURL, HEADLESS, "", "python-requests/2.32"])
def test_a_script_that_says_nothing_suspicious_is_none(agent: str) -> None:
    contact = Contact(email="ada@lindenhof.example", message="Do you have a room? https://me.example")
    assert reasons(contact, **{**SCRIPTED, "user_agent": agent}) == ()


def test_a_script_with_something_to_sell_is_spam_and_all_that_speaks_for_it_is_said() -> None:
    said = reasons(Contact(email="ada@lindenhof.example", message="https://casino.example"), **SCRIPTED)
    assert said == (
        "a message that is nothing but a link",
        "sent by a program, not by somebody's browser",
        "nobody typed into the form",
        "sent 0.0 s after the form was begun",
    )


def test_a_throwaway_address_beside_a_phone_is_only_a_hint() -> None:
    contact = Contact(email="ada@mailinator.com", phone="+43 660 1234567", message="Please call me.")
    assert reasons(contact, user_agent=FIREFOX) == ()
    assert any("mailinator.com" in one for one in reasons(contact, **SCRIPTED))


@pytest.mark.parametrize("domain", ["gmail.com", "icloud.com", "privaterelay.appleid.com", "duck.com", "mozmail.com",
                                    "example.com", "com", "", "gmx.de", "mailinator.com.example"])  # fmt: skip
def test_real_mailboxes_and_what_forwards_to_them_are_not_disposable(domain: str) -> None:
    assert not is_disposable(domain)


def test_long_texts_are_judged_quickly() -> None:
    for text in ("[" * 200_000, "<a " * 80_000, "www." * 60_000, "http://" + "a" * 200_000, "[url=" * 50_000):
        reasons(Contact(message=text))


@pytest.mark.parametrize("text", ["[url=[b]here", "[url=[url=[url=", "<a <b href=x>"])
def test_a_tag_ends_where_another_begins(text: str) -> None:
    found = reasons(Contact(first_name="https://x.example", message=text))
    assert found == ("a web address stands where a name belongs",)


def test_of_many_texts_the_first_are_judged_and_the_message_always() -> None:
    filled = {f"f{number}": "a" * MAX_TEXT for number in range(MOST_TEXT // MAX_TEXT)}
    pills = "[url=https://pills.example]here[/url]"
    assert reasons(Contact(custom={**filled, "last": pills})) == ()
    assert reasons(Contact(custom={"first": pills, **filled}))
    assert reasons(Contact(message=pills, custom={**filled}))
