// Before anything is laid out: light or dark, as the reader chose, and the font of formulas.

(() => {
  const chosen = (name) => {
    try {
      return localStorage.getItem(name) || "auto";
    } catch {
      return "auto"; // storage is off: no choice is kept
    }
  };
  const { dataset } = document.documentElement;
  dataset.mode = chosen("mode");
  dataset.theme = chosen("theme");
  document.fonts.load('1em "STIX Two Math"', "x");
})();
