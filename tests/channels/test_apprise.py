"""Apprise: services with hosts of their own and no other, held to these hosts, and honest about what they answered."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leadsbot.channels.apprise import CHANNEL, running, without_secrets
from leadsbot.channels.apprise.requesting import at_home
from leadsbot.channels.apprise.services import CARDS, SERVICES, Service
from leadsbot.channels.apprise.words import card, told
from leadsbot.channels.base import DeliveryFailed, Receipt, summarize
from leadsbot.errors import InvalidInput
from leadsbot.jobs.places import LANE_LIMIT
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.webhook_receiver import Answer, WebhookReceiver

USER, TOKEN = "u" * 30, "tokentokentokentokentokentoken"
PUSHOVER = f"pover://{USER}@{TOKEN}"
TWILIO = f"twilio://AC{'a' * 32}:{'b' * 32}@+15005550006/+15558675309"
TEAMS = f"workflows://prod-12.westus.logic.azure.com:443/{'a' * 32}/{'b' * 32}"


@pytest.fixture
def pushover(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookReceiver]:
    """A server in Pushover's place; the plugin itself is Apprise's."""
    from apprise.plugins.pushover import NotifyPushover

    with WebhookReceiver() as server:
        server.always(Answer(200, b'{"status":1,"request":"77"}'))
        monkeypatch.setattr(NotifyPushover, "notify_url", server.url)
        yield server


async def deliver(outbound: Outbound, url: str = PUSHOVER, lead: dict[str, Any] | None = LEAD) -> Receipt:
    return await CHANNEL.send(parcel({"url": url}, lead=lead), outbound)


async def failure(outbound: Outbound) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound)
    return failed.value


async def test_the_alert_arrives_and_the_answer_is_told(outbound: Outbound, pushover: WebhookReceiver) -> None:
    receipt = await deliver(outbound)
    form = parse_qs(pushover.requests[0].body.decode())
    assert (form["user"], form["token"]) == ([USER], [TOKEN])
    assert form["title"] == ["New lead: Grace Hopper"]
    for said in ("We need a compiler.\nSoon.", "Email: grace@navy.example", LEAD["lead_url"]):
        assert said in form["message"][0]
    assert receipt.status_code == 200 and receipt.note.startswith('Pushover answered 200: {"status":1')


async def test_the_longest_lead_is_cut_to_what_the_service_takes(outbound: Outbound, pushover: WebhookReceiver) -> None:
    await deliver(outbound, lead=LEAD | {"name": "n" * 9_000, "message": "m" * 20_000})
    [request] = pushover.requests
    form = parse_qs(request.body.decode())
    assert len(form["title"][0]) <= 250 and len(form["message"][0]) <= 1_024  # https://pushover.net/api#limits


async def test_a_digest_names_no_more_than_the_service_takes(outbound: Outbound, pushover: WebhookReceiver) -> None:
    many = [parcel({"url": PUSHOVER}, lead=LEAD | {"name": f"Lead {number}"}) for number in range(30)]
    receipts = await CHANNEL.send_digest(many, outbound)
    [message] = parse_qs(pushover.requests[0].body.decode())["message"]
    assert 2 < len(receipts) < 30 and message.count(LEAD["lead_url"]) == len(receipts)
    assert message.endswith(f"{30 - len(receipts)} more in the next message.")


def test_every_service_has_room_for_a_name_and_a_link() -> None:
    for url in (PUSHOVER, TEAMS, "ntfys://leads", f"gchat://space/{'a' * 32}/{'b' * 32}", TWILIO):
        assert running._room(url).text >= 140


@pytest.mark.parametrize("room", [160, 250, 1_024, 4_000])
@pytest.mark.parametrize("message", ["", "Call me.", "m" * 3_000], ids=["none", "short", "long"])
def test_what_is_too_long_is_cut_in_what_was_written_and_never_in_the_link(room: int, message: str) -> None:
    summary = summarize(parcel({}, lead=LEAD | {"message": message}))
    text = told(summary, room, titled=False)
    assert len(text) <= room and text.startswith("New lead: Grace Hopper\n\n") and text.endswith(LEAD["lead_url"])
    assert "Email: grace@navy.example" in text and message[:8] in text
    assert ("Device: " in text) == (room >= 1_024)


def test_the_longest_title_leaves_room_for_the_link() -> None:
    summary = summarize(parcel({}, lead=LEAD | {"name": "n" * 2_000}))
    text = told(summary, 160, titled=False)
    assert len(text) <= 160 and text.endswith(LEAD["lead_url"])


def test_nothing_that_a_visitor_typed_acts_in_a_teams_card() -> None:
    typed = "<at>boss</at> *b* _i_ [bank](https://evil.example) `c` &lt;\n- l\n1. n\n# h"
    lead = LEAD | {"name": typed, "message": typed, "company": typed, "custom_data": {typed: typed}}
    text = card(summarize(parcel({}, lead=lead)), 8_000)
    assert not re.search(r"<|_|`|\[bank|\n-|\n#|\n1\.|[^*]\*[^*]", text) and "&#60;at&#62;boss" in text
    assert text.count("[") == 1 and text.endswith(f"[Open the lead]({LEAD['lead_url']})")
    assert "\n" not in text.replace("\n\n", "")
    assert len(card(summarize(parcel({}, lead=lead | {"message": typed * 500})), 8_000)) < 16_000


async def test_what_a_service_refuses_is_told_without_the_addresss_secrets(
    outbound: Outbound, pushover: WebhookReceiver
) -> None:
    pushover.always(Answer(400, json.dumps({"token": TOKEN, "errors": ["application token is invalid"]}).encode()))
    failed = await failure(outbound)
    assert (failed.status_code, failed.permanent, failed.disable) == (400, False, None)
    assert "application token is invalid" in failed.message and "Pushover answered 400" in failed.message
    assert TOKEN not in failed.message + failed.answer


@pytest.mark.parametrize("status", [429, 503])
async def test_a_services_wait_is_obeyed(status: int, outbound: Outbound, pushover: WebhookReceiver) -> None:
    pushover.always(Answer(status, b"slow down", {"Retry-After": "90"}))
    assert (await failure(outbound)).retry_after == 90


async def test_a_redirect_is_an_answer(outbound: Outbound, pushover: WebhookReceiver) -> None:
    pushover.always(Answer(302, headers={"Location": f"{pushover.base_url}/elsewhere"}))
    assert (await failure(outbound)).status_code == 302
    assert [request.path for request in pushover.requests] == ["/hook"]


def test_a_service_that_hangs_leaves_threads_for_the_others() -> None:
    assert running.THREADS >= 4 * LANE_LIMIT  # of a channel so many are sent at once, and fewer once it is slow


async def test_a_service_that_hangs_ends_at_the_deadline(
    outbound: Outbound, pushover: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SECONDS", 0.5)
    pushover.always(Answer(hang=True))
    failed = await failure(outbound)
    assert failed.status_code is None and not failed.permanent and "too long" in failed.message


async def test_a_service_that_is_down_is_tried_again_and_no_secret_is_told(
    outbound: Outbound, pushover: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with WebhookReceiver() as gone:
        pass
    monkeypatch.setattr("apprise.plugins.pushover.NotifyPushover.notify_url", gone.url)
    failed = await failure(outbound)
    assert "can't be reached" in failed.message and not failed.permanent
    assert TOKEN not in failed.message + caplog.text


async def test_nothing_of_the_environment_is_used(
    outbound: Outbound, pushover: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    with WebhookReceiver() as proxy:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login me password secret\n")
        for name, value in {"HTTP_PROXY": proxy.base_url, "ALL_PROXY": proxy.base_url, "NETRC": str(netrc)}.items():
            monkeypatch.setenv(name, value)
            monkeypatch.setenv(name.lower(), value)
        monkeypatch.delenv("NO_PROXY", raising=False)
        await deliver(outbound)
        mine = base64.b64encode(b"me:secret").decode()
        assert proxy.requests == [] and mine not in pushover.requests[0].headers.get("authorization", "")


async def test_a_request_that_leaves_the_service_is_not_made(pushover: WebhookReceiver) -> None:
    outbound = Outbound()
    failed = await failure(outbound)
    await outbound.aclose()
    assert failed.permanent and "elsewhere" in failed.message and pushover.requests == []


async def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    outbound = Outbound()
    answer = [(2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("leadsbot.channels.apprise.requesting.socket.getaddrinfo", lambda *_args, **_more: answer)
    failed = await failure(outbound)
    await outbound.aclose()
    assert failed.status_code is None and "can't be reached" in failed.message


async def test_a_teams_title_is_text_in_which_nothing_acts(outbound: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    with WebhookReceiver() as teams:
        monkeypatch.setattr("apprise.plugins.workflows.NotifyWorkflows.notify_url", teams.url, raising=False)
        seen: list[str] = []
        hook = "leadsbot.channels.apprise.requesting._send"

        def caught(exchange: Any, method: str, url: str, data: Any, *rest: Any) -> Any:
            import requests

            seen.append(str(data))
            raise requests.exceptions.ConnectionError

        monkeypatch.setattr(hook, caught)
        with pytest.raises(DeliveryFailed):
            await deliver(outbound, TEAMS, LEAD | {"name": "[our bank](https://evil.example)"})
    assert "workflows" in CARDS and "our bank" in seen[0] and "[our bank" not in seen[0]
    assert f"[Open the lead]({LEAD['lead_url']})" in seen[0] and "Email: grace@navy.example\\n\\n" in seen[0]


@pytest.mark.parametrize(
    "url",
    [
        PUSHOVER,
        TEAMS,
        "ntfys://leads",
        f"wxteams://{'a' * 80}",
        f"gchat://space/{'a' * 32}/{'b' * 32}",
        "pbul://" + "a" * 32,
    ],
    ids=["pushover", "teams", "ntfy", "webex", "google", "pushbullet"],
)
def test_a_service_of_its_own_hosts_is_taken(url: str) -> None:
    assert CHANNEL.check_config({"url": f" {url} "}) == {"url": url}
    assert CHANNEL.destination({"url": url}) == SERVICES[url.partition(":")[0]].label


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (None, "Apprise address"),
        ("pover", "Apprise address"),
        ("pover://", "not complete"),
        ("json://10.0.0.1/hook", "any host"),
        ("jsons://user:pass@host", "any host"),
        ("gotify://192.168.0.1/token", "any host"),
        ("apprise://config.example/token", "any host"),
        ("syslog://", "any host"),
        ("schan://x", "any host"),
        ("mailto://me:you@mail.example", "kind email"),
        ("tgram://1:a/2", "kind telegram"),
        ("ntfys://10.0.0.1/leads", "elsewhere"),
        ("ntfy://ntfy.sh.evil.example/leads", "elsewhere"),
        (TEAMS.replace("azure.com", "azure.com.evil.example"), "elsewhere"),
        (TEAMS.replace(":443", ":8443"), "elsewhere"),
        (f"{PUSHOVER}?verify=no", "verify="),
        (f"{TEAMS}?template=/etc/passwd", "template="),
        (f"{PUSHOVER}?format=html", "format="),
        (f"{PUSHOVER}?retry=9", "retry="),
        (f"{TEAMS}?wrap=yes;template=http://10.0.0.1/x", "template="),
        (f"{TEAMS}?%20Template%20=/etc/passwd", "template="),
        (f"{TEAMS}?%2Btemplate=/etc/passwd", "template="),
        (f"{PUSHOVER} {PUSHOVER}", "no spaces"),
        (f"{PUSHOVER}\njson://x", "no spaces"),
        (PUSHOVER + "/x" * 1_000, "Apprise address"),
    ],
    ids=range(25),
)
def test_what_may_lead_elsewhere_is_refused(url: object, word: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({"url": url})
    assert word in refused.value.message and refused.value.fields == ("config.url",)
    assert TOKEN not in refused.value.message


def test_every_service_is_apprises_and_stays_at_home() -> None:
    own_host = {"ntfy", "ntfys", "workflow", "workflows"}  # judged by where they would go
    for schema, service in SERVICES.items():
        plugin = running._class(service.plugin)
        known = {plugin.protocol, plugin.secure_protocol} - {None}
        assert schema in {one for names in known for one in ((names,) if isinstance(names, str) else names)}
        assert schema in own_host or not any("{host}" in template for template in plugin.templates)
        for url in (value for name, value in vars(plugin).items() if "notify_url" in name and isinstance(value, str)):
            host = (
                urlsplit(
                    url.replace("{schema}", "https").replace("{region}", "us").replace("{", "x").replace("}", "x")
                ).hostname
                or ""
            )
            assert url.startswith(("https://", "{schema}://")) and service.owns(host), url


def test_a_host_that_only_looks_like_the_services_is_not_its() -> None:
    service = Service("Teams", ("*.logic.azure.com", "ntfy.sh"), "")
    assert service.owns("prod-1.westus.logic.azure.com") and service.owns("NTFY.sh")
    for other in (
        "logic.azure.com.evil.example",
        "xlogic.azure.com",
        "ntfyxsh",
        "",
        "a.ntfy.sh",
        "evil.example/logic.azure.com",
    ):
        assert not service.owns(other)


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://ntfy.sh", True),
        ("https://NTFY.sh:443/x?y=@z", True),
        ("http://ntfy.sh", False),
        ("https://ntfy.sh:8443", False),
        ("https://ntfy.sh.evil.example", False),
        ("https://10.0.0.1\\@ntfy.sh/", False),
        ("https://10.0.0.1#@ntfy.sh/", False),
        ("https://me@ntfy.sh/", False),
        ("https://[::1", False),
    ],
)
def test_a_request_stays_at_the_services_own_host(url: str, there: bool) -> None:
    assert at_home(SERVICES["ntfys"], url) is there


async def test_an_address_of_an_older_version_reads_no_file_either(outbound: Outbound, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"type": "message", "attachments": [{"contentType": "secret"}]}')
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, f"{TEAMS}?wrap=yes;template={card}")
    assert failed.value.permanent and "can't read this channel's address" in failed.value.message


async def test_a_service_that_is_no_longer_ours_switches_the_channel_off(outbound: Outbound) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, "json://10.0.0.1/hook")
    assert failed.value.disable and "any host" in failed.value.disable


def test_an_answer_repeats_no_part_of_the_address() -> None:
    address = "pover://abc@s3cr3t%2Fkey/"
    assert without_secrets("bad key s3cr3t/key for abc", address) == "bad key … for abc"
    assert without_secrets("no /x?token=s3cr3t%2Fkey&a=abc", address) == "no /x?token=…&a=abc"


def test_apprise_is_loaded_only_once_it_is_needed() -> None:
    code = "import sys; from leadsbot.channels import discover; discover(); print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
