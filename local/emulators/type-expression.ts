/** Reads the types that Pulumi's generators write into an SDK's declarations; no more of TypeScript than they use. */

/** What a value may look like. */
export type Shape =
  | { kind: "string"; allowed?: readonly string[] }
  | { kind: "number" }
  | { kind: "boolean" }
  | { kind: "anything" }
  | { kind: "list"; of: Shape }
  | { kind: "map"; of: Shape }
  /** Declared elsewhere in the SDK, as `inputs.eks.ClusterVpcConfig` or `enums.containerservice.OSType`; open where other texts may be right too. */
  | { kind: "reference"; name: string; open?: boolean }
  | { kind: "either"; of: readonly Shape[] };

export interface Property {
  shape: Shape;
  required: boolean;
}

const TOKEN = /"[^"]*"|[A-Za-z_$][\w$.]*|\[\]|[<>{}[\]|;:?()]/g;

/** The properties of an interface's or a class's body, without methods. */
export function parseProperties(body: string): Record<string, Property> {
  const tokens = withoutComments(body).match(TOKEN) ?? [];
  const reader = new Reader(tokens);
  const properties: Record<string, Property> = {};
  while (!reader.atEnd()) {
    const name = reader.next().replace(/^"|"$/g, "");
    const required = !reader.skip("?");
    reader.expect(":");
    properties[name] = { shape: reader.shape(), required };
    reader.expect(";");
  }
  return properties;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "");
}

class Reader {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#position >= this.#tokens.length;
  }

  next(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw new Error("the declaration ends too early");
    return token;
  }

  skip(token: string): boolean {
    if (this.#tokens[this.#position] !== token) return false;
    this.#position++;
    return true;
  }

  expect(token: string): void {
    if (!this.skip(token)) throw new Error(`expected ${token}, found ${this.#tokens[this.#position]}`);
  }

  shape(): Shape {
    const members: Shape[] = [];
    do {
      const member = this.#listsOf(this.#single());
      if (member) members.push(member);
    } while (this.skip("|"));
    return union(members);
  }

  #listsOf(shape: Shape | undefined): Shape | undefined {
    let lists = shape;
    while (this.skip("[]")) lists = { kind: "list", of: lists ?? { kind: "anything" } };
    return lists;
  }

  /** `undefined` for the type of that name. */
  #single(): Shape | undefined {
    const token = this.next();
    if (token === "{") return this.#map();
    if (token.startsWith('"')) return { kind: "string", allowed: [token.slice(1, -1)] };
    switch (token) {
      case "undefined":
        return undefined;
      case "string":
      case "number":
      case "boolean":
        return { kind: token };
      case "pulumi.Input":
      case "pulumi.Output": {
        this.expect("<");
        const inner = this.shape();
        this.expect(">");
        return inner;
      }
    }
    return /^(inputs|outputs|enums)\./.test(token) ? { kind: "reference", name: token } : { kind: "anything" };
  }

  #map(): Shape {
    for (const token of ["[", "key", ":", "string", "]", ":"]) this.expect(token);
    const of = this.shape();
    this.skip(";");
    this.expect("}");
    return { kind: "map", of };
  }
}

function union(members: readonly Shape[]): Shape {
  const [first] = members;
  if (!first) return { kind: "anything" };
  if (members.length === 1) return first;
  if (members.some(({ kind }) => kind === "anything")) return { kind: "anything" };
  // `string | enums.X`: X has the values that the SDK's authors knew of.
  const [named, ...others] = members.filter(({ kind }) => kind === "reference");
  if (named && isEnumeration(named) && others.length === 0 && members.some(({ kind }) => kind === "string")) {
    return { ...named, open: true };
  }
  return { kind: "either", of: members };
}

function isEnumeration(shape: Shape): shape is Extract<Shape, { kind: "reference" }> {
  return shape.kind === "reference" && shape.name.startsWith("enums.");
}
