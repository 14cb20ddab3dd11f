// The field for an equation: what is typed is shown as it is understood; the answer is the library's verdict.
import { asking, button, textField, tries } from "./asking.js";
import { claims, clear, keep } from "./claims.js";
import { display, paragraphs } from "./formulas.js";
import { ask } from "./machine.js";
import { languages, line, make, say, together } from "./words.js";

const PAUSE = 250; // milliseconds without a key until what was typed is read

// An equation in each of the ways that are read.
const EXAMPLES = [
  "\\frac{\\partial C}{\\partial b^l_j} = \\delta^l_j",
  "dW2 = dZ2 @ A1.T / m",
  "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])",
];

const verdict = async (answer) => together(await Promise.all(languages.map((language) => paragraphs(answer.shown[language]))));

export const build = (place) => {
  const { words, examples, conventions } = JSON.parse(place.dataset.given);
  const claim = textField("bp-claim", EXAMPLES.join("\n"), "3");
  claim.setAttribute("aria-describedby", "bp-hint");
  const hint = make("p", { id: "bp-hint", class: "bp-hint" }, ...say(words.hint));
  const understood = make("div", { id: "bp-understood" });
  const names = Object.entries(conventions).map(([name, title]) => make("option", { value: name }, line(title)));
  const convention = make("select", { id: "bp-convention" }, make("option", { value: "" }, line(words.found)), ...names);
  const label = make("label", { for: convention.id }, ...say(words.convention));
  const last = make("details", { class: "bp-last" }); // in the page only when there are claims

  const put = (text) => {
    claim.value = text;
    understood.replaceChildren();
  };

  let turn = 0;
  const read = async () => {
    const text = claim.value.trim();
    const now = ++turn;
    if (!text || field.busy()) return;
    const answer = await ask({ ask: "read", claim: text, convention: convention.value }).catch(() => ({})); // an answer will say what is wrong
    if (now !== turn) return;
    if (!answer.latex) return understood.replaceChildren();
    understood.replaceChildren(make("p", {}, ...say(words.understood)), await display(answer.latex));
  };

  const address = (text) => {
    const made = new URL(location.href);
    made.hash = `check=${encodeURIComponent(text)}`;
    return made.href;
  };

  const further = (answer, text) => {
    const row = make("div", { class: "bp-buttons" });
    if (answer.mended) {
      const repaired = button(words.repaired, { class: "bp-repaired" });
      repaired.addEventListener("click", () => {
        put(answer.mended);
        claim.focus();
        read();
      });
      row.append(repaired);
    }
    const link = button(words.link, { class: "bp-quiet" });
    link.addEventListener("click", async () => {
      history.replaceState(null, "", address(text));
      await navigator.clipboard?.writeText(address(text)).catch(() => {});
      link.replaceChildren(...say(words.copied));
      field.status.textContent = line(words.copied);
    });
    row.append(link);
    return row;
  };

  let timer = 0;
  const field = asking(words, {
    field: claim,
    ids: { ask: "bp-ask", answer: "bp-verdict" },
    question: (text) => {
      clearTimeout(timer);
      turn++; // what is still being read comes too late
      understood.replaceChildren(); // the answer begins with the claim as it was understood
      return { ask: "check", claim: text, convention: convention.value };
    },
    shown: verdict,
    told: (answer, text, box) => {
      box.append(further(answer, text));
      keep(text, answer.status);
      list();
    },
    input: () => {
      clearTimeout(timer);
      timer = setTimeout(read, PAUSE);
    },
  });
  convention.addEventListener("change", read);
  field.buttons.before(hint, understood);
  field.buttons.append(make("p", { hidden: !names.length }, label, convention));

  const askFor = (text) => {
    put(text);
    field.run();
  };

  const list = () => {
    const kept = claims();
    if (!kept.length) return last.remove();
    const clearing = button(words.clear, { class: "bp-quiet" });
    clearing.addEventListener("click", () => {
      clear();
      list();
      claim.focus();
    });
    const items = kept.map((one) => {
      const attributes = { type: "button", class: "bp-example-claim", "data-was": one.status };
      const again = make("button", attributes, make("code", {}, one.claim));
      again.addEventListener("click", () => askFor(one.claim));
      return make("li", {}, again);
    });
    last.replaceChildren(make("summary", {}, ...say(words.last)), make("ul", {}, ...items), clearing);
    place.append(last);
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
    field.askButton.focus();
  };

  place.replaceChildren(field.form, field.answer, field.status, tries(words, examples, askFor));
  addEventListener("hashchange", fromLink);
  list();
  fromLink();
};
