/**
 * What runs in the browser: the choice of colours, copying, and keeping a page up to date. Pages
 * work without it. The server makes all words and markup; this only puts them in place, so that
 * focus, selection and what is scrolled to stay.
 */
export const CLIENT_SCRIPT = `"use strict";
(() => {
  const root = document.documentElement;
  root.dataset.js = "";

  const THEMES = ["system", "light", "dark"];
  const THEME_KEY = "imageferry-theme";
  let theme = "system";
  try {
    const kept = localStorage.getItem(THEME_KEY);
    if (THEMES.includes(kept)) theme = kept;
  } catch {}
  root.dataset.theme = theme;

  function themeSwitch() {
    const button = document.getElementById("theme");
    const show = () => {
      root.dataset.theme = theme;
      button.setAttribute("aria-label", "Theme: " + theme);
      document.getElementById("theme-name").textContent = theme;
    };
    button.addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      try {
        localStorage.setItem(THEME_KEY, theme);
      } catch {}
      show();
    });
    show();
  }

  function say(words) {
    document.getElementById("status").textContent = words;
  }

  async function copy(button) {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.dataset.done = "";
    say("Copied.");
    window.setTimeout(() => delete button.dataset.done, 2000);
  }

  const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key : "") || "";

  function setAttributes(from, to) {
    for (const { name, value } of to.attributes) {
      if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    for (const { name } of [...from.attributes]) {
      if (!to.hasAttribute(name) && name !== "data-done") from.removeAttribute(name);
    }
  }

  function setChildren(from, to) {
    const keyed = new Map();
    for (const child of from.children) if (keyOf(child)) keyed.set(keyOf(child), child);
    let place = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      const key = keyOf(wanted);
      const known = key ? keyed.get(key) : place;
      keyed.delete(key);
      const fits = known && known.nodeName === wanted.nodeName && keyOf(known) === key;
      if (!fits) {
        from.insertBefore(wanted, place);
        continue;
      }
      if (known === place) place = place.nextSibling;
      else from.insertBefore(known, place);
      setNode(known, wanted);
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  function setNode(from, to) {
    if (from.nodeType !== 1) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    setAttributes(from, to);
    setChildren(from, to);
  }

  const WAIT_MAX_MS = 60000;
  const BURST_MS = 700;
  /** Whoever is told of changes looks less often by himself: only times move on without one. */
  const TOLD_FACTOR = 3;

  function keepUpToDate(main) {
    const live = document.getElementById("live");
    let timer = 0;
    let source = null;
    let misses = 0;
    let asking = false;
    let again = false;

    const tell = (state, words) => {
      live.dataset.state = state;
      live.textContent = words;
    };

    const put = (text) => {
      const wanted = new DOMParser().parseFromString(text, "text/html").getElementById("content");
      if (!wanted) return;
      const said = main.dataset.announce;
      setNode(main, wanted);
      document.title = main.dataset.title;
      if (main.dataset.announce && main.dataset.announce !== said) say(main.dataset.announce);
    };

    async function look() {
      if (asking) {
        again = true;
        return;
      }
      asking = true;
      again = false;
      window.clearTimeout(timer);
      try {
        const answer = await window.fetch(location.href, {
          headers: { accept: "text/html", "x-imageferry-part": "main" },
          cache: "no-store",
          redirect: "manual",
        });
        if (answer.status === 204) return location.reload();
        if (!answer.ok) throw new Error("refused");
        put(await answer.text());
        misses = 0;
        tell("live", "Live");
      } catch {
        misses++;
        tell("lost", "Not connected");
      } finally {
        asking = false;
      }
      if (document.hidden) return;
      watch();
      const told = source && source.readyState === EventSource.OPEN;
      const every = Number(main.dataset.refreshMs) * (told ? TOLD_FACTOR : 2 ** Math.min(misses, 4));
      timer = window.setTimeout(look, again ? BURST_MS : Math.min(every, WAIT_MAX_MS));
    }

    let burst = 0;
    const changed = () => {
      if (burst) return;
      burst = window.setTimeout(() => {
        burst = 0;
        if (!document.hidden) look();
      }, BURST_MS);
    };

    function watch() {
      const path = main.dataset.events;
      if (!path) return unwatch();
      if (source) return;
      source = new EventSource(path);
      for (const name of EVENT_NAMES) source.addEventListener(name, changed);
    }

    function unwatch() {
      if (source) source.close();
      source = null;
    }

    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) return look();
      window.clearTimeout(timer);
      unwatch();
      tell("paused", "Paused");
    });
    addEventListener("pagehide", unwatch);
    addEventListener("pageshow", (event) => {
      if (event.persisted) look();
    });
    watch();
    timer = window.setTimeout(look, Number(main.dataset.refreshMs));
  }

  const EVENT_NAMES = ["run", "task", "end"];

  /** A link from another site brings no strict cookie along; a request of our own does. */
  async function passLogin(form) {
    const answer = await window.fetch(form.dataset.next, {
      headers: { accept: "text/html", "x-imageferry-part": "main" },
      redirect: "manual",
    });
    if (answer.status === 200) location.replace(form.dataset.next);
  }

  document.addEventListener("DOMContentLoaded", () => {
    themeSwitch();
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-copy]");
      if (button) copy(button);
    });
    const main = document.getElementById("content");
    if (main.dataset.refreshMs) keepUpToDate(main);
    const form = document.querySelector("form[data-next]");
    if (form && !document.getElementById("problem")) passLogin(form).catch(() => {});
  });
})();
`;
