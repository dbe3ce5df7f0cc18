import { expect, test } from "vitest";
import type { Alert } from "../messages.ts";
import type { QueueLine } from "./rows.ts";
import { alertOf, levelOf, newAlerts, type Threshold } from "./thresholds.ts";

const line: QueueLine = {
  queue: "sales",
  waiting: 6,
  byTier: { platinum: 0, gold: 0, silver: 0, standard: 6 },
  since: 10_000,
  promised: null,
  callbacks: 0,
  agents: { available: 1 },
  figures: null,
  alerts: [],
};
const alert: Alert = {
  threshold: "many",
  queue: "sales",
  figure: "waiting",
  value: 6,
  limit: 5,
  above: true,
  since_at: 5_000,
};
const many: Threshold = { figure: "waiting", above: 5, below: null, queues: [] };

test("a figure is red when its alert is out, whatever the threshold says now", () => {
  const alarmed = { ...line, alerts: [alert] };
  expect(levelOf(alarmed, "waiting", [], 0)).toBe("alert");
  expect(alertOf(alarmed, "waiting")).toBe(alert);
  expect(alertOf(alarmed, "service_level")).toBeNull();
});

test("a figure beyond its threshold is marked before the alert is due", () => {
  expect(levelOf(line, "waiting", [many], 0)).toBe("beyond");
  expect(levelOf({ ...line, waiting: 5 }, "waiting", [many], 0)).toBe("fine");
});

test("the longest wait is counted in seconds", () => {
  const long: Threshold = { figure: "longest_wait_seconds", above: 60, below: null, queues: [] };
  expect(levelOf(line, "longest_wait_seconds", [long], 70_000)).toBe("fine");
  expect(levelOf(line, "longest_wait_seconds", [long], 70_001)).toBe("beyond");
});

test("too few agents is beyond a lower limit", () => {
  const few: Threshold = { figure: "agents_available", above: null, below: 2, queues: ["sales"] };
  expect(levelOf(line, "agents_available", [few], 0)).toBe("beyond");
  expect(levelOf({ ...line, queue: "service" }, "agents_available", [few], 0)).toBe("plain");
});

test("what nobody has made yet is neither good nor bad", () => {
  const low: Threshold = { figure: "service_level", above: null, below: 0.8, queues: [] };
  expect(levelOf(line, "service_level", [low], 0)).toBe("plain");
});

test("only an alert that was not there before makes a sound", () => {
  expect(newAlerts([alert], [{ ...alert, value: 9 }])).toEqual([]);
  expect(newAlerts([alert], [alert, { ...alert, queue: "service" }])).toHaveLength(1);
  expect(newAlerts([alert], [{ ...alert, since_at: 9_000 }])).toHaveLength(1);
});
