"""An imagined world, in which a flow can be walked without a telephone."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccserver.core.conditions import dig
from ccserver.core.doings import (
    HIDDEN,
    About,
    Answer,
    Answered,
    Ask,
    AskDigits,
    Attach,
    Back,
    Bye,
    Doing,
    End,
    Enter,
    Failed,
    Fetch,
    FileAnswer,
    FindCustomer,
    Learn,
    OpenTicket,
    Play,
    ReadNumber,
    Record,
    SetLanguage,
    ToCallback,
    ToQueue,
    ToVoicemail,
    Transfer,
)
from ccserver.core.flow import FACTS, QUEUE_FACTS, Flow, with_parts
from ccserver.core.ids import ContactId, Prompt, StepName
from ccserver.core.ivr import nearest
from ccserver.core.rules import Direction, TapingRule
from ccserver.core.steps import Return
from ccserver.core.taping import decide
from ccserver.core.value import Consent
from ccserver.flows.facts import facts_of_caller
from ccserver.numbers import e164

SILENCE = "-"
"""Stands for a key that does not come: the question's time runs out."""

RECORDING = "recording"
"""The name of whatever the caller records."""

FAILED = "operator"
"""The end of a caller whom the flow failed, in a test's words."""

_CUSTOMER = tuple(sorted(fact for fact in FACTS if fact.startswith("customer.")))
_USUAL_QUEUE = dict(zip(QUEUE_FACTS, ("yes", "0", "1", "0"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The world of one call, as far as a flow can ask about it."""

    at: float
    """Seconds since 1970 UTC. The clock stands still."""
    caller: str = ""
    """E.164; empty when it is withheld."""
    dialed: str = ""
    language: str = ""
    """That of the channel; empty: unknown."""
    customer: Mapping[str, object] | None = None
    """The caller's `tier`, `name`, `id` …; None: nobody whom the house knows."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Any fact by its whole name, but the clock's: they go before what follows from the rest. A
    queue of which nothing is said is open, has one agent, and nobody waits."""
    replies: Mapping[str, object] = field(default_factory=dict)
    """Step -> value of JSON: what the partner answers, the fields of the customer who is found
    (nothing: none is), the ticket's number, or the number that is read."""
    fails: frozenset[str] = frozenset()
    """Steps in which nothing can be done."""
    transfers: Mapping[str, str] = field(default_factory=dict)
    """Step -> how the call to the number outside goes; those that are not here are answered."""
    region: str = "CN"
    """How a number without a country code is read (ISO 3166-1)."""
    taping: tuple[TapingRule, ...] = ()
    """The site's rules, of which a caller may have to be told before he comes to an agent."""


# -- what happens


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the caller hears."""

    step: StepName
    prompts: tuple[Prompt, ...]
    language: str
    cut: bool
    """A key that he had pressed already ended it before it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What the caller answers to a question."""

    step: StepName
    keys: str
    """With the key that ends them; empty: he was silent. HIDDEN when nobody is to see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """Something was asked of the line or of the house."""

    step: StepName
    doing: Doing
    answer: Answer


Happening = Enter | Played | Pressed | Dealt | SetLanguage | Attach | FileAnswer


@dataclass(slots=True, kw_only=True)
class World:
    """What a flow meets on the way."""

    flow: Flow
    given: Given
    entries: deque[str]
    ahead: deque[str] = field(default_factory=deque)
    """Keys that were typed before anyone asked for them."""
    script: list[Happening] = field(default_factory=list)
    language: str = ""
    entered: Enter | None = None
    tickets: int = 0

    def facts_at_first(self) -> dict[str, str]:
        """What is known before anyone is asked."""
        self.language = nearest(self.flow, self.given.language)
        asked_for = {about.value for about in About}
        facts = {
            name: value
            for name, value in self.given.facts.items()
            if name.partition(".")[0] not in asked_for
        }
        spoken = {"language": self.given.language} if self.given.language else {}
        return {"dialed": self.given.dialed, **spoken, **facts}

    @property
    def step(self) -> StepName:
        return self.flow.start if self.entered is None else self.entered.step

    def deal(self, doing: Doing) -> Answer:
        """Do what the flow asks for, and note it."""
        match doing:
            case Enter() | SetLanguage() | Attach() | FileAnswer():
                self.script.append(doing)
                self._follow(doing)
                return None
            case _ if self.step in self.given.fails:
                return self._dealt(doing, Failed("it is told to fail"))
            case Play() | Ask() | AskDigits():
                return self._speak(doing)
            case Learn():
                return self._learn(doing)
            case _:
                return self._dealt(doing, self._answer(doing))

    def _follow(self, doing: Enter | SetLanguage | Attach | FileAnswer) -> None:
        match doing:
            case Enter():
                self.entered = doing
            case SetLanguage(language=language):
                self.language = language
            case _:
                pass

    def _dealt(self, doing: Doing, answer: Answer) -> Answer:
        self.script.append(Dealt(step=self.step, doing=doing, answer=answer))
        return answer

    # -- the line

    def _speak(self, doing: Play | Ask | AskDigits) -> Answer:
        cut = bool(self.ahead) and (isinstance(doing, AskDigits) or doing.barge_in)
        if doing.prompts:
            self.script.append(
                Played(step=doing.step, prompts=doing.prompts, language=self.language, cut=cut)
            )
        match doing:
            case Play():
                return None
            case Ask():
                key = self._key()
                self.script.append(Pressed(step=doing.step, keys=key))
                return key
            case AskDigits():
                return self._digits(doing)

    def _key(self) -> str:
        """The next key; "" when none comes in time."""
        if not self.ahead and self.entries:
            entry = self.entries.popleft()
            if entry == SILENCE:
                return ""
            self.ahead.extend(entry)
        return self.ahead.popleft() if self.ahead else ""

    def _digits(self, doing: AskDigits) -> str:
        typed, key = "", ""
        while len(typed) < doing.length_max:
            key = self._key()
            if not key or key == doing.terminator:
                break
            typed += key
        if key != doing.terminator and self.ahead and self.ahead[0] == doing.terminator:
            # People end a number with the key for that, also where nothing need be ended: the
            # line forgives it.
            key = self.ahead.popleft()
        keys = typed + key * (key == doing.terminator)
        keys = HIDDEN if doing.secret and keys else keys
        self.script.append(Pressed(step=doing.step, keys=keys))
        return typed

    # -- the house

    def _learn(self, doing: Learn) -> dict[str, str]:
        facts = self.given.facts.items()
        told = {name: value for name, value in facts if name.startswith(f"{doing.about}.")}
        match doing.about:
            case About.CUSTOMER:
                return (_customer(self.given.customer) or {"customer.known": "no"}) | told
            case About.CALLER:
                return facts_of_caller(self.flow, self.given.caller) | told
            case About.QUEUE:
                prefix = f"{doing.about}.{doing.queue}"
                return {f"{prefix}.{fact}": value for fact, value in _USUAL_QUEUE.items()} | told
            case About.NOW:
                return {"now.epoch": str(self.given.at)}

    def _answer(self, doing: Doing) -> Answer:
        reply = self.given.replies.get(self.step)
        replied = self.step in self.given.replies
        match doing:
            case Record():
                return self._recorded() if reply is None else _text(reply)
            case Transfer():
                return self.given.transfers.get(self.step, "answered")
            case FindCustomer():
                if replied:
                    return _customer(reply if isinstance(reply, Mapping) else None)
                return _customer(self.given.customer) if self._is_caller(doing) else None
            case ReadNumber(number=number):
                return _text(reply) if replied else e164(number, self.given.region) or ""
            case Fetch():
                return Answered(reply) if replied else Failed("no reply is given for it")
            case OpenTicket():
                self.tickets += 1
                return _text(reply) if replied else str(self.tickets)
            case _:
                raise AssertionError(f"dealt with elsewhere: {doing}")

    def _recorded(self) -> str:
        # It begins with a tone. What was typed before that is no answer to it.
        self.ahead.clear()
        return RECORDING if self._key() else ""

    def _is_caller(self, doing: FindCustomer) -> bool:
        """Whether that is the one customer of this world."""
        known = _text((self.given.customer or {}).get("id"))
        number = e164(doing.number, self.given.region)
        return (doing.customer != "" and doing.customer == known) or (
            number is not None and number == e164(self.given.caller, self.given.region)
        )

    # -- the end

    def give_notice(self, end: End) -> None:
        """What a caller who goes to the agents must hear first: that the talk may be recorded."""
        if not isinstance(end, ToQueue):
            return
        _, prompt = decide(
            self.given.taping,
            contact=ContactId(self.given.caller),
            queue=end.queue,
            agent=None,
            direction=Direction.INBOUND,
            consent=end.recording or Consent.UNKNOWN,
        )
        if prompt:
            heard = (Prompt(prompt),)
            played = Played(step=self.step, prompts=heard, language=self.language, cut=False)
            self.script.append(played)

    def in_words(self, end: End) -> str:
        """The end as a test says it."""
        last = self.entered
        assert last is not None, "a walk enters a step"
        step = _flow_of(self.flow, last.flow).steps[last.step]
        if isinstance(step, Return):
            return "return"
        waits_in = self.given.facts.get("leave.queue", "")
        match end:
            case ToQueue(failed=True):
                return FAILED
            case ToQueue(queue=queue, urgent=urgent):
                return f"{'urgent' if urgent else 'queue'} {queue}"
            case ToCallback(queue=asked):
                return f"callback {asked or waits_in}".rstrip()
            case ToVoicemail(queue=asked):
                return f"voicemail {asked or waits_in}".rstrip()
            case Back():
                return "back"
            case Bye(how=how):
                return "transfer" if how == "transferred" else how


def _customer(fields: Mapping[str, object] | None) -> dict[str, str] | None:
    if fields is None:
        return None
    told = {name: _text(fields.get(name.partition(".")[2], "")) for name in _CUSTOMER}
    return told | {"customer.known": "yes"}


def _text(value: object) -> str:
    """A value of JSON as a flow reads it."""
    return dig({"value": value}, "value")


def _flow_of(flow: Flow, name: str) -> Flow:
    return next(one for one in with_parts(flow) if one.name == name)
