// Formulas set as the book sets them, by temml in the browser, which is fetched with the first of them; and the little
// Markdown in which the library writes its answers: paragraphs, **strong**, \escaped signs, and formulas between $.
import { files } from "./machine.js";
import { make } from "./words.js";

let fetched = null;
const fetchTemml = () =>
  (fetched ??= new Promise((resolve, reject) => {
    const script = make("script", { src: new URL("temml.min.js", files).href });
    script.onload = () => resolve(window.temml);
    script.onerror = () => reject(new Error("temml.min.js"));
    document.head.append(script);
  }));

// The font's prime stands raised already; as a superscript it would be raised and made small once more.
const PRIME =
  /<msup>(<mi[^>]*>[^<]*<\/mi>|<mrow><mi[^>]*>[^<]*<\/mi><mspace><\/mspace><\/mrow>)(<mo[^>]*) class="tml-prime">(′+)<\/mo><\/msup>/g;

export const mathml = async (latex, displayMode = false) => {
  const temml = await fetchTemml();
  const options = { displayMode, annotate: true, throwOnError: false, trust: false, wrap: "none" };
  const holder = document.createElement("template");
  holder.innerHTML = temml.renderToString(latex, options).replace(PRIME, "<mrow>$1$2>$3</mo></mrow>");
  return holder.content;
};

export const display = async (latex) =>
  make("div", { class: "math" }, make("div", { class: "formula" }, await mathml(latex, true)));

const DISPLAYED = /^\$\\displaystyle ([^$]*)\$$/;
// A formula is held together with the sign of the sentence after it: no line begins with a comma.
const PIECE = /\$([^$]*)\$([-.,;:!?)\]’”。，；：、！？）》」]*)|\*\*(.*?)\*\*|\\([^\w\s])|`([^`]*)`/g;

const paragraph = async (text) => {
  const alone = DISPLAYED.exec(text);
  if (alone) return display(alone[1]);
  const made = document.createElement("p");
  let from = 0;
  for (const found of text.matchAll(PIECE)) {
    const [whole, latex, closing, strong, sign, code] = found;
    made.append(text.slice(from, found.index));
    if (latex !== undefined) {
      const formula = make("span", { class: "math" }, await mathml(latex));
      made.append(closing ? make("span", { class: "held" }, formula, closing) : formula);
    } else if (strong !== undefined) made.append(make("strong", {}, strong));
    else if (code !== undefined) made.append(make("code", {}, code));
    else made.append(sign);
    from = found.index + whole.length;
  }
  made.append(text.slice(from));
  return made;
};

export const paragraphs = (markdown) => Promise.all(markdown.split("\n\n").map(paragraph));
