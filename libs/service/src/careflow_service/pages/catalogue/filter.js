"use strict";
// Shows the events that hold every word typed. Without it the index is whole, and lacks the field.
const box = document.querySelector(".filter");
const typed = box.querySelector("input");
const status = box.querySelector("[role=status]");
const topics = [...document.querySelectorAll("section.topic")].map((section) => [section, [...section.querySelectorAll("li")]]);
const show = () => {
  const words = typed.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const [section, events] of topics) {
    let any = false;
    for (const event of events) {
      const found = words.every((word) => event.dataset.find.includes(word));
      event.hidden = !found;
      any ||= found;
      count += found;
    }
    section.hidden = !any;
  }
  document.querySelector("nav.topics").hidden = words.length > 0;
  status.textContent = words.length === 0 ? "" : count === 1 ? "1 event" : `${count} events`;
};
typed.addEventListener("input", show);
box.hidden = false;
show();
