// A network of one's own: its sizes by steppers, the paths of a pressed weight one by one, its numbers by sliders, and the
// five steps with the values in the neurons. All numbers are the library's; nothing is computed here.
import { draw, short } from "./drawing.js";
import { mathml, paragraphs } from "./formulas.js";
import { Stopped, ask, stop, watch } from "./machine.js";
import { progress } from "./progress.js";
import { button } from "./asking.js";
import { languages, line, make, say, sideBySide } from "./words.js";

const [LEAST_LAYERS, MOST] = [2, 5];
const STEPS = ["step1", "step2", "step3", "step4", "step5"];
const raised = (number) => [...String(number)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
const lowered = (...numbers) => numbers.flatMap((number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit])).join("");
const named = ([letter, layer, j, k]) =>
  letter === "x" || letter === "y" ? `${letter}${lowered(j)}` : `${letter}${raised(layer)}${lowered(j, ...(k ? [k] : []))}`;

const shownName = ([letter, layer, j, k]) => [
  letter,
  ...(letter === "x" || letter === "y" ? [] : [make("sup", {}, String(layer))]),
  make("sub", {}, k ? `${j}${k}` : String(j)),
];

const text = async (words) =>
  sideBySide(await Promise.all(languages.map(async (language) => (await paragraphs(words[language]))[0])));

