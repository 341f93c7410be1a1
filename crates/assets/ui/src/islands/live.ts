// Tells the page that something changed. `data-island="live" data-live="/live"`, with data-say for the announcement and
// a `.live-note`. The stream says only that something changed; what, the page's own parts ask for again, each with
// hx-trigger="changed from:body". While the page is hidden nothing is fetched; it is made up for when it is seen.

import { backOff, say } from "./island";

const TOGETHER_MS = 400; // one exchange with a partner brings several changes at once

export function live(host: HTMLElement, refresh: () => void): void {
  const address = host.dataset.live;
  if (!address) return;
  let failures = 0;
  let waiting: number | undefined;
  let missed = false;

  const changed = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      missed = document.hidden;
      if (missed) return;
      refresh();
      say(host, host.dataset.say);
    }, TOGETHER_MS);
  };

  let stream: EventSource | undefined;
  const listen = () => {
    if (!host.isConnected) return;
    stream = new EventSource(address);
    stream.addEventListener("open", () => {
      if (failures > 0) changed(); // what happened while we were deaf
      failures = 0;
    });
    stream.addEventListener("changed", changed);
    stream.addEventListener("error", () => {
      stream?.close(); // the browser's own way of trying again knows no back-off, and gives up on refusals
      window.setTimeout(listen, backOff(failures++));
    });
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && missed) changed();
  });
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
  listen();
}
