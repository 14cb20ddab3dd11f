// Words in the languages of the page: one, or both side by side. A text is { en, zh }, as the library gives it.
const root = document.documentElement;
export const languages = root.dataset.reading === "both" ? ["en", "zh"] : [root.lang.slice(0, 2)];
const lang = (language) => (language === "zh" ? "zh-CN" : language);

export const make = (tag, attributes = {}, ...content) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...content);
  return made;
};

const filled = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// In one line, for labels and for what is read aloud.
export const line = (text, values = {}) => languages.map((language) => filled(text[language], values)).join(" · ");

// As elements, each with its language; what stands in `…` is code.
export const say = (text, values = {}) =>
  languages.flatMap((language, i) => {
    const parts = filled(text[language], values).split("`");
    const content = parts.map((part, odd) => (odd % 2 ? make("code", {}, part) : part));
    return [...(i ? [" · "] : []), make("span", { lang: lang(language) }, ...content)];
  });

// One block for each language, side by side; one for all where they are the same.
export const sideBySide = (blocks) => {
  const [first, ...others] = blocks;
  if (others.every((other) => other.textContent === first.textContent)) return first;
  blocks.forEach((block, i) => block.setAttribute("lang", lang(languages[i])));
  return make("div", { class: "both" }, ...blocks);
};

// Texts of as many blocks in each language, block by block.
export const together = ([first, ...others]) =>
  first.map((block, i) => sideBySide([block, ...others.map((other) => other[i])]));
