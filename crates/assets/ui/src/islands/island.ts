// What all islands share: being started once for their element, and speaking politely.

/** Makes one element livelier. Called once for each element; whatever it shows in words comes from the page. */
export type Island = (host: HTMLElement) => void;

const started = new WeakMap<Element, Set<string>>();

/** Starts every island in `root` that has not been started; unknown names are left alone. */
export function startAll(root: Element, islands: Record<string, Island>): void {
  const hosts = [...root.querySelectorAll<HTMLElement>("[data-island]")];
  if (root instanceof HTMLElement && root.dataset.island !== undefined) hosts.unshift(root);
  for (const host of hosts) {
    const before = started.get(host) ?? new Set<string>();
    started.set(host, before);
    for (const name of (host.dataset.island ?? "").split(/\s+/)) {
      const island = Object.hasOwn(islands, name) ? islands[name] : undefined;
      if (!island || before.has(name)) continue;
      before.add(name);
      island(host);
    }
  }
}

/** Says something in the `.live-note` of `near` (or of the parent): visible, and read out when nothing else is. */
export function say(near: Element, words: string | undefined): void {
  const note = near.querySelector<HTMLElement>(".live-note") ?? near.parentElement?.querySelector<HTMLElement>(".live-note");
  if (!note || words === undefined) return;
  if (!note.hasAttribute("role")) note.setAttribute("role", "status");
  note.textContent = "";
  // The same words twice are read out only when the region was empty between.
  requestAnimationFrame(() => (note.textContent = words));
}

/** Waits 1 s, 2 s, 4 s … up to a minute, a fifth more or less, so that many desks do not come back at once. */
export function backOff(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** failures) * (0.8 + Math.random() * 0.4);
}

/** A form's fields as the browser would send them, files left out. */
export function fieldsOf(form: HTMLFormElement, submitter?: HTMLElement | null): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") fields.append(name, value);
  return fields;
}
