// A formula can be taken along as LaTeX: a copied selection holds it, and each displayed formula has a button that copies
// its own. The button stands at the corner of its formula without taking room, and shows when the formula is pointed at,
// tapped or reached by keyboard.
"use strict";
(() => {
  const latexOf = (formula) => formula.querySelector("annotation")?.textContent.trim() ?? formula.textContent;

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount) return;
    const start = selection.getRangeAt(0).commonAncestorContainer;
    const within = (start.nodeType === Node.ELEMENT_NODE ? start : start.parentElement).closest("math");
    const copied = document.createElement("div");
    copied.append(within ? within.cloneNode(true) : selection.getRangeAt(0).cloneContents());
    const formulas = copied.querySelectorAll("math");
    if (!formulas.length) return;
    for (const formula of formulas) {
      const latex = latexOf(formula);
      formula.replaceWith(formula.getAttribute("display") === "block" ? `\n$$${latex}$$\n` : `$${latex}$`);
    }
    for (const button of copied.querySelectorAll("button")) button.remove();
    event.clipboardData.setData("text/plain", copied.textContent);
    event.preventDefault();
  });

  const WORDS = {
    en: { copy: "Copy LaTeX", copyOf: (number) => `Copy LaTeX of ${number}`, copied: "Copied", failed: "Not copied" },
    "zh-CN": { copy: "复制 LaTeX", copyOf: (number) => `复制 ${number} 的 LaTeX`, copied: "已复制", failed: "未能复制" },
  };
  const root = document.documentElement;
  const languages = root.dataset.reading === "both" ? ["zh-CN", "en"] : [root.lang];
  const say = (name, ...given) =>
    languages.map((language) => [WORDS[language][name], language]).map(([word, language]) => {
      const text = typeof word === "function" ? word(...given) : word;
      return Object.assign(document.createElement("span"), { lang: language, textContent: text });
    });
  const line = (spans) => spans.map((span) => span.textContent).join(" · ");

  // Where the browser does not offer its clipboard, a copy of nothing is begun and given the text on its way.
  const copyByCommand = (text) => {
    const give = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("copy", give, { capture: true });
    const done = document.execCommand("copy");
    removeEventListener("copy", give, { capture: true });
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyByCommand(text);
    }
  };

  const status = Object.assign(document.createElement("div"), { className: "visually-hidden", id: "copied" });
  status.setAttribute("role", "status");
  document.body.append(status);

  const timers = new WeakMap();
  const quiet = (button) => {
    button.classList.remove("done");
    button.firstChild.textContent = "LaTeX";
    status.replaceChildren();
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.(".copy-latex");
    if (!button) return;
    const outcome = say((await copy(latexOf(button.parentElement.querySelector("math")))) ? "copied" : "failed");
    button.classList.add("done");
    button.firstChild.textContent = line(outcome);
    status.replaceChildren(...outcome);
    clearTimeout(timers.get(button));
    timers.set(button, setTimeout(() => quiet(button), 2500));
  });

  for (const block of document.querySelectorAll("article div.math:has(> .formula annotation)")) {
    const number = (block.closest(".bp-again") ?? block).querySelector(".eqno")?.textContent.trim();
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy-latex" });
    button.append(Object.assign(document.createElement("span"), { textContent: "LaTeX" }));
    button.setAttribute("aria-label", line(number ? say("copyOf", number) : say("copy")));
    block.append(button);
  }
})();
