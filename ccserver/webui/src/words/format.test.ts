import { describe, expect, it } from "vitest";
import { zh, zhProblems } from "./common_zh.ts";
import { clock, firstLanguage, joined, percent } from "./format.ts";

describe("the words", () => {
  it("follow the browser unless the person chose", () => {
    expect(firstLanguage(null, ["zh-CN", "en"])).toBe("zh");
    expect(firstLanguage("en", ["zh-CN"])).toBe("en");
    expect(firstLanguage(null, ["fr"])).toBe("en");
  });
  it("are there in Chinese", () => {
    expect(zh.ready).toBe("就绪");
  });
  it("tell what went wrong, in Chinese where the sentence is known", () => {
    const sentences = ["No canary is out.", "Look at the state anew."];
    expect(joined("en", sentences, zhProblems)).toBe("No canary is out. Look at the state anew.");
    expect(joined("zh", sentences, zhProblems)).toBe("当前没有灰度。请刷新后再看。");
    expect(joined("zh", ["HTTP 502"], zhProblems)).toBe("HTTP 502");
  });
  it("write a share as people read it", () => {
    expect([percent(0), percent(0.125), percent(null)]).toEqual(["0.0 %", "12.5 %", "–"]);
  });
  it("count time as people read it", () => {
    expect([clock(-5), clock(75_000), clock(3_601_000)]).toEqual(["0:00", "1:15", "1:00:01"]);
    expect(clock(null)).toBe("–");
  });
});
