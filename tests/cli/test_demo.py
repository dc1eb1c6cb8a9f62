"""`leadsbot demo` (`make run`): the first minute of a newcomer, and every later one."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import stat
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from leadsbot.cli.support import demo_answers, demo_form
from leadsbot.cli.support.demo_site import LARGEST_FORM, DemoSite
from tests.cli.running import Answer, Running, ask, free_ports, leadsbot, query


def password_in(output: str) -> str:
    found = re.search(r"^  Password +(\S+)", output, re.MULTILINE)
    assert found, output
    return found[1]


def test_the_first_run_sets_everything_up_and_says_where_it_is(tmp_path: Path) -> None:
    with Running(tmp_path, "demo") as demo:
        said = demo.says("</script>")
        token = re.search(r'data-token="([\w-]+)"', said)
        assert token
        site = f"http://localhost:{demo.port + 1}"
        for told in (demo.url, site, "demo@leadsbot.example", f'src="{demo.url}/widget.js"', f'data-api="{demo.url}"'):
            assert told in said
        login = tmp_path / "data" / "demo-login.txt"
        assert stat.S_IMODE(login.stat().st_mode) == 0o600
        assert f"Password: {password_in(said)}\n" in login.read_text()
        key = re.search(r"^  API key +(lb_[A-Za-z0-9]{40})", said, re.MULTILINE)
        assert key and ask(demo.url, "/api/leads", Authorization=f"Bearer {key[1]}").status == 200
        # The demo site is another origin, and the one that its token is for.
        page = ask(site, "/contact.html").body
        assert f'data-token="{token[1]}"' in page and f'src="{demo.url}/widget.js"' in page
        assert "{{" not in page
        # The hosted form that the site's florist asks for is there.
        hosted = json.loads(ask(demo.url, f"/api/w/{token[1]}/form/{demo_form.NAME}", Origin=site).body)
        assert hosted["definition"]["title"] == demo_form.DEFINITION.title
        assert f'data-form="{demo_form.NAME}"' in ask(site, "/flowers.html").body
        settings = f"/api/w/{token[1]}"
        assert ask(demo.url, settings, Origin=site).headers["access-control-allow-origin"] == site
        assert ask(demo.url, settings, Origin="http://localhost:1").status == 403
        assert demo.stop() == 0


def test_a_later_run_keeps_workspace_and_password_and_allows_a_new_port(tmp_path: Path) -> None:
    passwords, said, first = [], "", free_ports(4)
    for port in (first, first + 2):
        with Running(tmp_path, "demo", port=port) as demo:
            said = demo.says("</script>")
            passwords.append(password_in(said))
    assert passwords[0] == passwords[1]
    assert "lb_" not in said  # a key is shown once
    assert query(tmp_path, "SELECT count(*) FROM workspaces") == [(1,)]
    [(listed,)] = query(tmp_path, "SELECT allowed_origins FROM sites")
    assert listed == f'["http://localhost:{first + 1}","http://localhost:{first + 3}"]'


def test_a_login_file_that_was_lost_costs_a_new_password_and_no_data(tmp_path: Path) -> None:
    passwords = []
    for _ in range(2):
        with Running(tmp_path, "demo") as demo:
            passwords.append(password_in(demo.says("</script>")))
        (tmp_path / "data" / "demo-login.txt").unlink()
    hashes = query(tmp_path, "SELECT password_hash FROM users")
    assert len(hashes) == 1 and passwords[0] != passwords[1]


def test_a_port_that_is_taken_is_said_before_anything_is_made(tmp_path: Path) -> None:
    port = free_ports()
    with closing(socket.create_server(("127.0.0.1", port + 1))):
        done = leadsbot(tmp_path, "demo", PORT=str(port))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"port {port + 1}" in done.stderr and "LEADSBOT_PORT" in done.stderr
    assert not (tmp_path / "data" / "leadsbot.db").exists()


# --- The demo site's server

SECRET = uuid4().hex
VENDOR = Path(__file__).parents[2] / "demo-site" / "vendor"


@pytest.fixture
def site(tmp_path: Path) -> DemoSite:
    folder = tmp_path / "site"
    (folder / "more").mkdir(parents=True)
    (tmp_path / "secret.html").write_text(SECRET)
    (folder / ".env").write_text(SECRET)
    (folder / "link.html").symlink_to(tmp_path / "secret.html")
    (folder / "index.html").write_text("<p>{{LEADSBOT_URL}} {{LEADSBOT_TOKEN}}</p>")
    (folder / "more" / "index.html").write_text("more")
    (folder / "page.js").write_text("// {{LEADSBOT_TOKEN}}")
    return DemoSite(folder, leadsbot_url="http://127.0.0.1:8000", token='t"<k')


URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
HTMX = URLENCODED | {"hx-request": "true"}
BROWSER = URLENCODED | {"accept": "text/html,*/*;q=0.8"}


async def answer(
    site: DemoSite, method: str, path: str, headers: dict[str, str] | None = None, form: bytes = b"a=1&b=2"
) -> Answer:
    """Ask as uvicorn would: the path percent-decoded, the body in two pieces."""
    pieces = [{"type": "http.request", "body": form[:3], "more_body": True}, {"type": "http.request", "body": form[3:]}]
    sent = []

    async def receive() -> dict[str, object]:
        return pieces.pop(0)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    sent_headers = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    await site({"type": "http", "method": method, "path": path, "headers": sent_headers}, receive, send)
    start, body = sent
    assert not pieces or method != "POST"
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, body["body"].decode())


async def test_pages_are_filled_in_and_escaped(site: DemoSite) -> None:
    page = await answer(site, "GET", "/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.body == "<p>http://127.0.0.1:8000 t&quot;&lt;k</p>"


async def test_other_files_are_served_as_they_are(site: DemoSite) -> None:
    script = await answer(site, "GET", "/page.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.body == "// {{LEADSBOT_TOKEN}}"


async def test_a_folder_is_its_index(site: DemoSite) -> None:
    assert (await answer(site, "GET", "/more/")).body == "more"


async def test_head_is_get_without_its_body(site: DemoSite) -> None:
    head = await answer(site, "HEAD", "/more/")
    assert (head.status, head.headers["content-length"], head.body) == (200, "4", "")


@pytest.mark.parametrize("path", ["/", "/contact.html", "/anything"])
async def test_a_form_sent_to_a_page_leads_to_the_thanks(site: DemoSite, path: str) -> None:
    thanks = await answer(site, "POST", path)
    assert (thanks.status, thanks.headers["location"]) == (303, "/thanks.html")


async def test_a_form_sent_by_a_script_gets_json(site: DemoSite) -> None:
    done = await answer(site, "POST", "/api-demo/quote")
    assert (done.status, done.headers["content-type"], json.loads(done.body)) == (200, "application/json", {"ok": True})


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("application/x-www-form-urlencoded", b"name=Ada&date=2027-06-21"),
        ("application/json", b'{"date":"2027-06-21"}'),
    ],
)
async def test_a_script_hears_which_field_is_wrong(site: DemoSite, kind: str, form: bytes) -> None:
    refused = await answer(site, "POST", "/api-demo/tasting", {"content-type": kind}, form)
    assert (refused.status, refused.headers["content-type"]) == (422, "application/json")
    assert json.loads(refused.body)["errors"] == {"date": demo_answers.CLOSED}
    assert (
        await answer(site, "POST", "/api-demo/tasting", {"content-type": kind}, form.replace(b"21", b"22"))
    ).status == 200


async def test_htmx_gets_pieces_of_a_page(site: DemoSite) -> None:
    done = await answer(site, "POST", "/api-demo/brochure", HTMX, b"postcode=3400")
    assert (done.status, done.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Thank you" in done.body and "<html" not in done.body
    refused = await answer(site, "POST", "/api-demo/brochure", HTMX, b"postcode=34")
    assert (refused.status, refused.headers["hx-retarget"]) == (422, "#trouble")
    assert demo_answers.NO_POSTCODE in refused.body


async def test_a_browser_without_the_pages_script_is_led_to_the_thanks_or_told_what_is_wrong(site: DemoSite) -> None:
    done = await answer(site, "POST", "/api-demo/brochure", BROWSER, b"postcode=3400")
    assert (done.status, done.headers["location"]) == (303, "/thanks.html")
    refused = await answer(site, "POST", "/api-demo/brochure", BROWSER, b"postcode=A1")
    assert (refused.status, refused.body) == (422, demo_answers.NO_POSTCODE)


@pytest.mark.parametrize(
    ("kind", "form"),
    [("application/json", b"["), ("application/json", b"[1]"), ("application/x-www-form-urlencoded", b"a=\xff"),
     ("multipart/form-data; boundary=x", b"--x--"), ("application/json", b'{"date":7,"postcode":""}')],
)  # fmt: skip
async def test_what_it_cannot_read_it_takes_as_it_is(site: DemoSite, kind: str, form: bytes) -> None:
    assert (await answer(site, "POST", "/api-demo/quote", {"content-type": kind}, form)).status == 200


async def test_a_form_has_its_limit(site: DemoSite) -> None:
    assert (await answer(site, "POST", "/api-demo/quote", URLENCODED, b"a" * LARGEST_FORM)).status == 200
    assert (await answer(site, "POST", "/api-demo/quote", URLENCODED, b"a" * (LARGEST_FORM + 1))).status == 413


async def test_other_methods_are_refused(site: DemoSite) -> None:
    assert (await answer(site, "DELETE", "/")).status == 405


@pytest.mark.parametrize(
    "path",
    ["/../secret.html", "/more/../../secret.html", "//../secret.html", "/link.html", "/.env", "/more/../.env", "/none",
     "/a\0b", "/" + "a" * 5000],
)  # fmt: skip
async def test_nothing_outside_of_the_folder_and_nothing_hidden_is_served(site: DemoSite, path: str) -> None:
    refused = await answer(site, "GET", path)
    assert refused.status == 404
    assert SECRET not in refused.body


async def test_an_absolute_path_stays_inside(site: DemoSite, tmp_path: Path) -> None:
    assert (await answer(site, "GET", f"/{tmp_path}/secret.html")).status == 404


def test_the_demos_libraries_are_those_of_their_readme() -> None:
    told = dict(re.findall(r"^\| `([\w.-]+)` \|.*`([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text(), re.M))
    held = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert held and held == told
