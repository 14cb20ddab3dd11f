// One request a line on standard input, one answer a line on standard output: LaTeX in, MathML out.
// node mathml.js FOLDER-THAT-HOLDS-node_modules
const path = require("node:path");
const temml = require(require.resolve("temml", { paths: [path.resolve(process.argv[2])] }));

// The font's prime stands raised already; as a superscript it would be raised and made small once more.
const PRIME = /<msup>(<mi[^>]*>[^<]*<\/mi>|<mrow><mi[^>]*>[^<]*<\/mi><mspace><\/mspace><\/mrow>)(<mo[^>]*) class="tml-prime">(′+)<\/mo><\/msup>/g;

require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { latex, display } = JSON.parse(line);
    let answer;
    try {
      answer = {
        mathml: temml
          .renderToString(latex, { displayMode: display, annotate: true, throwOnError: true, wrap: "none" })
          .replace(/ fence="true"| class="tml-display"| style="display:block math;"/g, "") // what browsers know without it
          .replace(/<mrow><mo form="prefix"/g, "<mrow><mo")
          .replace(/<mo form="postfix"([^>]*>[^<]*<\/mo><\/mrow>)/g, "<mo$1")
          .replace(PRIME, "<mrow>$1$2>$3</mo></mrow>"),
      };
    } catch (error) {
      answer = { error: String(error.message) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  });
