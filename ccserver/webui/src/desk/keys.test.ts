import { describe, expect, it } from "vitest";
import { actionOf, KEYS, keyOf, type Pressed } from "./keys.ts";

const pressed = (key: string, change: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...change,
});

describe("the keys of the desk", () => {
  it("are each of one action", () => {
    expect(new Set(KEYS.map(([key]) => key)).size).toBe(KEYS.length);
    for (const [key, action] of KEYS) {
      expect(actionOf(pressed(key), false)).toBe(action);
      expect(keyOf(action)).toBe(key);
    }
  });

  it("do not disturb who types, except the F-keys", () => {
    expect(actionOf(pressed("k"), true)).toBeNull();
    expect(actionOf(pressed("?"), true)).toBeNull();
    expect(actionOf(pressed("F8"), true)).toBe("hangUp");
  });

  it("leave the browser's and the system's own combinations alone", () => {
    expect(actionOf(pressed("F4", { altKey: true }), false)).toBeNull();
    expect(actionOf(pressed("k", { ctrlKey: true }), false)).toBeNull();
    expect(actionOf(pressed("n", { metaKey: true }), false)).toBeNull();
  });

  it("do nothing twice while they are held down", () => {
    expect(actionOf(pressed("F2", { repeat: true }), false)).toBeNull();
  });

  it("are not others", () => {
    expect(actionOf(pressed("F5"), false)).toBeNull();
  });
});
