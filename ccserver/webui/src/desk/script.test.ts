import { expect, it } from "vitest";
import { filled } from "./script.ts";

it("fills in what is known", () => {
  expect(filled("您好，{name}，这里是{ queue }。", { name: "王芳", queue: "售后" })).toBe(
    "您好，王芳，这里是售后。",
  );
});

it("shows a gap for what is not known, and leaves all else as it is", () => {
  expect(filled("Good day, {name}. {}", { name: "" })).toBe("Good day, …. {}");
});
