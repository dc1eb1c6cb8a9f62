"""Reading leads over HTTP."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.leads import changes
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import PUBLIC_URL, Client
from tests.api.rows import NOON, add_delivery, add_lead, add_note, add_session, change_workspace, ms

DAY = 24 * 3600 * 1000


async def emails(api: Client, **params: Any) -> list[str]:
    """The emails of `/api/leads`, which `/api/v1/leads` must list alike."""
    answer = await api.get("/api/leads", params=params)
    assert answer.status_code == 200, answer.text
    listed = [lead["email"] for lead in answer.json()["leads"]]
    same = await api.get("/api/v1/leads", params=params)
    assert [lead["email"] for lead in same.json()["data"]] == listed
    return listed


async def test_leads_are_listed_newest_first_with_their_number(
    api: Client, database: Database, workspace: Created
) -> None:
    for number in range(5):
        await add_lead(database, workspace, NOON + number, email=f"n{number}@example.com")
    answer = (await api.get("/api/leads?limit=2")).json()
    assert [lead["email"] for lead in answer.pop("leads")] == ["n4@example.com", "n3@example.com"]
    assert answer == {"total": 5, "page": 1, "limit": 2, "pages": 3}
    last = (await api.get("/api/leads?limit=2&page=3")).json()
    assert [lead["email"] for lead in last["leads"]] == ["n0@example.com"]


async def test_a_lead_is_shown_in_the_contracts_shape(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await add_lead(database, workspace, email="ada@example.com", phone="+43 1 234567", last_name="Lovelace")
    (lead,) = (await api.get("/api/leads")).json()["leads"]
    assert lead["id"] == lead_id and lead["name"] == "Ada Lovelace" and lead["stage"] == "New"
    assert lead["created_at"] == "2026-05-01T12:00:00.000Z" and lead["lead_url"] == f"{PUBLIC_URL}/leads/{lead_id}"
    assert (await api.get(f"/api/v1/leads/{lead_id}")).json() == lead
    assert (await api.get(f"/api/leads/{lead_id}")).json()["lead"] == lead


async def test_a_page_beyond_the_last_is_empty(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, email="ada@example.com")
    for page in (2, 1000, 10**30):
        answer = (await api.get("/api/leads", params={"page": page})).json()
        assert answer["leads"] == [] and answer["total"] == 1 and answer["page"] == page


async def test_a_list_without_leads_has_no_pages(api: Client) -> None:
    answer = (await api.get("/api/leads")).json()
    assert answer == {"leads": [], "total": 0, "page": 1, "limit": 50, "pages": 0}


WRONG = [
    ({"page": "0"}, "page"),
    ({"page": "two"}, "page"),
    ({"limit": "0"}, "limit"),
    ({"limit": "101"}, "limit"),
    ({"limit": ""}, "limit"),
    ({"from": "yesterday"}, "from"),
    ({"from": "2026-02-30"}, "from"),
    ({"from": "2026-W05-1"}, "from"),
    ({"to": "2026-05-01T10:00:00"}, "to"),
    ({"to": "1777636800"}, "to"),
    ({"to": "9999-12-31"}, "to"),
    ({"stage": "Nowhere"}, "stage"),
    ({"spam": "perhaps"}, "spam"),
    ({"search": "a" * 201}, "search"),
    ({"search": "a\0b"}, "search"),
    ({"source": "\0"}, "source"),
]


async def test_a_filter_that_makes_no_sense_is_named(api: Client) -> None:
    for params, field in WRONG:
        answer = await api.get("/api/leads", params=params)
        assert answer.status_code == 400, (params, answer.text)
        body = answer.json()
        assert body["fields"] == [field] and body["code"] and body["error"] and body["request_id"], params


async def test_what_a_number_must_be_is_said_in_words(api: Client) -> None:
    for params, sentence in (
        ({"limit": "abc"}, '"limit" is a whole number.'),
        ({"limit": "0"}, '"limit" is a whole number, at least 1.'),
        ({"limit": "101"}, '"limit" is a whole number, at most 100.'),
        ({"spam": "perhaps"}, '"spam" is true or false.'),
    ):
        for path in ("/api/leads", "/api/v1/leads"):
            assert (await api.get(path, params=params)).json()["error"] == sentence, (path, params)


async def test_a_filter_that_there_is_not_lists_nobody(api: Client) -> None:
    for path in ("/api/leads", "/api/v1/leads"):
        answer = await api.get(path, params={"mail": "ada@example.com", "limit": "1", "x" * 100: "1"})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["mail", "x" * 100])
        assert answer.json()["error"].startswith('This address knows no parameter "mail", ')
        assert "phone, search, source, spam, stage, " in answer.json()["error"]


async def test_no_list_takes_a_parameter_that_it_does_not_know_for_none(api: Client, database: Database) -> None:
    lists = ("sites", "endpoints", "keys", "forms", "sessions", "channels", "webhooks", "deliveries", "imports")
    for path in (*(f"/api/v1/{name}" for name in (*lists, "attempts", "merges", "sources")), "/api/analytics"):
        answer = await api.get(path, params={"form": "x"})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["form"]), path
        assert (await api.get(path)).status_code == 200, path
    file = {"content": b"Email\nada@example.com\n", "headers": {"content-type": "text/csv"}}
    assert (await api.post("/api/v1/imports", params={"dry-run": "1"}, **file)).status_code == 400
    assert await database.fetch("SELECT id FROM imports") == []


async def test_a_lead_is_found_by_its_whole_email_or_phone(
    api: Client, stranger_api: Client, database: Database, workspace: Created
) -> None:
    await change_workspace(database, workspace, country="AT")
    for email, phone in (("ada@example.com", "+43 660 1234567"), ("bob@example.com", "(0660) 123 45 67 8")):
        assert (await api.post("/api/public/leads", json={"email": email, "phone": phone})).status_code == 201
    assert await emails(api, email=" ADA@Example.com") == ["ada@example.com"]
    for nobody in ("nobody@x", "ada@example.co", "da@example.com", "%"):
        assert await emails(api, email=nobody) == [], nobody
    for phone in ("0660 1234567", "+436601234567", "0043 660/1234567"):
        assert await emails(api, phone=phone) == ["ada@example.com"], phone
    assert await emails(api, phone="066012345678") == ["bob@example.com"]
    assert await emails(api, phone="660 1234") == await emails(api, phone="none") == []
    assert await emails(api, phone="066012345678", email="ada@example.com") == []
    assert len(await emails(api, phone="", email="")) == 2
    assert await emails(stranger_api, email="ada@example.com") == await emails(stranger_api, phone="06601234567") == []
    assert (await api.get("/api/leads", params={"email": "a\0"})).json()["fields"] == ["email"]


async def test_an_unknown_stage_is_answered_with_the_valid_ones(api: Client) -> None:
    body = (await api.get("/api/leads?stage=Nowhere")).json()
    assert "Form Started, New, Contacted, Quoted, Won, Lost" in body["error"]


async def test_a_made_up_cursor_is_refused(api: Client) -> None:
    for cursor in ("nonsense", "!!", "WzEsMl0", "ü", "WzksIlx1MDAwMCJd"):
        answer = await api.get("/api/v1/leads", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["cursor"]), cursor


async def test_a_cursor_leads_through_the_whole_list_once(api: Client, database: Database, workspace: Created) -> None:
    made = [
        await add_lead(database, workspace, NOON + number // 3, email=f"n{number}@example.com") for number in range(7)
    ]
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 3}
    for _ in range(3):
        page = (await api.get("/api/v1/leads", params=params)).json()
        seen += [lead["id"] for lead in page["data"]]
        params["cursor"] = page["next_cursor"]
    assert page["next_cursor"] is None
    assert seen == list(reversed(made))


async def test_leads_that_arrive_while_leafing_shift_nothing(
    api: Client, database: Database, workspace: Created
) -> None:
    for number in range(4):
        await add_lead(database, workspace, NOON + number, email=f"n{number}@example.com")
    first = (await api.get("/api/v1/leads?limit=2")).json()
    await add_lead(database, workspace, NOON + 10, email="late@example.com")
    second = (await api.get("/api/v1/leads", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [lead["email"] for lead in second["data"]] == ["n1@example.com", "n0@example.com"]


async def test_filters_narrow_the_list_without_case(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, NOON, email="a@example.com", source="Google", campaign="Spring Sale")
    await add_lead(database, workspace, NOON + 1, email="b@example.com", source="Bing", stage="Won")
    await add_lead(database, workspace, NOON + 2, email="c@example.com", source="Wörter AG", campaign="spring")
    assert await emails(api, source="google") == ["a@example.com"]
    assert await emails(api, source="WÖRTER ag") == ["c@example.com"]
    assert await emails(api, campaign="spring sale") == ["a@example.com"]
    assert await emails(api, stage="won") == ["b@example.com"]
    assert await emails(api, stage="New", source="Bing") == []
    assert await emails(api, source="goo") == []
    assert len(await emails(api, stage="", search="", source="")) == 3


async def test_whose_leads_they_are_narrows_the_list(
    api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    for name in "ab":
        assert (await api.post("/api/public/leads", json={"email": f"{name}@example.com"})).status_code == 201
    [row] = await database.fetch("SELECT id FROM leads WHERE email = 'a@example.com'")
    await changes.assign(database, workspace.workspace_id, row["id"], workspace.user_id, "Bob")
    for mine in (workspace.user_id, workspace.user_id.upper(), "OWNER@example.com"):
        assert await emails(api, assigned_to=mine) == ["a@example.com"]
    assert await emails(api, assigned_to="nobody") == ["b@example.com"]
    assert await emails(api, assigned_to=stranger.user_id) == []
    for unknown in ("stranger@example.com", "who"):
        answer = await api.get("/api/v1/leads", params={"assigned_to": unknown})
        assert (answer.status_code, answer.json()["fields"]) == (400, ["assigned_to"])


async def test_types_and_tags_narrow_the_list(api: Client, database: Database, workspace: Created) -> None:
    await change_workspace(database, workspace, lead_types=["Venue"], event_types=["Große Gala"])
    for name, more in {
        "a": {"lead_type": "venue", "tags": ["VIP", 'x"y']},
        "b": {"event_type": "große gala", "tags": ["vip lounge"]},
        "c": {},
    }.items():
        answer = await api.post("/api/public/leads", json={"email": f"{name}@example.com", **more})
        assert answer.status_code == 201
    assert await emails(api, lead_type="VENUE") == ["a@example.com"]
    assert await emails(api, event_type="GROSSE GALA") == []
    assert await emails(api, event_type="GROßE gala") == ["b@example.com"]
    assert await emails(api, tag="vip") == ["a@example.com"]
    assert await emails(api, tag='x"y') == ["a@example.com"]
    assert await emails(api, tag="vip", lead_type="Venue") == ["a@example.com"]
    assert await emails(api, tag="lounge") == []
    assert len(await emails(api, tag="", lead_type="", event_type="")) == 3
    assert (await api.get("/api/leads", params={"tag": "a\0"})).json()["fields"] == ["tag"]


async def test_search_looks_into_each_field_of_the_contract(
    api: Client, database: Database, workspace: Created
) -> None:
    for column in ("first_name", "last_name", "email", "phone", "company", "message"):
        await add_lead(database, workspace, **{column: f"x-Needle-{column}"})
        found = await api.get("/api/leads", params={"search": f"nEEDle-{column}"})
        assert found.json()["total"] == 1, column


async def test_search_looks_nowhere_else(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, email="other@example.com", campaign="needle", source="needle")
    assert await emails(api, search="needle") == []


# What is stored, what is sought, whether it is found.
SEARCHES = [
    ("Müller", "MÜLLER", True),
    ("MÜLLER", "müller", True),
    ("MÜLLER", "Mül", True),
    ("Ëlodie ÇELİK", "ëlodie çel", True),
    ("Дмитрий", "дМИТ", True),
    ("Müller", "Muller", False),
    ("100% sure", "0% s", True),
    ("100 sure", "0%s", False),
    ("a_b", "a_b", True),
    ("axb", "a_b", False),
    ("O'Brien \\ Co", "o'brien \\", True),
    ("Straße", "STRASSE", False),
]


async def test_search_is_a_plain_substring_without_case(api: Client, database: Database, workspace: Created) -> None:
    ids = {
        text: await add_lead(database, workspace, message=f"says {text}!") for text in {text for text, *_ in SEARCHES}
    }
    for stored, search, found in SEARCHES:
        leads = (await api.get("/api/leads", params={"search": search})).json()["leads"]
        assert (ids[stored] in [lead["id"] for lead in leads]) is found, (stored, search)


# How a phone is stored, what is sought, whether it is found.
PHONES = [
    ("+43 660 1234567", "+436601234567", True),
    ("+43 660 1234567", "0660 1234567", True),
    ("+43 660 1234567", "0043 660/1234567", True),
    ("+43 660 1234567", "660-123.45", True),
    ("+43 660 1234567", "+43 (0) 660 1234567", True),
    ("+43 660 1234567", " 4567 ", True),
    ("+43 660 1234567", "0660 7654321", False),
    ("+43 660 1234567", "(0)1-2", False),
    ("+43 660 1234567", "call 1234567", False),
    ("+43 660 1234567", "++", False),
    ("+43 (0)1/98 76-54", "01987654", True),
    ("+43 (0)1/98 76-54", "+431987654", True),
    ("0699\u00a0765\u2011432", "+43 699 765432", True),
    ("0699\u00a0765\u2011432", "0699765432", True),
]


async def test_search_finds_a_phone_however_it_is_spaced(api: Client) -> None:
    ids = {}
    for stored in dict.fromkeys(stored for stored, *_ in PHONES):
        answer = await api.post("/api/public/leads", json={"phone": stored})
        ids[stored] = answer.json()["id"]
    for stored, search, found in PHONES:
        leads = (await api.get("/api/leads", params={"search": search})).json()["leads"]
        assert (ids[stored] in [lead["id"] for lead in leads]) is found, (stored, search)


async def test_a_search_in_digits_is_a_substring_still(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, email="a@example.com", message="Order 2026-0815", company="Studio 1234")
    assert await emails(api, search="2026-0815") == ["a@example.com"]
    assert await emails(api, search="1234") == ["a@example.com"]
    assert await emails(api, search="20260815") == []


async def test_a_search_may_hold_a_whole_alphabet(api: Client, database: Database, workspace: Created) -> None:
    pangram = "Съешь ещё этих мягких французских булок, Да выпей же чаю"
    letters = "".join(map(chr, range(0x3B1, 0x500)))
    await add_lead(database, workspace, email="a@example.com", message=f"Так: {pangram}.", source=letters)
    assert await emails(api, search=pangram) == ["a@example.com"]
    assert await emails(api, source=letters) == ["a@example.com"]
    assert await emails(api, search=letters[:200]) == []


async def test_search_finds_a_name_across_first_and_last(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, email="a@example.com", first_name="Ada", last_name="Lovelace")
    assert await emails(api, search="da love") == ["a@example.com"]


async def test_spam_is_left_out_unless_it_is_asked_for(api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, NOON, email="good@example.com")
    await add_lead(database, workspace, NOON + 1, email="bad@example.com", spam=True)
    assert await emails(api) == ["good@example.com"]
    assert (await api.get("/api/leads")).json()["total"] == 1
    assert await emails(api, spam="true") == ["bad@example.com", "good@example.com"]


async def test_dates_are_whole_days_of_the_workspace_both_included(
    api: Client, database: Database, workspace: Created
) -> None:
    await api.patch("/api/v1/workspace", json={"timezone": "Europe/Vienna"})
    for at in ("2026-05-01T21:59:59Z", "2026-05-01T22:00:00Z", "2026-05-02T21:59:59Z", "2026-05-02T22:00:00Z"):
        await add_lead(database, workspace, ms(at), email=f"{ms(at)}@example.com")
    named = [f"{ms('2026-05-02T21:59:59Z')}@example.com", f"{ms('2026-05-01T22:00:00Z')}@example.com"]
    assert await emails(api, **{"from": "2026-05-02", "to": "2026-05-02"}) == named
    assert len(await emails(api, **{"from": "2026-05-02"})) == 3
    assert len(await emails(api, to="2026-05-02")) == 3


async def test_a_day_is_as_long_as_the_clocks_make_it(api: Client, database: Database, workspace: Created) -> None:
    await api.patch("/api/v1/workspace", json={"timezone": "Europe/Vienna"})
    await add_lead(database, workspace, ms("2026-03-29T21:59:59Z"), email="in@example.com")
    await add_lead(database, workspace, ms("2026-03-29T22:00:00Z"), email="out@example.com")
    assert await emails(api, **{"from": "2026-03-29", "to": "2026-03-29"}) == ["in@example.com"]


async def test_times_are_taken_as_they_are_both_included(api: Client, database: Database, workspace: Created) -> None:
    for email, at in (("before", NOON - 1), ("at", NOON), ("after", NOON + 1)):
        await add_lead(database, workspace, at, email=f"{email}@example.com")
    for moment in ("2026-05-01T12:00:00Z", "2026-05-01T14:00:00.000+02:00", "2026-05-01t12:00:00z"):
        assert await emails(api, **{"from": moment}) == ["after@example.com", "at@example.com"]
        assert await emails(api, to=moment) == ["at@example.com", "before@example.com"]


async def test_history_begins_without_a_stage_before_it(api: Client, database: Database, workspace: Created) -> None:
    lead_id = await add_lead(database, workspace, NOON, email="ada@example.com")
    await add_lead(database, workspace, NOON + DAY, email="ada@example.com", stage="Won")
    answer = (await api.get(f"/api/leads/{lead_id}")).json()
    assert answer["lead"]["stage"] == "Won"
    assert answer["history"] == [
        {
            "from_stage": None,
            "to_stage": "New",
            "at": "2026-05-01T12:00:00.000Z",
            "by": "widget",
            "reason": "Contact us",
        },
        {
            "from_stage": "New",
            "to_stage": "Won",
            "at": "2026-05-02T12:00:00.000Z",
            "by": "widget",
            "reason": "Contact us",
        },
    ]


async def test_a_timeline_tells_a_lead_from_first_touch_to_note(
    api: Client, database: Database, workspace: Created
) -> None:
    session_id = new_id()
    touch = {"at": NOON - DAY, "url": "https://lindenhof.example/", "ref": "https://google.com/"}
    lead_id = await add_lead(
        database, workspace, NOON, email="ada@example.com", first_touch=touch, session_id=session_id
    )
    await add_session(database, workspace, NOON - 60_000, id=session_id, lead_id=lead_id, state="submitted")
    await add_session(
        database, workspace, NOON - 120_000, lead_id=lead_id, state="abandoned", abandoned_at=NOON - 90_000
    )
    await add_note(database, lead_id, NOON + 5, "Called her back.")
    entries = (await api.get(f"/api/v1/leads/{lead_id}/timeline")).json()["data"]
    assert [entry["kind"] for entry in entries] == [
        "touch",
        "started",
        "abandoned",
        "started",
        "submitted",
        "stage",
        "note",
    ]
    assert entries[0]["at"] == "2026-04-30T12:00:00.000Z" and entries[0]["touch"]["ref"] == "https://google.com/"
    assert entries[2]["last_field"] == "Phone" and entries[2]["completion_percent"] == 50
    assert entries[4]["fields"][0]["label"] == "Your e-mail" and entries[4]["session_id"] == session_id
    assert entries[6]["text"] == "Called her back." and entries[6]["by"] == "owner@example.com"


async def test_a_timeline_tells_what_was_sent_about_the_lead_and_no_other(
    api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await add_lead(database, workspace, NOON, email="ada@example.com")
    other_id = await add_lead(database, workspace, NOON, email="bob@example.com")
    await add_delivery(database, workspace, other_id, NOON + 1)
    sent = await add_delivery(database, workspace, lead_id, NOON + 1)
    entries = (await api.get(f"/api/v1/leads/{lead_id}/timeline")).json()["data"]
    assert [entry["kind"] for entry in entries] == ["submitted", "stage", "delivery"]
    assert entries[2]["delivery"]["id"] == sent and entries[2]["at"] == "2026-05-01T12:00:00.001Z"


async def test_a_timeline_tells_whose_the_lead_became_and_who_called_it_spam(
    api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await add_lead(database, workspace, NOON, email="ada@example.com", first_name='"did":"assigned"')
    [owner] = await database.fetch("SELECT id, email FROM users")
    await changes.assign(database, workspace.workspace_id, lead_id, owner["id"], owner["email"])
    await changes.assign(database, workspace.workspace_id, lead_id, None, "Bob (Telegram)")
    for spam in (True, False):
        answer = await api.post(f"/api/v1/leads/{lead_id}/spam", json={"spam": spam})
        assert answer.status_code == 200, answer.text
    entries = (await api.get(f"/api/v1/leads/{lead_id}/timeline")).json()["data"][2:]
    assert [(one["kind"], one["by"]) for one in entries] == [
        ("assigned", owner["email"]),
        ("assigned", "Bob (Telegram)"),
        ("spam", entries[2]["by"]),
        ("spam", entries[2]["by"]),
    ]
    assert [(one["to"], one["email"]) for one in entries[:2]] == [(owner["id"], owner["email"]), (None, "")]
    assert [one["spam"] for one in entries[2:]] == [True, False] and entries[2]["by"]


async def test_a_first_touch_from_a_clock_ahead_stays_first(
    api: Client, database: Database, workspace: Created
) -> None:
    lead_id = await add_lead(
        database, workspace, NOON, email="a@example.com", first_touch={"at": NOON + DAY, "url": "x"}
    )
    entries = (await api.get(f"/api/v1/leads/{lead_id}/timeline")).json()["data"]
    assert (entries[0]["kind"], entries[0]["at"]) == ("touch", "2026-05-01T12:00:00.000Z")


async def test_a_stranger_sees_none_of_the_leads(stranger_api: Client, database: Database, workspace: Created) -> None:
    await add_lead(database, workspace, email="ada@example.com")
    assert await emails(stranger_api) == []
    assert await emails(stranger_api, search="ada") == []
