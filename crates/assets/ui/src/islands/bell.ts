// Rings when something in it is new: `data-island="bell"` around a part whose children have ids. Short and twice, for a
// room in which people work; where the browser lets no sound out before somebody touched the page, the words stand alone.

const TONE_HZ = 880;
const TONE_S = 0.25;

export function bell(host: HTMLElement): void {
  let rung = new Set<string>();
  const look = () => {
    const ids = [...host.querySelectorAll<HTMLElement>("[role=alert][id]")].map((ringing) => ringing.id);
    if (ids.some((id) => !rung.has(id))) ring();
    rung = new Set(ids);
  };
  look();
  document.addEventListener("htmx:after:settle", look);
}

function ring(): void {
  const context = new AudioContext();
  for (const begins of [0, 2 * TONE_S]) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = TONE_HZ;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + begins);
    tone.stop(context.currentTime + begins + TONE_S);
    tone.addEventListener("ended", () => begins > 0 && void context.close());
  }
}
