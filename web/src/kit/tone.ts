/** Tones of badges, stages and options; colour is never the only sign. */
export type Tone = "neutral" | "accent" | "success" | "warning" | "danger" | "info";

const kTones = new Set<string>(["neutral", "accent", "success", "warning", "danger", "info"]);
const kUsualNames: Record<string, Tone> = { green: "success", red: "danger", amber: "warning", yellow: "warning", orange: "warning", blue: "info", muted: "neutral", gray: "neutral", grey: "neutral" };

export function toTone(name: string | null | undefined): Tone {
  if (!name) return "neutral";
  return kTones.has(name) ? (name as Tone) : (kUsualNames[name] ?? "neutral");
}
