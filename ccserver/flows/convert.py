"""From a flow's form to the flow that is walked."""

from collections.abc import Iterable, Iterator, Mapping

from ccserver.config.convert import hours, skills
from ccserver.config.form import CalendarForm
from ccserver.core.flow import Flow, NuisanceRules, Row, reads
from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Digits,
    EnterQueue,
    FindRow,
    GoBack,
    GoodBye,
    Heard,
    LeaveVoicemail,
    LookUpCustomer,
    Menu,
    OpeningHours,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Spoken,
    Step,
    Text,
    text_of,
)
from ccserver.core.value import Consent
from ccserver.flows import step_form as forms
from ccserver.flows.form import FlowForm, TableForm
from ccserver.flows.heard_form import SpokenForm
from ccserver.flows.step_form import AnyStepForm

_Speaks = forms.SayForm | forms.MenuForm | forms.DigitsForm | forms.QuestionForm
_Decides = forms.LanguageForm | forms.BranchForm | forms.HoursForm | forms.FindRowForm
_Asks = forms.LookUpForm | forms.HttpForm | forms.TicketForm | forms.TransferForm | forms.PartForm


def flow(
    name: str,
    form: FlowForm,
    *,
    calendars: Mapping[str, CalendarForm],
    tables: Mapping[str, TableForm],
    version: int = 0,
    parts: Mapping[str, Flow] | None = None,
) -> Flow:
    """The flow that the form describes. Whether it can work is a matter of `core/flow_check.py`."""
    return Flow(
        name=name,
        start=StepName(form.start),
        steps={StepName(key): _step(step) for key, step in form.steps.items()},
        languages=form.languages,
        operator=Queue(form.operator or ""),
        version=version,
        title=form.title,
        role=form.role,
        zone=form.zone or "UTC",
        variables=form.variables,
        parameters=frozenset(form.parameters),
        on_error={
            StepName(key): StepName(step.on_error)
            for key, step in form.steps.items()
            if step.on_error is not None
        },
        nuisance=NuisanceRules(**form.nuisance.model_dump()),
        calendars={key: hours(calendar) for key, calendar in calendars.items()},
        tables={key: tuple(_rows(table)) for key, table in tables.items()},
        parts=parts or {},
        prompt_seconds_max=form.prompt_seconds_max,
    )


def clock_readers(form: FlowForm) -> list[str]:
    """The steps for which the form must name a time zone."""
    return [
        key
        for key, step in form.steps.items()
        if any(name.startswith("now.") for name in reads(_step(step)))
    ]


def parts_of(form: FlowForm) -> dict[str, str]:
    """The flows that this one runs: name -> a step that does."""
    steps = form.steps.items()
    return {step.flow: key for key, step in steps if isinstance(step, forms.PartForm)}


def _rows(table: TableForm) -> Iterator[Row]:
    return (Row(row.prefixes, row.columns) for row in table.row)


def _heard(parts: Iterable[str | SpokenForm]) -> Heard:
    return tuple(Prompt(part) if isinstance(part, str) else _spoken(part) for part in parts)


def _spoken(form: SpokenForm) -> Spoken:
    how, what = form.said
    if form.currency is None:
        return Spoken(form=how, text=text_of(what))
    return Spoken(form=how, text=text_of(what), currency=form.currency)


def _texts(templates: Mapping[str, str]) -> dict[str, Text]:
    return {key: text_of(template) for key, template in templates.items()}


def _text(template: str | None) -> Text | None:
    return None if template is None else text_of(template)


def _queue(name: str | None) -> Queue | None:
    return None if name is None else Queue(name)


def _step(form: AnyStepForm) -> Step:
    if isinstance(form, _Speaks):
        return _speaks(form)
    if isinstance(form, _Decides):
        return _decides(form)
    if isinstance(form, _Asks):
        return _asks(form)
    if isinstance(form, forms.SetForm):
        return SetValues(values=_texts(form.values), then=StepName(form.then))
    if isinstance(form, forms.AttachForm):
        return AttachData(data=_texts(form.data), then=StepName(form.then))
    return _ends(form)


