// Made by `python -m ccserver.web.schema` from ccserver/web/messages.py and requests.py.

/** The caller's card is on the screen. */
export interface AckPop {
  type: "ack_pop";
  contact: string;
}

/** An agent's state changed. */
export interface AgentChanged {
  type: "agent_changed";
  seq: number;
  agent: AgentState;
}

/** What an agent chose (presence) and what the system sees (work). */
export interface AgentState {
  agent: string;
  name: string;
  phone: string;
  presence: Presence;
  /** Why the agent is paused. */
  reason: string;
  work: WorkState;
  since_at: number;
  /** The contact that the agent is busy with. */
  contact: string | null;
  /** The phone is off-hook: customers of campaigns come into the ear without a ring. */
  off_hook: boolean;
}

/** A figure that is beyond its threshold. */
export interface Alert {
  /** The name of the threshold in the configuration. */
  threshold: string;
  queue: string;
  figure: Figure;
  /** Of shares 0 to 1, of waits seconds, else a number; null: nobody yet. */
  value: number | null;
  limit: number;
  /** True: red above the limit; False: below it. */
  above: boolean;
  since_at: number;
}

/** All figures that are now beyond their thresholds. */
export interface AlertsChanged {
  type: "alerts_changed";
  seq: number;
  alerts: Alert[];
}

/** A message of this screen could not be used. */
export interface BadMessage {
  type: "error";
  seq: number;
  error: string;
  what_to_do: string;
}

/** A call is new or in a new place. */
export interface CallChanged {
  type: "call_changed";
  seq: number;
  call: CallInfo;
}

/** A call is over, or no longer this agent's. */
export interface CallGone {
  type: "call_gone";
  seq: number;
  contact: string;
}

/** Where a call is on its way. */
export interface CallInfo {
  contact: string;
  state: CallState;
  since_at: number;
  arrived_at: number;
  number: string;
  /** The customer's id, empty when unknown. */
  customer: string;
  tier: Tier;
  value: number;
  queue: string | null;
  agent: string | null;
  /** While waiting: 1 is the next; 0: not known. */
  place: number;
  /** The promised band of the whole wait, from joining the queue. */
  wait_from_ms: number;
  wait_until_ms: number;
  /** What a caller who has an agent hears; null while he has none. */
  phase: Phase | null;
  /** Who else is in the talk: whom the agent consults first. */
  parties: Party[];
  /** Whether the policy has the talk recorded; null while there is none. */
  taping: Taping | null;
  /** A recording runs. It may be paused. */
  taped: boolean;
  /** The recording is paused, and goes on then at the latest. */
  paused_until_at: number | null;
  direction: Direction;
  /** What the agent has said came of the talk so far. */
  disposition: string;
  /** Whose call it is; empty: no campaign's. */
  campaign: string;
}

/** Where a call is on its way. */
export type CallState = "ivr" | "queued" | "offered" | "talking" | "callback" | "dialing" | "fallback";

/** The screen-pop. Answer with `ack_pop` as soon as it is shown. */
export interface CallerCard {
  type: "caller_card";
  seq: number;
  card: Card;
}

/** How a campaign goes, once a second at most, for supervisors and admins. */
export interface CampaignChanged {
  type: "campaign";
  seq: number;
  campaign: CampaignInfo;
}

/** How a campaign goes, and why it dials as it does. */
export interface CampaignInfo {
  campaign: string;
  state: CampaignState;
  /** Leads that are at hand to be called. */
  hopper: number;
  ringing: number;
  /** People who answered, and have no agent yet. */
  waiting: number;
  talking: number;
  free_agents: number;
  /** Since ccserver started, as the next three. */
  placed: number;
  answered: number;
  abandoned: number;
  machines: number;
  /** Within the period of the cap, as the next. */
  period_answered: number;
  period_abandoned: number;
  /** Of the calls that ring, within the ring limit. */
  expected_answers: number;
  /** Agents who will be free within that time. */
  soon_free: number;
  answer_probability: number;
  /** That the next call, if answered, finds nobody in time. */
  risk: number;
  risk_allowed: number;
  /** So many more may be abandoned before the cap. */
  budget_left: number;
  /** In one word what holds: `budget`, `risk`, `lines`, `rate`, `hopper`, `agents`, `window`, `cold`, `closed`; empty: nothing. */
  why: string;
}

