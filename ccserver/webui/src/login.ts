// Logging in.

import { type Child, el, statusLine } from "./dom.ts";
import { logIn, type Session } from "./session.ts";
import { type Language, say } from "./words.ts";

export function loginForm(
  language: Language,
  message: string,
  below: Child,
  entered: (session: Session) => void,
): HTMLElement {
  const login = el("input", "");
  login.name = "login";
  login.autocomplete = "username";
  login.required = true;
  const password = el("input", "");
  password.name = "password";
  password.type = "password";
  password.autocomplete = "current-password";
  password.required = true;
  const note = statusLine("refusal");
  note.textContent = message;
  const submit = el("button", "primary", say(language, "logIn"));
  const form = el(
    "form",
    "login",
    el("h1", "", say(language, "title")),
    el("label", "", say(language, "login"), login),
    el("label", "", say(language, "password"), password),
    submit,
    note,
    below,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    note.textContent = say(language, "loggingIn");
    const answer = await logIn(login.value, password.value);
    submit.disabled = false;
    if (answer === null || typeof answer === "string") {
      note.textContent = answer ?? say(language, "noServer");
      password.select();
    } else {
      entered(answer);
    }
  });
  return form;
}
