// Keys and dialogs of the review desk. Everything works by mouse and form without it too, but for
// the dialogs; htmx sends verdicts and renews the lease.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = document.body.classList;
  let current = null; // key of the chosen finding or item
  let turn = 0;

  function choose(items, item) {
    items.forEach(one => one.classList.toggle("current", one === item));
    if (item) { item.scrollIntoView({ block: "nearest" }); item.focus({ preventScroll: true }); }
  }
  function step(items, by) {
    if (!items.length) return null;
    const at = items.findIndex(one => one.classList.contains("current"));
    const item = items[Math.min(items.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    choose(items, item);
    return item;
  }
  const subjects = () => all("#panel [data-subject]");
  function show(subject) {
    if (!subject) return;
    current = subject.dataset.subject;
    let first = null;
    all("mark").forEach(mark => {
      const own = mark.dataset.marks.split(" ").includes(current);
      mark.classList.toggle("current", own);
      if (own) first = first || mark;
    });
    if (first) first.scrollIntoView({ block: "center" });
  }
  function moveTurn(by) {
    const turns = all(".turn");
    if (!turns.length) return;
    const item = step(turns, by);
    turn = Number(item.dataset.turn);
    item.scrollIntoView({ block: "center" });
  }
  function open(name, from) {
    const dialog = document.getElementById(name);
    if (!dialog || dialog.open) return;
    if (name === "missed") fillMissed(dialog);
    if (name === "comment") $("[name=turn]", dialog).value = from && from.dataset.turn !== undefined ? from.dataset.turn : String(turn);
    dialog.showModal();
    const field = $(name === "missed" ? "select" : "input:not([type=hidden])", dialog);
    if (field) field.focus();
  }
  // What is selected in the conversation, else the words of the chosen turn.
  function fillMissed(dialog) {
    const form = $("form", dialog);
    const range = window.getSelection().rangeCount ? window.getSelection().getRangeAt(0) : null;
    const at = node => (node.nodeType === 1 ? node : node.parentElement).closest("[data-start]");
    const piece = range && !range.collapsed ? at(range.startContainer) : null;
    const line = piece ? piece.closest("[data-turn]") : $(`#turn-${turn}`);
    form.turn.value = line.dataset.turn;
    if (piece && line.contains(range.endContainer)) {
      form.quote.value = range.toString();
      // Counted in code points, as everywhere.
      form.start.value = Number(piece.dataset.start) + [...piece.textContent.slice(0, range.startOffset)].length;
    } else {
      form.quote.value = $(".bubble", line).textContent;
      form.start.value = "";
    }
  }
  function press(verdict) {
    const subject = subjects().find(one => one.classList.contains("current"));
    const button = subject && $(`.judge [value=${verdict}]`, subject);
    if (button) button.click();
  }
  function send(id) { const form = document.getElementById(id); if (form) form.requestSubmit(); }
  function close(resolution) { const button = $(`#close [value=${resolution}]`); if (button) button.click(); }

  const keys = on.contains("case") ? {
    j: () => show(step(subjects(), 1)), k: () => show(step(subjects(), -1)),
    ArrowDown: () => show(step(subjects(), 1)), ArrowUp: () => show(step(subjects(), -1)),
    1: () => press("right"), 2: () => press("partly"), 3: () => press("wrong"),
    "[": () => moveTurn(-1), "]": () => moveTurn(1),
    m: () => open("missed"), t: () => open("comment"), v: () => open("reveal"),
    l: () => send("do-claim"), r: () => send("do-release"),
    c: () => close("confirmed"), x: () => close("dismissed"), q: () => $("#back").click(),
  } : on.contains("queue") ? {
    j: () => step(all("[data-row]"), 1), k: () => step(all("[data-row]"), -1),
    ArrowDown: () => step(all("[data-row]"), 1), ArrowUp: () => step(all("[data-row]"), -1),
    Enter: () => { const row = $("[data-row].current"); if (row) $("a.open", row).click(); },
    n: () => send("next"), "/": () => $("#search").focus(),
  } : {};

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && typing && !event.target.closest("dialog")) {
      event.target.blur();
      const why = event.target.closest(".why");
      if (why) { why.hidden = true; show(subjects().find(one => one.dataset.subject === current)); }
      return;
    }
    if (typing || $("dialog[open]")) return;
    if (event.key === "Enter" && event.target.matches("a, button, summary")) return;
    if (event.key === "?") { event.preventDefault(); open("help"); return; }
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("click", event => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open, opener);
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    const asks = event.target.closest("[data-ask]");
    if (asks) {
      const why = $(".why", asks.closest(".person"));
      why.hidden = false;
      $("[name=reason]", why).required = true;
      $("[name=reason]", why).focus();
    }
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a")) $("a.open", row).click();
    const subject = event.target.closest("[data-subject]");
    if (subject && !event.target.closest("button, input")) { choose(subjects(), subject); show(subject); }
    const mark = event.target.closest("mark");
    if (mark && window.getSelection().isCollapsed) {
      const own = subjects().find(one => mark.dataset.marks.split(" ").includes(one.dataset.subject));
      if (own) { choose(subjects(), own); show(own); }
    }
    const line = event.target.closest("[data-turn].turn");
    if (line) turn = Number(line.dataset.turn);
  });
  // After a verdict the next subject without one is chosen: a key for each is enough.
  document.addEventListener("htmx:afterSwap", () => {
    const list = subjects();
    const at = list.findIndex(one => one.dataset.subject === current);
    const next = list.slice(at + 1).find(one => $(".pending", one)) || list[at];
    choose(list, next);
    show(next);
  });
  document.addEventListener("htmx:responseError", event => {
    const lost = $("#lost");
    if (lost && event.detail.xhr.status === 409) { lost.hidden = false; lost.scrollIntoView(); const renew = $("#renew"); if (renew) renew.remove(); }
  });
  if (on.contains("case")) {
    const place = /^#turn-(\d+)$/.exec(location.hash);
    if (place) turn = Number(place[1]);
    const list = subjects();
    const first = list.find(one => $(".pending", one)) || list[0];
    if (first) { choose(list, first); if (!place) show(first); else current = first.dataset.subject; }
  }
})();