/** Where a campaign is in its life. Only RUNNING dials. */
export type CampaignState = "draft" | "scheduled" | "running" | "paused" | "stopped" | "completed" | "failed";

/** Who is calling: what an agent sees before the phone rings. */
export interface Card {
  contact: string;
  /** The customer's id, empty when unknown. */
  customer: string;
  name: string;
  tier: Tier;
  value: number;
  /** What the value is made of, the largest first; empty when it was set by hand. */
  reasons: Reason[];
  number: string;
  language: string;
  notes: string;
  queue: string;
  /** The caller's way through the flow. */
  keys: Key[];
  /** What the flow attached, or the lead's record. Empty, as the keys are, when the card was made up after a restart. */
  data: Labeled[];
  waited_ms: number;
  offered_at: number;
  last_contacts: LastContact[];
  /** Those that are open, urgent ones first. */
  tickets: OpenTicket[];
  direction: Direction;
  /** Whose call it is; empty: no campaign's. */
  campaign: string;
  /** Whom the campaign calls; 0: no lead. */
  lead: number;
  /** False when name, notes and last contacts are still on their way: a second card follows. */
  complete: boolean;
}

/** Give the caller to whom one consults. The own part of the call ends. */
export interface CompleteTransfer {
  type: "complete_transfer";
}

/** Bring the caller and whom one consults together. */
export interface Conference {
  type: "conference";
}

/** Call a colleague, or a number, while the caller hears music. */
export interface Consult {
  type: "consult";
  agent?: string | null;
  number?: string | null;
}

/** Call a number. The customer is called first, then the own phone rings. */
export interface Dial {
  type: "dial";
  number: string;
  /** Whose rules hold; null: the first of the own queues. */
  queue?: string | null;
  /** The customer's id, where it is known. */
  customer?: string;
}

/** Who called. */
export type Direction = "inbound" | "outbound";

/** Leave whom one consults, and go back to the caller. */
export interface EndConsult {
  type: "end_consult";
}

/** More time for the notes. */
export interface ExtendWrapUp {
  type: "extend_wrap_up";
}

/** What thresholds watch. */
export type Figure = "waiting" | "longest_wait_seconds" | "service_level" | "abandon_rate" | "agents_available";

/** A queue's figures changed, four times a second at most. */
export interface FiguresChanged {
  type: "figures_changed";
  seq: number;
  figures: QueueFigures;
}

/** End the talk. */
export interface HangUp {
  type: "hang_up";
}

/** The first message of every connection, due within 5 seconds. */
export interface Hello {
  type: "hello";
  token: string;
  /** The last `seq` that was read. With `run`, only what was missed is sent, where still kept. */
  since?: number | null;
  run?: string | null;
}

/** Let the caller hear music. */
export interface Hold {
  type: "hold";
}

/** Come into an agent's talk, on the own phone, which will ring. */
export interface Join {
  type: "join";
  agent: string;
  mode: SpyMode;
}

/** What the caller answered to one menu. */
export interface Key {
  step: string;
  /** Empty when the time ran out. */
  key: string;
}

/** One value that a flow attached to the contact, or that stands in a lead's record. */
export interface Labeled {
  label: string;
  value: string;
}

/** One earlier contact of the same customer. */
export interface LastContact {
  contact: string;
  at: number;
  queue: string;
  /** The agent's name, empty when nobody answered. */
  agent: string;
  talk_ms: number;
  outcome: string;
}

/** Leave the talk that one has joined. */
export interface Leave {
  type: "leave";
}

/** The agent goes home. All of the person's screens close and their tokens end. */
export interface LogOut {
  type: "log_out";
}

/** The person who logged in. */
export interface Me {
  id: string;
  /** For an agent also the agent's id. */
  login: string;
  name: string;
  role: Role;
  /** The agent that this person is; null for one who takes no calls. */
  agent: string | null;
}

/** What a supervisor writes to an agent. */
export interface Note {
  type: "note";
  seq: number;
  at: number;
  /** The supervisor's name. */
  sender: string;
  text: string;
}

