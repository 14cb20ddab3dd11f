// Every symbol of an equation explains itself: point at it, tap it, or reach it with Tab and the arrow keys. What is said
// of it comes from _static/symbols.js, which is made from the table of the notation and fetched when it is first needed.
"use strict";
(() => {
  const source = document.currentScript.src.replace(/explain\.js.*$/, "symbols.js");
  const root = document.documentElement;
  const languages = root.dataset.reading === "both" ? ["en", "zh"] : [root.lang.slice(0, 2)];
  const symbols = () => document.querySelectorAll(".formula [data-symbol]");
  if (!symbols().length) return;

  let told = null; // the promise of what there is to say
  const explanations = () =>
    (told ??= new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: source });
      script.onload = () => resolve(window.bookSymbols);
      script.onerror = reject;
      document.head.append(script);
    }));

  const box = Object.assign(document.createElement("div"), { className: "explanation", id: "explanation", hidden: true });
  box.setAttribute("role", "tooltip");
  const status = Object.assign(document.createElement("div"), { className: "visually-hidden", id: "explained" });
  status.setAttribute("role", "status");
  document.body.append(box, status);

  const element = (tag, html, attributes = {}) => Object.assign(document.createElement(tag), { innerHTML: html }, attributes);
  const fill = ({ symbols: all, words }, name) => {
    const { letter, shape, code, defined, ...texts } = all[name];
    box.replaceChildren(element("p", letter, { className: "letter" }));
    for (const language of languages) {
      const lang = language === "zh" ? "zh-CN" : language;
      const [meaning, also] = texts[language];
      box.append(element("p", meaning, { lang }));
      if (also) box.append(element("p", `${words[language].also} ${also}`, { className: "also", lang }));
    }
    const facts = document.createElement("dl");
    const say = (key, html) => {
      const names = languages.map((language) => words[language][key]);
      facts.append(element("dt", names.join(" · ")), element("dd", html));
    };
    if (shape) say("shape", shape);
    if (code) say("code", `<code>${code}</code>`);
    if (defined) say("defined", `<a href="${root.dataset.content_root}${defined[1]}">${defined[0]}</a>`);
    if (facts.children.length) box.append(facts);
  };

  const place = (symbol) => {
    box.hidden = false;
    const at = symbol.getBoundingClientRect(), own = box.getBoundingClientRect(), room = 8;
    const left = Math.min(Math.max(at.left + at.width / 2 - own.width / 2, room), innerWidth - own.width - room);
    const below = at.bottom + room + own.height <= innerHeight || at.top < own.height + room;
    box.style.left = `${left}px`;
    box.style.top = `${below ? at.bottom + room : at.top - room - own.height}px`;
  };

  let asked = null, timer = 0;
  const soon = (action, delay) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  };
  const forget = () => {
    clearTimeout(timer);
    box.hidden = true;
    status.textContent = "";
    asked?.removeAttribute("aria-describedby");
    for (const one of document.querySelectorAll("[data-symbol]:is(.asked, .same)")) one.classList.remove("asked", "same");
    asked = null;
  };
  const explain = async (symbol, aloud = false) => {
    if (symbol === asked) return clearTimeout(timer);
    forget();
    asked = symbol;
    const all = await explanations();
    if (asked !== symbol) return;
    for (const one of symbols()) one.classList.toggle("same", one.dataset.symbol === symbol.dataset.symbol);
    symbol.classList.add("asked");
    fill(all, symbol.dataset.symbol);
    place(symbol);
    symbol.setAttribute("aria-describedby", box.id);
    if (aloud) status.textContent = [...box.querySelectorAll("p:not(.letter), dl > *")].map((e) => e.textContent).join(" ");
  };
  const of = (event) => event.target.closest?.(".formula [data-symbol]");

  document.addEventListener("pointerover", (event) => {
    const symbol = of(event);
    if (symbol) soon(() => explain(symbol), 120);
    else if (box.contains(event.target)) clearTimeout(timer);
    else if (asked && asked !== document.activeElement) soon(forget, 250);
  });
  document.addEventListener("click", (event) => {
    const symbol = of(event);
    if (symbol) explain(symbol);
    else if (!box.contains(event.target)) forget();
  });
  addEventListener("scroll", () => asked && place(asked), { passive: true, capture: true });

  // One stop for the Tab key in each equation; the arrow keys go from symbol to symbol in it.
  for (const formula of document.querySelectorAll(".formula:has([data-symbol])")) {
    const [first, ...rest] = formula.querySelectorAll("[data-symbol]");
    first.setAttribute("tabindex", "0");
    for (const other of rest) other.setAttribute("tabindex", "-1");
  }
  document.addEventListener("focusin", (event) => {
    const symbol = of(event);
    if (symbol?.matches(":focus-visible")) explain(symbol, true);
  });
  document.addEventListener("focusout", (event) => {
    if (of(event) && !box.contains(event.relatedTarget)) forget();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") forget();
    const symbol = of(event);
    if (!symbol) return;
    const all = [...symbol.closest(".formula").querySelectorAll("[data-symbol]")], here = all.indexOf(symbol);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = all[(to + all.length) % all.length];
      symbol.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus({ focusVisible: true });
    } else if (event.key === "Enter") box.querySelector("a")?.click();
  });
})();
