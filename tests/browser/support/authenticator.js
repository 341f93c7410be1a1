// An authenticator: six digits that change every thirty seconds (RFC 6238 over RFC 4226, SHA-1).

import { createHmac } from "node:crypto";

const STEP_MS = 30_000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytesOf(base32) {
  const bits = [...base32].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((eight) => parseInt(eight, 2)));
}

function codeOf(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const four = mac.readUInt32BE(mac.at(-1) & 0x0f) & 0x7fff_ffff;
  return String(four % 1_000_000).padStart(6, "0");
}

export class Authenticator {
  #secret;
  #last = 0;

  /** From the text that a page shows, in groups. */
  constructor(text) {
    this.#secret = bytesOf(text.replaceAll(/\s/g, ""));
  }

  /**
   * A code that was not given before. A node takes the code of the step after this one too, so a person who sets an
   * authenticator up and signs in at once need not be waited for.
   */
  next() {
    this.#last = Math.max(Math.floor(Date.now() / STEP_MS), this.#last + 1);
    return codeOf(this.#secret, this.#last);
  }
}
