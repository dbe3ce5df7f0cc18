import { describe, expect, it } from "vitest";
import { emptyDraft, missing, outcomeOf } from "./drafts.ts";

const rules = { isRequired: false, needsDate: false, now: 1000 };

describe("what an agent writes of a talk", () => {
  it("goes to the server without what was not chosen", () => {
    const draft = { ...emptyDraft(), note: " was kind ", ticketTitle: "half a thought" };
    expect(outcomeOf(draft)).toEqual({
      disposition: null,
      note: "was kind",
      callback: null,
      ticket: null,
    });
  });

  it("plans a callback for the same agent, or for anyone", () => {
    const draft = { ...emptyDraft(), callbackAt: 5000 };
    expect(outcomeOf(draft).callback?.agent).toBe("me");
    expect(outcomeOf({ ...draft, isCallbackMine: false }).callback).toEqual({
      at: 5000,
      queue: null,
      agent: null,
      number: null,
    });
  });

  it("opens a ticket with a title", () => {
    const draft = { ...emptyDraft(), ticketKind: "repair" as const, ticketTitle: "Modem" };
    expect(outcomeOf(draft).ticket?.title).toBe("Modem");
  });
});

describe("what is missing", () => {
  it("is a disposition where one is required", () => {
    expect(missing(emptyDraft(), rules)).toBeNull();
    expect(missing(emptyDraft(), { ...rules, isRequired: true })).toBe("disposition");
    const draft = { ...emptyDraft(), disposition: "sale" };
    expect(missing(draft, { ...rules, isRequired: true })).toBeNull();
  });

  it("is a day to come for a callback", () => {
    expect(missing(emptyDraft(), { ...rules, needsDate: true })).toBe("callback");
    expect(missing({ ...emptyDraft(), callbackAt: 999 }, rules)).toBe("callback");
    expect(missing({ ...emptyDraft(), callbackAt: 2000 }, rules)).toBeNull();
  });

  it("is a ticket's title", () => {
    expect(missing({ ...emptyDraft(), ticketKind: "repair" }, rules)).toBe("ticket");
  });
});
