"""A form's report in people's words, from numbers to the view."""

from __future__ import annotations

from leadsbot.dashboard import words
from leadsbot.dashboard.shown.report_fields import COLUMNS, field_lines, findings, is_rare
from leadsbot.dashboard.shown.report_words import lasted, part, percent, quoted
from leadsbot.dashboard.views import Figure, FormReport, FunnelStep, Range, ReportChoice, Stop
from leadsbot.forms.report_shape import Bucket, Place, Rate, Report, Times

MOST_STOPS = 6
NAMELESS = "A form without a name"
NO_FIELD = "Before a field that has a name"


def report_view(report: Report, choice: ReportChoice) -> FormReport:
    """Give the page of a report."""
    if only_plain(report):
        return _plain(report, choice)
    common = [one for one in report.fields if not is_rare(one, report)]
    return FormReport(
        choice=choice,
        name=report.form.name or NAMELESS,
        page_url=report.form.page_url,
        figures=_figures(report),
        steps=_steps(report),
        remarks=_remarks(report),
        worst=_worst(report),
        stops=tuple(Stop(_place(one), part(one)) for one in report.drop_off[:MOST_STOPS]),
        more_stops=_unlisted(report),
        ranges=_ranges(report.completion),
        findings=findings(report, common),
        columns=COLUMNS,
        fields=field_lines(common),
        rare_fields=len(report.fields) - len(common),
        sample=_sample(report),
    )


def only_plain(report: Report) -> bool:
    """Tell whether all that is known of the form are submissions that came without a script."""
    watched = report.views or report.sessions or report.time_to_start.count or report.time_to_finish.count
    return bool(report.submitters) and report.submitters == report.starters and not watched


def _plain(report: Report, choice: ReportChoice) -> FormReport:
    return FormReport(
        choice=choice,
        name=report.form.name or NAMELESS,
        page_url=report.form.page_url,
        steps=(FunnelStep("sent", report.submitters, "sent it", 100),),
        plain="It came without a script each time, so nobody can tell who saw it, who gave up, and where. Put the tag"
        " on its page to find out; the form works on as it is.",
    )


def _figures(report: Report) -> tuple[Figure, ...]:
    conversion = report.conversion
    shares = [
        (conversion.views_to_submitters, "of those who saw it sent it"),
        (conversion.starters_to_submitters, "of those who began sent it"),
    ]
    times = [(report.time_to_finish, "to fill it in"), (report.time_to_start, "until the first answer")]
    return (
        *[Figure(percent(rate), said, part(rate).counts) for rate, said in shares if fits(rate)],
        *[Figure(lasted(time.median_ms), said, _spread(time)) for time, said in times if time.count],
    )


def fits(rate: Rate) -> bool:
    """Tell whether a share can be said as one: who begins twice in a visit is seen once, so there may be too many."""
    return bool(rate.of) and rate.rate is not None and rate.rate <= 1


def _spread(times: Times) -> str:
    return f"median; nine in ten within {lasted(times.p90_ms)}"


def _steps(report: Report) -> tuple[FunnelStep, ...]:
    if not (report.views or report.starters):
        return ()
    most = max(report.views or 0, report.starters)
    conversion = report.conversion
    began, sent, through = (
        conversion.views_to_starters,
        conversion.starters_to_submitters,
        conversion.views_to_submitters,
    )
    seen = () if report.views is None else (FunnelStep("saw", report.views, "saw it", 100 * report.views / most),)
    return (
        *seen,
        FunnelStep("began", report.starters, "began", 100 * report.starters / most,
             _shares((began, "of those who saw it"))),
        FunnelStep("sent", report.submitters, "sent it", 100 * report.submitters / most,
             _shares((sent, "of those who began"), (through, "of those who saw it"))),
    )  # fmt: skip


def _shares(*said: tuple[Rate, str]) -> str:
    return " · ".join(f"{percent(rate)} {words_}" for rate, words_ in said if fits(rate))


def _remarks(report: Report) -> tuple[str, ...]:
    """Say what became of the others, and who had to try again."""
    remarks = []
    if report.abandoned:
        remarks.append(f"{report.abandoned:,} left without sending it.")
    if report.in_progress:
        remarks.append(f"{report.in_progress:,} {'is' if report.in_progress == 1 else 'are'} still filling it in.")
    if troubles := _troubles(report):
        remarks.append(f"Of {report.senders:,} who tried to send it, {' and '.join(troubles)}.")
    if report.views is not None and report.starters > report.views:
        remarks.append("There are more starts than views: a visit that begins it again is one view.")
    if report.views is None:
        remarks.append("Views can't be told by device.")
    return tuple(remarks)


def _troubles(report: Report) -> list[str]:
    """Say what came between those who wanted to send it and their having sent it."""
    again, never = report.resubmitters, report.never_accepted.count
    return [
        *([f"{again:,} tried more than once"] if again else []),
        *([f"{never:,} never got through"] if never else []),
    ]


def _worst(report: Report) -> str:
    """Name the place where most gave up, in one sentence."""
    named = [one for one in report.drop_off if one.field]
    if not named:
        return ""
    first, place = named[0], quoted(named[0].field or "")
    counts, who = part(first).counts, "left" if not report.in_progress else "didn't send it"
    did = "did so" if not report.in_progress else "stopped"
    if first.of and 2 * first.count > first.of:
        return f"Most who {who} {did} at {place}: {counts}."
    if any(one.count == first.count for one in named[1:]):
        return f"No field lost more people than {place}: {counts}."
    return f"More stopped at {place} than anywhere else: {counts}."


def _place(place: Place) -> str:
    return place.field or NO_FIELD


def _unlisted(report: Report) -> int:
    return sum(one.count for one in report.drop_off[MOST_STOPS:]) + report.drop_off_elsewhere.count


def _ranges(buckets: list[Bucket]) -> tuple[Range, ...]:
    return tuple(Range(_percents(one.lowest, one.highest), part(one)) for one in buckets if one.of)


def _percents(lowest: int, highest: int) -> str:
    return f"{lowest}–{highest}\u00a0%" if lowest < highest else f"{lowest}\u00a0%"


def _sample(report: Report) -> str:
    if report.sampled_sessions < report.sessions:
        return f"Of the latest {report.sampled_sessions:,} of {words.count(report.sessions, 'visitor')}."
    return f"Of {words.count(report.sampled_sessions, 'visitor')}."
