// Keeps a draft on the node while somebody writes. `data-island="autosave" data-autosave="/…"` on the form, with a
// `.live-note`. It posts the form's fields, without files, after 20 s of quiet and when the page is left; the node
// answers in plain text ("saved 14:03", or why not), which is shown as it is. data-failed is shown when nobody answers.

import { fieldsOf, say } from "./island";

const QUIET_MS = 20_000;
const KEEPALIVE_BYTES = 60_000; // browsers refuse to send more than 64 KiB from a page that is closing

export function autosave(host: HTMLElement): void {
  const address = host.dataset.autosave;
  if (!(host instanceof HTMLFormElement) || !address) return;
  let quiet: number | undefined;
  let saved = fieldsOf(host).toString();

  const save = async (leaving: boolean) => {
    clearTimeout(quiet);
    const fields = fieldsOf(host).toString();
    if (fields === saved) return;
    const before = saved;
    saved = fields;
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: fields,
        headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "text/plain" },
        keepalive: leaving && fields.length < KEEPALIVE_BYTES,
      });
      // Whoever is no longer signed in is led to where one signs in, and nothing was kept.
      if (!answer.ok || answer.redirected) saved = before;
      const inWords = answer.headers.get("Content-Type")?.startsWith("text/plain");
      say(host, inWords ? await answer.text() : host.dataset.failed);
    } catch {
      saved = before;
      say(host, host.dataset.failed);
    }
  };

  const later = () => {
    clearTimeout(quiet);
    quiet = window.setTimeout(() => void save(false), QUIET_MS);
  };
  host.addEventListener("input", later);
  host.addEventListener("change", later);
  host.addEventListener("submit", () => {
    clearTimeout(quiet);
    saved = fieldsOf(host).toString(); // the form itself is on its way
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && host.isConnected) void save(true);
  });
}
