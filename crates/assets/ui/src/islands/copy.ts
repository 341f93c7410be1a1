// A button that copies: `data-island="copy" data-copy="text"`, or data-copy-from="id of an element"; data-copied are
// the words said in the `.live-note` beside it. Where the browser has no clipboard the button goes away.

import { say } from "./island";

export function copy(host: HTMLElement): void {
  if (!navigator.clipboard) {
    host.hidden = true;
    return;
  }
  host.addEventListener("click", (event) => {
    event.preventDefault();
    const source = document.getElementById(host.dataset.copyFrom ?? "");
    const words = host.dataset.copy ?? source?.innerText.replace(/\s+/g, " ").trim() ?? "";
    navigator.clipboard.writeText(words).then(
      () => say(host, host.dataset.copied),
      () => undefined, // the text is on the page and can be marked by hand
    );
  });
}
