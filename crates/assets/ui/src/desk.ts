// What makes the desk's pages quicker. Every page works without it; nothing here decides anything, keeps anything in
// the browser's storage or speaks to anybody but the node that served the page. Each island is started by the name in
// `data-island` (several are separated by spaces) and says in its own file what it expects of the page.

import "./htmx_settings";
import htmx from "htmx.org";
import { autosave } from "./islands/autosave";
import { bell } from "./islands/bell";
import { copy } from "./islands/copy";
import { focusErrors } from "./islands/errors";
import { startAll, type Island } from "./islands/island";
import { keyboard } from "./islands/keyboard";
import { live } from "./islands/live";
import { passkey } from "./islands/passkey";
import { rows } from "./islands/rows";
import { theme } from "./islands/theme";
import { localTimes } from "./islands/times";
import { upload } from "./islands/upload";
import { when } from "./islands/when";

const islands: Record<string, Island> = {
  autosave,
  bell,
  copy,
  keyboard,
  live: (host) => live(host, () => htmx.trigger(document.body, "changed")),
  passkey,
  rows,
  theme,
  times: localTimes,
  upload,
  when,
};

/** Stands where htmx would make functions from text; no page of ours asks for that, and the policy forbids it. */
class NoCodeFromText {
  constructor() {
    throw new Error("no code from text");
  }
}

htmx.registerExtension("no-code-from-text", {
  init: (api: { initSecurity(policy: undefined, sync: unknown, async: unknown): void }) =>
    api.initSecurity(undefined, NoCodeFromText, NoCodeFromText),
});

/** Shows the page's own words for a request that failed (`data-request-failed`), and hides them when one succeeds. */
function showFailure(failed: boolean): void {
  for (const note of document.querySelectorAll<HTMLElement>("[data-request-failed]")) note.hidden = !failed;
}

function watchRequests(): void {
  document.addEventListener("htmx:response:error", (event) => {
    const status = (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail?.ctx?.response?.status;
    if (status === 401) location.reload(); // the session ended: the server shows where to sign in, and comes back
    else if (status !== 422) showFailure(true); // 422 brings the form with what is wrong in it
  });
  document.addEventListener("htmx:error", () => showFailure(true));
  document.addEventListener("htmx:after:swap", () => showFailure(false));
  document.addEventListener("htmx:after:process", (event) => start(event.target));
}

function start(root: EventTarget | null): void {
  if (!(root instanceof Element)) return;
  startAll(root, islands);
  focusErrors(root);
}

watchRequests();
start(document.documentElement);