/** Take the own phone off the hook, where it stays between the calls of campaigns, or put it back. */
export interface OffHook {
  type: "off_hook";
  on: boolean;
}

/** A service ticket of the customer's that is open. */
export interface OpenTicket {
  number: number;
  kind: TicketKind;
  title: string;
  urgent: boolean;
  opened_at: number;
}

/** What a value is made of. The names are those of the weights. */
export type Part = "tier" | "revenue" | "recency" | "frequency" | "tenure" | "complaints" | "churn";

/** Somebody in a talk beside the caller and the agent, or who is being called into it. */
export interface Party {
  /** null: somebody outside, or a supervisor. */
  agent: string | null;
  /** Empty for somebody outside. */
  phone: string;
  /** Of somebody outside, E.164; else empty. */
  number: string;
  /** The login of a supervisor who joined; else empty. */
  supervisor: string;
  /** How a supervisor is in the talk; null: it is none. */
  mode: SpyMode | null;
  /** False while the phone rings. */
  answered: boolean;
}

/** The agent takes no calls for now. */
export interface Pause {
  type: "pause";
  reason: string;
}

/** Record silence: the caller is about to say a card's number. */
export interface PauseRecording {
  type: "pause_recording";
}

/** What a caller who has an agent hears. */
export type Phase = "talk" | "hold" | "consult" | "room";

/** Where the agent's phone is now. A browser that did not ask for it is the phone no longer. */
export interface PhoneChosen {
  type: "phone_chosen";
  seq: number;
  kind: PhoneKind;
  /** What the page that asked calls itself; empty for the phone on the desk. */
  screen: string;
}

/** Where an agent's phone is. */
export type PhoneKind = "desk" | "browser";

/** What the agent chose. */
export type Presence = "ready" | "paused" | "logged_out";

/** A lead that is shown to an agent, who then calls or skips it. */
export interface Preview {
  /** The attempt's id: the contact has it too once the lead is called. */
  contact: string;
  campaign: string;
  lead: number;
  /** The customer's id, empty when unknown. */
  customer: string;
  name: string;
  /** E.164. */
  number: string;
  /** The lead's record. */
  data: Labeled[];
  /** When it is called by itself; null: never. */
  until_at: number | null;
  /** So many leads may still be skipped in a row, this one too. */
  skips_left: number;
}

/** Another lead is shown to the agent. Answer with `preview_dial` or `preview_skip`. */
export interface PreviewChanged {
  type: "preview";
  seq: number;
  /** null: it is called, or is not to be called any more. */
  preview: Preview | null;
}

/** Call the lead that is shown. */
export interface PreviewDial {
  type: "preview_dial";
}

/** Do not call the lead that is shown. */
export interface PreviewSkip {
  type: "preview_skip";
  reason: string;
}

/** How a queue does: since midnight on the site's clock, made of the visits that have ended. offered = answered + abandoned + short_abandoned + flowed_out + waiting. */
export interface QueueFigures {
  queue: string;
  offered: number;
  answered: number;
  /** Without those who gave up sooner than `short_seconds`. */
  abandoned: number;
  short_abandoned: number;
  /** Left otherwise: timeout, overflow, callback, voicemail … */
  flowed_out: number;
  /** Within the tier's target. */
  answered_in_time: number;
  /** `sl_excl_short`: answered in time / (answered + abandoned); null: nobody yet. */
  service_level: number | null;
  /** abandoned / (offered - short_abandoned); null: nobody yet. */
  abandon_rate: number | null;
  /** Mean wait of those who were answered, with what they brought along from an earlier queue; null: nobody yet. */
  asa_ms: number | null;
  /** Talk, hold and wrap-up that are over / contacts in which somebody talked; null: none yet. */
  aht_ms: number | null;
  /** Why a supervisor has closed the queue; null: it is not closed by hand. */
  closed: string | null;
}

/** The agent asks for work. */
export interface Ready {
  type: "ready";
}

/** One part of what a customer is worth. */
export interface Reason {
  part: Part;
  /** What it adds to the value. All of them together are the value as it was computed. */
  share: number;
}

/** Record the talk from now on, where the policy leaves it to the agent. */
export interface RecordTalk {
  type: "record";
}

