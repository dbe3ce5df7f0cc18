// The words of the flows in Chinese.

import type { FlowsWord } from "./flows_en.ts";

export const zh: Record<FlowsWord, string> = {
  zoomIn: "放大",
  zoomOut: "缩小",
  zoomFull: "原始大小",
  zoomIs: "{percent} %",
  flowChangedBy: "{at} 由 {who} 修改",
  publishDraft: "发布草稿",
  draftOf: "{flow} 的草稿",
  newFlow: "新建流程",
  newFlowName: "新流程名称",
  loadFile: "载入 TOML 文件",
  startFromCurrent: "以当前版本为基础",
  draftText: "流程内容（TOML）",
  draftNote: "更新说明（显示在版本列表中）",
  draftCanary: "仅对部分来电启用（%）",
  publishNow: "发布",
  publishedAs: "已发布为版本 {version}，新的来电立即生效。",
  publishedBefore: "来电已在使用此内容：版本 {version}。",
  notPublished: "未发布：",
  faultLine: "第 {line} 行",
  compareTexts: "差异",
  compareWith: "版本 {version} 与当前版本（版本 {current}）对比",
  sameTexts: "没有差异。",
  linesKept: "… 未变的 {n} 行 …",
  badShare: "请填写大于 0 且小于 100 的比例。",
  droppedAt: "全部步骤",
  wentOn: "离开方式",
};
