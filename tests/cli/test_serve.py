"""`leadsbot serve` and `leadsbot worker`: starting, refusing to, and stopping."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import BOOTSTRAP, Running, ask, leadsbot, prepared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepared(tmp_path)
    return tmp_path


def test_it_serves_a_database_that_is_current(folder: Path) -> None:
    with Running(folder, "serve") as server:
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


def test_more_than_one_worker_needs_postgresql(folder: Path) -> None:
    done = leadsbot(folder, "serve", "--workers", "2")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "needs PostgreSQL" in done.stderr


def test_several_workers_share_one_port_on_postgresql(tmp_path: Path, postgres_server: object) -> None:
    with postgres_server.fresh() as url:  # type: ignore[attr-defined]
        prepared(tmp_path, DATABASE_URL=url)
        with Running(tmp_path, "serve", "--workers", "2", DATABASE_URL=url) as server:
            server.up()
            assert {ask(server.url, "/health").status for _ in range(8)} == {200}
            assert server.stop() == 0


def test_a_port_that_is_taken_is_named_with_its_variable(folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        done = leadsbot(folder, "serve", PORT=str(port))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Port {port}" in done.stderr and "LEADSBOT_PORT" in done.stderr


def test_a_host_that_is_not_this_machine_is_named_with_its_variable(folder: Path) -> None:
    done = leadsbot(folder, "serve", "--host", "192.0.2.7")  # TEST-NET-1, RFC 5737: nobody's
    assert (done.returncode, "LEADSBOT_HOST" in done.stderr) == (1, True)


def test_the_command_line_wins_over_the_environment(folder: Path) -> None:
    with Running(folder, "serve") as wanted:
        pass
    with Running(folder, "serve", "--port", str(wanted.port), port=wanted.port, PORT="1") as server:
        server.up()


def test_the_secret_key_is_made_once_and_for_its_owner_alone(folder: Path) -> None:
    keys = []
    for _ in range(2):
        with Running(folder, "serve") as server:
            server.up()
        key = folder / "data" / "secret.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        keys.append(key.read_text())
    assert keys[0] == keys[1]


def test_no_header_says_what_serves(folder: Path) -> None:
    with Running(folder, "serve") as server:
        assert "server" not in ask(server.up().url, "/health").headers


def test_the_address_of_a_visitor_is_not_taken_from_a_header(folder: Path) -> None:
    """uvicorn would believe X-Forwarded-For from loopback and put it where the socket's peer belongs."""
    with Running(folder, "serve", METRICS_TOKEN="only-with-this") as server:
        server.up()
        told = {"X-Forwarded-For": "203.0.113.7"}
        assert ask(server.url, "/metrics", **told).status == 401
        assert ask(server.url, "/metrics", Authorization="Bearer only-with-this", **told).status == 200


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_request_under_way_finish(folder: Path, by: signal.Signals) -> None:
    token = json.loads(leadsbot(folder, *BOOTSTRAP, "--json").stdout)["public_token"]
    with Running(folder, "serve") as server:
        server.up()
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
            body = b'{"not": "a batch"}'
            connection.putrequest("POST", f"/api/w/{token}/events")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[:4])
            ask(server.url, "/health")  # once this is answered, the request before it has been begun
            server.process.send_signal(by)
            _wait_until_refused(server.port)
            connection.send(body[4:])
            assert connection.getresponse().status == 400
        assert server.process.wait(30) == 0


def _wait_until_refused(port: int) -> None:
    while True:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return


def test_an_open_event_stream_does_not_hold_up_the_end(folder: Path) -> None:
    with Running(folder, "serve") as server:
        server.up()
        with closing(socket.create_connection(("127.0.0.1", server.port))) as stream:
            # Any request that asks for a stream and never ends: this one's body stays unfinished.
            stream.sendall(
                b"POST /login HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Length: 9\r\n\r\nhalf"
            )
            ask(server.url, "/health")
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(8) == 0  # uvicorn alone would wait for `FINISH_WITHIN_S`


def test_logs_are_json_where_asked_for(folder: Path) -> None:
    with Running(folder, "serve", LOG="json") as server:
        line = json.loads(server.up().says("LeadsBot is up").splitlines()[0])
    assert (line["level"], line["logger"]) == ("info", "leadsbot")
    assert line["event"] == f"LeadsBot is up on {server.url}"


def test_a_worker_works_until_it_is_told_to_stop(folder: Path) -> None:
    with Running(folder, "worker") as worker:
        worker.says("works on background jobs")
        assert worker.stop() == 0


def test_without_jobs_the_work_waits_for_a_worker(folder: Path) -> None:
    with Running(folder, "serve", "--no-jobs") as server:
        server.up()
        ready = 'leadsbot_jobs{state="ready"}'
        assert ready not in ask(server.url, "/metrics").body or f"{ready} 0.0" in ask(server.url, "/metrics").body
