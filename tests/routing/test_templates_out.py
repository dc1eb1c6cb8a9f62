"""A channel's template on its way out: what arrives, and what the record says when it fails."""

from __future__ import annotations

from typing import Any

from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.channels.parcels import LEAD
from tests.routing.house import route_now, settled, tell
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import TelegramServer

INJECTING = {**LEAD, "name": "<b>Eve</b>\r\nBcc: x@evil.example", "message": "<a href='https://evil.example'>@all</a>"}


async def chat(services: Services, workspace: Created, template: str) -> dict[str, Any]:
    return await destinations.create_channel(
        services, workspace.workspace_id, "telegram", {"chat_id": -100}, options={"template": template}
    )


async def test_a_template_takes_the_place_of_the_message_and_nothing_injects(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace, "Call <now>: {{ lead.name }}\n{{ lead.message }}")
    await route_now(running, await tell(running, workspace, lead=INJECTING))
    await settled(running, workspace, "delivered")
    [message] = telegram.sent
    assert "Call &lt;now&gt;: &lt;b&gt;Eve&lt;/b&gt;" in message.params["text"]
    assert "&lt;a href=" in message.params["text"] and "Company" not in message.text


async def test_a_template_that_fails_leaves_the_usual_message_and_says_so(
    running: Services, workspace: Created, telegram: TelegramServer
) -> None:
    await chat(running, workspace, "{{ lead.form_fields_total / 0 }}")
    await route_now(running, await tell(running, workspace, lead=LEAD))
    [delivery] = await settled(running, workspace, "delivered")
    assert "New lead: Grace Hopper" in telegram.sent[0].text
    assert "the template failed: division by zero" in delivery["attempts"][0]["answer"]


async def test_a_mails_subject_is_the_templates_first_line(
    make_services: Any, run: Any, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    run(services)
    template = "Fresh: {{ lead.name }}\n\n{{ lead.email }}"
    config = {"to": ["office@example.com"]}
    await destinations.create_channel(services, workspace.workspace_id, "email", config, options={"template": template})
    await route_now(services, await tell(services, workspace, lead=INJECTING))
    await settled(services, workspace, "delivered")
    [mail] = smtp.mails
    assert mail.message["Subject"] == "Fresh: <b>Eve</b>" and mail.message["Bcc"] is None
    html = mail.message.get_body(("html",)).get_content()
    assert "<b>Eve</b>" not in html and "Bcc: x@evil.example" in html
