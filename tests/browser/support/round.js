// One round over everything there is to see: each officer walks their desk and its scenes, and a stranger the way in.

import { openBrowser, openWindow, sitDown } from "./browser.js";
import { Place } from "./nodes.js";
import { routes } from "./routes.js";
import { scenesOf, wayIn } from "./scenes.js";
import { walk } from "./walk.js";

/** Who walks which desk: between them they have every role that pages differ for. */
const WALKS = [
  ["Country B", "Chen Ning"], ["Country B", "Dara Vong"], ["Country B", "Ina Tor"], ["Country B", "Jo Wick"],
  ["Country A", "Amara Olin"], ["Country A", "Bo Reyes"],
];

/** Roles that nobody in the story has. */
const BESIDES = [["Ina Tor", "administrator"], ["Jo Wick", "auditor"]];

/** The stage: the demonstration after its story, and a browser. */
export class Stage {
  static async set() {
    const stage = new Stage();
    stage.place = new Place();
    stage.desks = await stage.place.demo();
    const there = stage.place.say("officer", "list", "demo/b").map(({ name }) => name);
    for (const [name, role] of BESIDES) {
      if (!there.includes(name)) stage.place.say("officer", "add", "demo/b", name, "--role", role);
    }
    stage.browser = await openBrowser();
    return stage;
  }

  /** Goes round in one language, light and width; gives what the browser complained of. */
  async round(reading, meet) {
    const complaints = [];
    const forms = new Set();
    for (const [country, name] of WALKS) {
      const window = await openWindow(this.browser, this.desks[country], reading);
      await sitDown(window, name);
      await walk(window.page, routes(), forms, () => meet(window.page));
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
