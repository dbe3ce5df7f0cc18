"""Every message of the live WebSocket from a screen: what people ask for by their buttons."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from ccserver.core.rules import SpyMode
from ccserver.web.shown import Model

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]

Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
"""A telephone number as people write it."""


# -- the connection


class Hello(Model):
    """The first message of every connection, due within 5 seconds."""

    type: Literal["hello"]
    token: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    since: int | None = Field(None, ge=0)
    """The last `seq` that was read. With `run`, only what was missed is sent, where still kept."""
    run: Annotated[str, StringConstraints(max_length=64)] | None = None


class RenewToken(Model):
    """Asks for a fresh token before this one runs out."""

    type: Literal["renew_token"]


class LogOut(Model):
    """The agent goes home. All of the person's screens close and their tokens end."""

    type: Literal["log_out"]


# -- an agent's work


class Ready(Model):
    """The agent asks for work."""

    type: Literal["ready"]


class Pause(Model):
    """The agent takes no calls for now."""

    type: Literal["pause"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class HangUp(Model):
    """End the talk."""

    type: Literal["hang_up"]


class WrapUpDone(Model):
    """The notes are written; the next call may come."""

    type: Literal["wrap_up_done"]


class AckPop(Model):
    """The caller's card is on the screen."""

    type: Literal["ack_pop"]
    contact: Id


class ExtendWrapUp(Model):
    """More time for the notes."""

    type: Literal["extend_wrap_up"]


class Dial(Model):
    """Call a number. The customer is called first, then the own phone rings."""

    type: Literal["dial"]
    number: Number
    queue: Id | None = None
    """Whose rules hold; null: the first of the own queues."""
    customer: Annotated[str, StringConstraints(max_length=18)] = ""
    """The customer's id, where it is known."""


# -- an agent's campaigns


class PreviewDial(Model):
    """Call the lead that is shown."""

    type: Literal["preview_dial"]


class PreviewSkip(Model):
    """Do not call the lead that is shown."""

    type: Literal["preview_skip"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class OffHook(Model):
    """Take the own phone off the hook, where it stays between the calls of campaigns, or put it
    back."""

    type: Literal["off_hook"]
    on: bool


# -- an agent's caller


class Transfer(Model):
    """Hand the caller on, unseen: to a queue, an agent or a number, one of the three. The own part
    of the call ends."""

    type: Literal["transfer"]
    queue: Id | None = None
    agent: Id | None = None
    number: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.queue, self.agent, self.number].count(None) != 2:
            raise ValueError("name a queue, an agent or a number, one of the three")
        return self


class Hold(Model):
    """Let the caller hear music."""

    type: Literal["hold"]


class Resume(Model):
    """Take the caller off hold."""

    type: Literal["resume"]


class Consult(Model):
    """Call a colleague, or a number, while the caller hears music."""

    type: Literal["consult"]
    agent: Id | None = None
    number: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.agent is None) is (self.number is None):
            raise ValueError("name an agent or a number, one of the two")
        return self


class EndConsult(Model):
    """Leave whom one consults, and go back to the caller."""

    type: Literal["end_consult"]


class CompleteTransfer(Model):
    """Give the caller to whom one consults. The own part of the call ends."""

    type: Literal["complete_transfer"]


class Conference(Model):
    """Bring the caller and whom one consults together."""

    type: Literal["conference"]


class SoundBack(Model):
    """The own phone has lost the talk, by a page that was loaded anew: ring it again."""

    type: Literal["sound_back"]


# -- the recording of an agent's talk


class RecordTalk(Model):
    """Record the talk from now on, where the policy leaves it to the agent."""

    type: Literal["record"]


class StopRecord(Model):
    """End the recording that the agent began."""

    type: Literal["stop_record"]


class PauseRecording(Model):
    """Record silence: the caller is about to say a card's number."""

    type: Literal["pause_recording"]


class ResumeRecording(Model):
    """Go on recording."""

    type: Literal["resume_recording"]


# -- supervisors


class Join(Model):
    """Come into an agent's talk, on the own phone, which will ring."""

    type: Literal["join"]
    agent: Id
    mode: SpyMode


class Leave(Model):
    """Leave the talk that one has joined."""

    type: Literal["leave"]


# -- all of them

WorkRequest = Ready | Pause | HangUp | WrapUpDone | ExtendWrapUp
CallRequest = (
    Transfer | Hold | Resume | Consult | EndConsult | CompleteTransfer | Conference | SoundBack
)  # fmt: skip
OutboundRequest = PreviewDial | PreviewSkip | OffHook
TapeRequest = RecordTalk | StopRecord | PauseRecording | ResumeRecording
SupervisorRequest = Join | Leave

ClientMessage = Annotated[
    Hello
    | RenewToken
    | LogOut
    | AckPop
    | WorkRequest
    | Dial
    | CallRequest
    | OutboundRequest
    | TapeRequest
    | SupervisorRequest,
    Field(discriminator="type"),
]

CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
