// The filters of a search for recordings, as the server is asked.

/** What a person has filled in; empty texts and nulls matter not. */
export interface Filters {
  /** Local times of this computer, ms since 1970 UTC. */
  span: readonly [number, number] | null;
  agent: string;
  team: string;
  queue: string;
  number: string;
  customer: string;
  disposition: string;
  tags: readonly string[];
  kind: string;
  direction: string;
  lengthMin: number | null;
  lengthMax: number | null;
  text: string;
  contact: string;
  fault: boolean;
}

export function noFilters(): Filters {
  return {
    span: null,
    agent: "",
    team: "",
    queue: "",
    number: "",
    customer: "",
    disposition: "",
    tags: [],
    kind: "",
    direction: "",
    lengthMin: null,
    lengthMax: null,
    text: "",
    contact: "",
    fault: false,
  };
}

export function queryOf(filters: Filters, after: string | null, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  const set = (name: string, value: string | number | null) => {
    const text = value === null ? "" : String(value).trim();
    if (text !== "") query.set(name, text);
  };
  if (filters.span !== null) {
    set("from", new Date(filters.span[0]).toISOString());
    set("until", new Date(filters.span[1]).toISOString());
  }
  for (const name of ["agent", "team", "queue", "number", "customer", "disposition"] as const) {
    set(name, filters[name]);
  }
  for (const tag of filters.tags) query.append("tag", tag);
  for (const name of ["kind", "direction", "text", "contact"] as const) set(name, filters[name]);
  set("length_min", filters.lengthMin);
  set("length_max", filters.lengthMax);
  if (filters.fault) query.set("fault", "true");
  set("after", after);
  return query;
}
