// A network as SVG: neurons in columns, a line for each weight, which can be pressed. Numbers stand in the neurons, and the
// columns stand closer where there is little `room`, so that the numbers can still be read.
const SPACE = "http://www.w3.org/2000/svg";
const [ACROSS, CLOSE, DOWN, RADIUS] = [180, 90, 88, 32];

const shape = (tag, attributes, ...content) => {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
};

export const short = (value) =>
  (Math.abs(value) < 0.0005 && value ? value.toExponential(0) : value.toFixed(3)).replace("-", "−");

export const draw = (sizes, { room, lit, pressed, value, press, title }) => {
  const most = Math.max(...sizes);
  const across = Math.min(ACROSS, Math.max(CLOSE, room / sizes.length));
  const [width, height] = [(sizes.length - 1) * across + 2 * RADIUS + 8, most * DOWN];
  const x = (layer) => RADIUS + 4 + (layer - 1) * across;
  const y = (layer, j) => height / 2 + (j - (sizes[layer - 1] + 1) / 2) * DOWN;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "bp-net", role: "img", "aria-label": title });
  for (let layer = 2; layer <= sizes.length; layer++) {
    for (let j = 1; j <= sizes[layer - 1]; j++) {
      for (let k = 1; k <= sizes[layer - 2]; k++) {
        const place = [layer, j, k];
        const ends = { x1: x(layer - 1), y1: y(layer - 1, k), x2: x(layer), y2: y(layer, j) };
        const classes = ["edge", ...(lit(place) ? ["lit"] : []), ...(String(place) === String(pressed) ? ["pressed"] : [])];
        const wide = shape("line", { ...ends, class: "target" });
        wide.addEventListener("click", () => press(place));
        svg.append(shape("line", { ...ends, class: classes.join(" ") }), wide);
      }
    }
  }
  sizes.forEach((size, i) => {
    for (let j = 1; j <= size; j++) {
      const [at, down] = [x(i + 1), y(i + 1, j)];
      const lines = value(i + 1, j);
      const words = lines.map((line, n) =>
        shape("text", { x: at, y: down + 5 + (n - (lines.length - 1) / 2) * 17, class: line.class }, line.text),
      );
      svg.append(shape("circle", { cx: at, cy: down, r: RADIUS }), ...words);
    }
  });
  return svg;
};
