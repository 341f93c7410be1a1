// One round over everything there is to see: each officer walks their desk and its scenes, and a stranger the way in.

import { openBrowser, openWindow, sitDown } from "./browser.js";
import { Place } from "./nodes.js";
import { routes } from "./routes.js";
import { scenesOf, wayIn } from "./scenes.js";
import { walk } from "./walk.js";

/** Who walks which desk: between them they have every role. */
const WALKS = [
  ["Country B", "Chen Ning"], // desk, officer, custodian
  ["Country B", "Dara Vong"], // supervisor, desk, legal, rights officer
  ["Country B", "Tavi Noor"], // officer
  ["Country B", "Pell Ostrand"], // central authority
  ["Country B", "Yun Sabe"], // liaison
  ["Country B", "Mirel Vash"], // auditor
  ["Country B", "Odo Brakk"], // administrator
  ["Country A", "Amara Olin"], // officer, desk, custodian: the side that asks
];

/** The stage: the demonstration after its story, and a browser. */
export class Stage {
  static async set() {
    const stage = new Stage();
    stage.place = new Place();
    stage.desks = await stage.place.demo();
    stage.browser = await openBrowser();
    return stage;
  }

  /** Goes round in one language, light and width; gives what the browser complained of. */
  async round(reading, meet) {
    const complaints = [];
    const met = new Set();
    for (const [country, name] of WALKS) {
      const window = await openWindow(this.browser, this.desks[country], reading);
      await sitDown(window, name);
      await walk(window.page, routes(), met, () => meet(window.page));
      await scenesOf(window, name, (scene) => meet(window.page, scene));
      complaints.push(...window.complaints);
      await window.context.close();
    }
    await wayIn(this, reading, meet);
    return complaints;
  }

  async strike() {
    await this.browser?.close();
    await this.place.leave();
  }
}
