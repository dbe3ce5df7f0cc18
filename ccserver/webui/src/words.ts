// Every word on the page, in both languages.

const en = {
  title: "Contact center",
  login: "Login",
  password: "Password",
  logIn: "Log in",
  logOut: "Log out",
  otherLanguage: "中文",
  loggingIn: "Logging in …",
  unreachable: "The server cannot be reached. Trying again … Calls in progress go on.",
  sessionEnded: "You were logged out. Please log in again.",
  tooManyScreens: "This page is open in too many windows. Close some, then reload.",
  noServer: "The server does not answer. Try again, or tell the operator.",
  state: "State",
  ready: "Ready",
  pause: "Pause",
  hangUp: "Hang up",
  wrapUpDone: "Wrap-up done",
  reason: "Reason",
  caller: "Caller",
  noCaller: "No caller. The card appears here before your phone rings.",
  unknownCaller: "Unknown caller",
  withheld: "number withheld",
  number: "Number",
  value: "Value",
  language: "Language",
  queue: "Queue",
  waited: "Waited",
  keys: "Menu choices",
  noAnswer: "no key",
  notes: "Notes",
  lastContacts: "Last contacts",
  noContacts: "No earlier contact.",
  loading: "Details are on their way …",
  when: "When",
  agent: "Agent",
  talk: "Talk",
  outcome: "Outcome",
  agents: "Agents",
  calls: "Live calls",
  noCalls: "No call at the moment.",
  phone: "Phone",
  since: "For",
  tier: "Tier",
  arrived: "In all",
  longest: "longest",
  refused: "Not possible now:",
  "tier.platinum": "Platinum",
  "tier.gold": "Gold",
  "tier.silver": "Silver",
  "tier.standard": "Standard",
  "work.logged_out": "Logged out",
  "work.available": "Available",
  "work.reserved": "Call coming",
  "work.ringing": "Ringing",
  "work.on_call": "On call",
  "work.wrap_up": "Wrap-up",
  "work.paused": "Paused",
  "work.missed": "Missed",
  "work.unreachable": "Phone unreachable",
  "call.ivr": "In the menu",
  "call.queued": "Waiting",
  "call.offered": "Offered",
  "call.talking": "Talking",
  "call.fallback": "Waiting (fallback)",
  "reason.break": "Break",
  "reason.lunch": "Lunch",
  "reason.meeting": "Meeting",
  "reason.training": "Training",
  "reason.paperwork": "Paperwork",
  "reason.login": "Just logged in",
  "reason.away": "Missed too many calls",
  "queue.sales": "Sales",
  "queue.service": "Service",
  "queue.operator": "Operator",
  "outcome.answered": "Answered",
  "outcome.abandoned": "Abandoned",
  "outcome.caller_hung_up": "Caller hung up",
  "outcome.agent_hung_up": "Agent hung up",
  "outcome.hung_up": "Hung up in the menu",
  "outcome.goodbye": "Ended by the menu",
  "outcome.no_answer": "No answer",
  "outcome.ended_away": "Ended unseen",
  "outcome.lost_sight": "Ended unseen",
  "refusal.You have no call to hang up.": "You have no call to hang up.",
  "refusal.You have no call to wrap up.": "You have no call to wrap up.",
  "language.zh": "Chinese",
  "language.en": "English",
};

type Word = keyof typeof en;

const zh: Record<Word, string> = {
  title: "呼叫中心",
  login: "工号",
  password: "密码",
  logIn: "登录",
  logOut: "签出",
  otherLanguage: "English",
  loggingIn: "正在登录…",
  unreachable: "无法连接服务器，正在重试… 进行中的通话不受影响。",
  sessionEnded: "您已退出，请重新登录。",
  tooManyScreens: "此页面打开的窗口过多。请关闭一些后刷新。",
  noServer: "服务器没有响应。请重试，或联系管理员。",
  state: "状态",
  ready: "就绪",
  pause: "暂停",
  hangUp: "挂断",
  wrapUpDone: "完成话后处理",
  reason: "原因",
  caller: "来电客户",
  noCaller: "暂无来电。电话振铃之前，客户资料会显示在这里。",
  unknownCaller: "未知客户",
  withheld: "号码未显示",
  number: "号码",
  value: "价值",
  language: "语言",
  queue: "队列",
  waited: "已等待",
  keys: "按键记录",
  noAnswer: "未按键",
  notes: "备注",
  lastContacts: "最近联系",
  noContacts: "没有以往联系记录。",
  loading: "详细资料加载中…",
  when: "时间",
  agent: "坐席",
  talk: "通话",
  outcome: "结果",
  agents: "坐席",
  calls: "实时通话",
  noCalls: "目前没有通话。",
  phone: "分机",
  since: "持续",
  tier: "等级",
  arrived: "总时长",
  longest: "最长",
  refused: "现在无法执行：",
  "tier.platinum": "白金",
  "tier.gold": "黄金",
  "tier.silver": "白银",
  "tier.standard": "普通",
  "work.logged_out": "未登录",
  "work.available": "空闲",
  "work.reserved": "来电分配中",
  "work.ringing": "振铃",
  "work.on_call": "通话中",
  "work.wrap_up": "话后处理",
  "work.paused": "暂停",
  "work.missed": "未接",
  "work.unreachable": "话机不可用",
  "call.ivr": "语音菜单",
  "call.queued": "排队中",
  "call.offered": "分配中",
  "call.talking": "通话中",
  "call.fallback": "排队中（备用）",
  "reason.break": "小休",
  "reason.lunch": "午餐",
  "reason.meeting": "会议",
  "reason.training": "培训",
  "reason.paperwork": "案头工作",
  "reason.login": "刚刚登录",
  "reason.away": "多次未接",
  "queue.sales": "销售",
  "queue.service": "服务",
  "queue.operator": "人工",
  "outcome.answered": "已接听",
  "outcome.abandoned": "放弃",
  "outcome.caller_hung_up": "客户挂断",
  "outcome.agent_hung_up": "坐席挂断",
  "outcome.hung_up": "在菜单中挂断",
  "outcome.goodbye": "菜单结束",
  "outcome.no_answer": "无人接听",
  "outcome.ended_away": "结束情况未知",
  "outcome.lost_sight": "结束情况未知",
  "refusal.You have no call to hang up.": "没有可挂断的通话。",
  "refusal.You have no call to wrap up.": "没有需要处理的通话。",
  "language.zh": "中文",
  "language.en": "英语",
};

export type Language = "en" | "zh";

const BOOKS: Record<Language, Record<string, string>> = { en, zh };

export const PAUSE_REASONS = ["break", "lunch", "meeting", "training", "paperwork"];

/** The browser's language, unless the person chose one here. */
export function firstLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen === "en" || chosen === "zh") return chosen;
  for (const tag of preferred) {
    if (tag.startsWith("zh")) return "zh";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}

/** A word; what a customer's own site named (a queue, a reason) stays as it is. */
export function say(language: Language, word: Word): string {
  return BOOKS[language][word] ?? word;
}

export function sayName(language: Language, kind: string, name: string): string {
  return BOOKS[language][`${kind}.${name}`] ?? name;
}

/** 75,000 ms is 1:15; a good hour is 1:00:01. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${String(m).padStart(h ? 2 : 1, "0")}:${String(s).padStart(2, "0")}`;
  return h ? `${h}:${tail}` : tail;
}
