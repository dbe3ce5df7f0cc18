"""What is well-formed of a campaign and still cannot work."""

from collections.abc import Collection, Iterator
from typing import Final

from ccserver.config.campaign_form import CampaignForm
from ccserver.config.form import ConfigForm
from ccserver.core.campaigns import ClockStart, MachineWay, Mode, Result
from ccserver.core.questionnaire import flow_of

RINGING_SECONDS: Final = 5.0
"""Sooner hardly anyone takes up a phone that rings."""

_NO_RETRY: Final = frozenset({Result.HUMAN, Result.CANCELED, Result.UNSENT})
"""After a talk its disposition decides; what we gave up, or never sent, is no try of the lead's."""

_RETRIED: Final = tuple(sorted(set(Result) - _NO_RETRY))


def campaign_faults(
    form: ConfigForm, prompts: Collection[str] | None, flows: Collection[str] | None
) -> Iterator[str]:
    """The faults of all campaigns. `prompts` are all that can be said, `flows` all that can be
    walked, None where nobody can tell."""
    for name, campaign in form.campaigns.items():
        path = f"campaigns.{name}"
        yield from _names(path, campaign, form)
        if prompts is not None:
            yield from _prompts(path, campaign, prompts)
        if flows is not None and campaign.flow:
            asked = {flow_of(questionnaire) for questionnaire in form.questionnaires}
            yield from known(f"{path}.flow", [campaign.flow], asked.union(flows), "flow")
        yield from _retries(path, campaign, form)
        yield from _quotas(path, campaign)
        yield from _modes(path, campaign)


def campaign_warnings(form: ConfigForm) -> Iterator[str]:
    """Campaigns whose connect limit is over before anybody could be there."""
    for name, campaign in form.campaigns.items():
        abandon = campaign.abandon
        if campaign.mode in (Mode.AGENTLESS, Mode.PREVIEW):
            continue
        if not campaign.off_hook and abandon.connect_seconds < RINGING_SECONDS:
            yield (
                f"`campaigns.{name}`: agents' phones ring, and nobody answers one within"
                f" {abandon.connect_seconds:g} s; set off_hook, or a longer abandon.connect_seconds"
                " where the law allows it"
            )
        if campaign.machine is not MachineWay.OFF and abandon.clock is ClockStart.ANSWER:
            yield (
                f"`campaigns.{name}`: listening for machines takes as long as the connect limit,"
                " which begins at the answer; set abandon.clock to greeting_end where the law"
                " counts from there, or machine to off"
            )


def known(path: str, names: Collection[str], there: Collection[str], kind: str) -> Iterator[str]:
    """A fault for each name that is not there."""
    choice = f"take one of: {', '.join(sorted(there))}" if there else f"there is no {kind} at all"
    for name in names:
        if name not in there:
            yield f"`{path}`: there is no {kind} `{name}`; {choice}"


def _names(path: str, campaign: CampaignForm, form: ConfigForm) -> Iterator[str]:
    for field, there, kind in (
        ("queue", form.queues, "queue"),
        ("calendar", form.calendars, "calendar"),
        ("script", form.scripts, "script"),
        ("questionnaire", form.questionnaires, "questionnaire"),
    ):
        wanted: str | None = getattr(campaign, field)
        if wanted is not None:
            yield from known(f"{path}.{field}", [wanted], there, kind)


def _prompts(path: str, campaign: CampaignForm, prompts: Collection[str]) -> Iterator[str]:
    wanted = {"machine_prompt": campaign.machine_prompt}
    if campaign.mode not in (Mode.AGENTLESS, Mode.PREVIEW):
        # Only who may find no agent hears it.
        wanted["abandon.prompt"] = campaign.abandon.prompt
    for field, prompt in wanted.items():
        if prompt and prompt not in prompts:
            yield (
                f"`{path}.{field}`: there is no prompt `{prompt}`; write its text into prompts.toml"
            )


def _retries(path: str, campaign: CampaignForm, form: ConfigForm) -> Iterator[str]:
    seen: set[str] = set()
    for number, rule in enumerate(campaign.retries):
        at = f"`{path}.retries.{number}.result`"
        if rule.result in seen:
            yield f"{at}: a rule above is for `{rule.result}` already; take one out"
        seen.add(rule.result)
        if rule.result in _RETRIED:
            continue  # the result of that name, and the disposition too if there is one
        if rule.result in form.dispositions:
            queues = form.dispositions[rule.result].queues
            if queues and campaign.queue not in queues:
                yield (
                    f"{at}: the disposition `{rule.result}` is not offered after talks of the"
                    f" campaign's queue; add it to dispositions.{rule.result}.queues"
                )
        else:
            choice = ", ".join(sorted({*_RETRIED, *form.dispositions}))
            yield f"{at}: `{rule.result}` is no result and no disposition; take one of: {choice}"


def _quotas(path: str, campaign: CampaignForm) -> Iterator[str]:
    if campaign.quotas and campaign.questionnaire is None and not campaign.flow:
        yield (
            f"`{path}.quotas`: count answered questionnaires, and the campaign has none;"
            " name one in questionnaire"
        )
    pairs = [(quota.label, quota.value) for quota in campaign.quotas]
    for label, value in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield f"`{path}.quotas`: {label} = {value} stands there twice; take one out"


def _modes(path: str, campaign: CampaignForm) -> Iterator[str]:
    if campaign.flow and campaign.mode is not Mode.AGENTLESS:
        yield f"`{path}.flow`: only mode = 'agentless' leads customers into a flow; take it out"
    if campaign.machine_prompt and campaign.machine is not MachineWay.MESSAGE:
        yield f"`{path}.machine_prompt`: is only said with machine = 'message'; take it out"
