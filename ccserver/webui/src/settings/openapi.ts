// The server's own description of what it takes: asked for once.

import { Problem } from "../api.ts";
import { api } from "../live.ts";
import type { Book, Schema } from "./schema.ts";

export interface OpenApi {
  readonly components: { readonly schemas: Book };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

let found: OpenApi | null = null;

export async function openApi(): Promise<OpenApi | Problem> {
  if (found !== null) return found;
  const answer = await api.json<OpenApi>("/openapi.json");
  if (!(answer instanceof Problem)) found = answer;
  return answer;
}

/** What a request must hold; null: the server has no such request. */
export function bodyOf(whole: OpenApi, path: string, method: "post" | "put" | "patch") {
  return whole.paths[path]?.[method]?.requestBody?.content["application/json"]?.schema ?? null;
}
