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
    if (typing(document.activeElement)) return document.activeElement.blur();
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
      closing.closest(".notice, .closable")?.remove();
      if (closing.hasAttribute("data-hint")) document.querySelector(".step.chosen")?.focus();
    }
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

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "panel") { event.target.scrollTop = 0; if (innerWidth <= 900) event.target.scrollIntoView(); event.target.querySelector("[autofocus], textarea, input:not([type=hidden])")?.focus({ preventScroll: true }); }
    if (event.target.id === "notice" && event.target.children.length) event.target.scrollIntoView({ block: "nearest" });
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
