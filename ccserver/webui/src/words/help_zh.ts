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
};
