// Asking the server over HTTP, with the token of this window.

/** Why it did not work, in the server's words: see `sayProblem`. */
export class Problem {
  readonly status: number;
  readonly sentences: readonly string[];

  /** `status` is HTTP's; 0: the server did not answer. */
  constructor(status: number, ...sentences: string[]) {
    this.status = status;
    this.sentences = sentences;
  }
}

export interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** A file is sent as it is. */
  readonly body?: unknown;
  /** Of what kind a text in `body` is; left out: `body` is sent as JSON. */
  readonly type?: string;
  /** The ETag of what the person has seen and now changes. */
  readonly seen?: string;
}

export class Api {
  private readonly token: () => string;

  constructor(token: () => string) {
    this.token = token;
  }

  /** The answer's JSON; undefined where it has none. */
  async json<T>(path: string, asked: Asked = {}): Promise<T | Problem> {
    const answer = await this.ask(path, asked);
    if (answer instanceof Problem) return answer;
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  /** The answer's JSON, and the ETag to give as `seen` in a change. */
  async tagged<T>(path: string): Promise<{ value: T; tag: string } | Problem> {
    const answer = await this.ask(path, {});
    if (answer instanceof Problem) return answer;
    return { value: (await answer.json()) as T, tag: answer.headers.get("ETag") ?? "" };
  }

  /** What the answer holds as plain text. */
  async text(path: string): Promise<string | Problem> {
    const answer = await this.ask(path, {});
    return answer instanceof Problem ? answer : await answer.text();
  }

  /** A file, for an element that cannot send the token itself: the URL of a blob, to be revoked. */
  async file(path: string, type: string): Promise<string | Problem> {
    const answer = await this.ask(path, {});
    if (answer instanceof Problem) return answer;
    try {
      return URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type }));
    } catch {
      return new Problem(0);
    }
  }

  /** A file to keep: the browser saves it under this name. */
  async download(path: string, name: string): Promise<Problem | null> {
    const url = await this.file(path, "application/octet-stream");
    if (url instanceof Problem) return url;
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    // The browser reads the blob after this turn.
    window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return null;
  }

  private async ask(path: string, asked: Asked): Promise<Response | Problem> {
    const headers = new Headers({ Authorization: `Bearer ${this.token()}` });
    if (asked.seen !== undefined) headers.set("If-Match", asked.seen);
    const { body } = asked;
    if (body instanceof Blob) headers.set("Content-Type", "application/octet-stream");
    else if (body !== undefined) headers.set("Content-Type", asked.type ?? "application/json");
    try {
      const answer = await fetch(path, {
        method: asked.method ?? "GET",
        headers,
        ...(body === undefined ? {} : { body: sent(body, asked.type) }),
      });
      return answer.ok ? answer : await problemOf(answer);
    } catch {
      return new Problem(0);
    }
  }
}

function sent(body: unknown, type: string | undefined): Blob | string {
  if (body instanceof Blob) return body;
  return type === undefined ? JSON.stringify(body) : String(body);
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const { detail, what_to_do } = await answer.json();
    return new Problem(answer.status, String(detail ?? ""), String(what_to_do ?? ""));
  } catch {
    // A proxy before the server answers in its own form.
    return new Problem(answer.status, `HTTP ${answer.status}`);
  }
}

/** A path of parts of which each may hold anything. */
export function path(...parts: (string | number)[]): string {
  return `/api/${parts.map((part) => encodeURIComponent(part)).join("/")}`;
}
