// One request a line on standard input, one answer a line on standard output: LaTeX in, MathML out.
// node mathml.js FOLDER-THAT-HOLDS-node_modules LETTERS, where LETTERS is JSON: the LaTeX of each letter by its name.
// Where a request says `marked`, each letter of the formula carries its name, with all its indices.
const path = require("node:path");
const temml = require(require.resolve("temml", { paths: [path.resolve(process.argv[2])] }));

const OPTIONS = { annotate: true, throwOnError: true, wrap: "none" };
const SCRIPTED = ["msub", "msup", "msubsup"];

function tree(latex, display) {
  const math = temml.__renderToMathMLTree(latex, { ...OPTIONS, displayMode: display });
  tidy(math);
  if (display) Object.assign(math, { classes: [], style: {} }); // what browsers know without it
  return math;
}

const formula = (math) => math.children[0].children[0]; // beside it, in <semantics>, stands its LaTeX

function tidy(node) {
  if (!node.children) return;
  node.children = node.children.flatMap((child) => (child.children && !child.type ? child.children : [child]));
  node.children.forEach(tidy);
  if (node.attributes.fence === "true") delete node.attributes.fence;
  const says = (mo, form) => mo?.type === "mo" && Object.entries(mo.attributes)[0]?.join() === `form,${form}`;
  if (node.type === "mrow") {
    const [first, last] = [node.children[0], node.children.at(-1)];
    if (!node.classes.length && says(first, "prefix")) delete first.attributes.form;
    if (says(last, "postfix")) delete last.attributes.form;
  }
  const [base, prime] = node.children;
  // The font's prime stands raised already; as a superscript it would be raised and made small once more.
  if (node.type === "msup" && prime.classes.includes("tml-prime") && (base.type === "mi" || isUpright(base))) {
    node.type = "mrow";
    prime.classes = [];
  }
}

/** Whether it is one of temml's pairs of an upright letter and an empty space. */
const isUpright = (node) => node.children?.map((child) => child.type).join() === "mi,mspace";

/** The MathML without attributes. */
function bare(node) {
  return node.children ? `<${node.type}>${node.children.map(bare).join("")}</${node.type}>` : node.toMarkup();
}

/** How a letter looks: `head` is the letter alone where it has indices. */
function look([name, latex]) {
  let letter = formula(tree(latex, false));
  while (letter.type === "mrow" && !bare(letter.children.at(-1)).includes("<mo>′</mo>") && !isUpright(letter)) {
    letter = letter.children[0];
  }
  const indexed = SCRIPTED.includes(letter.type);
  return { name, indexed, head: bare(indexed ? letter.children[0] : letter) };
}

const letters = Object.entries(JSON.parse(process.argv[3])).map(look);

function mark(node) {
  if (!node.children) return;
  const found = letters.find(({ indexed, head }) => {
    // x² is a power of x; a^l is none of a.
    const scripted = SCRIPTED.includes(node.type) && (indexed || node.type === "msub");
    return bare(scripted ? node.children[0] : node) === head;
  });
  if (found) node.attributes = { "data-symbol": found.name, ...node.attributes };
  else node.children.forEach(mark);
}

require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { latex, display, marked } = JSON.parse(line);
    let answer;
    try {
      const math = tree(latex, display);
      if (marked) mark(formula(math));
      answer = { mathml: math.toMarkup() };
    } catch (error) {
      answer = { error: String(error.message) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  });
