"""Importing leads: a file is sent, its columns are named, its rows checked, then taken in; all of it can be undone."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard.answers import HEADERS
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.imports import import_line, import_page
from leadsbot.dashboard.views import Form, Toast
from leadsbot.dashboard.views.imports import Imports
from leadsbot.db.paging import Slice
from leadsbot.errors import Conflict, InvalidInput, TooManyRequests
from leadsbot.imports import book, report, uploads
from leadsbot.imports.book import Row
from leadsbot.imports.uploads import Upload

LARGEST_FILE = 20 * 1024 * 1024
# What multipart puts around a file.
_AROUND = 64 * 1024


@get("/imports")
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _list(desk))


@post("/imports", request_max_body_size=LARGEST_FILE + _AROUND)
async def upload(desk: Here) -> Response[str]:
    """Keep the file as a draft and lead to its page, where its columns are named."""
    file = desk.posted.file("file")
    try:
        if file is None or not file.content:
            raise InvalidInput("Choose a file that holds something.")
        if len(file.content) > LARGEST_FILE:
            raise InvalidInput("The file has more than 20 MiB. Split it.")
        row = await uploads.keep(desk.database, desk.workspace_id, Upload(file.content, desk.person.email, file.name))
    except InvalidInput as error:
        return await desk.page(await _list(desk, Form({}, {"file": error.message})), HTTP_422_UNPROCESSABLE_ENTITY)
    return desk.go(f"/imports/{row['id']}")


@get("/imports/{import_id:uuid}")
async def see(desk: Here, import_id: FromPath[UUID]) -> Response[str]:
    """Show an import; the page's script asks for it again while it is under way."""
    view = await import_page(desk.database, await _get(desk, import_id))
    return desk.part("import.html", view=view) if desk.is_htmx else await desk.page(view)


@post("/imports/{import_id:uuid}", status_code=HTTP_200_OK)
async def start(desk: Here, import_id: FromPath[UUID]) -> Response[str]:
    """Take the file in with the columns as chosen (`do` is `run`), or only check it."""
    row = await _get(desk, import_id)
    mapping = book.decode_mapping(row)
    said = {name: desk.posted.text(f"column-{place}") or mapping[name] for place, name in enumerate(mapping)}
    dry_run = desk.posted.text("do") != "run"
    try:
        await book.start(
            desk.database,
            desk.workspace_id,
            row["id"],
            dry_run=dry_run,
            said=said,
            update=desk.posted.text("update") or None,
            notify=desk.posted.text("notify") == "1",
        )
    except (InvalidInput, TooManyRequests) as error:
        view = await import_page(desk.database, row, said, error.message)
        return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as error:
        return desk.go(f"/imports/{row['id']}", Toast(error.message, "trouble"))
    return desk.go(f"/imports/{row['id']}")


@post("/imports/{import_id:uuid}/undo", status_code=HTTP_200_OK)
async def undo(desk: Here, import_id: FromPath[UUID]) -> Response[str]:
    """Delete the leads that it made and that nobody has worked with since."""
    try:
        await book.undo(desk.database, desk.workspace_id, str(import_id))
    except Conflict as error:
        return desk.go(f"/imports/{import_id}", Toast(error.message, "trouble"))
    return desk.go(f"/imports/{import_id}")


@post("/imports/{import_id:uuid}/delete", status_code=HTTP_200_OK)
async def remove(desk: Here, import_id: FromPath[UUID]) -> Response[str]:
    """Forget the file and its report; its leads stay."""
    try:
        await book.delete(desk.database, desk.workspace_id, str(import_id))
    except Conflict as error:
        return desk.go(f"/imports/{import_id}", Toast(error.message, "trouble"))
    return desk.go("/imports", Toast("Removed."))


@get("/imports/{import_id:uuid}/failed.csv")
async def failed(desk: Here, import_id: FromPath[UUID]) -> Response[bytes]:
    row = await _get(desk, import_id)
    body = await report.failed_csv(desk.database, row)
    return Response(body, media_type="text/csv; charset=utf-8", headers={**HEADERS, **report.headers(row)})


async def _get(desk: Desk, import_id: UUID) -> Row:
    return await book.get(desk.database, desk.workspace_id, str(import_id))


async def _list(desk: Desk, form: Form | None = None) -> Imports:
    try:
        page = await book.listed(desk.database, desk.workspace_id, Slice(cursor=desk.asked("cursor") or None))
    except InvalidInput:  # a cursor that no page gave
        page = await book.listed(desk.database, desk.workspace_id)
    return Imports(tuple(import_line(row) for row in page.rows), page.next_cursor or "", form or Form())


ROUTES = [pages(show, upload, see, start, undo, remove, failed)]
