// The demon's slider: a mark on the curve and one on the straight line, along the values that stand in the page.
"use strict";
(() => {
  const root = document.documentElement;
  const languages = root.dataset.reading === "both" ? ["en", "zh"] : [root.lang.slice(0, 2)];
  const make = (tag, attributes, namespace) => {
    const made = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  document.querySelectorAll("[data-experiment]").forEach((place, number) => {
    const { marks, words } = JSON.parse(place.dataset.experiment);
    const drawing = place.querySelector("svg"), space = drawing.namespaceURI;
    const gap = make("path", { class: "gap" }, space);
    const actual = make("circle", { class: "mark curve-1", r: 6 }, space);
    const predicted = make("rect", { class: "mark curve-2", width: 10, height: 10 }, space);
    drawing.append(gap, predicted, actual);

    const name = `experiment-${number + 1}`;
    const label = make("label", { for: name });
    label.textContent = languages.map((language) => words[language].label).join(" · ");
    const slider = make("input", { type: "range", id: name, min: 0, max: marks.length - 1, step: 1, value: Math.round(marks.length * 0.7) });
    const told = languages.map((language) => make("p", { class: "bp-reading", lang: language === "zh" ? "zh-CN" : "en" }));
    const move = () => {
      const at = Number(slider.value), [x, line, curve] = marks[at];
      gap.setAttribute("d", `M${x} ${line}V${curve}`);
      actual.setAttribute("cx", x);
      actual.setAttribute("cy", curve);
      predicted.setAttribute("x", x - 5);
      predicted.setAttribute("y", line - 5);
      told.forEach((line, i) => { line.textContent = words[languages[i]].said[at]; });
      slider.setAttribute("aria-valuetext", told.map((line) => line.textContent).join(" · "));
    };
    slider.addEventListener("input", move);
    const controls = make("div", { class: "bp-slider" });
    controls.append(label, slider, ...told);
    drawing.after(controls);
    move();
  });
})();
