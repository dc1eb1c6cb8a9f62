"""Which of Apprise's services may be used: those that speak to hosts of their own, and which hosts these are.

Apprise opens its connections by itself, past the address check of `outbound`. So a service is named here by hand, once
its source was read; one that is not named is refused, and so is every request to a host that doesn't stand beside it.
Left out are those where what a visitor typed could mention everybody or hide a link (Zulip, Lark, ServerChan, Ryver),
and those that publish.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Service:
    """A service as people call it, the hosts that it speaks to (a `*` is of the user's own), and Apprise's class for it
    in `apprise.plugins`."""

    label: str
    hosts: tuple[str, ...]
    plugin: str

    def owns(self, host: str) -> bool:
        """Tell whether a request may go to `host`."""
        return any(re.fullmatch(_pattern(one), host.lower()) for one in self.hosts)


def _pattern(host: str) -> str:
    return re.escape(host).replace(r"\*", r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def _by_schema(services: Iterable[tuple[str, str, str, str]]) -> dict[str, Service]:
    return {
        schema: Service(label, tuple(hosts.split()), plugin)
        for schemas, label, hosts, plugin in services
        for schema in schemas.split()
    }


SERVICES: Final[Mapping[str, Service]] = _by_schema(
    (
        ("46elks elks", "46elks", "api.46elks.com", "fortysixelks.Notify46Elks"),
        ("bulksms", "BulkSMS", "api.bulksms.com", "bulksms.NotifyBulkSMS"),
        ("burstsms kudosity", "Kudosity", "api.transmitsms.com", "burstsms.NotifyBurstSMS"),
        ("chanify", "Chanify", "api.chanify.net", "chanify.NotifyChanify"),
        ("clicksend", "ClickSend", "rest.clicksend.com", "clicksend.NotifyClickSend"),
        ("d7sms", "D7 Networks", "api.d7networks.com", "d7networks.NotifyD7Networks"),
        ("dingtalk", "DingTalk", "oapi.dingtalk.com", "dingtalk.NotifyDingTalk"),
        ("flock", "Flock", "api.flock.com api.flock.co", "flock.NotifyFlock"),
        ("freemobile", "Free Mobile", "smsapi.free-mobile.fr", "freemobile.NotifyFreeMobile"),
        ("gchat", "Google Chat", "chat.googleapis.com", "google_chat.NotifyGoogleChat"),
        ("groupme", "GroupMe", "api.groupme.com", "groupme.NotifyGroupMe"),
        ("httpsms", "httpSMS", "api.httpsms.com", "httpsms.NotifyHttpSMS"),
        ("ifttt", "IFTTT", "maker.ifttt.com", "ifttt.NotifyIFTTT"),
        ("ilert", "ilert", "api.ilert.com", "ilert.NotifyILert"),
        ("join", "Join", "joinjoaomgcd.appspot.com", "join.NotifyJoin"),
        ("line", "LINE", "api.line.me", "line.NotifyLine"),
        ("msgbird", "Bird (MessageBird)", "rest.messagebird.com", "messagebird.NotifyMessageBird"),
        ("ntfy ntfys", "ntfy.sh", "ntfy.sh", "ntfy.NotifyNtfy"),
        ("opsgenie", "Opsgenie", "api.opsgenie.com api.eu.opsgenie.com", "opsgenie.NotifyOpsgenie"),
        ("pagerduty", "PagerDuty", "events.pagerduty.com events.eu.pagerduty.com", "pagerduty.NotifyPagerDuty"),
        ("pagertree", "PagerTree", "api.pagertree.com", "pagertree.NotifyPagerTree"),
        ("pbul", "Pushbullet", "api.pushbullet.com", "pushbullet.NotifyPushBullet"),
        ("plivo", "Plivo", "api.plivo.com", "plivo.NotifyPlivo"),
        ("pover", "Pushover", "api.pushover.net", "pushover.NotifyPushover"),
        ("prowl", "Prowl", "api.prowlapp.com", "prowl.NotifyProwl"),
        ("psafers", "Pushsafer", "www.pushsafer.com", "pushsafer.NotifyPushSafer"),
        ("push", "Techulus Push", "push.techulus.com", "techuluspush.NotifyTechulusPush"),
        ("pushed", "Pushed", "api.pushed.co", "pushed.NotifyPushed"),
        ("pushplus", "PushPlus", "www.pushplus.plus", "pushplus.NotifyPushplus"),
        ("pushy", "Pushy", "api.pushy.me", "pushy.NotifyPushy"),
        ("seven", "seven", "gateway.seven.io", "seven.NotifySeven"),
        ("signl4", "SIGNL4", "connect.signl4.com", "signl4.NotifySIGNL4"),
        ("sinch", "Sinch", "us.sms.api.sinch.com eu.sms.api.sinch.com", "sinch.NotifySinch"),
        ("splunk victorops", "Splunk On-Call", "alert.victorops.com", "splunk.NotifySplunk"),
        ("spush simplepush", "SimplePush", "api.simplepu.sh", "simplepush.NotifySimplePush"),
        ("squadcast", "Squadcast", "api.squadcast.com api.eu.squadcast.com", "squadcast.NotifySquadcast"),
        ("telnyx", "Telnyx", "api.telnyx.com", "telnyx.NotifyTelnyx"),
        ("threema", "Threema Gateway", "msgapi.threema.ch", "threema.NotifyThreema"),
        ("twilio", "Twilio", "api.twilio.com", "twilio.NotifyTwilio"),
        ("viber", "Viber", "chatapi.viber.com", "viber.NotifyViber"),
        ("vonage nexmo", "Vonage", "rest.nexmo.com", "vonage.NotifyVonage"),
        ("wecombot", "WeCom", "qyapi.weixin.qq.com", "wecombot.NotifyWeComBot"),
        (
            "workflows workflow",
            "Microsoft Teams (Workflows)",
            "*.logic.azure.com *.api.powerplatform.com",
            "workflows.NotifyWorkflows",
        ),
        ("wxteams webex", "Webex", "webexapis.com api.ciscospark.com", "webexteams.NotifyWebexTeams"),
    )
)

# Microsoft Teams: its cards read markup in titles too, know no single line breaks, and take 28 KB rather than the 1,000
# characters at which Apprise cuts.
CARDS: Final = frozenset({"workflow", "workflows"})
CARD_ROOM: Final = 8_000

# Of what is no warning Opsgenie makes a note on an alert that it knows: where there is none it does nothing at all.
WARNED: Final = frozenset({"opsgenie"})

# Of Apprise's own words in an address: files to be read here, certificates left unchecked, waits that hold a thread,
# and formats in which what a visitor typed would act.
FORBIDDEN_WORDS: Final = frozenset(
    {"attach", "attachment", "attachments", "config", "cto", "emojis", "format", "keyfile", "overflow", "retry", "rto"}
    | {"store", "subfile", "template", "tz", "verify", "wait"}
)
