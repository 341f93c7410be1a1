// What of a stylesheet reaches the desk.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepFrom, prune } from "../build/prune.mjs";

const keep = keepFrom("# a comment\nbtn|btn-(primary)\n\nform-select\n");
const squeezed = (css, ours = "") => prune(css, keep, ours).replace(/\s+/g, "");

test("a rule stays when every class in it is kept", () => {
  assert.equal(squeezed(".btn{color:red}.toast{color:red}.btn .toast{color:red}a{color:red}"), ".btn{color:red;}a{color:red;}");
  assert.equal(squeezed(".toast,.btn{color:red}"), ".btn{color:red;}");
  assert.equal(squeezed(".btn:not(.toast:not(.x)){color:red}"), ".btn:not(.toast:not(.x)){color:red;}");
});

test("an empty media block goes, a filled one stays", () => {
  assert.equal(squeezed("@media print{.toast{color:red}}@media print{.btn{color:red}}"), "@mediaprint{.btn{color:red;}}");
});

test("drawings with semicolons and braces inside strings are passed over whole", () => {
  const drawing = `.btn{background:url("data:image/svg+xml;utf8,{;}")}`;
  assert.equal(squeezed(drawing), `.btn{background:url("data:image/svg+xml;utf8,{;}");}`);
});

test("what nothing names any more goes, chains of it too, and what we name ourselves stays", () => {
  const css = ":root{--a:1;--b:var(--a);--c:2;--d:3}.btn{width:var(--c)}";
  assert.equal(squeezed(css, "x{y:var(--d)}"), ":root{--c:2;--d:3;}.btn{width:var(--c);}");
  assert.equal(squeezed("@keyframes gone{to{top:0}}@keyframes used{to{top:0}}.btn{animation:used 1s}"), "@keyframesused{to{top:0;}}.btn{animation:used1s;}");
});

test("a dark rule also holds for whoever chose nothing while the system is dark", () => {
  assert.equal(
    squeezed("[data-bs-theme=dark] .form-select,.theme-dark .btn{color:red}"),
    "[data-bs-theme=dark].form-select{color:red;}@media(prefers-color-scheme:dark){:root:not([data-bs-theme=light]).form-select{color:red;}}",
  );
});
