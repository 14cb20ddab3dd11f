// The last claims that were asked in this browser: they stay in it, and can be cleared.
const KEY = "book-claims";
const MOST = 10;

export const claims = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(({ claim }) => typeof claim === "string") : [];
  } catch {
    return []; // storage is off, or holds what is not ours
  }
};

const write = (kept) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    /* storage is off: nothing is kept */
  }
};

export const keep = (claim, status) =>
  write([{ claim, status }, ...claims().filter((one) => one.claim !== claim)].slice(0, MOST));

export const clear = () => write([]);
