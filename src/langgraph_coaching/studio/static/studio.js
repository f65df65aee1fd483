// Keys and small conveniences; everything works without it but is slower to reach.
"use strict";
(() => {
  const typing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  const items = () => [...document.querySelectorAll("[data-item]")].filter((one) => one.offsetParent !== null);
  let before = "";

  const move = (by) => {
    const all = items();
    const here = all.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
    const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "center" }); }
  };

  const goTo = (key) => {
    for (const link of document.querySelectorAll(".bar nav a")) {
      if (link.querySelector("kbd")?.textContent === key) { link.click(); return true; }
    }
    return false;
  };

  const close = () => {
    const opened = document.querySelector("dialog[open]");
    const confirming = document.querySelector("details.confirm[open]");
    if (confirming) { confirming.open = false; return confirming.querySelector("summary").focus(); }
    if (typing(document.activeElement)) { asking = null; lost = false; return document.activeElement.blur(); }  // on purpose: an answer that is on its way does not bring it back
    if (opened) return opened.close();
    const panel = document.querySelector("#panel [data-close]");
    if (panel) return panel.click();
    document.activeElement?.blur();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return close();
    if (typing(event.target)) return;
    if (before === "g") { before = ""; document.querySelector(".bar").classList.remove("keys"); if (goTo(event.key)) event.preventDefault(); return; }
    const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (own && own.offsetParent !== null) { event.preventDefault(); own.click(); return; }
    if (event.key === "g") { before = "g"; document.querySelector(".bar").classList.add("keys"); }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/") { const field = document.querySelector("[data-search]"); if (field) { event.preventDefault(); field.focus(); field.select(); } }
    else if (event.key === "?") document.querySelector("#keys").showModal();
    else if (event.key === "c" || event.key === "Enter") {
      const item = event.target.closest?.("[data-item]");
      const button = item?.querySelector("[data-coach]");
      if (button && event.target === item) { event.preventDefault(); button.click(); }
    }
  });

  document.addEventListener("click", (event) => {
    const closing = event.target.closest("[data-close]");
    if (closing) {
      const closed = closing.closest(".notice, .closable");
      const opener = openers.get(closed?.parentElement);
      closed?.parentElement.removeChild(closed); // a form with a field `remove` has no method of that name
      const step = closing.hasAttribute("data-hint") && document.querySelector(".step.chosen");
      (step || opener)?.focus();
    }
    for (const one of document.querySelectorAll("details.confirm[open]")) if (!one.contains(event.target)) one.open = false;
    const filling = event.target.closest("[data-fill]");
    if (filling) {
      const field = document.getElementById(filling.dataset.fill);
      const text = field.value;
      field.value = filling.dataset.text;
      filling.dataset.text = text;
      filling.textContent = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    const chosen = event.target.closest("[data-coach]");
    if (chosen) {
      document.querySelectorAll(".step.chosen").forEach((one) => one.classList.remove("chosen"));
      chosen.closest(".step")?.classList.add("chosen");
    }
  });

  const tell = () => {
    for (const place of document.querySelectorAll("[data-ticked]")) {
      place.textContent = String(document.querySelectorAll(`input[name="${CSS.escape(place.dataset.ticked)}"]:checked`).length);
    }
  };
  document.addEventListener("change", tell);
  document.addEventListener("reset", () => setTimeout(tell));

  // What cannot be seen in a field is said beside it: what was typed stays as it is.
  const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e0fff}]/gu;
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("textarea, input:not([type]), input[type=search], input[type=text]")) return;
    const found = [...new Set(field.value.match(UNSEEN))].map((one) => "U+" + one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0"));
    let note = field.parentElement.querySelector(".unseen-note");
    if (!note && found.length) { note = document.createElement("span"); note.className = "unseen-note wait-text small"; field.after(note); }
    if (note) note.textContent = found.length ? `Holds what cannot be seen: ${found.slice(0, 3).join(", ")}` : "";
  });

  // The focus goes on where it was, though what had it is replaced or was disabled meanwhile.
  const openers = new WeakMap();
  const REACHABLE = "button.main, button:not([disabled]), a[href], input:not([type=hidden]), select, textarea";
  let key = null;
  let lost = false;
  let asking = null;
  document.addEventListener("htmx:beforeRequest", (event) => {  // what a page asks by itself takes no focus
    if (event.detail.elt.contains(document.activeElement)) asking = document.activeElement;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (document.activeElement === document.body && asking && event.detail.elt.contains(asking) && !asking.disabled) asking.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (lost && document.activeElement === document.body) return;  // what came meanwhile said only that it is being made
    const had = document.activeElement === document.body ? asking : document.activeElement;
    lost = had && had !== document.body && event.detail.target?.contains(had);
    key = lost ? had.dataset.key : null;
  });
  document.addEventListener("htmx:load", (event) => {
    const come = event.detail.elt;
    if (!lost || document.activeElement !== document.body) return;
    const same = key && come.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const next = same || (come.matches(REACHABLE) ? come : come.querySelector(REACHABLE)) || come.closest("[tabindex]");
    if (next) { lost = false; next.focus({ preventScroll: true }); }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig && event.target.querySelector?.(".closable")) openers.set(event.target, event.detail.requestConfig.elt);
    if (event.target.id === "panel") { event.target.scrollTop = 0; if (innerWidth <= 900) event.target.scrollIntoView(); event.target.querySelector("[autofocus], textarea, input:not([type=hidden])")?.focus({ preventScroll: true }); }
    if (event.target.matches?.(".should-place")) event.target.querySelector("select")?.focus();
  });
  document.addEventListener("htmx:sendError", () => {
    const notice = document.querySelector("#notice");
    notice.textContent = "";
    const line = document.createElement("p");
    line.className = "notice error";
    line.textContent = "The studio does not answer. What you typed is still here; start it again and repeat that.";
    notice.append(line);
  });

  addEventListener("DOMContentLoaded", () => {
    const focus = document.querySelector("[data-focus]")?.dataset.focus;
    const step = focus && document.getElementById(`step-${focus}`);
    if (step) { step.classList.add("chosen"); step.scrollIntoView({ block: "center" }); step.focus({ preventScroll: true }); }
  });
})();
