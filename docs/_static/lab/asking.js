// What every field has in common: a form with a field, a button to ask and one to stop, the progress, a box for the answer
// and a status for those who listen. `question(text)` makes the question, `shown(answer, text)` what stands in the box; with
// `lines` the field takes several of them, and Enter begins another one.
import { Stopped, ask, start, stop, watch } from "./machine.js";
import { progress } from "./progress.js";
import { languages, line, make, say, sideBySide } from "./words.js";

export const button = (text, attributes = {}) => make("button", { type: "button", ...attributes }, ...say(text));

// An error of the library: its reason, and the text with a mark below the place.
const refused = (words, answer) =>
  sideBySide(
    languages.map((language) => {
      const [reason, ...shown] = answer.said[language].split("\n");
      const told = [make("strong", {}, words.refused[language]), language === "zh" ? "：" : ": ", reason];
      return make("div", {}, make("p", {}, ...told), ...(shown.length ? [make("pre", {}, shown.join("\n"))] : []));
    }),
  );

export const asking = (words, { field, ids, question, shown, told, lines = false, input = () => {} }) => {
  const askButton = button(words.ask, { id: ids.ask, type: "submit" });
  const stopButton = button(words.stop, { hidden: true });
  const loading = progress(words);
  const answer = make("div", { id: ids.answer, class: "bp-answer", "data-status": "idle" });
  const status = make("div", { role: "status", class: "visually-hidden" });
  const buttons = make("div", { class: "bp-buttons" }, askButton, stopButton);
  const form = make("form", {}, make("label", { for: field.id }, ...say(words.field)), field, buttons, loading.element);
  let busy = false;

  const show = (state, ...content) => {
    answer.dataset.status = state;
    answer.replaceChildren(...content);
    // What is wider than the box can be scrolled with the keyboard.
    for (const wide of answer.querySelectorAll(".formula, pre")) {
      if (wide.scrollWidth > wide.clientWidth + 1) wide.tabIndex = 0;
    }
  };

  const run = async () => {
    const text = field.value.trim();
    if (!text || busy) return;
    busy = true;
    askButton.disabled = true;
    stopButton.hidden = false;
    show("loading");
    loading.begin();
    status.textContent = line(words.working);
    try {
      const found = await ask(question(text));
      const content = found.status === "refused" ? [refused(words, found)] : await shown(found, text);
      show(found.status, ...content);
      status.textContent = found.said ? languages.map((language) => found.said[language]).join("\n") : line(words.done);
      told?.(found, text, answer);
    } catch (error) {
      const said = error instanceof Stopped ? words.stopped : words.broken;
      show("stopped", make("p", {}, ...say(said, { reason: error.message })));
      status.textContent = line(said, { reason: error.message });
    } finally {
      busy = false;
      askButton.disabled = false;
      stopButton.hidden = true;
      loading.end();
    }
  };

  field.addEventListener("input", () => {
    start();
    if (!busy) loading.begin(false);
    input();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (lines && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    run();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  stopButton.addEventListener("click", () => {
    stop();
    field.focus();
  });
  watch(loading.tell);
  return { form, buttons, answer, status, askButton, run, busy: () => busy };
};

// Ready examples, one press each.
export const tries = (words, examples, take) =>
  make(
    "div",
    { class: "bp-tries", hidden: !examples.length },
    make("p", {}, ...say(words.examples)),
    ...examples.map((example) => {
      const made = make("button", { type: "button", class: "bp-example-claim" }, make("code", {}, example));
      made.addEventListener("click", () => take(example));
      return made;
    }),
  );

export const textField = (id, placeholder, rows = "2") =>
  make("textarea", { id, rows, placeholder, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
