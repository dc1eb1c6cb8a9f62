"""`/api/v1/imports`: CSV files of leads, checked first or taken in at once, with a report per row."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, QueryParameter
from litestar.status_codes import HTTP_202_ACCEPTED

from leadsbot.api.keyed import Holder, House, Part, keyed
from leadsbot.errors import UnsupportedMediaType
from leadsbot.imports import book, columns, report, uploads
from leadsbot.imports.present import import_json
from leadsbot.imports.uploads import Upload
from leadsbot.services import Services

KINDS = ("text/csv", "application/csv", "application/vnd.ms-excel", "text/tab-separated-values")

Map = Annotated[
    list[str] | None,
    QueryParameter(description="`column:field`, several with commas between; guessed from the header where left out"),
]
Update = Annotated[
    Literal["fill", "overwrite", "skip"],
    QueryParameter(
        description="what becomes of a lead of the same email: empty fields filled, overwritten, left alone"
    ),
]
DryRun = Annotated[bool, QueryParameter(description="check each row and report; nothing is taken in")]
Notify = Annotated[bool, QueryParameter(description="tell channels and webhooks of every lead, as of any other")]
Name = Annotated[str, QueryParameter(description="what the file is called", max_length=200)]


@post("/", status_code=HTTP_202_ACCEPTED, summary="Import leads from a CSV file, or check one")
async def create_import(
    request: Request[Any, Any, Any],
    services: House,
    holder: Holder,
    dry_run: DryRun = False,
    map: Map = None,
    update: Update = "fill",
    notify: Notify = False,
    file_name: Name = "",
) -> dict[str, Any]:
    """The body is the file (`Content-Type: text/csv`). Poll `GET /api/v1/imports/{id}` until `state` is `done`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise UnsupportedMediaType("Send the file itself, with Content-Type: text/csv.")
    said = columns.said_in(map or [])
    upload = Upload(await request.body(), holder.name, file_name, said, update, notify)
    row = await uploads.take_in(services.database, holder.workspace_id, upload, dry_run=dry_run)
    return await _whole(services, row)


@get("/", summary="List imports")
async def list_imports(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await book.listed(services.database, holder.workspace_id, part)
    return page.json(import_json)


@get("/{import_id:uuid}", summary="How an import stands, and which rows couldn't be taken")
async def get_import(services: House, holder: Holder, import_id: FromPath[UUID]) -> dict[str, Any]:
    return await _whole(services, await book.get(services.database, holder.workspace_id, str(import_id)))


@get("/{import_id:uuid}/failed.csv", summary="The rows that couldn't be taken, to mend and send again")
async def get_failed(services: House, holder: Holder, import_id: FromPath[UUID]) -> Response[bytes]:
    row = await book.get(services.database, holder.workspace_id, str(import_id))
    body = await report.failed_csv(services.database, row)
    return Response(body, media_type="text/csv; charset=utf-8", headers=report.headers(row))


@post("/{import_id:uuid}/run", status_code=HTTP_202_ACCEPTED, summary="Take in a file that was only checked")
async def run_import(
    services: House, holder: Holder, import_id: FromPath[UUID], map: Map = None, dry_run: DryRun = False
) -> dict[str, Any]:
    row = await book.start(
        services.database,
        holder.workspace_id,
        str(import_id),
        dry_run=dry_run,
        said=columns.said_in(map or []),
    )
    return await _whole(services, row)


@post("/{import_id:uuid}/undo", status_code=HTTP_202_ACCEPTED, summary="Delete the leads that an import made")
async def undo_import(services: House, holder: Holder, import_id: FromPath[UUID]) -> dict[str, Any]:
    """Within 24 hours. Leads that somebody changed since stay; what was updated isn't taken back."""
    row = await book.undo(services.database, holder.workspace_id, str(import_id))
    return await _whole(services, row)


@delete("/{import_id:uuid}", summary="Forget an import; its leads stay")
async def delete_import(services: House, holder: Holder, import_id: FromPath[UUID]) -> None:
    await book.delete(services.database, holder.workspace_id, str(import_id))


async def _whole(services: Services, row: dict[str, Any]) -> dict[str, Any]:
    return {**import_json(row), "preview": await book.preview(services.database, row["id"])}


ROUTES = [
    keyed(
        "/api/v1/imports",
        [create_import, list_imports, get_import, get_failed, run_import, undo_import, delete_import],
        "imports",
    )
]
