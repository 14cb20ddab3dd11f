// The fields in which a reader asks the machine. Nothing but this and the small modules in lab/ comes with a page: the
// machine itself is fetched when somebody first types or presses. Where it cannot run, the page says what to do.

(() => {
  const here = document.currentScript.src;
  const places = document.querySelectorAll("[data-lab]");
  const unable = () => places.forEach((place) => place.classList.add("unable"));
  const able =
    location.protocol !== "file:" && [globalThis.WebAssembly, globalThis.Worker, globalThis.DecompressionStream].every(Boolean);
  if (!able) return unable();
  places.forEach((place, number) =>
    import(new URL(`lab/${place.dataset.lab}.js`, here)).then(({ build }) => build(place, number)).catch(unable),
  );
})();
