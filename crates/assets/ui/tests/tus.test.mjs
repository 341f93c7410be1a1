// Files are sent whole over a link that breaks, and a node that says no is believed. Time is skipped, not waited for.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { File } from "node:buffer";
import { test } from "node:test";
import { build } from "esbuild";

const bundled = await build({ entryPoints: ["src/islands/tus.ts"], bundle: true, write: false, format: "esm" });
const { Refused, send } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].text).toString("base64")}`);
globalThis.location = { href: "https://desk.example/matters", origin: "https://desk.example" };
globalThis.setTimeout = (then) => queueMicrotask(then);

/** A node that keeps one upload; `mishaps` are what happens to the requests that carry content, in order. */
function node(mishaps = [], place = "/uploads/7") {
  const state = { held: Buffer.alloc(0), heads: 0, patches: 0, metadata: "" };
  globalThis.fetch = async (address, { method, headers, body }) => {
    assert.equal(headers["Tus-Resumable"], "1.0.0");
    const answer = (status, more = {}) => new Response(null, { status, headers: { "Upload-Offset": String(state.held.length), ...more } });
    if (method === "POST") {
      state.metadata = headers["Upload-Metadata"];
      return answer(201, { Location: place });
    }
    assert.equal(address, "/uploads/7");
    if (method === "HEAD") {
      state.heads++;
      return answer(200);
    }
    state.patches++;
    const content = Buffer.from(body);
    const mishap = mishaps.shift();
    if (mishap === "cut") {
      state.held = Buffer.concat([state.held, content.subarray(0, content.length >> 1)]);
      throw new TypeError("network");
    }
    if (mishap === "lost") throw new TypeError("network");
    if (typeof mishap === "number") return answer(mishap);
    assert.equal(headers["Upload-Checksum"], `sha256 ${createHash("sha256").update(content).digest("base64")}`);
    assert.equal(Number(headers["Upload-Offset"]), state.held.length);
    state.held = Buffer.concat([state.held, content]);
    return answer(204);
  };
  return state;
}

const content = Buffer.from(Array.from({ length: 9 * 1024 * 1024 }, (_, at) => (at * 31 + (at >> 13)) & 255));
const file = () => new File([content], "口供 1.pdf");
const how = (notes = []) => ({ to: "/uploads", headers: {}, progress: (sent) => notes.push(sent), waiting: () => notes.push("waiting") });

test("a file arrives whole, in pieces of 4 MiB", async () => {
  const state = node();
  const notes = [];
  assert.equal(await send(file(), how(notes)), "/uploads/7");
  assert.ok(state.held.equals(content));
  assert.equal(state.patches, 3);
  assert.deepEqual(notes, [4 << 20, 8 << 20, 9 << 20]);
  assert.equal(Buffer.from(state.metadata.split(" ")[1], "base64").toString(), "口供 1.pdf");
});

test("a link that breaks in the middle of a piece loses nothing and sends nothing twice", async () => {
  const state = node(["cut", "lost", 460, 503]);
  const notes = [];
  await send(file(), how(notes));
  assert.ok(state.held.equals(content));
  assert.equal(state.heads, 4);
  assert.equal(notes.filter((note) => note === "waiting").length, 4);
});

test("a link that never comes back is given up in the end", async () => {
  const state = node(Array(50).fill("lost"));
  await assert.rejects(send(file(), how()), TypeError);
  assert.equal(state.patches, 9);
});

test("a node that says no is believed at once", async () => {
  const state = node([403]);
  await assert.rejects(send(file(), how()), Refused);
  assert.equal(state.patches, 1);
});

test("content is never sent to another place than the node", async () => {
  const state = node([], "https://elsewhere.example/uploads/7");
  await assert.rejects(send(file(), how()), Refused);
  assert.equal(state.patches, 0);
});

test("a file that was begun before is gone on with, and begun anew where the node holds it no more", async () => {
  const state = node();
  state.held = content.subarray(0, 5 << 20);
  const begun = { ...how(), begun: "/uploads/7" };
  assert.equal(await send(file(), begun), "/uploads/7");
  assert.ok(state.held.equals(content));
  assert.equal(state.metadata, "", "no upload was created");
  assert.equal(state.patches, 1, "4 MiB were missing");

  const anew = node();
  const known = globalThis.fetch;
  globalThis.fetch = async (address, init) => (address === "/uploads/6" ? new Response(null, { status: 404 }) : known(address, init));
  assert.equal(await send(file(), { ...begun, begun: "/uploads/6" }), "/uploads/7");
  assert.ok(anew.held.equals(content));
});
