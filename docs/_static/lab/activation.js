// The field for an activation: its derivative line by line, its graph, what is known of it, the four equations with it.
import { asking, textField, tries } from "./asking.js";
import { display, paragraphs } from "./formulas.js";
import { languages, line, make, say, sideBySide } from "./words.js";

const text = async (words, tag = "p") => {
  const each = await Promise.all(languages.map(async (language) => (await paragraphs(words[language]))[0]));
  return sideBySide(each.map((one) => make(tag, {}, ...one.childNodes)));
};
const spread = (phrase, values) =>
  Object.fromEntries(Object.entries(phrase).map(([language, words]) => [language, words.replace("{where}", values.where)]));

const heading = async (words) => make("div", { class: "bp-part" }, await text(words));

const derivation = async (words, { pieces, exact }) => {
  const made = make(
    "details",
    { class: "bp-derivation", open: true },
    make("summary", {}, await text(words.derivation, "span")),
  );
  for (const { where, steps } of pieces) {
    if (where) made.append(await heading(spread(words.piece, { where })));
    const items = steps.map(async ({ latex, reason }) => {
      const shown = make("div", { class: "bp-line" }, await display(latex));
      const why = await text(reason);
      why.classList.add("bp-reason");
      const classes = latex.startsWith("=") ? "bp-step bp-continued" : "bp-step";
      return make("li", { class: classes }, shown, why);
    });
    made.append(make("ol", { class: "bp-steps" }, ...(await Promise.all(items))));
  }
  const kind = exact ? "bp-mark bp-mark-concrete" : "bp-mark bp-mark-numeric";
  const mark = make("span", { class: kind }, ...say(words[exact ? "exact" : "checked"]));
  made.append(make("p", { class: "bp-marks" }, mark));
  return made;
};

const graph = ({ svg, title, described }) => {
  const holder = document.createElement("template");
  holder.innerHTML = svg; // drawn by the library: nothing in it was typed
  const drawing = holder.content.firstElementChild;
  drawing.setAttribute("aria-label", `${line(title)}. ${line(described)}`);
  return make("figure", { class: "bp-figure" }, drawing);
};

const facts = async ({ facts: found }) => {
  const rows = found.map(async ([name, value]) =>
    make("tr", {}, make("td", {}, await text(name)), make("td", {}, await text(value))),
  );
  return make("table", { class: "bp-facts table" }, make("tbody", {}, ...(await Promise.all(rows))));
};

export const build = (place, number) => {
  const { words, examples } = JSON.parse(place.dataset.given);
  const formula = textField(number ? `bp-formula-${number}` : "bp-formula", "z*sigmoid(3*z/2)", "1");
  const field = asking(words, {
    field: formula,
    ids: { ask: "bp-derive", answer: "bp-derived" },
    question: (typed) => ({ ask: "activation", formula: typed }),
    shown: async (found) => {
      const equations = found.equations.map(async ([name, latex]) => {
        const each = await Promise.all(languages.map((language) => display(latex[language])));
        const shown = sideBySide(each);
        each[0].append(make("span", { class: "eqno" }, `(${name})`));
        return shown;
      });
      return [
        await display(`\\sigma(z) = ${found.latex}`),
        graph(found),
        await derivation(words, found),
        await heading(words.properties),
        await facts(found),
        ...(await Promise.all(found.lessons.map((lesson) => text(lesson)))),
        await heading(words.equations),
        ...(await Promise.all(equations)),
      ];
    },
  });
  const take = (example) => {
    formula.value = example;
    field.run();
  };
  place.replaceChildren(field.form, field.answer, field.status, tries(words, examples, take));
};
