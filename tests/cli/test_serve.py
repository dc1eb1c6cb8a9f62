"""`leadsbot serve` and `leadsbot worker`: starting, refusing to, and stopping."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import SIGNALS

from leadsbot import clock
from leadsbot.cli.support import server
from leadsbot.settings import Settings
from tests.cli.running import BOOTSTRAP, Running, ask, leadsbot, listening, prepared, query, wait_until
from tests.support.waiting import PATIENCE_S

WAITING = "SELECT state FROM jobs WHERE id = 'waiting'"  # gone once it is done, since it has no unique key
FORWARDED = {"X-Forwarded-For": "203.0.113.7"}


def submission() -> bytes:
    """A visitor's batch with one submission, of a person nobody knows yet."""
    form = {"key": "contact", "name": "Contact us"}
    fields = [{"name": "email", "label": "Email", "type": "email", "value": f"{uuid4().hex}@example.com"}]
    now = clock.now()
    event = {"type": "submit", "id": str(uuid4()), "session": str(uuid4()), "seq": 1, "form": form, "start": now,
             "at": now, "percent": 100, "done": 1, "total": 1, "last": "Email", "fields": fields,
             "confirmation": "confirmed"}  # fmt: skip
    touch = {"at": now, "url": "https://example.com/", "ref": "", "utm": {}, "ids": {}}
    page = {"url": "https://example.com/", "title": "Home", "ref": ""}
    device = {"w": 390, "h": 844, "touch": True, "lang": "en", "tz": "Europe/Vienna"}
    batch = {"v": 1, "id": str(uuid4()), "sent": now, "visit": {"id": str(uuid4()), "at": now}, "page": page,
             "first": touch, "last": touch, "device": device, "events": [event]}  # fmt: skip
    return json.dumps(batch).encode()


def test_it_serves_a_database_that_is_current(migrated: Path) -> None:
    with Running(migrated, "serve") as server:
        server.up()
        assert ask(server.url, "/health").status == 200
        assert ask(server.url, "/widget.js").status == 200
        assert server.stop() == 0


def test_it_refuses_a_database_that_is_behind_in_one_sentence(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "serve")
    assert done.returncode == 1
    assert "behind: run `leadsbot migrate`" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_worker_refuses_a_database_that_is_behind_too(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "worker")
    assert (done.returncode, "run `leadsbot migrate`" in done.stderr) == (1, True)


def test_more_than_one_worker_needs_postgresql(migrated: Path) -> None:
    done = leadsbot(migrated, "serve", "--workers", "2")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "needs PostgreSQL" in done.stderr


def test_several_workers_share_one_port_on_postgresql(tmp_path: Path, postgres_server: object) -> None:
    with postgres_server.fresh() as url:  # type: ignore[attr-defined]
        prepared(tmp_path, DATABASE_URL=url)
        with Running(tmp_path, "serve", "--workers", "2", DATABASE_URL=url) as server:
            server.up()
            assert {ask(server.url, "/health").status for _ in range(8)} == {200}
            assert server.stop() == 0


@pytest.fixture
def signals() -> Iterator[None]:
    """Whoever supervises processes hears signals; afterwards they are heard as before."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("signals")
def test_a_process_that_takes_long_to_load_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine needs more than the five seconds that are uvicorn's; one killed then begins again, and again."""
    configured: list[uvicorn.Config] = []
    monkeypatch.setattr(server, "check_current", lambda settings: asyncio.sleep(0))
    monkeypatch.setattr(Multiprocess, "run", lambda supervisor: configured.append(supervisor.config))
    server.serve_in_processes(Settings.load({}, dotenv=None), [], jobs=False, workers=2)
    assert configured[0].timeout_worker_healthcheck >= 30


@pytest.mark.usefixtures("signals")
def test_one_of_several_processes_that_ends_while_loading_is_missed_at_once() -> None:
    supervisor = server._Processes(uvicorn.Config("nowhere:app", workers=1, timeout_worker_healthcheck=3_600), [])
    supervisor.init_processes()
    [process] = supervisor.processes
    process.process.kill()
    assert not process.ping(3_600)
    process.join()


