// Keys for people who work here all day. `data-island="keyboard"` once, on the body. WCAG 2.1.4: single keys can be
// switched off (<html data-shortcuts="off">, a person's setting) and never act while somebody types or composes.
//
//   ?        help: <template id="keyboard-help">, its heading has id="keyboard-help-title", its button closes
//   /        [data-search] or the first search field
//   j k      next and previous of the children of [data-rows]; Enter then follows that row's first link
//   others   whatever carries data-key="e" or data-key="g m": links are followed, buttons pressed, fields focused; what
//            stands in rows is meant in the row one is at and in no other, so that no key ever signs something unseen

const REMEMBERED_MS = 1500;

/** The id of the row somebody was in last; at first the one the address comes back to. */
let last = "";

export function keyboard(): void {
  last = location.hash.slice(1);
  document.addEventListener("focusin", (event) => {
    const row = rows().find((row) => row.contains(event.target as Node));
    if (row) last = row.id;
  });
  let prefix = "";
  let prefixAt = 0;
  document.addEventListener("keydown", (event) => {
    if (isOff(event)) return;
    const recent = event.timeStamp - prefixAt < REMEMBERED_MS ? prefix : "";
    const typed = recent ? `${recent} ${event.key}` : event.key;
    prefix = "";
    if (act(typed)) {
      event.preventDefault();
    } else if (!recent && document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
      prefix = event.key;
      prefixAt = event.timeStamp;
    }
  });
}

function isOff(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (event.key.length !== 1 || document.documentElement.dataset.shortcuts === "off") return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));
}

/** Whether the keys typed meant something here, and it was done. */
function act(typed: string): boolean {
  if (typed === "?") return showHelp();
  if (typed === "/") return focusOn(document.querySelector<HTMLElement>("[data-search], input[type=search]"));
  if (typed === "j") return moveInRows(1);
  if (typed === "k") return moveInRows(-1);
  const keyed = [...document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(typed)}"]:not(:disabled)`)];
  const inRows = keyed.some((element) => element.closest("[data-rows]"));
  const row = inRows ? current(rows()) : undefined;
  if (inRows && !row) return moveInRows(1);
  const target = row ? keyed.find((element) => row.contains(element)) : keyed[0];
  if (!target) return false;
  if (target.matches("a, button, summary")) target.click();
  else target.focus();
  return true;
}

function focusOn(element: HTMLElement | null | undefined): boolean {
  element?.focus();
  return Boolean(element);
}

function showHelp(): boolean {
  const template = document.querySelector<HTMLTemplateElement>("template#keyboard-help");
  if (!template) return false;
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "keyboard-help-title");
  dialog.append(template.content.cloneNode(true));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || (event.target as Element).closest("button")) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

function rows(): HTMLElement[] {
  const list = document.querySelector("[data-rows]");
  return list ? ([...list.children].filter((row) => !(row as HTMLElement).hidden) as HTMLElement[]) : [];
}

/** The row somebody types in; else the one they were in last, by its id, for a list may have been fetched anew since. */
function current(all: HTMLElement[]): HTMLElement | undefined {
  const typing = all.find((row) => row.contains(document.activeElement));
  return typing ?? all.find((row) => row.id !== "" && row.id === last) ?? all.find((row) => row.dataset.here !== undefined);
}

function moveInRows(step: 1 | -1): boolean {
  const all = rows();
  if (all.length === 0) return false;
  const row = current(all);
  const here = row ? all.indexOf(row) : -1;
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, here + step))];
  last = next?.id ?? "";
  for (const row of all) row.toggleAttribute("data-here", row === next);
  const inside = next?.querySelector<HTMLElement>("a[href], button:not(:disabled)");
  inside?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return true;
}
