// The words of the shell in English.

export const en = {
  skip: "To the content",
  "theme.auto": "Theme: automatic",
  "theme.light": "Theme: light",
  "theme.dark": "Theme: dark",
  "way.desk": "Desk",
  "way.day": "My day",
  "way.voicemails": "Messages",
  "way.customers": "Customers",
  "way.floor": "Floor",
  "way.wall": "Wall board",
  "way.history": "History",
  "way.today": "Today",
  "way.recordings": "Recordings",
  "way.flows": "Flows",
  "way.settings": "Settings",
  "way.audit": "Audit",
};

export type ShellWord = keyof typeof en;
