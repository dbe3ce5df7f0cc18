"""Rows of `Status` as Asterisk 22.10 sent them: a caller at each place.

Recorded from the real one. Only the lines about codecs, pick-up and accounts are left out.
"""
# ruff: noqa: E501 -- the lines are Asterisk's

import re

IN_THE_FLOW = """\
Event: Status
Channel: PJSIP/trunk-00000000
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: <unknown>
ConnectedLineName: <unknown>
Language: zh
Context: cc-arrival
Exten: 4001
Priority: 6
Uniqueid: 1795320084.0
Linkedid: 1795320084.0
DNID: 4001
BridgeID:
Application: AGI
Data: agi://127.0.0.1:39201/call,4001
Seconds: 0
Variable: CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c
Variable: CC_CALL=(null)
Variable: CC_TALK=(null)"""
"""The flow speaks to the caller."""

WAITING = """\
Event: Status
Channel: PJSIP/trunk-00000000
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: <unknown>
ConnectedLineName: <unknown>
Language: zh
Context: cc-hold
Exten: s
Priority: 4
Uniqueid: 1795320084.0
Linkedid: 1795320084.0
DNID: 4001
BridgeID:
Application: Wait
Data: 2
Seconds: 2
Variable: CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c
Variable: CC_CALL=01a2016a-7915-7e16-abac-3bed0e42172c|1795320084757|1795320085408|sales|gold|0.6000|0|zh|1|+8613800000001|4001|menu=1
Variable: CC_TALK=(null)"""
"""In the hold loop."""

RINGING_CALLER = """\
Event: Status
Channel: PJSIP/trunk-00000000
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: 1001-4
ConnectedLineName: <unknown>
Language: zh
Context: cc-deliver
Exten: 1001-4
Priority: 2
Uniqueid: 1795320084.0
Linkedid: 1795320084.0
DNID: 4001
BridgeID:
Application: Dial
Data: PJSIP/1001,4,gU(cc-answered)
Seconds: 3
Variable: CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c
Variable: CC_CALL=01a2016a-7915-7e16-abac-3bed0e42172c|1795320084757|1795320085408|sales|gold|0.6000|0|zh|1|+8613800000001|4001|menu=1
Variable: CC_TALK=(null)"""
"""An agent's phone rings for this caller."""

RINGING_PHONE = """\
Event: Status
Channel: PJSIP/1001-00000001
ChannelState: 5
ChannelStateDesc: Ringing
CallerIDNum: 1001-4
CallerIDName: <unknown>
ConnectedLineNum: 13800000001
ConnectedLineName: Wang
Language: zh
Context: from-agents
Exten: 1001-4
Priority: 1
Uniqueid: 1795320088.1
Linkedid: 1795320084.0
DNID:
BridgeID:
Application: AppDial
Data: (Outgoing Line)
Seconds: 0
Variable: CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c
Variable: CC_CALL=(null)
Variable: CC_TALK=(null)"""
"""That phone."""

TALKING_CALLER = """\
Event: Status
Channel: PJSIP/trunk-00000000
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: 1001-4
ConnectedLineName: <unknown>
Language: zh
Context: cc-deliver
Exten: 1001-4
Priority: 2
Uniqueid: 1795320084.0
Linkedid: 1795320084.0
DNID: 4001
BridgeID: 8cfab7bd-ddd7-43c1-a117-994dd98b53ea
Application: Dial
Data: PJSIP/1001,4,gU(cc-answered)
Seconds: 6
Variable: CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c
Variable: CC_CALL=01a2016a-7915-7e16-abac-3bed0e42172c|1795320084757|1795320085408|sales|gold|0.6000|0|zh|1|+8613800000001|4001|menu=1
Variable: CC_TALK=1001|1795320090640|2026/11/22/01a2016a-7915-7e16-abac-3bed0e42172c-1795320090640.raw"""
"""They talk."""

TALKING_PHONE = """\
Event: Status
Channel: PJSIP/1001-00000001
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 1001-4
CallerIDName: <unknown>
ConnectedLineNum: 13800000001
ConnectedLineName: Wang
Language: zh
Context: from-agents
Exten:
Priority: 1
Uniqueid: 1795320088.1
Linkedid: 1795320084.0
DNID:
BridgeID: 8cfab7bd-ddd7-43c1-a117-994dd98b53ea
Application: AppDial
Data: (Outgoing Line)
Seconds: 2
Variable: CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c
Variable: CC_CALL=(null)
Variable: CC_TALK=(null)"""

IN_ASTERISKS_QUEUE = """\
Event: Status
Channel: PJSIP/trunk-00000002
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: <unknown>
ConnectedLineName: <unknown>
Language: zh
Context: cc-fallback
Exten: s
Priority: 5
Uniqueid: 1795320095.2
Linkedid: 1795320095.2
DNID: 4001
BridgeID:
Application: Queue
Data: cc,c,,,20,,cc-answered
Seconds: 10
Variable: CC_CONTACT=01a2016a-a182-75ab-910b-e490d073e70a
Variable: CC_CALL=01a2016a-a182-75ab-910b-e490d073e70a|1795320095106|1795320095756|sales|gold|0.6000|0|zh|1|+8613800000001|4001|menu=1
Variable: CC_TALK=(null)"""
"""In Asterisk's own queue, because ccserver is away."""

