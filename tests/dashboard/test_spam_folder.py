"""The Spam folder: who is in it and why, and the way out of it and back."""

from __future__ import annotations

from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import ADDRESS, ANNA, ORIGIN, Browser, captured, ids_in, shown

FOLDER = "/leads?spam=1"
HTMX = {"hx_request": "true", "hx_current_url": f"{ADDRESS}{FOLDER}"}
JUNK = {"name": "Max Riedl", "email": "max@mailinator.com", "message": "Hello"}


async def junk(browser: Browser, token: str) -> str:
    """Let something come in that is taken for spam; gives the lead's id."""
    await browser.client.post(f"/f/{token}", data=JUNK, headers={"origin": ORIGIN, "cookie": ""})
    return ids_in(await browser.see(FOLDER))[0]


async def test_spam_has_a_folder_of_its_own_with_its_count_and_reasons(owner: Browser, workspace: Created) -> None:
    anna = await captured(owner, workspace.public_token)
    spam = await junk(owner, workspace.public_token)
    inbox = await owner.see("/leads")
    assert ids_in(inbox) == [anna] and 'Spam <span class="muted">1</span>' in inbox.text
    folder = await owner.see(FOLDER)
    assert ids_in(folder) == [spam]
    assert "an address at mailinator.com is thrown away after minutes" in shown(folder)


async def test_one_press_in_the_list_takes_it_back_and_another_undoes_that(owner: Browser, workspace: Created) -> None:
    spam = await junk(owner, workspace.public_token)
    answer = await owner.press(f"/leads/{spam}/spam", {"spam": "0", "next": FOLDER})
    assert (answer.status_code, answer.headers["location"]) == (303, FOLDER)
    folder = await owner.see(FOLDER)
    assert ids_in(folder) == [] and "Back among the leads" in folder.text
    assert '<input type="hidden" name="spam" value="1">' in folder.text.split("data-toast")[1]
    assert ids_in(await owner.see("/leads")) == [spam]
    await owner.press(f"/leads/{spam}/spam", {"spam": "1", "next": FOLDER})
    folder = await owner.see(FOLDER)
    assert ids_in(folder) == [spam]
    assert "thrown away after minutes · " in shown(folder) and " · marked by hand" in shown(folder)


async def test_nobody_is_sent_elsewhere_by_what_was_posted(owner: Browser, workspace: Created) -> None:
    spam = await junk(owner, workspace.public_token)
    answer = await owner.press(f"/leads/{spam}/spam", {"spam": "0", "next": "https://evil.example/"})
    assert answer.headers["location"] == f"/leads/{spam}"


async def test_beside_the_folder_its_row_goes_and_comes_back(owner: Browser, workspace: Created) -> None:
    spam = await junk(owner, workspace.public_token)
    out = (await owner.press(f"/leads/{spam}/spam", {"spam": "0"}, **HTMX)).text
    assert f'<li id="row-{spam}" hx-swap-oob="delete">' in out and 'id="total" hx-swap-oob="true">0<' in out
    back = (await owner.press(f"/leads/{spam}/spam", {"spam": "1"}, **HTMX)).text
    assert 'hx-swap-oob="afterbegin:#rows"' in back and f'id="row-{spam}"' in back
    noted = (await owner.press(f"/leads/{spam}/notes", {"text": "Odd."}, **HTMX)).text
    assert "hx-swap-oob" not in noted.split('id="toasts"')[0]
    inbox = {**HTMX, "hx_current_url": f"{ADDRESS}/leads"}
    assert "row-" not in (await owner.press(f"/leads/{spam}/spam", {"spam": "0"}, **inbox)).text


async def test_a_lead_that_is_back_can_be_found_and_counts(owner: Browser, workspace: Created) -> None:
    spam = await junk(owner, workspace.public_token)
    assert ids_in(await owner.see("/leads?search=mailinator")) == []
    await owner.press(f"/leads/{spam}/spam", {"spam": "0"})
    found = await owner.see("/leads?search=mailinator")
    assert ids_in(found) == [spam] and 'id="total">1</span>' in found.text


async def test_a_sites_page_says_how_a_form_without_script_begins(owner: Browser, workspace: Created) -> None:
    tag = f'<form action="{ADDRESS}/f/{workspace.public_token}" method="post">'
    assert tag in shown(await owner.see("/sites"))


async def test_a_plain_form_is_told_by_its_end_alone(owner: Browser, workspace: Created) -> None:
    spam = await junk(owner, workspace.public_token)
    page = shown(await owner.see(f"/leads/{spam}"))
    assert "Sent “" in page and "Began “" not in page


async def test_nobody_sees_or_takes_back_anothers_spam(
    owner: Browser, outsider: Browser, workspace: Created, stranger: Created
) -> None:
    spam = await junk(owner, workspace.public_token)
    assert ids_in(await outsider.see(FOLDER)) == []
    assert (await outsider.press(f"/leads/{spam}/spam", {"spam": "0", "next": FOLDER})).status_code == 404
    assert ids_in(await owner.see(FOLDER)) == [spam]


async def test_what_a_visitor_typed_becomes_no_markup_in_a_reason(owner: Browser, workspace: Created) -> None:
    said = ANNA | {"email": "x@mailinator.com", "name": "<b>x</b>"}
    await owner.client.post(f"/f/{workspace.public_token}", data=said, headers={"origin": ORIGIN, "cookie": ""})
    assert "<b>x" not in (await owner.see(FOLDER)).text
