// Sends files before the form is sent, so that a broken link costs a chunk and not the form. `data-island="upload"
// data-upload="/uploads"` around: <input type="file">, <progress hidden>, a `.live-note`. data-name is the name of the
// hidden inputs that carry the uploads' addresses (default "upload"); buttons with [data-needs-upload] wait for them.
// Words: data-said-sending ("{name}: {percent} %"), -waiting, -done, -failed. Without script the file rides in the form.

import { say } from "./island";
import { send } from "./tus";

export function upload(host: HTMLElement): void {
  const input = host.querySelector<HTMLInputElement>("input[type=file]");
  const to = host.dataset.upload;
  if (!input || !to || !window.isSecureContext) return; // without checksums the form's own way is the honest one
  const name = host.dataset.name ?? "upload";
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    if (files.length === 0) return;
    void sendAll(host, input, files, to, name);
  });
}

async function sendAll(host: HTMLElement, input: HTMLInputElement, files: File[], to: string, name: string): Promise<void> {
  const bar = host.querySelector("progress");
  const keepOpen = (event: BeforeUnloadEvent) => event.preventDefault();
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  begin(host, input, bar, total);
  window.addEventListener("beforeunload", keepOpen);
  try {
    for (const file of files) {
      const show = (sent: number) => {
        if (bar) bar.value = before + sent;
        const percent = Math.floor((100 * (before + sent)) / Math.max(total, 1));
        say(host, host.dataset.saidSending?.replace("{name}", () => file.name).replace("{percent}", String(percent)));
      };
      show(0);
      const waiting = () => say(host, host.dataset.saidWaiting);
      const address = await send(file, { to, headers: proofOf(host), begun: begunFor(host, file), progress: show, waiting });
      host.append(carrying(name, address));
      before += file.size;
    }
    input.value = ""; // or the browser would send it all again with the form
    input.required = false;
    finish(host, input, bar, true);
  } catch {
    finish(host, input, bar, false);
  } finally {
    window.removeEventListener("beforeunload", keepOpen);
  }
}

/** Where the page says that a file of this name and size was begun to be sent before, in another session perhaps. */
function begunFor(host: HTMLElement, file: File): string | undefined {
  const path = file.webkitRelativePath || file.name;
  const begun = [...(host.closest("form") ?? host).querySelectorAll<HTMLElement>("[data-begun]")];
  return begun.find((one) => one.dataset.path === path && one.dataset.length === String(file.size))?.dataset.begun;
}

function begin(host: HTMLElement, input: HTMLInputElement, bar: HTMLProgressElement | null, total: number): void {
  input.disabled = true;
  hold(host, true);
  if (!bar) return;
  bar.hidden = false;
  bar.max = Math.max(total, 1);
  bar.value = 0;
}

function finish(host: HTMLElement, input: HTMLInputElement, bar: HTMLProgressElement | null, done: boolean): void {
  input.disabled = false;
  if (!done) input.value = "";
  if (bar) bar.hidden = true;
  hold(host, !done && !host.querySelector("[data-carried]"));
  say(host, done ? host.dataset.saidDone : host.dataset.saidFailed);
}

function hold(host: HTMLElement, held: boolean): void {
  const form = host.closest("form") ?? host;
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-needs-upload]")) button.disabled = held;
}

function carrying(name: string, address: string): HTMLInputElement {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = name;
  hidden.value = address;
  hidden.dataset.carried = "";
  return hidden;
}

/** The form's proof that the request is meant, sent as a header because these requests have no form fields. */
function proofOf(host: HTMLElement): Record<string, string> {
  const field = host.closest("form")?.querySelector<HTMLInputElement>("input[name=csrf]");
  return field ? { "X-CSRF": field.value } : {};
}
