// A list of like items (victims, accounts, vehicles) that grows and shrinks. `data-island="rows" data-repeat`, with
// data-next (the next number), perhaps data-max; inside: [data-repeat-list], a <template> whose names, ids and
// references say __n__ for the number, and [data-repeat-add]; each item `.repeat-item` with [data-repeat-remove].
// Without script the same buttons submit the form and the server adds or removes. Words: data-said-added, -removed.

import { say } from "./island";

export function rows(host: HTMLElement): void {
  const list = host.querySelector<HTMLElement>("[data-repeat-list]");
  const template = host.querySelector("template");
  const add = host.querySelector<HTMLButtonElement>("[data-repeat-add]");
  if (!list || !template || !add) return;

  const full = () => (add.disabled = list.children.length >= Number(host.dataset.max ?? Infinity));

  host.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button === add) {
      event.preventDefault();
      const item = numbered(template, host);
      list.append(item);
      item.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
      say(host, host.dataset.saidAdded);
    } else if (button?.matches("[data-repeat-remove]")) {
      event.preventDefault();
      button.closest(".repeat-item")?.remove();
      add.disabled = false;
      add.focus();
      say(host, host.dataset.saidRemoved);
      host.dispatchEvent(new Event("change", { bubbles: true })); // a draft is saved without it
    }
    full();
  });
  full();
}

/** A new item with its own number in every attribute that says __n__; numbers are never used twice on a page. */
function numbered(template: HTMLTemplateElement, host: HTMLElement): HTMLElement {
  const number = host.dataset.next ?? "0";
  host.dataset.next = String(Number(number) + 1);
  const item = document.createElement("div");
  item.append(template.content.cloneNode(true));
  for (const element of item.querySelectorAll("*"))
    for (const attribute of element.attributes)
      if (attribute.value.includes("__n__")) attribute.value = attribute.value.replaceAll("__n__", number);
  const only = item.children.length === 1 ? item.firstElementChild : null;
  if (only instanceof HTMLElement && only.matches(".repeat-item")) return only;
  item.className = "repeat-item";
  return item;
}
