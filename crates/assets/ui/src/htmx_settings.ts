// How htmx is set, before it wakes: this module must be imported first, for htmx reads the element while loading.
// No styles of its own, only our own origin, no pages kept in the browser ("reload": going back asks the server again),
// a part fetched anew changes in place and leaves alone where somebody is (`data-here`) and what they opened,
// nothing swapped in for answers that are whole pages of their own (sign in, not found, failures).

const meta = document.createElement("meta");
meta.name = "htmx-config";
meta.content = JSON.stringify({
  includeIndicatorCSS: false,
  mode: "same-origin",
  history: "reload",
  defaultTimeout: 30000,
  morphIgnore: ["data-htmx-powered", "data-here", "open"],
  noSwap: [204, 304, 401, 403, 404, 429, "5xx"],
});
document.head.append(meta);

export {};