QUEUE_RINGS_CALLER = """\
Event: Status
Channel: PJSIP/trunk-00000002
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: 4001
ConnectedLineName: <unknown>
Language: zh
Context: cc-fallback
Exten: s
Priority: 5
Uniqueid: 1795320095.2
Linkedid: 1795320095.2
DNID: 4001
BridgeID:
Application: Queue
Data: cc,c,,,20,,cc-answered
Seconds: 12
Variable: CC_CONTACT=01a2016a-a182-75ab-910b-e490d073e70a
Variable: CC_CALL=01a2016a-a182-75ab-910b-e490d073e70a|1795320095106|1795320095756|sales|gold|0.6000|0|zh|1|+8613800000001|4001|menu=1
Variable: CC_TALK=(null)"""
"""Asterisk's queue rings an agent's phone."""

QUEUE_RINGS_PHONE = """\
Event: Status
Channel: PJSIP/1001-00000003
ChannelState: 5
ChannelStateDesc: Ringing
CallerIDNum: 4001
CallerIDName: <unknown>
ConnectedLineNum: 13800000001
ConnectedLineName: Wang
Language: zh
Context: from-agents
Exten: s
Priority: 1
Uniqueid: 1795320107.3
Linkedid: 1795320095.2
DNID:
BridgeID:
Application: AppQueue
Data: (Outgoing Line)
Seconds: 0
Variable: CC_CONTACT=01a2016a-a182-75ab-910b-e490d073e70a
Variable: CC_CALL=(null)
Variable: CC_TALK=(null)"""

QUEUE_TALKS_CALLER = """\
Event: Status
Channel: PJSIP/trunk-00000002
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 13800000001
CallerIDName: Wang
ConnectedLineNum: 4001
ConnectedLineName: <unknown>
Language: zh
Context: cc-fallback
Exten: s
Priority: 5
Uniqueid: 1795320095.2
Linkedid: 1795320095.2
DNID: 4001
BridgeID: dc9f67b0-d2cf-472b-848e-14564e8746f8
Application: Queue
Data: cc,c,,,20,,cc-answered
Seconds: 18
Variable: CC_CONTACT=01a2016a-a182-75ab-910b-e490d073e70a
Variable: CC_CALL=01a2016a-a182-75ab-910b-e490d073e70a|1795320095106|1795320095756|sales|gold|0.6000|0|zh|1|+8613800000001|4001|menu=1
Variable: CC_TALK=1001|1795320110428|2026/11/22/01a2016a-a182-75ab-910b-e490d073e70a-1795320110428.raw"""
"""They talk, and ccserver knows nothing of it."""

QUEUE_TALKS_PHONE = """\
Event: Status
Channel: PJSIP/1001-00000003
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 4001
CallerIDName: <unknown>
ConnectedLineNum: 13800000001
ConnectedLineName: Wang
Language: zh
Context: from-agents
Exten: s
Priority: 1
Uniqueid: 1795320107.3
Linkedid: 1795320095.2
DNID:
BridgeID: dc9f67b0-d2cf-472b-848e-14564e8746f8
Application: AppQueue
Data: (Outgoing Line)
Seconds: 6
Variable: CC_CONTACT=01a2016a-a182-75ab-910b-e490d073e70a
Variable: CC_CALL=(null)
Variable: CC_TALK=(null)"""

ANNOUNCED = WAITING.replace("cc-hold", "cc-announce").replace("Exten: s", "Exten: place_3-wait_5-1")
"""A waiting caller hears the place."""

LEAVING = WAITING.replace("cc-hold", "cc-leave").replace("Application: Wait", "Application: AGI")
"""In the flow of who waits and pressed a key."""

CALLED_BACK = WAITING.replace("cc-hold", "cc-called-back").replace("Application: Wait", "Playback")
"""A customer has answered who asked for it."""

BEING_CALLED = (
    WAITING.replace("cc-hold", "from-trunk")
    .replace("ChannelState: 6", "ChannelState: 5")
    .replace("ChannelStateDesc: Up", "ChannelStateDesc: Ringing")
    .replace("Application: Wait", "Application: AppDial2")
)
"""The customer's phone rings."""

SURVEYED = TALKING_CALLER.replace("cc-deliver", "cc-survey").replace(
    "BridgeID: ", "BridgeID:\nWas: "
)
"""The agent has hung up, and the caller is asked how it was."""

WITH_SOMEONE_OUTSIDE = IN_THE_FLOW.replace("BridgeID:", "BridgeID: 7c0e5b0f").replace(
    "Application: AGI", "Application: Dial"
)
"""The flow has joined the caller with a number outside."""

SOMEONE_OUTSIDE = TALKING_PHONE.replace("PJSIP/1001", "PJSIP/trunk")


def having(row: str, *variables: str) -> str:
    """The row, with more variables."""
    return "\n".join((row, *(f"Variable: {variable}" for variable in variables)))