/** A request could not be granted as things stand. */
export interface Refused {
  type: "refused";
  seq: number;
  /** The `type` of what the screen asked for. */
  request: string;
  reason: string;
}

/** Asks for a fresh token before this one runs out. */
export interface RenewToken {
  type: "renew_token";
}

/** Take the caller off hold. */
export interface Resume {
  type: "resume";
}

/** Go on recording. */
export interface ResumeRecording {
  type: "resume_recording";
}

/** What a person may do. Each includes those before it. */
export type Role = "agent" | "supervisor" | "admin";

/** Everything that this screen may see. Forget what was known before. */
export interface Snapshot {
  type: "snapshot";
  seq: number;
  /** This run of the server. After a restart `seq` begins anew under another run. */
  run: string;
  at: number;
  me: Me;
  /** All agents for supervisors and admins; only the own state for an agent. */
  agents: AgentState[];
  /** All live calls for supervisors and admins; only those that he is in for an agent. */
  calls: CallInfo[];
  queues: string[];
  /** The card in force: of the call that is offered, talked to, or wrapped up. */
  card: Card | null;
  /** Of all queues, for supervisors and admins. */
  figures: QueueFigures[];
  /** For supervisors and admins. */
  alerts: Alert[];
  /** When the own wrap-up ends by itself; null: there is none. */
  wrap_up_until_at: number | null;
  /** The lead that is shown to the agent. */
  preview: Preview | null;
  /** For supervisors and admins. */
  campaigns: CampaignInfo[];
}

/** The own phone has lost the talk, by a page that was loaded anew: ring it again. */
export interface SoundBack {
  type: "sound_back";
}

/** How a supervisor is in an agent's talk. */
export type SpyMode = "listen" | "whisper" | "barge" | "take_over";

/** End the recording that the agent began. */
export interface StopRecord {
  type: "stop_record";
}

/** Whether a talk is recorded. */
export type Taping = "always" | "on_demand" | "never";

/** The server is there: once a second, and after the last replayed message. */
export interface Tick {
  type: "tick";
  seq: number;
  at: number;
}

/** What a service ticket is about. */
export type TicketKind = "complaint" | "repair" | "roadside";

/** The four levels of service, best first. */
export type Tier = "platinum" | "gold" | "silver" | "standard";

/** A fresh token, the answer to `renew_token`. */
export interface Token {
  type: "token";
  seq: number;
  token: string;
  expires_at: number;
}

/** Hand the caller on, unseen: to a queue, an agent or a number, one of the three. The own part of the call ends. */
export interface Transfer {
  type: "transfer";
  queue?: string | null;
  agent?: string | null;
  number?: string | null;
}

/** What the system sees an agent do. Presence, which the agent chose, is another field. */
export type WorkState = "logged_out" | "available" | "reserved" | "ringing" | "on_call" | "wrap_up" | "paused" | "missed" | "unreachable";

/** When the agent's own wrap-up ends by itself. */
export interface WrapUpChanged {
  type: "wrap_up_changed";
  seq: number;
  contact: string;
  until_at: number;
  /** How many times the agent may still ask for more. */
  extends_left: number;
  /** The wrap-up does not end before there is one. */
  disposition_required: boolean;
}

/** The notes are written; the next call may come. */
export interface WrapUpDone {
  type: "wrap_up_done";
}

export type ServerMessage =
  | AgentChanged
  | AlertsChanged
  | BadMessage
  | CallChanged
  | CallGone
  | CallerCard
  | CampaignChanged
  | FiguresChanged
  | Note
  | PhoneChosen
  | PreviewChanged
  | Refused
  | Snapshot
  | Tick
  | Token
  | WrapUpChanged;

export type ClientMessage =
  | AckPop
  | CompleteTransfer
  | Conference
  | Consult
  | Dial
  | EndConsult
  | ExtendWrapUp
  | HangUp
  | Hello
  | Hold
  | Join
  | Leave
  | LogOut
  | OffHook
  | Pause
  | PauseRecording
  | PreviewDial
  | PreviewSkip
  | Ready
  | RecordTalk
  | RenewToken
  | Resume
  | ResumeRecording
  | SoundBack
  | StopRecord
  | Transfer
  | WrapUpDone;