export const build = (place) => {
  const { words, activations, costs } = JSON.parse(place.dataset.given);
  const chosen = { sizes: [2, 3, 2], weight: [2, 1, 1], numbers: {} };
  let found = null;
  let path = -1; // −1 is all of them
  let step = 4;

  const select = (id, options, label) => {
    const made = make("select", { id }, ...options.map((option) => make("option", { value: option }, option)));
    return [made, make("span", {}, make("label", { for: id }, ...say(label)), made)];
  };
  const [activation, activationChoice] = select("bp-net-activation", activations, words.activation);
  const [cost, costChoice] = select("bp-net-cost", costs, words.cost);
  const [weight, weightChoice] = select("bp-net-weight", [], words.weight);
  const steppers = make("div", { class: "bp-steppers" });
  const computing = button(words.ask, { id: "bp-net-ask", class: "bp-main" });
  const stopping = button(words.stop, { hidden: true });
  const loading = progress(words);
  const drawing = make("figure", { class: "bp-figure" });
  const steps = make("div", { class: "bp-walk" });
  const told = make("div", { id: "bp-net", class: "bp-answer", "data-status": "idle" });
  const sliders = make("details", { class: "bp-last" }); // in the page only when there are numbers
  const status = make("div", { role: "status", class: "visually-hidden" });

  const value = (...at) => found?.values.get(String(at));
  const inNeuron = (layer, j) => {
    const letter = layer === 1 ? "x" : "a";
    if (!found) return [{ text: named([letter, layer, j, 0]), class: "name" }];
    const lines = [];
    if (layer === 1 || step >= 1) lines.push({ text: short(value(letter, layer, j, 0)), class: "a" });
    const last = layer === chosen.sizes.length;
    if (layer > 1 && (step >= 3 || (step === 2 && last)))
      lines.push({ text: short(value("delta", layer, j, 0)), class: "delta" });
    return lines;
  };
  const along = ({ neurons }, [layer, j, k]) =>
    neurons.some(([l, m], i) => i > 0 && l === layer && m === j && neurons[i - 1][1] === k);
  const lit = (edge) => {
    if (!found) return false;
    const shown = path < 0 ? found.paths : [found.paths[path]];
    return String(edge) === String(chosen.weight) || shown.some((one) => along(one, edge));
  };

  const redraw = () => {
    const [title, room] = [line(words.drawing), place.clientWidth];
    drawing.replaceChildren(
      draw(chosen.sizes, { room, lit, pressed: chosen.weight, value: inNeuron, press: pressed, title }),
      make("figcaption", {}, ...say(words.drawing)),
    );
  };

  const walk = (count, at, move, name, values) => {
    const back = button(words.back, { disabled: at <= 0 });
    const on = button(words.on, { disabled: at >= count - 1 });
    back.addEventListener("click", () => move(at - 1));
    on.addEventListener("click", () => move(at + 1));
    return [back, on, ...(name ? [make("p", {}, ...say(name, values))] : [])];
  };

  const showSteps = async () => {
    const move = (to) => {
      step = to;
      redraw();
      showSteps().then(() => steps.querySelector("button:not(:disabled)")?.focus());
    };
    steps.replaceChildren(...walk(STEPS.length, step, move), await text(words[STEPS[step]]));
  };

  const showPaths = async () => {
    const count = found.paths.length;
    const move = (to) => {
      path = to - 1;
      redraw();
      showPaths();
    };
    const name = path < 0 ? words.all : words.path;
    const walking = make("div", { class: "bp-walk" }, ...walk(count + 1, path + 1, move, name, { count, number: path + 1 }));
    const shown = path < 0 ? found.paths.slice(0, 12) : [found.paths[path]];
    const items = shown.map(async (one) => {
      const parts = await Promise.all(
        one.factors.map(async (factor) =>
          make("span", { class: "bp-factor" }, await mathml(factor.latex), ` ${short(factor.value)}`),
        ),
      );
      const product = parts.flatMap((part, i) => [...(i ? [" · "] : []), part]);
      return make("li", {}, ...product, " = ", make("strong", {}, short(one.value)));
    });
    const list = make("ol", { class: "bp-products", start: String(Math.max(path, 0) + 1) }, ...(await Promise.all(items)));
    const more = path < 0 && count > shown.length ? [make("p", {}, "…")] : [];
    const sums = [
      make("p", {}, make("strong", {}, ...say(words.sum, { sum: short(found.sum) }))),
      make("p", {}, ...say(words.bp4, { value: short(found.bp4) })),
    ];
    told.replaceChildren(walking, list, ...more, ...sums);
    told.dataset.sum = found.sum;
    told.dataset.bp4 = found.bp4;
  };

  const showSliders = () => {
    const open = sliders.open;
    const rows = [...found.values.keys()]
      .filter((key) => /^[wbxy],/.test(key))
      .map((key) => {
        const at = key.split(",").map((part, i) => (i ? Number(part) : part));
        const id = `bp-net-${key.replaceAll(",", "-")}`;
        const shown = make("output", {}, short(found.values.get(key)));
        const slider = make("input", { id, type: "range", min: "-3", max: "3", step: "0.025" });
        slider.value = found.values.get(key);
        slider.addEventListener("input", () => {
          chosen.numbers[key] = Number(slider.value);
          shown.textContent = short(Number(slider.value));
          compute(false);
        });
        return make("div", { class: "bp-number" }, make("label", { for: id }, ...shownName(at)), slider, shown);
      });
    sliders.replaceChildren(make("summary", {}, ...say(words.numbers)), make("div", { class: "bp-numbers" }, ...rows));
    sliders.open = open;
    told.after(sliders);
  };

  let [busy, again] = [false, false];
  const compute = async (anew = true) => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    stopping.hidden = false;
    if (anew) loading.begin();
    told.dataset.status = "loading";
    try {
      const numbers = Object.entries(chosen.numbers).map(([key, number]) => [
        key.split(",").map((part, i) => (i ? Number(part) : part)),
        number,
      ]);
      const { sizes } = chosen;
      const question = {
        ask: "network",
        sizes,
        activation: activation.value,
        cost: cost.value,
        weight: chosen.weight,
        numbers,
      };
      const answer = await ask(question);
      if (answer.status === "refused") {
        found = null;
        const said = languages.map((language) => make("p", {}, `${words.refused[language]}: ${answer.said[language]}`));
        told.replaceChildren(sideBySide(said));
        status.textContent = languages.map((language) => answer.said[language]).join("\n");
      } else if (!again) {
        found = { ...answer, values: new Map(answer.values.map(([at, number]) => [String(at), number])) };
        path = Math.min(path, found.paths.length - 1);
        await Promise.all([showPaths(), showSteps()]);
        if (anew) {
          showSliders();
          status.textContent = line(words.done, { count: found.paths.length, sum: short(found.sum) });
        }
      }
      told.dataset.status = answer.status;
    } catch (error) {
      const said = error instanceof Stopped ? words.stopped : words.broken;
      told.dataset.status = "stopped";
      told.replaceChildren(make("p", {}, ...say(said, { reason: error.message })));
      status.textContent = line(said, { reason: error.message });
    } finally {
      busy = false;
      stopping.hidden = true;
      loading.end();
    }
    redraw();
    if (again) {
      again = false;
      compute(anew);
    }
  };

  const pressed = (edge) => {
    chosen.weight = edge;
    weight.value = String(edge);
    path = -1;
    compute();
  };

  const stepper = (label, values, count, low, change) => {
    const of = line(label, values);
    const one = (words_, by, sign) => {
      const attributes = {
        type: "button",
        "aria-label": `${of}: ${line(words_)}`,
        disabled: by < 0 ? count <= low : count >= MOST,
      };
      const made = make("button", attributes, sign);
      made.addEventListener("click", () => change(count + by));
      return made;
    };
    const name = make("span", {}, ...say(label, values));
    return make(
      "div",
      { class: "bp-stepper" },
      name,
      one(words.less, -1, "−"),
      make("output", {}, String(count)),
      one(words.more, 1, "+"),
    );
  };

  const arrange = (sizes) => {
    Object.assign(chosen, { sizes, weight: [2, 1, 1], numbers: {} });
    found = null;
    path = -1;
    const layers = stepper(words.layers, {}, sizes.length, LEAST_LAYERS, (count) =>
      arrange(count > sizes.length ? [...sizes, 2] : sizes.slice(0, -1)),
    );
    const each = sizes.map((size, i) =>
      stepper(words.neurons, { layer: i + 1 }, size, 1, (count) => arrange(sizes.with(i, count))),
    );
    const focus = [...steppers.querySelectorAll("button")].indexOf(document.activeElement);
    steppers.replaceChildren(layers, ...each);
    if (focus >= 0) steppers.querySelectorAll("button")[focus]?.focus();
    const places = sizes.flatMap((size, i) =>
      i
        ? Array.from({ length: size }, (_, j) => Array.from({ length: sizes[i - 1] }, (_, k) => [i + 1, j + 1, k + 1])).flat()
        : [],
    );
    weight.replaceChildren(...places.map((at) => make("option", { value: String(at) }, named(["w", ...at]))));
    told.replaceChildren();
    told.dataset.status = "idle";
    sliders.remove();
    redraw();
    if (started) compute();
  };

  let started = false;
  const begin = () => {
    started = true;
    compute();
  };
  computing.addEventListener("click", begin);
  stopping.addEventListener("click", stop);
  weight.addEventListener("change", () => {
    started = true;
    pressed(weight.value.split(",").map(Number));
  });
  for (const choice of [activation, cost]) choice.addEventListener("change", () => started && compute());
  addEventListener("resize", redraw);
  watch(loading.tell);
  const choices = make("div", { class: "bp-choices" }, activationChoice, costChoice, weightChoice);
  const buttons = make("div", { class: "bp-buttons" }, computing, stopping);
  place.replaceChildren(steppers, choices, buttons, loading.element, drawing, steps, told, status);
  arrange(chosen.sizes);
};
