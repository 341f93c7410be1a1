// The switch between light, dark and "as the system": a form of its own that works by itself; here without a reload.
// `data-island="theme"` on the form; its fields or buttons are named "theme". Any value but light and dark means unset.

import { fieldsOf } from "./island";

export function theme(host: HTMLElement): void {
  if (!(host instanceof HTMLFormElement)) return;
  host.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = fieldsOf(host, event.submitter);
    fetch(host.action, { method: "POST", body: fields, redirect: "manual" })
      .then((answer) => {
        // A redirect back to the page is the answer people without script get; its cookie is set all the same.
        if (!answer.ok && answer.type !== "opaqueredirect") throw new Error(String(answer.status));
        wear(fields.get("theme") ?? "", host);
      })
      .catch(() => location.reload());
  });
}

function wear(chosen: string, host: HTMLFormElement): void {
  const root = document.documentElement;
  if (chosen === "light" || chosen === "dark") root.dataset.bsTheme = chosen;
  else delete root.dataset.bsTheme;
  for (const button of host.querySelectorAll<HTMLButtonElement>("button[name=theme]"))
    button.setAttribute("aria-pressed", String(button.value === chosen));
}
