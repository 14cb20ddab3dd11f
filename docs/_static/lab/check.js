// The field for an equation: what is typed is shown as it is understood; the answer is the library's verdict.
import { claims, clear, keep } from "./claims.js";
import { display, paragraphs } from "./formulas.js";
import { Stopped, ask, start, stop, watch } from "./machine.js";
import { progress } from "./progress.js";
import { languages, line, make, say, sideBySide } from "./words.js";

const PAUSE = 250; // milliseconds without a key until what was typed is read

export const build = (place) => {
  const { words, examples, conventions } = JSON.parse(place.dataset.given);
  const button = (name, attributes = {}) => make("button", { type: "button", ...attributes }, ...say(words[name]));

  const claim = make("textarea", {
    id: "bp-claim",
    rows: "2",
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    placeholder: "delta[l,j] = sum(k, w[l+1,k,j] * delta[l+1,k]) * dsigma(z[l,j])",
    "aria-describedby": "bp-hint",
  });
  const hint = make("p", { id: "bp-hint" }, ...say(words.hint));
  const understood = make("div", { id: "bp-understood" });
  const names = Object.entries(conventions).map(([name, title]) => make("option", { value: name }, line(title)));
  const convention = make("select", { id: "bp-convention" }, make("option", { value: "" }, line(words.found)), ...names);
  const choice = make("p", { hidden: !names.length }, make("label", { for: convention.id }, ...say(words.convention)), convention);
  const asking = button("ask", { id: "bp-ask", type: "submit" });
  const stopping = button("stop", { hidden: true });
  const loading = progress(words);
  const verdict = make("div", { id: "bp-verdict", "data-status": "idle" });
  const status = make("div", { role: "status", class: "visually-hidden" });
  const last = make("details", { class: "bp-last", hidden: true });
  const tries = examples.map((example) => make("button", { type: "button", class: "bp-example-claim" }, make("code", {}, example)));

  place.replaceChildren(
    make(
      "form",
      {},
      make("label", { for: claim.id }, ...say(words.field)),
      claim,
      hint,
      understood,
      make("div", { class: "bp-buttons" }, asking, stopping, choice),
      loading.element,
    ),
    verdict,
    status,
    make("div", { class: "bp-tries", hidden: !tries.length }, make("p", {}, ...say(words.examples)), ...tries),
    last,
  );

  let busy = false;
  let typed = 0;
  const show = (state, ...content) => {
    verdict.dataset.status = state;
    verdict.replaceChildren(...content);
  };

  const read = async () => {
    const text = claim.value.trim();
    if (!text || busy) return;
    const turn = ++typed;
    try {
      const answer = await ask({ ask: "read", claim: text });
      if (turn !== typed || text !== claim.value.trim()) return;
      if (answer.latex) understood.replaceChildren(make("p", {}, ...say(words.understood)), await display(answer.latex));
      else understood.replaceChildren();
    } catch {
      understood.replaceChildren(); // the answer itself will say what is wrong
    }
  };

  const put = (text) => {
    claim.value = text;
    understood.replaceChildren();
  };

  const link = (text) => {
    const address = new URL(location.href);
    address.hash = `check=${encodeURIComponent(text)}`;
    return address.href;
  };

  const extras = (answer, text) => {
    const row = make("div", { class: "bp-buttons" });
    if (answer.mended) {
      const repaired = button("repaired", { class: "bp-repaired" });
      repaired.addEventListener("click", () => {
        put(answer.mended);
        claim.focus();
        read();
      });
      row.append(repaired);
    }
    const copying = button("link", { class: "bp-quiet" });
    copying.addEventListener("click", async () => {
      history.replaceState(null, "", link(text));
      await navigator.clipboard?.writeText(link(text)).catch(() => {});
      copying.replaceChildren(...say(words.copied));
      status.textContent = line(words.copied);
    });
    row.append(copying);
    return row;
  };

  const told = async (answer) => {
    if (answer.status === "refused") {
      return languages.map((language) => {
        const [reason, ...shown] = answer.said[language].split("\n");
        const parts = [make("p", {}, make("strong", {}, words.refused[language]), language === "zh" ? "：" : ": ", reason)];
        return make("div", {}, ...parts, ...(shown.length ? [make("pre", {}, shown.join("\n"))] : []));
      });
    }
    const each = await Promise.all(languages.map((language) => paragraphs(answer.shown[language])));
    return each;
  };

  const check = async () => {
    const text = claim.value.trim();
    if (!text || busy) return;
    busy = true;
    typed++;
    asking.disabled = true;
    stopping.hidden = false;
    show("loading");
    loading.begin();
    status.textContent = line(words.working);
    try {
      const answer = await ask({ ask: "check", claim: text, convention: convention.value });
      const blocks = await told(answer);
      const lines = answer.status === "refused" ? [sideBySide(blocks)] : blocks[0].map((_, i) => sideBySide(blocks.map((b) => b[i])));
      show(answer.status, ...lines, extras(answer, text));
      status.textContent = languages.map((language) => answer.said[language]).join("\n");
      keep(text, answer.status);
      list();
    } catch (error) {
      const [state, said, values] =
        error instanceof Stopped ? ["stopped", words.stopped, {}] : ["stopped", words.broken, { reason: error.message }];
      show(state, make("p", {}, ...say(said, values)));
      status.textContent = line(said, values);
    } finally {
      busy = false;
      asking.disabled = false;
      stopping.hidden = true;
      loading.end();
    }
    read();
  };

  const list = () => {
    const kept = claims();
    last.hidden = !kept.length;
    const clearing = button("clear", { class: "bp-quiet" });
    clearing.addEventListener("click", () => {
      clear();
      list();
      claim.focus();
    });
    const items = kept.map((one) => {
      const again = make("button", { type: "button", class: "bp-example-claim", "data-was": one.status }, make("code", {}, one.claim));
      again.addEventListener("click", () => askFor(one.claim));
      return make("li", {}, again);
    });
    last.replaceChildren(make("summary", {}, ...say(words.last)), make("ul", {}, ...items), clearing);
  };

  const askFor = (text) => {
    put(text);
    check();
  };

  const fromLink = () => {
    const [, carried] = /^#check=(.*)$/.exec(location.hash) ?? [];
    if (carried === undefined) return;
    try {
      put(decodeURIComponent(carried));
    } catch {
      return; // no claim of ours
    }
    place.scrollIntoView();
    asking.focus();
  };

  let timer = 0;
  claim.addEventListener("input", () => {
    start();
    if (!busy) loading.begin(false);
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE);
  });
  claim.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    check();
  });
  place.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  stopping.addEventListener("click", () => {
    stop();
    claim.focus();
  });
  tries.forEach((one, i) => one.addEventListener("click", () => askFor(examples[i])));
  watch((message) => loading.tell(message));
  addEventListener("hashchange", fromLink);
  list();
  fromLink();
};
