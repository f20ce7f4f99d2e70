// What moves on a page without asking the server. Everything works without this file, too.
"use strict";

// The navigation folds away on a phone.
const side = document.querySelector(".side");
const button = document.querySelector(".menu-button");
if (side && button) {
  const fold = (folded) => {
    side.classList.toggle("folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
  };
  button.hidden = false;
  button.addEventListener("click", () => fold(!side.classList.contains("folded")));
  fold(true);
}

// A menu closes with Escape, and when something else is clicked.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.more[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.more[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// What must be read comes in front of the page; it closes with OK or Escape.
for (const dialog of document.querySelectorAll("dialog[data-modal]")) {
  dialog.removeAttribute("open");
  dialog.addEventListener("close", () => document.getElementById("main").focus());
  dialog.showModal();
}

// Leaving a form with unsaved changes asks first: <form data-guard>.
const unsaved = new Set();
for (const form of document.querySelectorAll("form[data-guard]")) {
  const note = () => unsaved.add(form);
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", () => unsaved.clear());
  // What was sent and refused is not saved either.
  if (form.dataset.guard === "unsaved") note();
}
window.addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});

// A box above a list ticks everybody on the page.
for (const box of document.querySelectorAll("[data-pick-all]")) {
  box.hidden = false;
  box.addEventListener("change", () => {
    for (const pick of box.form.querySelectorAll("[name=pick]")) pick.checked = box.checked;
  });
}

// A long list shows what fits the words: <input data-filter="id of the list">.
for (const input of document.querySelectorAll("input[data-filter]")) {
  const entries = [...document.querySelectorAll(`#${input.dataset.filter} > *`)];
  const texts = entries.map((entry) => entry.textContent.toLowerCase());
  input.closest("[hidden]").hidden = false;
  input.addEventListener("change", (event) => event.stopPropagation()); // Looking is no change.
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    const words = input.value.toLowerCase().split(/\s+/);
    entries.forEach((entry, n) => { entry.hidden = !words.every((word) => texts[n].includes(word)); });
  });
}

// Keys press what shows them: <a data-key="j">. They rest while somebody types, and can be
// switched off: <span data-keys hidden>…<button>.
const keys = document.querySelector("[data-keys]");
if (keys) {
  const toggle = keys.querySelector("button");
  const on = () => localStorage.getItem("keys") !== "off";
  const show = () => {
    document.body.classList.toggle("with-keys", on());
    toggle.textContent = on() ? "Switch keys off" : "Switch keys on";
  };
  keys.hidden = false;
  toggle.addEventListener("click", () => { localStorage.setItem("keys", on() ? "off" : "on"); show(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("select, textarea, input:not([type=radio], [type=checkbox])");
    if (!on() || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === event.key.toLowerCase());
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
    wanted.click();
  });
  show();
}

// After a mistake the first field that is wrong has the focus, and so is in sight.
document.querySelector("[aria-invalid=true]")?.focus();
