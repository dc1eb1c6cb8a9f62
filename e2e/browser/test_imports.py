"""Leads brought over from a file, and two of one person made one: with the jobs running, by mouse and by thumb."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.support.dashboard import has_no_sideways_scroll, row_of
from e2e.support.house import House

ANNA = {"email": "anna@berger.example", "phone": "+43 660 1234567"}


def a_file(tmp_path: Path) -> Path:
    rows = [f"Gast {number};gast{number}@x.example;{number}" for number in range(130)]
    path = tmp_path / "fair.csv"
    path.write_text("\r\n".join(["Name;E-Mail;Gäste", *rows, "Ohne Kontakt;;7", ""]), "cp1252")
    return path


def upload(page: Page, url: str, path: Path) -> None:
    page.goto(f"{url}/leads")
    page.get_by_role("link", name="Import").click()
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Upload and look at it").click()


def test_a_file_is_checked_imported_and_taken_back(leadsbot: House, owner: Page, tmp_path: Path) -> None:
    upload(owner, leadsbot.url, a_file(tmp_path))
    expect(owner.get_by_label("E-Mail")).to_have_value("email")
    expect(owner.get_by_label("Gäste")).to_have_value("custom")
    owner.get_by_role("button", name="Check, import nothing").click()
    expect(owner.get_by_text("130 would be new leads")).to_be_visible()
    expect(owner.get_by_text("There is neither an email nor a phone.")).to_be_visible()
    assert leadsbot.api.get("/api/leads")["total"] == 0
    owner.get_by_role("button", name="Import 130 rows").click()
    expect(owner.get_by_text("130 new leads")).to_be_visible()
    assert leadsbot.api.get("/api/leads")["total"] == 130
    with owner.expect_download() as saved:
        owner.get_by_role("link", name="Download them as CSV").click()
    assert "Ohne Kontakt;;7;There is neither" in saved.value.path().read_text("utf-8-sig")
    owner.get_by_role("button", name="Undo this import").click()
    owner.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
    expect(owner.get_by_text("Undone.")).to_be_visible()
    assert leadsbot.api.get("/api/leads")["total"] == 0


def test_on_a_phone_it_fits(leadsbot: House, owner_on_phone: Page, tmp_path: Path) -> None:
    page = owner_on_phone
    upload(page, leadsbot.url, a_file(tmp_path))
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    assert has_no_sideways_scroll(page)
    page.get_by_role("button", name="Import 131 rows").tap()
    expect(page.get_by_text("130 new leads")).to_be_visible()
    assert has_no_sideways_scroll(page)


def test_two_leads_of_one_person_are_merged_beside_the_list_and_parted_again(leadsbot: House, owner: Page) -> None:
    first = leadsbot.api.post("/api/v1/leads", {"name": "Anna Berger", **ANNA})["id"]
    leadsbot.api.post("/api/v1/leads", {"name": "Anna B", "company": "Berger & Sons", **ANNA})
    owner.reload()
    expect(row_of(owner, "Duplicate?")).to_have_count(1)
    row_of(owner, "Anna B").first.click()
    expect(owner.get_by_text("May be the same person as")).to_be_visible()
    owner.get_by_role("button", name="Merge", exact=True).click()
    expect(owner.get_by_text("is part of this lead now.")).to_be_visible()
    expect(owner.locator(f"#row-{first}")).to_have_count(0)
    assert leadsbot.api.get("/api/leads")["total"] == 1
    owner.locator(".toast").get_by_role("button", name="Undo").click()
    expect(owner.locator(f"#row-{first}")).to_have_count(1)
    owner.get_by_role("button", name="Not the same").click()
    expect(owner.get_by_text("May be the same person as")).to_have_count(0)
    expect(row_of(owner, "Duplicate?")).to_have_count(0)
