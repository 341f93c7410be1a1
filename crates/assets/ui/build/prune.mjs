// Takes a compiled stylesheet and leaves only what the desk uses, so that the first page stays small on a poor link.
//
// A rule stays when every class in its selector is kept (keep.txt); then keyframes and custom properties that nothing
// names any more go too. It is no minifier (esbuild is) and understands no nesting: Tabler's compiled file has none.
// Dark rules by selector are repeated for those who chose no theme but whose system is dark.

/** Splits a stylesheet into statements and blocks; strings, comments and url() are passed over whole. */
export function parse(css) {
  let at = 0;
  const block = () => {
    const nodes = [];
    let start = at;
    const text = (end) => css.slice(start, end).replace(/\/\*[\s\S]*?\*\//g, "").trim();
    while (at < css.length) {
      const c = css[at];
      if (c === "/" && css[at + 1] === "*") at = css.indexOf("*/", at) + 2;
      else if (c === '"' || c === "'") at = endOfString(css, at);
      else if (c === "(") at = endOfParentheses(css, at);
      else if (c === ";") {
        if (text(at)) nodes.push({ text: text(at) });
        start = ++at;
      } else if (c === "{") {
        const prelude = text(at++);
        nodes.push({ prelude, inside: block() });
        start = at;
      } else if (c === "}") {
        if (text(at)) nodes.push({ text: text(at) });
        at++;
        return nodes;
      } else at++;
    }
    return nodes;
  };
  return block();
}

function endOfString(css, at) {
  const quote = css[at++];
  while (css[at] !== quote) at += css[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfParentheses(css, at) {
  for (let depth = 0; at < css.length; ) {
    const c = css[at];
    if (c === '"' || c === "'") {
      at = endOfString(css, at);
      continue;
    }
    depth += c === "(" ? 1 : c === ")" ? -1 : 0;
    at++;
    if (depth === 0) break;
  }
  return at;
}

const write = (nodes) =>
  nodes.map((n) => (n.inside ? `${n.prelude}{${write(n.inside)}}` : `${n.text};`)).join("\n");

function splitSelectors(prelude) {
  const parts = [];
  let start = 0;
  for (let at = 0; at <= prelude.length; at++) {
    if (prelude[at] === "(") at = endOfParentheses(prelude, at) - 1;
    else if (prelude[at] === "," || at === prelude.length) {
      parts.push(prelude.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts;
}

// Other ways to ask for a theme, parts of Tabler's script and its taste in scroll bars: nothing our pages use.
const FOREIGN = /\.theme-|\[data-theme|data-bs-navbar-theme|body\[data-bs-theme|\[dir=|:host|navbar-folded|data-bs-(toggle|layout)|data-vc|\[class[*^]=|scrollbar/;

/** Whether a rule can ever match on our pages. What a selector excludes by :not() need not be kept to be excluded. */
function selectorStays(selector, keep) {
  if (FOREIGN.test(selector)) return false;
  let asked = selector;
  for (let at; (at = asked.indexOf(":not(")) >= 0; ) asked = asked.slice(0, at) + asked.slice(endOfParentheses(asked, at + 4));
  return [...asked.matchAll(/\.(-?[_a-zA-Z][\w-]*)/g)].every(([, name]) => keep(name));
}

const DARK = "[data-bs-theme=dark]";
const UNCHOSEN = ":root:not([data-bs-theme=light])";

/** The rule, and for a dark one the same for people whose system is dark and who chose nothing. */
function ruleFor(node, keep) {
  const selectors = splitSelectors(node.prelude).filter((s) => selectorStays(s, keep));
  if (selectors.length === 0) return [];
  const rules = [{ prelude: selectors.join(","), inside: node.inside }];
  const dark = selectors.filter((s) => s.startsWith(DARK));
  if (dark.length > 0) {
    const prelude = dark.map((s) => s.replace(DARK, UNCHOSEN)).join(",");
    rules.push({ prelude: "@media (prefers-color-scheme:dark)", inside: [{ prelude, inside: node.inside }] });
  }
  return rules;
}

function filterRules(nodes, keep) {
  return nodes.flatMap((node) => {
    if (!node.inside) return node.text.startsWith("@charset") ? [] : [node];
    if (node.prelude.startsWith("@media")) {
      const inside = filterRules(node.inside, keep);
      return inside.length > 0 ? [{ ...node, inside }] : [];
    }
    return node.prelude.startsWith("@") ? [node] : ruleFor(node, keep);
  });
}

/** Takes away custom properties and keyframes that neither these rules nor `ours` name, until none is left over. */
function dropUnnamed(nodes, ours) {
  for (;;) {
    const css = write(nodes) + ours;
    const used = new Set([...css.matchAll(/var\(\s*(--[\w-]+)/g)].map((m) => m[1]));
    const walked = css.match(/animation[\w-]*:[^;}]*/g)?.join(" ") ?? "";
    let dropped = 0;
    const walk = (list) =>
      list.flatMap((n) => {
        const property = n.text?.match(/^(--[\w-]+)\s*:/)?.[1];
        const frames = n.prelude?.match(/^@keyframes\s+([\w-]+)/)?.[1];
        const gone = (property && !used.has(property)) || (frames && !walked.includes(frames)) || n.inside?.length === 0;
        if (gone) dropped++;
        return gone ? [] : [n.inside ? { ...n, inside: walk(n.inside) } : n];
      });
    nodes = walk(nodes);
    if (dropped === 0) return nodes;
  }
}

/** Compiles keep.txt into a question about one class name. */
export function keepFrom(text) {
  const lines = text.split("\n").filter((line) => line && !line.startsWith("#"));
  const pattern = new RegExp(`^(?:${lines.join("|")})$`);
  return (name) => pattern.test(name);
}

export function prune(css, keep, ours) {
  return write(dropUnnamed(filterRules(parse(css), keep), ours));
}
