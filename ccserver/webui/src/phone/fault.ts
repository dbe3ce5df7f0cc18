// What a browser's refusal of the microphone means.

/** Why there is no microphone. `insecure`: browsers give it to https pages only. */
export type MicrophoneFault = "missing" | "blocked" | "taken" | "insecure";

/** The names are those of W3C mediacapture-streams. */
export function faultOf(error: unknown): MicrophoneFault {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "blocked";
  if (name === "NotReadableError" || name === "AbortError") return "taken";
  return "missing";
}
