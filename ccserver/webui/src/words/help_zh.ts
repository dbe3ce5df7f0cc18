// What the server says of its settings, in Chinese. A sentence that is not here stays English.

export const zhHelp: Readonly<Record<string, string>> = {
  "How fast idle time makes an agent the next; null: by the size of the team.":
    "空闲时间使坐席排到前面的速度；留空：按班组规模。",
  "Of the decisions in which a caller is past the promised wait, so many at most go to him.":
    "当有来电超过承诺等待时间时，最多以此比例优先分配给他。",
  "So many agents stay free for callers when outbound work is handed out.":
    "分配外呼任务时，为来电保留的空闲坐席数。",
  "The agent sees that a supervisor listens to him or whispers.": "班长监听或耳语时，坐席能看到。",
  "Who is cut off and calls again so soon gets the old place back.":
    "断线后在此时间内重新来电，恢复原来的位次。",
  "Offered after talks of these queues; none: of all.": "在这些队列的通话后提供；不选：全部队列。",
  "None: each queue by itself.": "不选：每个队列分别计算。",
  "So long it must be so before there is an alert.": "持续这么久才告警。",
  "Also told to the address in the settings (`alerts_url`).":
    "同时推送到系统配置中的地址（alerts_url）。",
  "A recording that was paused for so long goes on by itself.": "录音暂停超过此时间后自动恢复。",
  "`always`, `on_demand` (from when the agent says so) or `never`.":
    "全部、按需（坐席开启后）或不录音。",
  "By log-in.": "按工号。",
  "What the customer has said: `unknown`, `given`, `refused`.": "客户是否同意录音。",
  "So many of the contacts, chosen by chance, and always the same ones.":
    "按此比例随机抽取通话，结果保持一致。",
  "The prompt that callers hear before; empty: none.": "录音前播放的提示音；留空：不播放。",
  "`contact` (its talks), `consult`, `voicemail`.": "通话、咨询通话或留言。",
  "IANA name, such as Asia/Shanghai.": "IANA 时区名，如 Asia/Shanghai。",
  "As people read it.": "页面上显示的名称。",
  "Skills that an agent must have, with the least level: 1 (knows a little) to 5.":
    "坐席必须具备的技能及最低级别：1（略懂）至 5（精通）。",
  "How long a preferred language is held.": "语言优先保持的时间。",
  "Steps in the order of their seconds.": "按秒数先后排列。",
  "Who is served next: balanced, value, fifo, priority or age.": "决定下一个服务谁的策略。",
  "Multiplies its callers' value against those of other queues.":
    "与其他队列相比，来电价值乘以此权重。",
  "The last agent of a customer goes before others for so long; 0: never.":
    "在此期间优先分配给客户上次的坐席；0：不启用。",
  "Of single tiers, where they are not the site's.": "个别等级的目标，与全局不同时填写。",
  "Who gives up sooner counts as a short abandon.": "在此时间内挂断算作短放弃。",
  "A calendar's name; null: day and night.": "服务时间表；留空：全天候。",
  "So many callers wait at most; 0: any number.": "最多排队的来电数；0：不限。",
  "So long a caller waits at most; 0: for ever.": "来电最长等待时间；0：不限。",
  "When no agent who is logged in could ever serve the caller.": "已登录的坐席都不能服务此来电时。",
  "When place and expected wait are first told; 0: never.":
    "首次播报位次和预计等待的时间；0：不播报。",
  "Whether callers who wait are offered to leave a message.": "是否向排队来电提供留言。",
  "The flow that callers walk when their agent has hung up; empty: none.":
    "坐席挂断后来电进入的流程；留空：无。",
  "How long an agent's phone may ring before the call goes to another.":
    "坐席振铃超过此时间，来电转给其他坐席。",
  "The agent cannot end the wrap-up early.": "坐席不能提前结束话后处理。",
  "So much longer the wrap-up lasts each time that the agent asks for it; 0: he cannot.":
    "坐席每次申请延长的时间；0：不可延长。",
  "The wrap-up does not end before the agent has said what has come of the talk.":
    "坐席填写处理结果后才能结束话后处理。",
  "What the agent is shown with the caller's card: one of `scripts`.": "随来电资料显示的话术。",
  "The browser's phone takes the call by itself, after a tone.": "浏览器软电话在提示音后自动接听。",
  "After so many missed calls in a row the agent is paused; 0: never.":
    "连续未接达到此数后坐席转为示忙；0：不启用。",
  "For `queue`.": "去向为其他队列时填写。",
  "For `announcement`, and before `voicemail`.": "播放提示，或留言之前播放。",
  "None: every queue whose required skills the agent has.": "不选：坐席具备必备技能的所有队列。",
  "BCP 47. None: speaks whatever is needed.": "BCP 47 语言代码；不选：所有语言。",
  "None: serves everywhere.": "不选：服务所有地区。",
  "The extension, letters and digits; null: takes no calls.":
    "分机号，字母和数字；留空：不接听来电。",
  "The extension, which gets a new password; null: takes no calls.":
    "分机号，更改后会生成新的注册密码；留空：不接听来电。",
  "May take copies of recordings.": "允许下载录音文件。",
  "At least 10 characters. Empty: one is made, and told in the answer.":
    "至少 10 个字符；留空：自动生成并显示一次。",
  "A new one, at least 10 characters. Empty: it stays.": "新密码，至少 10 个字符；留空：不更改。",
  "One is made, and told in the answer.": "自动生成并显示一次。",
  "False: may log in no more. The history keeps the name, the phone is free for another.":
    "关闭后不能再登录；历史记录保留姓名，分机可分配给他人。",
  "Whose agents talk to the customers; every mode but agentless needs one.":
    "由哪个队列的坐席通话；除无坐席外均须填写。",
  "Only agents who are off-hook get its calls: customers come into their ear without a ring.":
    "仅长摘机坐席接听：客户接通后直接入耳，不振铃。",
  "For mode power: calls under way for each free agent.": "倍率式：每名空闲坐席对应的呼叫数。",
  "So many of its calls are under way at once at most.": "同时进行的呼叫上限。",
  "How long a customer's phone rings; below 15 s the law forbids to give up.":
    "客户话机振铃时间；法规规定不得少于 15 秒。",
  "Calls that have rung for 15 s are hung up when no agent is free for them.":
    "振铃满 15 秒而无空闲坐席时取消呼叫。",
  "What customers see; null: the trunk's own number.": "客户看到的号码；留空：中继号码。",
  "Beginning of the number that is called = the number that is shown there.":
    "被叫号码的开头，及对其显示的主叫号码。",
  "What becomes of answering machines: off, hang_up, message, go_on.":
    "遇到答录机时：不检测、挂断、留言或继续。",
  "For mode agentless: the flow that who answers walks.": "无坐席时：客户接听后进入的流程。",
  "When customers may be called, on their own clocks; null: at any time.":
    "按客户当地时间可呼叫的时段；留空：不限。",
  "Only customers who have given their consent are called.": "仅呼叫已授权的客户。",
  "So many idle agents are left for callers of the other queues that they serve.":
    "为其他队列的来电保留的空闲坐席数。",
  "Its share of the agents whom it shares with other campaigns.":
    "与其他活动共用坐席时所占的比例。",
  "What agents ask, and fill in on screen.": "坐席询问并在页面填写的问卷。",
  "Milliseconds since 1970 UTC: it starts by itself; null: a person starts it.":
    "到时自动启动；留空：由人工启动。",
  "It stops by itself, with leads left or without.": "到时自动停止，无论名单是否拨完。",
  "How often anyone may be called at most; 0: as often as the retries say.":
    "每人最多呼叫次数；0：按重拨规则。",
  "On one day of the callee's own clock, by all campaigns.": "按客户当地日期，所有活动合计。",
  "Abandoned calls / calls that a person answered.": "放弃数／真人接听数。",
  "Within this time the cap is kept: 30 minutes to 30 days.":
    "在此期间内不超过上限：30 分钟至 30 天。",
  "Who has no agent by then is abandoned.": "到此时仍无坐席即算放弃。",
  "A second, short window in which `window_cap` is kept; 0: none.":
    "另一个短时段及其上限；0：不启用。",
  "Who was abandoned is called again within this time only with an agent reserved.":
    "被放弃的客户在此期间内再次呼叫须预留坐席。",
  "What he hears: who called, and how not to be called any more.":
    "客户听到的说明：谁来电、如何不再被呼叫。",
  "`busy`, `no_answer`, `machine`, `congestion`, `rejected`, `disconnected`, `failed`, `abandoned`, `lost`, or the name of a disposition.":
    "拨打结果，或处理结果的名称。",
  "So many more tries after attempts that ended so; 0: never again.":
    "此结果之后还可再拨的次数；0：不再拨打。",
  "The next try goes to the lead's next number, if it has one.": "如有其他号码，改拨下一个。",
  "A label of the lead's record, such as region.": "名单资料中的标签，如地区。",
  "The questions are asked in another order of each; not together with branches.":
    "每位客户的题目顺序不同；不能与跳转同用。",
  "Of the talks after which it could be asked, so many are chosen by chance.":
    "在可询问的通话中随机抽取此比例。",
  "For `single` and `multiple`: 2 to 30.": "单选和多选：2 至 30 个选项。",
  "The options are shown in another order to each.": "每位客户的选项顺序不同。",
  "For `rating` and `number`.": "用于评分和数字。",
  "For `rating` and `number`: an answer below this leads to that question, or to `end`.":
    "评分和数字：低于此值时转到该题，或结束（end）。",
  "The question that follows, whatever the answer; null: the next.": "之后的题目；留空：下一题。",
  "The question that follows this answer, or `end`; null: the next.":
    "选择此项后的题目，或结束（end）；留空：下一题。",
  "The question that follows this answer, or `end`; null: as the question says. Of several chosen ones that of the first here that has one.":
    "选择此项后的题目，或结束（end）；留空：按题目的设置。多选时按第一个有设置的选项。",
  "The options are shown in another order to each. By keys they are always read in this one.":
    "每位客户的选项顺序不同；按键问卷按此顺序播报。",
  "What is said first by keys; empty: the house's usual words.":
    "按键问卷开头的话；留空：默认用语。",
  "What is said last by keys; empty: the house's usual words.":
    "按键问卷结束的话；留空：默认用语。",
  "The questions are asked in another order of each; not together with branches. By keys they are always asked in this one.":
    "每位客户的题目顺序不同；不能与跳转同用。按键问卷按此顺序询问。",
};
