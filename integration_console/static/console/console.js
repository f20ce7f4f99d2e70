// Folds the navigation away on a phone. Without this file it simply stays open.
"use strict";

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
