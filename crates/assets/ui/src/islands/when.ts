// Fields that belong to some sorts of an act alone. `data-island="when"` around the fields; inside, [data-when] names the
// field that decides and [data-codes] the words of it, separated by spaces, with which the element is shown, or hidden
// where it has [data-when-not]. An element that was filled in stays whatever is chosen, and its [data-when-stray] says
// that it does not belong. Without script [data-when-apply] sends the form, and the server draws it so.

export function when(host: HTMLElement): void {
  for (const button of host.querySelectorAll<HTMLElement>("[data-when-apply]")) button.hidden = true;
  const show = () => {
    for (const part of host.querySelectorAll<HTMLElement>("[data-when]")) {
      const chosen = host.querySelector<HTMLSelectElement>(`[name="${CSS.escape(part.dataset.when ?? "")}"]`)?.value ?? "";
      const holds = (part.dataset.codes ?? "").split(" ").includes(chosen);
      if (part.dataset.whenNot !== undefined) {
        part.hidden = holds;
        continue;
      }
      const filled = isFilled(part);
      part.hidden = !holds && !filled;
      const stray = part.querySelector<HTMLElement>("[data-when-stray]");
      if (stray) stray.hidden = holds || chosen === "" || !filled;
    }
  };
  host.addEventListener("change", show);
  show();
}

/** Whether somebody has put anything into it. */
function isFilled(part: HTMLElement): boolean {
  const controls = part.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("input, select, textarea");
  return [...controls].some((control) => control.value !== "");
}
