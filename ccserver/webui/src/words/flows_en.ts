// The words of the flows in English.

export const en = {
  zoomIn: "Larger",
  zoomOut: "Smaller",
  zoomFull: "Full size",
  zoomIs: "{percent} %",
  flowChangedBy: "Changed {at} by {who}",
  publishDraft: "Publish a draft",
  draftOf: "Draft of {flow}",
  newFlow: "New flow",
  newFlowName: "Name of the new flow",
  loadFile: "Load a TOML file",
  startFromCurrent: "Begin with the current version",
  draftText: "The flow as TOML",
  draftNote: "What is new (for the list of versions)",
  draftCanary: "Only for a share of the callers, %",
  publishNow: "Publish",
  publishedAs: "Published as version {version}. New callers get it at once.",
  publishedBefore: "Callers got this already: version {version}.",
  notPublished: "Nothing was published:",
  faultLine: "Line {line}",
  compareTexts: "What differs",
  compareWith: "Version {version} beside what callers get (version {current})",
  sameTexts: "Nothing differs.",
  linesKept: "… {n} lines as before …",
  badShare: "Give a share of more than 0 and less than 100.",
  droppedAt: "All steps",
  wentOn: "Went on by",
};

export type FlowsWord = keyof typeof en;
