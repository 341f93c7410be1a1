// A form that came back with errors: the summary gets the focus, and its links lead into the fields, label in sight.
// Needs `.error-summary` with tabindex="-1"; without script the summary is still first on the page.

const seen = new WeakSet<Element>();

function leadToField(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href^='#']") : null;
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const above = field.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  (above ?? field).scrollIntoView();
  field.focus({ preventScroll: true });
}

/** Focuses the first summary in `root` that is new on the page. */
export function focusErrors(root: Element): void {
  const summary = root.matches(".error-summary") ? root : root.querySelector(".error-summary");
  if (!(summary instanceof HTMLElement) || seen.has(summary)) return;
  seen.add(summary);
  summary.addEventListener("click", leadToField);
  summary.focus();
}
