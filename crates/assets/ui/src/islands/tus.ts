// Sends one file by the tus protocol, version 1.0.0 (tus.io): core, creation, checksum. Our own, small client: one
// request at a time, 4 MiB each, each with its SHA-256; after any failure it asks the node how far it got and goes on
// from there. It gives up only when told no, or after FAILURES in a row without a single byte of progress.

import { backOff } from "./island";

const CHUNK = 4 * 1024 * 1024;
const FAILURES = 8;
const AGAIN = new Set([408, 409, 423, 425, 429, 460, 500, 502, 503, 504]); // 460: arrived damaged

/** The node said no; nothing is gained by trying again. */
export class Refused extends Error {}

export interface Sending {
  /** Where uploads are created. */
  readonly to: string;
  /** Added to every request, such as proof against forged requests. */
  readonly headers: Record<string, string>;
  /** Where the same file was begun to be sent before; it goes on from there if the node still holds it. */
  readonly begun?: string | undefined;
  /** Called with how many bytes the node holds. */
  readonly progress: (sent: number) => void;
  /** Called before waiting to try again. */
  readonly waiting: () => void;
}

/** Sends the whole file and answers with the upload's address. @throws Refused, or the last failure. */
export async function send(file: File, how: Sending): Promise<string> {
  let held = how.begun === undefined ? -1 : await heldBefore(how.begun, file, how);
  const address = held < 0 ? await persist(() => create(file, how), how, () => 0) : how.begun!;
  held = Math.max(held, 0);
  let known = true; // whether `held` is what the node said last
  while (held < file.size) {
    const step = async () => {
      if (!known) held = await heldBy(address, how);
      known = false;
      if (held < file.size) held = await sendChunk(address, file, held, how);
      known = true;
    };
    await persist(step, how, () => held);
    how.progress(held);
  }
  return address;
}

/** Tries until it works, waiting longer each time; a byte of progress on the way starts the count anew. */
async function persist<T>(attempt: () => Promise<T>, how: Sending, held: () => number): Promise<T> {
  let before = held();
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (failure) {
      if (held() > before) failures = 0;
      before = held();
      if (failure instanceof Refused || failures >= FAILURES) throw failure;
      how.waiting();
      await new Promise((resolve) => setTimeout(resolve, backOff(failures)));
    }
  }
}

async function request(method: string, address: string, how: Sending, headers: Record<string, string>, body?: BodyInit): Promise<Response> {
  const init: RequestInit = { method, headers: { "Tus-Resumable": "1.0.0", ...how.headers, ...headers } };
  if (body !== undefined) init.body = body;
  const answer = await fetch(address, init);
  if (answer.ok) return answer;
  if (AGAIN.has(answer.status)) throw new Error(String(answer.status));
  throw new Refused(String(answer.status));
}

async function create(file: File, how: Sending): Promise<string> {
  const path = file.webkitRelativePath || file.name; // a file of a chosen folder keeps its place in it
  const metadata = `filename ${base64(new TextEncoder().encode(path))}`;
  const answer = await request("POST", how.to, how, { "Upload-Length": String(file.size), "Upload-Metadata": metadata });
  const place = answer.headers.get("Location");
  if (!place) throw new Refused("no place");
  const address = new URL(place, new URL(how.to, location.href));
  if (address.origin !== location.origin) throw new Refused("elsewhere");
  return address.pathname;
}

/** How much the node holds of an upload that was begun before; -1 when it is there no more, or is no upload of this file. */
async function heldBefore(address: string, file: File, how: Sending): Promise<number> {
  try {
    const held = await persist(() => heldBy(address, how), how, () => 0);
    return held <= file.size ? held : -1;
  } catch (failure) {
    if (failure instanceof Refused) return -1;
    throw failure;
  }
}

async function heldBy(address: string, how: Sending): Promise<number> {
  return offset(await request("HEAD", address, how, {}));
}

async function sendChunk(address: string, file: File, from: number, how: Sending): Promise<number> {
  const chunk = await file.slice(from, from + CHUNK).arrayBuffer();
  const sum = base64(new Uint8Array(await crypto.subtle.digest("SHA-256", chunk)));
  const headers = {
    "Content-Type": "application/offset+octet-stream",
    "Upload-Offset": String(from),
    "Upload-Checksum": `sha256 ${sum}`,
  };
  return offset(await request("PATCH", address, how, headers, chunk));
}

function offset(answer: Response): number {
  const said = Number(answer.headers.get("Upload-Offset") ?? NaN);
  if (!Number.isSafeInteger(said) || said < 0) throw new Refused("no offset");
  return said;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
