// What a JSON Schema of /openapi.json says a person may write, as the fields of a form.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly maxItems?: number;
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly title?: string;
  readonly description?: string;
}

/** Name -> schema, as under `components.schemas`. */
export type Book = Readonly<Record<string, Schema>>;

export interface TextField {
  readonly kind: "text";
  readonly pattern: string | null;
  readonly lengthMin: number;
  readonly lengthMax: number | null;
}

export interface NumberField {
  readonly kind: "number";
  readonly isWhole: boolean;
  readonly least: number | null;
  readonly most: number | null;
  /** The least itself is too little. */
  readonly isOverLeast: boolean;
}

export interface ChoiceField {
  readonly kind: "choice";
  readonly options: readonly string[];
}

/** Plain values one after the other. */
export interface ListField {
  readonly kind: "list";
  readonly item: Field;
}

/** A fixed number of values, each of its own kind. */
export interface TupleField {
  readonly kind: "tuple";
  readonly items: readonly Field[];
}

/** Objects one after the other: their order counts. */
export interface RulesField {
  readonly kind: "rules";
  readonly item: GroupField;
}

/** Keys that a person chooses, each with a value. */
export interface TableField {
  readonly kind: "table";
  readonly key: Field;
  readonly value: Field;
}

export interface GroupField {
  readonly kind: "group";
  readonly parts: readonly Part[];
}

export type Field = { readonly isNullable?: boolean } & (
  | TextField
  | NumberField
  | { readonly kind: "flag" }
  | ChoiceField
  | ListField
  | TupleField
  | RulesField
  | TableField
  | GroupField
);

/** One field of a group. */
export interface Part {
  readonly name: string;
  readonly field: Field;
  /** The server's own sentence, in English. */
  readonly help: string;
  readonly isRequired: boolean;
  /** What holds when nothing is said; undefined: nothing does. */
  readonly usual: unknown;
}

export type Value = unknown;
export type Thing = Readonly<Record<string, Value>>;

/** The schema that a reference leads to; what stands beside the reference goes before it. */
export function resolved(book: Book, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = book[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)] ?? {};
  const { $ref, ...beside } = schema;
  return { ...resolved(book, found), ...beside };
}

export function fieldOf(book: Book, given: Schema): Field {
  const schema = resolved(book, given);
  if (schema.anyOf !== undefined) return anyOf(book, schema.anyOf);
  if (schema.enum !== undefined) return { kind: "choice", options: schema.enum };
  if (schema.const !== undefined) return { kind: "choice", options: [schema.const] };
  switch (schema.type) {
    case "boolean":
      return { kind: "flag" };
    case "integer":
    case "number":
      return {
        kind: "number",
        isWhole: schema.type === "integer",
        least: schema.exclusiveMinimum ?? schema.minimum ?? null,
        most: schema.maximum ?? schema.exclusiveMaximum ?? null,
        isOverLeast: schema.exclusiveMinimum !== undefined,
      };
    case "array":
      if (schema.prefixItems !== undefined) {
        return { kind: "tuple", items: schema.prefixItems.map((one) => fieldOf(book, one)) };
      }
      return list(fieldOf(book, schema.items ?? { type: "string" }));
    case "object":
      return schema.properties === undefined ? table(book, schema) : group(book, schema);
    default:
      return {
        kind: "text",
        pattern: schema.pattern ?? null,
        lengthMin: schema.minLength ?? 0,
        lengthMax: schema.maxLength ?? null,
      };
  }
}

/** pydantic writes `X | None` like this; of several others the first is taken. */
function anyOf(book: Book, choices: readonly Schema[]): Field {
  const others = choices.filter((one) => one.type !== "null");
  const field = fieldOf(book, others[0] ?? { type: "string" });
  return others.length < choices.length ? { ...field, isNullable: true } : field;
}

function list(item: Field): Field {
  return item.kind === "group" ? { kind: "rules", item } : { kind: "list", item };
}

function table(book: Book, schema: Schema): Field {
  const [named] = Object.entries(schema.patternProperties ?? {});
  const more = schema.additionalProperties;
  const value = named?.[1] ?? (typeof more === "object" ? more : { type: "string" });
  const key = schema.propertyNames ?? {
    type: "string",
    ...(named === undefined ? {} : { pattern: named[0] }),
  };
  return { kind: "table", key: fieldOf(book, key), value: fieldOf(book, value) };
}

export function group(book: Book, schema: Schema): GroupField {
  const parts = Object.entries(schema.properties ?? {}).map(([name, one]): Part => {
    const full = resolved(book, one);
    return {
      name,
      field: fieldOf(book, one),
      // What is said of this field, not of the type that it has.
      help: (one.description ?? "").replace(/\s+/g, " ").trim(),
      isRequired: schema.required?.includes(name) ?? false,
      usual: full.default,
    };
  });
  return { kind: "group", parts };
}

/** What a form begins with. */
export function emptyOf(field: Field): Value {
  return field.isNullable ? null : begunOf(field);
}

/** What stands there once a person wants something to stand there. */
export function begunOf(field: Field): Value {
  switch (field.kind) {
    case "text":
      return "";
    case "number":
      return field.least === null || field.isOverLeast ? null : field.least;
    case "flag":
      return false;
    case "choice":
      return field.options[0] ?? "";
    case "list":
    case "rules":
      return [];
    case "tuple":
      return field.items.map(emptyOf);
    case "table":
      return {};
    case "group":
      return filled(field, {});
  }
}

/** A thing with a value for each field: its own, else what is usual. Unknown fields stay. */
export function filled(field: GroupField, thing: Thing): Thing {
  const made: Record<string, Value> = { ...thing };
  for (const { name, field: one, usual } of field.parts) {
    const value = thing[name] === undefined ? usual : thing[name];
    if (value === undefined) made[name] = emptyOf(one);
    else made[name] = one.kind === "group" && isThing(value) ? filled(one, value) : value;
  }
  return made;
}

export function isThing(value: Value): value is Thing {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
