// The test page: a turn is shown while it happens. Without it each turn is shown once it has ended.
"use strict";
(() => {
  const test = document.querySelector("#test");
  if (!test) return;
  const turns = test.querySelector("#turns");
  const log = test.querySelector("#log");
  const field = test.querySelector("#said");
  const notice = document.querySelector("#notice");
  let reading = false;

  const bottom = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 120;
  const toBottom = () => scrollTo(0, document.documentElement.scrollHeight);

  const take = (line) => {
    if (line.chat) {
      document.querySelectorAll("#test input[name=chat]").forEach((one) => { one.value = line.chat; });
      history.replaceState(null, "", line.address);
      return;
    }
    const place = document.getElementById(line.to);
    if (!place) return;
    const follow = bottom();
    if (line.add !== undefined) { place.insertAdjacentHTML("beforeend", line.add); if (place.lastElementChild) htmx.process(place.lastElementChild); }
    else { place.outerHTML = line.put; htmx.process(document.getElementById(line.to)); }
    if (follow) toBottom();
  };

  const read = async (answer) => {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      lines.filter(Boolean).forEach((line) => take(JSON.parse(line)));
    }
  };

  const say = (text) => {
    const line = document.createElement("p");
    line.className = "notice error";
    line.textContent = text;
    notice.replaceChildren(line);
  };

  const talk = async (form, button) => {
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.append(button.name, button.value);
    const asked = field.value;
    reading = true;
    notice.replaceChildren();
    test.classList.add("talking");
    log.setAttribute("aria-busy", "true");
    if (form.id === "composer") field.value = "";
    toBottom();
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (answer.ok && answer.body && answer.headers.get("content-type").includes("ndjson")) await read(answer);
      else {
        if (form.id === "composer" && !field.value) field.value = asked;
        notice.innerHTML = await answer.text();
      }
    } catch {
      if (form.id === "composer" && !field.value && !turns.querySelector(".answering")) field.value = asked;
      say("The studio does not answer any more. Start it again; what was said so far is among the conversations.");
    }
    reading = false;
    test.classList.remove("talking");
    log.setAttribute("aria-busy", "false");
    const open = turns.querySelector(".turn:last-child .question input:not([type=hidden]), .turn:last-child .question button");
    if (open) open.focus();
    else if (form.id === "composer" && !document.querySelector("#draft")) field.focus({ preventScroll: true });
  };

  document.addEventListener("submit", (event) => {
    if (event.target.id === "stop") {
      event.preventDefault();
      fetch(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target)), headers: { "HX-Request": "true" } });
    } else if (event.target.matches("[data-turn]")) {
      event.preventDefault();
      if (!reading) talk(event.target, event.submitter);
    }
  });

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (field.value.trim()) field.form.requestSubmit();
  });

  document.addEventListener("htmx:afterSwap", (event) => {  // once it is saved, the next thing is to try again
    const saved = event.target.id === "panel" && event.target.querySelector(".saved");
    if (!saved) return;
    const again = document.createElement("button");
    again.className = "main";
    again.textContent = "Try again";
    again.setAttribute("form", "again");
    saved.querySelector("p.next").prepend(again);
    again.focus({ preventScroll: true });
  });

  if (turns.children.length) toBottom();
})();
