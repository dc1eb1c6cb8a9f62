"""Forms as they were discovered on pages, the visits in which they were seen, and visitors' attempts at them."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.workspaces.tables import Site


class Form(Table, tablename="forms"):
    """A form of a site. Its id is derived from site and key, so that any node writes it without a look-up.

    `fields_total` is how many fields visitors who sent it met, where it grows on the way (0: it doesn't); `_at` is when
    somebody last met as many. `late_changes` counts what changed in its sessions when their hour may have been kept.
    """

    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36, index=True)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False)
    key = Varchar(length=200)
    name = Varchar(length=200, default="")
    page_url = Varchar(length=2000, default="")
    first_seen_at = BigInt()
    last_seen_at = BigInt()
    fields_total = Integer(default=0)
    fields_total_at = BigInt(default=0)
    late_changes = BigInt(default=0)


class HostedForm(Table, tablename="hosted_forms"):
    """A form that is defined here and shown on a site's pages by `data-mode="form"`. `definition` is JSON."""

    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36, index=True)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False, index=True)
    name = Varchar(length=200)
    definition = JSON(default="{}")
    created_at = BigInt()
    updated_at = BigInt()


class PageAudit(Table, tablename="page_audits"):
    """What the widget last found on a page: its forms and what they are taken for, and what it can't reach.

    The id is derived from site and page, so that any node writes it without a look-up. `forms` and `missed` are JSON.
    """

    id = Varchar(length=36, primary_key=True)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False, index=True)
    page_url = Varchar(length=2000)
    forms = JSON(default="[]")
    missed = JSON(default="[]")
    first_at = BigInt()
    last_at = BigInt()


class FormView(Table, tablename="form_views"):
    """A form was seen in a visit. Its id is derived from both: a batch that is sent again counts nothing twice."""

    id = Varchar(length=36, primary_key=True)
    form = ForeignKey(Form, on_delete=OnDelete.cascade, db_column_name="form_id", null=False)
    at = BigInt()


class FormHour(Table, tablename="form_hours"):
    """What a form's visitors came to in an hour (since the epoch) that is over, for its report. `tally` is JSON, and
    says of nobody who they were; see `hours`."""

    id = Varchar(length=60, primary_key=True)
    form = ForeignKey(Form, on_delete=OnDelete.cascade, db_column_name="form_id", null=False, index=True)
    hour = BigInt()
    tally = Text()


class Session(Table, tablename="sessions"):
    """One visitor's attempt at one form: how far they got, where they came from, what it became.

    `seq` is the widget's running number: the highest wins. `touch` and `client` hold what is only shown: first and
    last touch, click ids; user agent, browser, language. `fields` holds values of an unsubmitted form, where the site
    allows that, until it is abandoned or sent. `wait_ms` is the time from seeing the form to the first answer, `tries`
    how often it was sent (rejections included), `field_stats` JSON: what happened in each field, without any value.
    """

    id = Varchar(length=36, primary_key=True)
    workspace_id = Varchar(length=36)
    site = ForeignKey(Site, on_delete=OnDelete.cascade, db_column_name="site_id", null=False)
    visit_id = Varchar(length=36)
    form_id = Varchar(length=36, null=True, default=None)
    form_name = Varchar(length=200, default="")
    lead_id = Varchar(length=36, null=True, default=None)
    state = Varchar(length=16, default="started")
    seq = BigInt(default=0)
    completion_percent = Integer(default=0)
    fields_completed = Integer(default=0)
    fields_total = Integer(default=0)
    tries = Integer(default=0)
    wait_ms = BigInt(null=True, default=None)
    field_stats = Text(null=True, default=None)
    last_field = Varchar(length=200, default="")
    page_url = Varchar(length=2000, default="")
    referrer = Varchar(length=2000, default="")
    source = Varchar(length=2000, default="")
    utm_source = Varchar(length=2000, default="")
    utm_medium = Varchar(length=2000, default="")
    utm_campaign = Varchar(length=2000, default="")
    utm_term = Varchar(length=2000, default="")
    utm_content = Varchar(length=2000, default="")
    device_type = Varchar(length=16, default="")
    ip_address = Varchar(length=45, default="")
    touch = JSON(default="{}")
    client = JSON(default="{}")
    fields = Text(null=True, default=None)
    started_at = BigInt()
    last_activity_at = BigInt()
    abandoned_at = BigInt(null=True, default=None)
    submitted_at = BigInt(null=True, default=None)
