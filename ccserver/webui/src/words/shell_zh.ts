// The words of the shell in Chinese.

import type { ShellWord } from "./shell_en.ts";

export const zh: Record<ShellWord, string> = {
  skip: "跳到内容",
  "theme.auto": "外观：自动",
  "theme.light": "外观：浅色",
  "theme.dark": "外观：深色",
  "way.desk": "工作台",
  "way.day": "我的今天",
  "way.voicemails": "留言",
  "way.customers": "客户",
  "way.floor": "现场监控",
  "way.wall": "大屏",
  "way.history": "历史报表",
  "way.today": "今日话务",
  "way.recordings": "录音",
  "way.flows": "流程",
  "way.settings": "设置",
  "way.audit": "操作日志",
};
