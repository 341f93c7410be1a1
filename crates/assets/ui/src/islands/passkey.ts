// Asks the browser for a passkey, or to make one. `data-island="passkey"` on a form with data-ceremony="create" or
// "get", data-options (the server's options as JSON, byte strings in base64url) and a hidden input "credential", into
// which the answer goes as JSON before the form is sent. Words: data-failed, data-unsupported, and a `.live-note`.

import { say } from "./island";

type Json = Record<string, unknown>;

export function passkey(host: HTMLElement): void {
  const field = host.querySelector<HTMLInputElement>("input[name=credential]");
  if (!(host instanceof HTMLFormElement) || !field) return;
  if (!window.PublicKeyCredential) {
    say(host, host.dataset.unsupported);
    for (const button of host.querySelectorAll<HTMLButtonElement>("button")) button.disabled = true;
    return;
  }
  host.addEventListener("submit", (event) => {
    if (field.value) return; // already answered: this is the form on its way
    event.preventDefault();
    ask(host).then(
      (answer) => {
        field.value = JSON.stringify(answer);
        host.requestSubmit();
      },
      () => say(host, host.dataset.failed),
    );
  });
}

async function ask(host: HTMLFormElement): Promise<Json> {
  const read = JSON.parse(host.dataset.options ?? "{}") as Json;
  const options = withBytes((read.publicKey ?? read) as Json);
  const made =
    host.dataset.ceremony === "create"
      ? await navigator.credentials.create({ publicKey: options as unknown as PublicKeyCredentialCreationOptions })
      : await navigator.credentials.get({ publicKey: options as unknown as PublicKeyCredentialRequestOptions });
  if (!(made instanceof PublicKeyCredential)) throw new Error("no passkey");
  return answerOf(made);
}

/** The options with bytes where the protocol has bytes. */
function withBytes(options: Json): Json {
  const ids = (list: unknown) =>
    Array.isArray(list) ? list.map((one: Json) => ({ ...one, id: bytes(one.id) })) : undefined;
  const read: Json = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...(options.user as Json), id: bytes((options.user as Json).id) };
  if (options.allowCredentials) read.allowCredentials = ids(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = ids(options.excludeCredentials);
  return read;
}

function answerOf(made: PublicKeyCredential): Json {
  const given = made.response;
  const response: Json = { clientDataJSON: text(given.clientDataJSON) };
  if (given instanceof AuthenticatorAttestationResponse) {
    response.attestationObject = text(given.attestationObject);
    response.transports = given.getTransports?.() ?? [];
  } else if (given instanceof AuthenticatorAssertionResponse) {
    response.authenticatorData = text(given.authenticatorData);
    response.signature = text(given.signature);
    response.userHandle = given.userHandle ? text(given.userHandle) : null;
  }
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response,
  };
}

function bytes(base64url: unknown): Uint8Array {
  const base64 = String(base64url).replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
