// What is wrong with the page as it is seen now: a list of sentences. Called with the words' keys.
(keys) => {
  const faults = [];
  const about = (element) => {
    const name = element.tagName.toLowerCase();
    const kind = typeof element.className === "string" ? element.className : "";
    const text = (element.innerText || element.value || element.getAttribute("aria-label") || "");
    return `<${name} ${kind.trim()}> "${text.trim().replace(/\s+/g, " ").slice(0, 50)}"`;
  };
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !element.closest(".unseen, .skip, [aria-hidden=true]");
  /** Shown on the screen at this point, not below something and not scrolled away. */
  const isOnTop = (element, box) => {
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (element.contains(hit) || hit.contains(element));
  };
  /** What lies above the page hides what is below it, and may. */
  const layer = (element) => element.closest(".el-popper, .el-overlay, header.top, .floor-table thead, thead, tfoot");
  const crossed = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) faults.push(`the page is ${wide} px wider than the window`);

  const pen = document.createElement("canvas").getContext("2d");
  const words = new Set(keys);
  const texts = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest("svg, canvas") || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const own = [...element.childNodes].filter(
      (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "",
    );
    if (element.matches("input:not([type=checkbox], [type=radio])")) {
      pen.font = style.font;
      const shown = element.value || element.placeholder;
      const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      if (room > 0 && pen.measureText(shown).width > room + 1 && !element.title)
        faults.push(`cut: ${about(element)} shows "${shown}"`);
    }
    if (own.length === 0) continue;
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    if (hides && element.clientWidth > 2 && element.scrollWidth > element.clientWidth + 1) {
      const isShort = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
      const isTold = isShort && element.closest("[title]") !== null;
      if (!isTold) faults.push(`cut: ${about(element)}`);
    }
    const isBlock = !style.display.startsWith("inline") && style.overflowX === "visible";
    if (isBlock && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      faults.push(`runs out of its box: ${about(element)}`);
    for (const node of own) {
      const text = node.data.trim();
      if (words.has(text) && /[.A-Z_]/.test(text)) faults.push(`a key for a word: ${text}`);
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 1 && isOnTop(element, box)) texts.push({ element, box });
    }
  }
  texts.sort((a, b) => a.box.top - b.box.top);
  const told = new Set();
  texts.forEach((one, i) => {
    for (let j = i + 1; j < texts.length && texts[j].box.top < one.box.bottom; j += 1) {
      const other = texts[j];
      if (one.element === other.element || !crossed(one.box, other.box)) continue;
      if (layer(one.element) !== layer(other.element)) continue;
      const fault = `texts lie on each other: ${about(one.element)} and ${about(other.element)}`;
      if (!told.has(fault)) faults.push(fault);
      told.add(fault);
    }
  });

  const pressed = [
    ...document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=button], [role=tab], [role=combobox]"),
  ].filter(isSeen);
  const boxes = pressed
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ element, box }) => box.width > 1 && box.height > 1 && isOnTop(element, box));
  const isSame = (a, b) =>
    a.contains(b) || b.contains(a) ||
    (a.closest(".el-input, .el-select, label") ?? a) === (b.closest(".el-input, .el-select, label") ?? b);
  boxes.forEach((one, i) => {
    for (const other of boxes.slice(i + 1)) {
      if (!crossed(one.box, other.box) || isSame(one.element, other.element)) continue;
      if (layer(one.element) !== layer(other.element)) continue;
      faults.push(`controls lie on each other: ${about(one.element)} and ${about(other.element)}`);
    }
  });
  return faults;
};
