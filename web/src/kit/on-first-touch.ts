const kSigns = ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"] as const;

/** Runs once when the person begins to use the screen: time enough to fetch what a press will need, and nothing before. */
export function onFirstTouch(run: () => void): () => void {
  const stop = () => kSigns.forEach((sign) => window.removeEventListener(sign, start));
  const start = () => {
    stop();
    run();
  };
  kSigns.forEach((sign) => window.addEventListener(sign, start, { passive: true, once: true }));
  return stop;
}
