// Times on a page are the server's (UTC or the desk's own). `data-island="times"` on a part of the page adds, to each
// <time datetime="…Z" data-local="当地时间 {time}"> in it, the time where this browser is. Never instead of the other.
// A button with data-times-toggle, hidden until there is something to hide, takes those additions away and back.

export function localTimes(host: HTMLElement): void {
  add(host);
  // A part that changed in place holds the server's times alone again.
  document.addEventListener("htmx:after:settle", () => add(host));
}

function add(host: HTMLElement): void {
  const lang = document.documentElement.lang;
  // English as most of the world writes it, with the day first and 24 hours, as the page itself does.
  const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang || undefined, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  for (const time of host.querySelectorAll<HTMLTimeElement>("time[data-local][datetime]")) {
    const instant = new Date(time.dateTime);
    if (Number.isNaN(instant.getTime()) || time.dataset.shown || instant.getTimezoneOffset() === 0) continue;
    time.dataset.shown = "yes";
    const note = document.createElement("span");
    note.className = "text-secondary no-print local-time";
    note.textContent = ` ${(time.dataset.local || "({time})").replace("{time}", format.format(instant))}`;
    time.append(note);
  }
  toggle(host.querySelector<HTMLButtonElement>("[data-times-toggle]"), host);
}

const toggled = new WeakSet<HTMLButtonElement>();

function toggle(button: HTMLButtonElement | null, host: HTMLElement): void {
  if (!button || !host.querySelector(".local-time")) return;
  button.hidden = false;
  const root = document.documentElement;
  button.setAttribute("aria-pressed", String(root.hasAttribute("data-utc-only")));
  if (toggled.has(button)) return;
  toggled.add(button);
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(root.toggleAttribute("data-utc-only"))));
}
