// The server's figures in Chinese: titles, formulas and variants, by the figure's id. What is not
// here is shown as the server tells it.

interface Told {
  readonly title: string;
  readonly formula: string;
}

const IN_TIME = "目标时间 T 内接听量（T 为队列与客户等级当前配置的目标）";
const PEOPLE = "；仅按坐席或班组统计：一名坐席同时服务多个队列";

const told = (title: string, formula: string): Told => ({ title, formula });

const REASONS: Record<string, string> = {
  timeout: "等待超时",
  overflow: "溢出到其他队列",
  exit_key: "按键退出",
  exit_empty: "无可用坐席",
  callback: "预约回拨",
  voicemail: "转留言",
  transferred: "转移",
  closed: "队列关闭",
  full: "队列已满",
  system_error: "系统错误",
};

export const zhFigures: Readonly<Record<string, Told>> = {
  offered: told(
    "呼入量",
    "在该时段进入队列且已结束的来电 = 接听量 + 放弃量 + 短时放弃 + 流出量；坐席与班组：分配给坐席的来电",
  ),
  answered: told("接听量", "由坐席接听的来电"),
  abandoned: told("放弃量", "等待中挂断的来电，不含短时放弃；坐席：振铃时客户挂断"),
  short_abandoned: told(
    "短时放弃",
    "进入队列后不足 short_seconds 秒即挂断的来电；坐席无此项，全部计入放弃量",
  ),
  flowed_out: told("流出量", "以其他方式结束的来电：各项流出之和"),
  flowed_out_missed: told("流出：未接", "坐席未接听、客户继续等待的分配"),
  ...Object.fromEntries(
    Object.entries(REASONS).map(([reason, title]) => [
      `flowed_out_${reason}`,
      told(`流出：${title}`, `以“${title}”结束的来电`),
    ]),
  ),
  service_level: told("服务水平", `${IN_TIME} ÷（接听量 + 放弃量）；短时放弃不计入`),
  sl_excl_short: told("服务水平", `${IN_TIME} ÷（接听量 + 放弃量）`),
  sl_answered: told("服务水平", `${IN_TIME} ÷ 接听量`),
  sl_abandon_credit: told("服务水平", `（${IN_TIME} + T 内放弃）÷（接听量 + 放弃量 + 短时放弃）`),
  sl_strict: told("服务水平", `${IN_TIME} ÷（接听量 + 放弃量 + 短时放弃）`),
  sl_late_abandon: told("服务水平", `${IN_TIME} ÷（接听量 + 超过 T 后的放弃）`),
  sl_offered: told("服务水平", `${IN_TIME} ÷ 呼入量`),
  sl_removed: told("服务水平", `（${IN_TIME} + T 内放弃 + T 内预约回拨）÷ 呼入量`),
  abandon_rate: told("放弃率", "放弃量 ÷（呼入量 − 短时放弃）"),
  abandon_rate_all: told("放弃率（含短时放弃）", "（放弃量 + 短时放弃）÷ 呼入量"),
  transfer_rate: told("转接率", "坐席转出客户的通话（转坐席、队列或号码）÷ 处理量"),
  ...Object.fromEntries(
    [1, 7, 30].map((days) => [
      `fcr_${days}`,
      told(
        `首次解决率（${days} 天）`,
        `已解决且同一客户（客户未知时按同一号码）在 ${days}×24 小时内未再次进入同一队列的联系 ÷ 已过该期限的已解决联系。已解决：处理结果带有 completed 标记；未填处理结果时以已接听为准。每次联系只计其首次进入队列`,
      ),
    ]),
  ),
  asa_ms: told("平均应答速度", "已接听来电的等待时间之和 ÷ 接听量；等待含此前队列中已等待的时间"),
  abandon_ms: told("平均放弃时长", "放弃来电的等待时间之和 ÷ 放弃量，不含短时放弃"),
  ...Object.fromEntries(
    [50, 90, 95].map((share) => [
      `wait_p${share}_ms`,
      told(`等待时长（P${share}）`, `${share}% 的已接听来电等待不超过此时长（最近秩法）`),
    ]),
  ),
  handled: told("处理量", "坐席与客户通话的联系，含回拨"),
  transferred: told("转接量", "坐席将客户转出的已处理联系"),
  talk_ms: told("通话时长", "与客户通话的总时长"),
  hold_ms: told("保持时长", "客户保持的总时长，含坐席咨询期间"),
  wrap_up_ms: told("话后处理时长", "话后处理的总时长"),
  aht_ms: told("平均处理时长", "（通话 + 保持 + 话后处理）÷ 处理量"),
  att_ms: told("平均通话时长", "通话时长 ÷ 处理量"),
  occupancy: told(
    "工时利用率（占用率）",
    `（通话 + 话后处理）÷（通话 + 话后处理 + 空闲），通话含保持，空闲含振铃${PEOPLE}`,
  ),
  utilisation: told("通话利用率", `（通话 + 话后处理）÷ 签入时长${PEOPLE}`),
  logged_in_ms: told("签入时长", `全部坐席${PEOPLE}`),
  paused_ms: told("示忙时长", `全部坐席${PEOPLE}`),
};

export const zhVariants: Readonly<Record<string, string>> = {
  "by arrival": "按进入时间计",
  "fcr_1, by customer and queue": "fcr_1，按客户与队列",
  "fcr_7, by customer and queue": "fcr_7，按客户与队列",
  "fcr_30, by customer and queue": "fcr_30，按客户与队列",
};
