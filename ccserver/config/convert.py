"""From the configuration's form to the rules that the center goes by."""

from ccserver.config.fields import WEEKDAYS, Levels, minutes_of
from ccserver.config.form import (
    TARGETS,
    CalendarForm,
    ConfigForm,
    OverflowForm,
    QueueForm,
    TapingRuleForm,
)
from ccserver.core.ids import AgentId, Queue, Skill
from ccserver.core.questionnaire import flow_of
from ccserver.core.rules import (
    CallbackRules,
    Hours,
    Opening,
    Overflow,
    QueueRules,
    Relaxation,
    RetentionRule,
    SiteRules,
    Skills,
    SpecialDay,
    TapingRule,
    Target,
)
from ccserver.core.thresholds import Threshold
from ccserver.core.value import Tier, Weights


def queue_rules(form: ConfigForm, *, closed: frozenset[Queue]) -> tuple[QueueRules, ...]:
    """Every queue, by name. `closed` are those that a supervisor has closed by hand."""
    return tuple(
        _queue(Queue(name), queue, form, is_open=Queue(name) not in closed)
        for name, queue in sorted(form.queues.items())
    )


def _survey_share(survey: str, form: ConfigForm) -> float:
    """Of how many callers it is asked: of all, where the flow is none of a questionnaire."""
    asked = {flow_of(name): one.sample_share for name, one in form.questionnaires.items()}
    return asked.get(survey, 1.0)


def site_rules(form: ConfigForm) -> SiteRules:
    """What holds for all queues."""
    return SiteRules(
        **form.site.model_dump(),
        taping=tuple(map(_taping, form.recording.rules)),
        taping_pause_max_seconds=form.recording.pause_max_seconds,
        flags=tuple(
            (name, frozenset(one.flags)) for name, one in sorted(form.dispositions.items())
        ),
    )


def thresholds(form: ConfigForm) -> tuple[Threshold, ...]:
    """When figures of queues turn red, by name."""
    return tuple(
        Threshold(
            name=name,
            figure=one.figure,
            limit=one.above if one.above is not None else one.below or 0.0,
            above=one.above is not None,
            queues=frozenset(map(Queue, one.queues)),
            after_seconds=one.after_seconds,
            webhook=one.webhook,
        )
        for name, one in sorted(form.thresholds.items())
    )


def retention_rules(form: ConfigForm) -> tuple[RetentionRule, ...]:
    """How long recordings are kept."""
    return tuple(
        RetentionRule(
            days=rule.days,
            queues=frozenset(map(Queue, rule.queues)),
            kinds=frozenset(rule.kinds),
            directions=frozenset(rule.directions),
        )
        for rule in form.retention.rules
    )


def weights(form: ConfigForm) -> Weights:
    """How much each thing counts for a customer's value."""
    return Weights(**form.value.model_dump())


def skills(levels: Levels) -> Skills:
    """As the core knows them, in one order."""
    return tuple((Skill(name), level) for name, level in sorted(levels.items()))


def hours(calendar: CalendarForm) -> Hours:
    """When a queue is open."""
    return Hours(
        zone=calendar.zone,
        weekly=tuple(
            Opening(weekday=WEEKDAYS.index(day), from_minute=begin, until_minute=end)
            for day, spans in calendar.weekly.items()
            for begin, end in map(minutes_of, spans)
        ),
        special=tuple(
            SpecialDay(date=day, openings=tuple(map(minutes_of, spans)))
            for day, spans in calendar.special.items()
        ),
    )


def _queue(name: Queue, queue: QueueForm, form: ConfigForm, *, is_open: bool) -> QueueRules:
    return QueueRules(
        name=name,
        title=queue.title,
        required=skills(queue.required),
        preferred=skills(queue.preferred),
        language=queue.language,
        language_seconds=queue.language_seconds,
        region=queue.region,
        region_seconds=queue.region_seconds,
        relax=tuple(
            Relaxation(
                after_seconds=step.after_seconds,
                required=skills(step.required),
                language=step.language,
                region=step.region,
            )
            for step in queue.relax
        ),
        policy=queue.policy,
        weight=queue.weight,
        outbound=queue.outbound,
        affinity_days=queue.affinity_days,
        direct_seconds=queue.direct_seconds,
        targets=_targets(queue, form),
        short_seconds=queue.short_seconds,
        open=is_open,
        hours=None if queue.hours is None else hours(form.calendars[queue.hours]),
        waiting_max=queue.waiting_max,
        wait_max_seconds=queue.wait_max_seconds,
        on_closed=_overflow(queue.on_closed),
        on_full=_overflow(queue.on_full),
        on_wait_max=_overflow(queue.on_wait_max),
        on_empty=_overflow(queue.on_empty),
        announce_after_seconds=queue.announce_after_seconds,
        announce_every_seconds=queue.announce_every_seconds,
        callback=CallbackRules(**queue.callback.model_dump()),
        voicemail=queue.voicemail,
        survey=queue.survey,
        survey_share=_survey_share(queue.survey, form),
        ring_seconds=queue.ring_seconds,
        wrap_up_seconds=queue.wrap_up_seconds,
        wrap_up_forced=queue.wrap_up_forced,
        wrap_up_extend_seconds=queue.wrap_up_extend_seconds,
        wrap_up_extends_max=queue.wrap_up_extends_max,
        disposition_required=queue.disposition_required,
        missed_seconds=queue.missed_seconds,
        misses_max=queue.misses_max,
    )


def _taping(rule: TapingRuleForm) -> TapingRule:
    return TapingRule(
        taping=rule.taping,
        queues=frozenset(map(Queue, rule.queues)),
        agents=frozenset(map(AgentId, rule.agents)),
        directions=frozenset(rule.directions),
        campaigns=frozenset(rule.campaigns),
        consents=frozenset(rule.consents),
        share=rule.share,
        notice=rule.notice,
    )


def _targets(queue: QueueForm, form: ConfigForm) -> tuple[Target, ...]:
    """The queue's own, else the site's, else the usual."""
    wanted = TARGETS | form.targets | queue.targets
    return tuple(
        Target(tier=tier, share=wanted[tier].share, seconds=wanted[tier].seconds) for tier in Tier
    )


def _overflow(form: OverflowForm) -> Overflow:
    queue = None if form.queue is None else Queue(form.queue)
    return Overflow(way=form.way, queue=queue, prompt=form.prompt)
