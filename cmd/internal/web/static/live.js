// The live feed of the console. Rows never move under the reader: a known case changes in place, new ones wait behind a
// button, and the feed can be paused. Without this file every page works by reloading.
"use strict";

// "n" takes the next case, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const next = document.getElementById("next");
  const typing = event.target.closest("input, textarea, select");
  if (next && event.key === "n" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) next.click();
});

(() => {
  const bar = document.getElementById("live");
  if (!bar || !window.EventSource) return;
  const pill = document.getElementById("pill");
  const pause = document.getElementById("pause");
  const said = document.getElementById("said");
  const clock = document.getElementById("clock");
  const fresh = new Set();
  let source = null;
  let last = bar.dataset.after;
  let announced = 0;
  let pending = 0;
  let stale = false;

  function show(text) {
    pill.textContent = text;
    pill.hidden = false;
    // A screen reader hears the newest count, at most every ten seconds (WCAG 4.1.3).
    clearTimeout(pending);
    pending = setTimeout(() => {
      announced = Date.now();
      said.textContent = text;
    }, Math.max(0, announced + 10000 - Date.now()));
  }

  function update(row, shown) {
    const focused = row.contains(document.activeElement);
    row.innerHTML = shown.html;
    row.classList.toggle("closed", shown.closed);
    row.classList.add("changed");
    if (focused) row.querySelector("a").focus();
  }

  function changed(event) {
    last = event.lastEventId;
    const news = JSON.parse(event.data);
    clock.textContent = news.clock;
    if (bar.dataset.customer) {
      if (news.customer === bar.dataset.customer) show(pill.dataset.changed);
      return;
    }
    for (const shown of news.cases) {
      const row = document.querySelector(`tr[data-case="${CSS.escape(shown.id)}"]`);
      if (row) update(row, shown);
      else if (shown.closed) fresh.delete(shown.id);
      else fresh.add(shown.id);
    }
    // Only a reload helps a page that has missed changes, so that offer stays.
    if (stale) return;
    if (fresh.size > 0) show(pill.dataset.new.replace("{n}", fresh.size));
    else pill.hidden = true;
  }

  function listen() {
    source = new EventSource("/events?after=" + encodeURIComponent(last));
    source.addEventListener("change", changed);
    source.addEventListener("reset", (event) => {
      last = event.lastEventId;
      stale = true;
      show(pill.dataset.reset);
    });
  }

  pause.addEventListener("click", () => {
    const paused = source !== null;
    pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
    if (paused) {
      source.close();
      source = null;
    } else {
      listen();
    }
  });
  pill.addEventListener("click", () => location.reload());
  // Typed notes must not be lost to a reload by mistake, and a page left behind must not hold a feed.
  window.addEventListener("pagehide", () => source && source.close());
  bar.hidden = false;
  listen();
})();
