// What a page does beyond being read: the place is kept when the language changes, what is folded is printed open, and what
// is wider than its column can be scrolled with the keyboard. Pages read the same without any of it.
"use strict";

// The anchor of what stands at the top of the window now, so that the other language opens at the same place.
const placeNow = () => {
  if (window.scrollY < 40) return "";
  let found = "";
  for (const element of document.querySelectorAll("article section[id], article [id^='eq-'], article [id^='proof-']")) {
    if (element.getBoundingClientRect().top < 140) found = "#" + element.id;
  }
  return found || location.hash;
};

document.querySelector(".language-switch")?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  link.hash = placeNow();
  try {
    localStorage.setItem("book-language", link.dataset.reading);
  } catch {
    // Storage is off: the choice holds for this click only.
  }
});

// The search page shows pieces of pages: their text, without what only frames it and without the LaTeX inside formulas.
if (typeof Search !== "undefined") {
  const plain = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const framing = "annotation, .bd-header-article, .prev-next-footer, .bd-footer-content, .onlyprint";
    for (const element of page.querySelectorAll(framing)) element.remove();
    return plain(page.documentElement.outerHTML, anchor);
  };
}

// In both languages: the search page's own words, which Sphinx knows in English and translates.
if (typeof Documentation !== "undefined" && document.documentElement.dataset.reading === "both") {
  const known = Documentation.TRANSLATIONS, found = "Search finished, found one page matching the search query.";
  for (const [english, chinese] of Object.entries(known)) {
    if (typeof chinese === "string") known[english] = `${chinese} · ${english}`;
  }
  const [pages] = [known[found]].flat();
  known[found] = [`${pages} · Search finished.`]; // the number stands in it once, since Sphinx replaces only the first
}

// On paper nothing can be unfolded or scrolled: what is folded is printed open, what is wider than a sheet of A4 smaller.
let folded = [], fitted = [];
const SHEET = { formula: 500, table: 610 }; // pixels that are left for each on paper, at its size of type
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("article details:not([open])")];
  for (const one of folded) one.open = true;
  const formulas = [...document.querySelectorAll("article .formula > math")];
  const tables = [...document.querySelectorAll("article table")];
  const shrink = 14 / parseFloat(getComputedStyle(document.documentElement).fontSize); // type is smaller on paper
  for (const formula of formulas) formula.style.minWidth = "0";
  for (const table of tables) table.style.width = "min-content";
  const widths = [...formulas, ...tables].map((element) => element.getBoundingClientRect().width * shrink);
  for (const formula of formulas) formula.style.minWidth = "";
  for (const table of tables) table.style.width = "";
  [...formulas, ...tables].forEach((element, i) => {
    const factor = (element.localName === "math" ? SHEET.formula : SHEET.table) / widths[i];
    if (factor >= 1) return;
    element.style[element.localName === "math" ? "fontSize" : "zoom"] = element.localName === "math" ? `${factor}em` : factor;
    fitted.push(element);
  });
});
addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
  for (const one of fitted) one.style.fontSize = one.style.zoom = "";
  folded = fitted = [];
});

// A formula in a line of text cannot be broken: what is wider than the line is set smaller, and else scrolls by itself.
const SMALLEST = 0.75;
const fitLines = () => {
  const formulas = [...document.querySelectorAll("article span.math")];
  for (const formula of formulas) formula.style.fontSize = "", formula.classList.remove("wide");
  const factors = formulas.map((formula) => {
    const room = formula.closest("p, li, td, th, dd, dt, summary, h1, h2, h3, h4, div").clientWidth - 6;
    return room > 0 ? room / formula.getBoundingClientRect().width : 1;
  });
  formulas.forEach((formula, i) => {
    if (factors[i] >= 1) return;
    if (factors[i] < SMALLEST) formula.classList.add("wide");
    else formula.style.fontSize = `${factors[i]}em`;
  });
};

const reachable = () => {
  fitLines();
  for (const box of document.querySelectorAll(".formula, .math.wide, .bp-figure, .pst-scrollable-table-container, .cell_output p")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
document.fonts.ready.then(reachable);
addEventListener("resize", reachable);

// A table that can be sorted: each head becomes a button; pressed again, it turns the order round.
for (const table of document.querySelectorAll("table.bp-sortable")) {
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.querySelector("[data-value]")?.dataset.value ?? cell.textContent.trim();
  };
  const compare = (first, second) => {
    const [x, y] = [Number(first), Number(second)];
    return Number.isNaN(x) || Number.isNaN(y) ? first.localeCompare(second, document.documentElement.lang) : x - y;
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    const held = head.querySelector("p") ?? head;
    button.append(...held.childNodes);
    held.append(button);
    button.addEventListener("click", () => {
      const turned = head.ariaSort === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", turned === 1 ? "ascending" : "descending");
      const order = (a, b) => {
        const [x, y] = [value(a, column), value(b, column)];
        if (x === "inf" || y === "inf") return (x === "inf") - (y === "inf");
        return turned * compare(x, y);
      };
      body.append(...[...body.rows].sort(order));
    });
  });
}

// On the page for searching one types at once.
document.querySelector(".bd-search-container form.bd-search input")?.select();

// From 960 pixels on the sidebar stands beside the text, but only from 992 on does the theme's button hide it there: in
// between it would open as a dialog what is to be seen already.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".primary-toggle")) return;
    if (!matchMedia("(min-width: 960px)").matches || matchMedia("(min-width: 992px)").matches) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.querySelector("#pst-primary-sidebar").classList.toggle("pst-sidebar-hidden");
  },
  true,
);

// The conventions that a reader has chosen: the rows of the others are hidden in every table, and all shown if there is none.
// Side by side, a convention has a button in each language.
for (const chooser of document.querySelectorAll(".bp-choose")) {
  const buttons = [...chooser.querySelectorAll("button")];
  const show = () => {
    const chosen = buttons.filter((button) => button.ariaPressed === "true").map((button) => button.dataset.row);
    for (const row of document.querySelectorAll("tr[class*='bp-convention-']")) {
      row.hidden = chosen.length > 0 && !chosen.some((name) => row.classList.contains(name));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const pressed = String(button.ariaPressed !== "true");
      for (const twin of buttons) if (twin.dataset.row === button.dataset.row) twin.ariaPressed = pressed;
      show();
    });
  }
  chooser.hidden = false;
}
