// Pictures of every page, for people to look at: `node shots.js [FOLDER]`. Nothing is judged here.
//
// FOLDER/LANGUAGE-LIGHT-WIDTH/PAGE.png; pages of one kind and make are taken once.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { LANGUAGES, LIGHTS, NARROW, WIDE } from "./support/browser.js";
import { ROOT } from "./support/nodes.js";
import { Stage } from "./support/round.js";
import { routes } from "./support/routes.js";
import { kindOf, makeOf } from "./support/walk.js";

const out = resolve(process.argv[2] ?? join(ROOT, "target/shots"));
const all = routes();

/** A picture of the page, under a name that says what it is. */
async function take(page, scene, folder, taken) {
  const kind = kindOf(page.url(), all);
  const name = `${kind} ${scene ?? ""}`.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "") || "home";
  const make = `${name} ${await makeOf(page)}`;
  if (taken.has(make)) return;
  taken.add(make);
  const again = [...taken].filter((one) => one.startsWith(`${name} `)).length;
  const path = join(folder, `${name.slice(0, 120)}${again > 1 ? `-${again}` : ""}.png`);
  await page.screenshot({ path, fullPage: true });
}

const stage = await Stage.set();
try {
  for (const language of LANGUAGES) {
    for (const light of LIGHTS) {
      for (const width of [NARROW, WIDE]) {
        const folder = join(out, `${language}-${light}-${width}`);
        mkdirSync(folder, { recursive: true });
        const taken = new Set();
        await stage.round({ language, light, width }, (page, scene) => take(page, scene, folder, taken));
        console.log(folder);
      }
    }
  }
} finally {
  await stage.strike();
}