def test_a_port_that_is_taken_is_named_with_its_variable(migrated: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        done = leadsbot(migrated, "serve", PORT=str(port))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Port {port}" in done.stderr and "LEADSBOT_PORT" in done.stderr


def test_a_host_that_is_not_this_machine_is_named_with_its_variable(migrated: Path) -> None:
    done = leadsbot(migrated, "serve", "--host", "192.0.2.7")  # TEST-NET-1, RFC 5737: nobody's
    assert (done.returncode, "LEADSBOT_HOST" in done.stderr) == (1, True)


def test_the_command_line_wins_over_the_environment(migrated: Path) -> None:
    with Running(migrated, "serve") as wanted:
        pass
    with Running(migrated, "serve", "--port", str(wanted.port), port=wanted.port, PORT="1") as server:
        server.up()


def test_the_secret_key_is_made_once_and_for_its_owner_alone(migrated: Path) -> None:
    keys = []
    for _ in range(2):
        with Running(migrated, "serve") as server:
            server.up()
        key = migrated / "data" / "secret.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        keys.append(key.read_text())
    assert keys[0] == keys[1]


def test_no_header_says_what_serves(migrated: Path) -> None:
    with Running(migrated, "serve") as server:
        assert "server" not in ask(server.up().url, "/health").headers


def test_nobody_is_believed_about_where_a_visitor_is_unless_trusted(migrated: Path) -> None:
    """uvicorn by itself believes a proxy on loopback; here only LEADSBOT_TRUSTED_PROXIES makes one."""
    token = json.loads(leadsbot(migrated, *BOOTSTRAP, "--json").stdout)["public_token"]
    seen = []
    for trusted in ("", "127.0.0.1"):
        with Running(migrated, "serve", TRUSTED_PROXIES=trusted) as server:
            server.up()
            sent = ask(server.url, f"/api/w/{token}/events", method="POST", body=submission(), **FORWARDED)
            assert sent.status == 202, sent.body
        seen.append(query(migrated, "SELECT ip_address FROM leads ORDER BY created_at DESC LIMIT 1"))
    assert seen == [[("127.0.0.1",)], [("203.0.113.7",)]]


SLOW = """
import asyncio
from leadsbot.cli.support import listening, server
from leadsbot.cli.support.configured import configured

async def app(scope, receive, send):
    print("begun")
    await asyncio.sleep(0.5)  # the work itself: longer than uvicorn lets pass before it looks at what is left
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"done"})

settings = configured()
site = server.Site(app, listening.listen("127.0.0.1", settings.port), lifespan="off")
server.serve(lambda: [site], settings, ready=lambda: print("ready"))
"""


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_request_under_way_finish(migrated: Path, by: signal.Signals) -> None:
    with Running(migrated, "-c", SLOW, module=False) as server:
        server.says("ready")
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)) as connection:
            connection.request("GET", "/")
            server.says("begun")
            server.process.send_signal(by)
            assert connection.getresponse().read() == b"done"
        assert server.process.wait(PATIENCE_S) == 0


STREAMS = """
import sys
from leadsbot.cli.support import listening, server
from leadsbot.cli.support.configured import configured

async def app(scope, receive, send):
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"data: 1\\n\\n", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
    print("the stream was ended")

settings = configured()
site = server.Site(app, listening.listen("127.0.0.1", settings.port), lifespan="off")
server.serve(lambda: [site], settings, ready=lambda: print("ready"))
"""


@pytest.mark.parametrize(("accept", "ended"), [("text/event-stream", True), ("text/csv", False)])
def test_only_an_event_stream_is_ended_so_that_the_server_can_stop(migrated: Path, accept: str, ended: bool) -> None:
    with Running(migrated, "-c", STREAMS, module=False) as server:
        server.says("ready")
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)) as connection:
            connection.request("GET", "/", headers={"Accept": accept})
            answer = connection.getresponse()
            assert answer.read(7) == b"data: 1"
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not listening(server.port))
            if ended:
                server.process.wait(8)  # well below `FINISH_WITHIN_S`, after which everything is cut off
                assert "the stream was ended" in server.output
            else:
                assert "ended" not in server.output and server.process.poll() is None
                server.process.send_signal(signal.SIGTERM)  # who asks twice means it
        assert server.process.wait(PATIENCE_S) == 0


def test_logs_are_json_where_asked_for(migrated: Path) -> None:
    with Running(migrated, "serve", LOG="json") as server:
        line = json.loads(server.up().says("LeadsBot is up").splitlines()[0])
    assert (line["level"], line["logger"]) == ("info", "leadsbot")
    assert line["event"] == f"LeadsBot is up on {server.url}"


def test_a_worker_works_until_it_is_told_to_stop(migrated: Path) -> None:
    with Running(migrated, "worker") as worker:
        worker.says("works on background jobs")
        assert worker.stop() == 0


def test_without_jobs_the_work_waits_for_a_worker(migrated: Path) -> None:
    query(migrated, "INSERT INTO jobs (id, kind, due, created_at) VALUES ('waiting', 'purge', 0, 0)")
    with Running(migrated, "serve", "--no-jobs") as server:
        assert 'leadsbot_jobs{state="ready"} 1.0' in ask(server.up().url, "/metrics").body
        with Running(migrated, "worker"):
            wait_until(lambda: not query(migrated, WAITING))


def test_with_jobs_the_work_is_done_by_the_server(migrated: Path) -> None:
    query(migrated, "INSERT INTO jobs (id, kind, due, created_at) VALUES ('waiting', 'purge', 0, 0)")
    with Running(migrated, "serve"):
        wait_until(lambda: not query(migrated, WAITING))