def within(row: str, context: str, bridge: str) -> str:
    """The row of a leg that is somewhere else in a talk."""
    moved = re.sub(r"(?m)^Context: .*$", f"Context: {context}", row)
    return re.sub(r"(?m)^BridgeID: .*$", f"BridgeID: {bridge}", moved)


PARKED_CALLER = within(TALKING_CALLER, "cc-parked", "music")
"""On hold."""

ASIDE_PHONE = having(within(TALKING_PHONE, "cc-aside", "silence"), "CC_ROLE=agent")
"""His agent, alone."""

CONSULTING_PHONE = having(within(TALKING_PHONE, "cc-consult", "two"), "CC_ROLE=agent")
"""His agent, with a colleague."""

CONSULTED_PHONE = having(
    within(TALKING_PHONE, "from-agents", "two")
    .replace("PJSIP/1001-00000001", "PJSIP/1002-00000002")
    .replace("Uniqueid: 1795320088.1", "Uniqueid: 1795320099.2"),
    "CC_ROLE=party",
)
"""That colleague."""

ROOM_CALLER = within(TALKING_CALLER, "cc-room", "room")
ROOM_PHONE = within(ASIDE_PHONE, "cc-room", "room")

SUPERVISOR = having(
    within(TALKING_PHONE, "cc-spy", "")
    .replace("PJSIP/1001-00000001", "PJSIP/1003-00000003")
    .replace("Uniqueid: 1795320088.1", "Uniqueid: sv-1-listen-x-sue")
    .replace("Linkedid: 1795320084.0", "Linkedid: sv-1-listen-x-sue"),
    "CC_ROLE=supervisor",
)
"""Hears the agent, and has a call of his own."""

ANNOUNCER = IN_THE_FLOW.replace("PJSIP/trunk-00000000", "CBAnn/x-0;1").replace(
    "1795320084.0", "1795320100.9"
)
"""A room's own."""

SHADOWS = (
    TALKING_PHONE.replace("PJSIP/", "Surrogate/PJSIP/").replace(
        "Uniqueid: 1795320088.1", "Uniqueid: 1.4"
    ),
    TALKING_PHONE.replace("00000001", "00000001<ZOMBIE>").replace(
        "Uniqueid: 1795320088.1", "Uniqueid: 1.5"
    ),
)
"""What is left for a moment of a leg that was moved."""

OUTSIDE_CALLER = within(TALKING_CALLER, "cc-outside", "two").replace("CC_TALK=1001|", "CC_TALK=|")
OUTSIDE_LEG = having(
    within(TALKING_PHONE, "from-trunk", "two").replace("PJSIP/1001", "PJSIP/trunk"), "CC_ROLE=party"
)
"""Somebody outside, to whom the caller was sent."""


def _attempt(context: str, application: str, bridge: str = "", linked: str = "") -> str:
    """A customer whom a campaign has called."""
    leg = "at-01a2016a-7915-7e16-abac-3bed0e42172c"
    row = within(WAITING, context, bridge).replace("Linkedid: 1795320084.0", f"Linkedid: {leg}")
    row = re.sub(r"(?m)^Variable: CC_CALL=.*$", "Variable: CC_CALL=(null)", row)
    row = re.sub(r"(?m)^Application: .*$", f"Application: {application}", row)
    row = row.replace("Uniqueid: 1795320084.0", f"Uniqueid: {leg}")
    row = re.sub(r"(?m)^BridgeID:.*$", f"BridgeID: {bridge}", row)
    return having(row.replace(f"Linkedid: {leg}", f"Linkedid: {linked or leg}"), f"CC_CALLER={leg}")


DIALED_RINGS = _attempt("from-trunk", "AppDial2").replace("Desc: Up", "Desc: Ringing")
DIALED_AMD = _attempt("cc-dialed", "AMD")
DIALED_WAITS = _attempt("cc-dialed", "Wait")
DIALED_WALKS = _attempt("cc-walk", "AGI")
DIALED_NOTICE = _attempt("cc-ear", "Playback")
"""On the way to the ear of an agent who is off-hook."""
DIALED_TALKS = _attempt("cc-ear", "Bridge", "two", "oh-1001-1795320084757").replace(
    "CC_TALK=(null)", "CC_TALK=1001|1795320090640|2026/11/22/a.raw"
)

OFF_HOOK = having(
    within(TALKING_PHONE, "cc-off-hook", "silence")
    .replace("Uniqueid: 1795320088.1", "Uniqueid: oh-1001-1795320084757")
    .replace("Linkedid: 1795320084.0", "Linkedid: oh-1001-1795320084757")
    .replace("CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c", "CC_CONTACT="),
    "CC_ROLE=gone",
    "CC_CALLER=",
)
"""An agent who waits off-hook."""
OFF_HOOK_EAR = having(
    within(OFF_HOOK, "cc-off-hook", "two"),
    "CC_CONTACT=01a2016a-7915-7e16-abac-3bed0e42172c",
    "CC_ROLE=ear",
    "CC_CALLER=at-01a2016a-7915-7e16-abac-3bed0e42172c",
)
"""With a customer in his ear."""
