// The field of an exercise: what is written in it is judged line by line; the first line that does not follow is named,
// and what would mend it is a hint that opens when it is asked for.
import { asking, textField } from "./asking.js";
import { paragraphs } from "./formulas.js";
import { languages, make, say, sideBySide, together } from "./words.js";

const hints = (words, found) =>
  make(
    "details",
    { class: "bp-hints" },
    make("summary", {}, ...say(words.hints)),
    ...found.map((hint) => sideBySide(languages.map((language) => make("p", {}, hint[language])))),
  );

export const build = (place, number) => {
  const { words, of, using, attempt } = JSON.parse(place.dataset.given);
  const answer = textField(`bp-answer-${number}`, of.join("\n").replaceAll("?", "…"));
  answer.value = attempt;
  const hint = make("p", { id: `bp-hint-${number}`, class: "bp-hint" }, ...say(words.hint));
  answer.setAttribute("aria-describedby", hint.id);
  const field = asking(words, {
    field: answer,
    lines: true,
    ids: { ask: `bp-judge-${number}`, answer: `bp-judged-${number}` },
    question: (text) => ({ ask: "exercise", of, using, answer: text }),
    shown: async (found) => {
      const told = together(await Promise.all(languages.map((language) => paragraphs(found.shown[language]))));
      return found.hints.length ? [...told, hints(words, found.hints)] : told;
    },
  });
  field.buttons.before(hint);
  place.replaceChildren(field.form, field.answer, field.status);
};
