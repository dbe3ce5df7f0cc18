// The words of the browser's phone in English.

export const en = {
  "phone.choose": "Choose your phone",
  "phone.where": "Where your calls ring",
  "phone.kind.browser": "This browser",
  "phone.kind.desk": "Desk phone",
  "phone.is.off": "Off",
  "phone.is.connecting": "Connecting …",
  "phone.is.registered": "Phone ready",
  "phone.is.elsewhere": "Phone is in another window",
  "phone.is.failed": "Phone does not work",
  "phone.why.missing":
    "No microphone was found. Plug in your headset; the phone then starts by itself.",
  "phone.why.blocked":
    "The microphone is blocked. Click the lock beside the address, allow the microphone, then press “Try again”.",
  "phone.why.taken":
    "Another program has the microphone. Close it (a meeting, a recorder), then press “Try again”.",
  "phone.why.insecure":
    "The browser gives no microphone to this address. Open the page with https, or tell the operator.",
  "phone.why.refused":
    "The switch did not accept this phone. Trying again … If it lasts, tell the operator.",
  "phone.why.network": "The switch cannot be reached. Trying again …",
  "phone.elsewhere": "Your phone is in another tab or on another computer.",
  "phone.takeOver": "Take the phone here",
  "phone.retry": "Try again",
  "phone.auto": "Answer calls by itself, after a tone",
  "phone.devices": "Microphone and sound",
  "phone.headset": "Use the headset's buttons",
  "phone.microphone": "Microphone",
  "phone.speaker": "Callers are heard on",
  "phone.bell": "It rings on",
  "phone.usual": "The computer's usual one",
  "phone.level": "How loud the microphone is",
  "phone.speak": "Speak: the bar moves with your voice.",
  "phone.tone": "Play a tone",
  "phone.grade.good": "Network good",
  "phone.grade.fair": "Network fair",
  "phone.grade.poor": "Network poor",
  "phone.numbers": "Jitter {jitter} ms · loss {loss} · round trip {trip} ms",
};

export type PhoneWord = keyof typeof en;
