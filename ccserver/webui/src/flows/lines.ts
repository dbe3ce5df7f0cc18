// Two texts line by line: what the one lacks and the other has.

export interface Line {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
}

/** A stretch of lines; those that are the same on both sides may be left out on the page. */
export interface Stretch {
  readonly isSame: boolean;
  readonly lines: readonly Line[];
}

/** By the longest common subsequence, as `diff` does it. Flows are some hundred lines long. */
export function compared(before: string, after: string): Line[] {
  const [one, other] = [before.split("\n"), after.split("\n")];
  const width = other.length + 1;
  // common[i, j]: the longest common subsequence of what begins at i and at j.
  const common = new Uint32Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      common[i * width + j] =
        one[i] === other[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    const [left, right] = [one[i], other[j]];
    const skipLeft = common[(i + 1) * width + j] ?? 0;
    const skipRight = common[i * width + j + 1] ?? 0;
    if (left !== undefined && left === right) {
      lines.push({ sign: " ", text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || skipLeft >= skipRight)) {
      lines.push({ sign: "-", text: left });
      i++;
    } else {
      lines.push({ sign: "+", text: right ?? "" });
      j++;
    }
  }
  return lines;
}

/** Changed stretches with `around` lines about them; longer runs of the same apart. */
export function stretches(lines: readonly Line[], around = 3): Stretch[] {
  const isNear = lines.map((_, n) =>
    lines.slice(Math.max(0, n - around), n + around + 1).some((line) => line.sign !== " "),
  );
  const found: { isSame: boolean; lines: Line[] }[] = [];
  lines.forEach((line, n) => {
    const isSame = !isNear[n];
    const last = found.at(-1);
    if (last?.isSame === isSame) last.lines.push(line);
    else found.push({ isSame, lines: [line] });
  });
  return found;
}

export interface LineFault {
  /** From 1; null: it names no line. */
  readonly line: number | null;
  readonly text: string;
}

/** The server's faults, one a line: `booking:12: …` or `line 12: …`. */
export function faultsIn(sentence: string): LineFault[] {
  return sentence
    .split("\n")
    .filter((one) => one.trim() !== "")
    .map((text) => {
      const found = /(?:\bline |^[^\s:]+:)(\d+)\b/.exec(text);
      return { line: found?.[1] === undefined ? null : Number(found[1]), text };
    });
}