def _speaks(form: _Speaks) -> Step:
    match form:
        case forms.SayForm():
            return Say(
                prompts=_heard(form.prompts), then=StepName(form.then), barge_in=form.barge_in
            )
        case forms.MenuForm():
            return Menu(
                prompts=_heard(form.prompts),
                keys={key: StepName(then) for key, then in form.keys.items()},
                otherwise=StepName(form.otherwise),
                timeout_seconds=form.timeout_seconds,
                tries=form.tries,
                barge_in=form.barge_in,
                wrong_key=_heard(form.wrong_key),
                no_key=_heard(form.no_key),
                silent=None if form.silent is None else StepName(form.silent),
            )
        case forms.DigitsForm():
            least, most = form.lengths
            return Digits(
                prompts=_heard(form.prompts),
                into=form.into,
                length_min=least,
                length_max=most,
                then=StepName(form.then),
                otherwise=StepName(form.otherwise),
                terminator=form.terminator,
                timeout_seconds=form.timeout_seconds,
                between_seconds=form.between_seconds,
                tries=form.tries,
                pattern=form.pattern,
                check=form.check,
                wrong=_heard(form.wrong),
                confirm=_heard(form.confirm),
                secret=form.secret,
            )
        case forms.QuestionForm():
            return Question(
                question=form.question,
                into=form.into or "",
                style=form.style,
                prompts=_heard(form.prompts),
                then=StepName(form.then),
                keys=frozenset(form.keys),
                timeout_seconds=form.timeout_seconds,
                tries=form.tries,
                record_seconds_max=form.record_seconds_max,
                value=text_of(form.value),
            )


def _decides(form: _Decides) -> Step:
    match form:
        case forms.LanguageForm():
            return SpeakLanguage(language=form.language, then=StepName(form.then))
        case forms.BranchForm():
            return Branch(
                on=form.on,
                cases=tuple(map(_case, form.cases)),
                otherwise=StepName(form.otherwise),
            )
        case forms.HoursForm():
            return OpeningHours(
                calendar=form.calendar, open=StepName(form.open), closed=StepName(form.closed)
            )
        case forms.FindRowForm():
            return FindRow(
                table=form.table,
                key=text_of(form.key),
                into=form.into,
                found=StepName(form.found),
                otherwise=StepName(form.otherwise),
            )


def _case(form: forms.CaseForm) -> Case:
    between = None if form.from_ is None or form.until is None else (form.from_, form.until)
    return Case(
        then=StepName(form.then),
        one_of=frozenset(form.is_ or ()),
        starts_with=form.starts_with or (),
        at_least=form.at_least,
        below=form.below,
        between=between,
    )


def _asks(form: _Asks) -> Step:
    match form:
        case forms.LookUpForm():
            return LookUpCustomer(
                number=_text(form.number),
                customer=_text(form.customer),
                found=StepName(form.found),
                otherwise=StepName(form.otherwise),
            )
        case forms.HttpForm():
            return Request(
                partner=form.partner,
                method=form.method,
                path=text_of(form.path),
                body=_texts(form.body),
                into=form.into,
                timeout_seconds=form.timeout_seconds,
                then=StepName(form.then),
            )
        case forms.TicketForm():
            return OpenServiceTicket(
                ticket=form.ticket,
                title=text_of(form.title),
                details=text_of(form.details),
                urgent=form.urgent,
                into=form.into or "",
                then=StepName(form.then),
            )
        case forms.TransferForm():
            return CallOut(
                to=text_of(form.to),
                ring_seconds=form.ring_seconds,
                otherwise=StepName(form.otherwise),
            )
        case forms.PartForm():
            return RunPart(
                flow=form.flow,
                values=_texts(form.values),
                into=form.into,
                then=StepName(form.then),
            )


def _ends(
    form: forms.QueueForm
    | forms.CallbackForm
    | forms.VoicemailForm
    | forms.BackForm
    | forms.ReturnForm
    | forms.GoodByeForm,
) -> Step:
    match form:
        case forms.QueueForm():
            return EnterQueue(
                queue=Queue(form.queue),
                agent=text_of(form.agent),
                urgent=form.urgent,
                boost=form.boost,
                skills=skills(form.skills),
                announce_after_seconds=form.announce_after_seconds,
                announce_every_seconds=form.announce_every_seconds,
                recording=Consent(form.recording) if form.recording else None,
            )
        case forms.CallbackForm():
            return AskCallback(
                queue=_queue(form.queue),
                number=text_of(form.number),
                otherwise=StepName(form.otherwise),
            )
        case forms.VoicemailForm():
            return LeaveVoicemail(
                queue=_queue(form.queue),
                prompts=_heard(form.prompts),
                seconds_max=form.seconds_max,
            )
        case forms.BackForm():
            return GoBack()
        case forms.ReturnForm():
            return Return()
        case forms.GoodByeForm():
            return GoodBye(prompts=_heard(form.prompts))
