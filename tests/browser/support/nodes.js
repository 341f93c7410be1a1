// The program as people start it: a folder of its own, real nodes on loopback, each ended with the test that began it.
//
// The binary is target/debug/comity, or the one that COMITY_BINARY names. Nothing outside the folder is touched: what a
// node keeps elsewhere of its user (XDG_STATE_HOME, HOME) lies in it as well.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

const BINARY = process.env.COMITY_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug/comity");

/** What runs still; it ends with this process, however that ends. */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** A port that nobody listens at. */
async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** A folder with everything that a test makes. */
export class Place {
  #running = [];
  #nodes = new Map();

  constructor() {
    assert.ok(existsSync(BINARY), `${BINARY} is not there: make browser builds it`);
    this.folder = mkdtempSync(join(tmpdir(), "comity-browser-"));
    this.environment = { ...process.env, HOME: this.folder, XDG_STATE_HOME: join(this.folder, "state") };
  }

  path(name) {
    return join(this.folder, name);
  }

  write(name, text) {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Says a command, expects it to be done, and gives what it printed as JSON. */
  say(...words) {
    const said = spawnSync(BINARY, ["--json", ...words], { cwd: this.folder, env: this.environment, encoding: "utf8" });
    assert.equal(said.status, 0, `comity ${words.join(" ")}: ${said.stdout}${said.stderr}`);
    return JSON.parse(said.stdout);
  }

  /** What a command prints for people, and its exit code. */
  run(...words) {
    const said = spawnSync(BINARY, words, { cwd: this.folder, env: this.environment, encoding: "utf8" });
    return { exit: said.status, text: said.stdout + said.stderr };
  }

  /** A new node; gives the fingerprint of its card. */
  init(name, place, zh) {
    return this.say(
      "init", name, "--agency", `${place.toLowerCase()}.liaison`, "--place", place,
      "--name-en", `Liaison bureau, ${place}`, "--name-zh", zh, "--root-out", `${name}.root`,
    ).fingerprint;
  }

  /**
   * Starts a node with its desk, and waits until it says where it listens: `{ web, federation, setUp }`. Its desk is
   * reached by a name, as browsers want it for passkeys.
   */
  async serve(name) {
    const port = await freePort();
    const web = `http://localhost:${port}`;
    const at = ["--web", `127.0.0.1:${port}`, "--origin", web, "--federation", "127.0.0.1:0"];
    const node = this.#start(["--json", "serve", name, ...at]);
    this.#nodes.set(name, node.child);
    for await (const line of node.lines) {
      const said = JSON.parse(line);
      return { web, federation: `https://${said.federation}`, setUp: said.set_up };
    }
    throw new Error(`the node ${name} ended before it said where it listens: ${node.errors()}`);
  }

  /** Plays the demonstration, and gives its desks by the name of the country once the story is told. */
  async demo() {
    const demo = this.#start(["demo", "--dir", this.path("demo")]);
    const desks = {};
    let last = "";
    for await (const line of demo.lines) {
      const [, country, address] = line.match(/^ +(Country \w): (http:\S+?)\/$/) ?? [];
      if (country) desks[country] = address;
      // The last line of the invitation: whatever comes after it is written to a log that nobody reads here.
      if (line.startsWith("Ctrl-C")) return desks;
      last = line;
    }
    throw new Error(`the demonstration broke off after "${last}": ${demo.errors()}`);
  }

  #start(words) {
    const child = spawn(BINARY, words, { cwd: this.folder, env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#running.push(child);
    running.add(child);
    child.on("exit", () => running.delete(child));
    let errors = "";
    child.stderr.on("data", (text) => (errors = (errors + text).slice(-4000)));
    return { child, lines: createInterface({ input: child.stdout }), errors: () => errors };
  }

  /** Stops a node as an operator does. */
  async stop(name) {
    await end(this.#nodes.get(name));
  }

  /** Ends what was started, and removes the folder. */
  async leave() {
    for (const child of this.#running) await end(child);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function end(child) {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
