// How far the loading is, in words and as a bar. `begin()` shows it, `tell(message)` moves it, `end()` hides it.
import { make, say } from "./words.js";

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

export const progress = (words) => {
  const bar = make("progress", { max: "1", value: "0", "aria-hidden": "true" });
  const told = make("p", {});
  const element = make("div", { class: "bp-progress", hidden: true }, bar, told);
  let ready = false;
  const tell = ({ fetched, total, ready: now }) => {
    ready = Boolean(now);
    const [name, share] = ready ? ["working", null] : fetched < total ? ["fetching", fetched / total] : ["starting", 1];
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    told.replaceChildren(...say(words[name], { fetched: megabytes(fetched), total: megabytes(total) }));
    if (ready && element.dataset.for === "reading") element.hidden = true;
  };
  return {
    element,
    tell,
    begin(asking = true) {
      element.dataset.for = asking ? "asking" : "reading";
      if (ready) tell({ ready });
      else if (!told.textContent) told.replaceChildren(...say(words.starting));
      element.hidden = ready && !asking;
    },
    end() {
      element.hidden = true;
    },
  };
};
