import assert from "node:assert/strict";
import { z } from "zod";
import { ConfigurationError, didYouMean, fromZod, type Mistake, unknownName } from "../../config/mistakes.ts";
import { keysAt } from "../../config/schema/keys.ts";

describe("Did you mean", () => {
  const known = ["postgres", "redis", "objects", "api"];

  it("finds the nearest known word", () => {
    assert.equal(didYouMean("postgress", known), "postgres");
    assert.equal(didYouMean("apu", known), "api");
  });

  it("offers nothing where no word is near, or none is known", () => {
    assert.equal(didYouMean("frontend", known), undefined);
    assert.equal(didYouMean("postgres", []), undefined);
  });

  it("is part of the report on an unknown name, which also lists all names", () => {
    assert.deepEqual(unknownName("landfall:x", "rediss", known, "datastore"), {
      path: "landfall:x",
      got: "rediss",
      problem: 'there is no datastore "rediss"',
      allowed: "postgres, redis, objects, api",
      fix: 'did you mean "redis"?',
    });
  });

  it("is replaced by other advice where nothing is near or nothing is allowed", () => {
    assert.equal(unknownName("x", "zzzzzz", known, "store").fix, "use one of these, or remove it");
    assert.equal(unknownName("x", "zzzzzz", [], "store").allowed, "nothing");
  });
});

describe("A configuration error", () => {
  it("lists every mistake with what is there, what may be there and what to do", () => {
    const { message } = new ConfigurationError([
      { path: "landfall:a", got: [1], problem: "is odd", allowed: "2", fix: "make it even" },
      { path: "landfall:b", problem: "is missing", fix: "set it" },
    ]);
    assert.equal(
      message,
      `2 mistakes in the configuration; nothing was created or changed.

  landfall:a: is odd
    got      [1]
    allowed  2
    fix      make it even

  landfall:b: is missing
    fix      set it
`,
    );
  });

  it("shows the beginning of what is long", () => {
    const { message } = new ConfigurationError([
      { path: "files", got: "x".repeat(1000), problem: "not valid", fix: "do" },
    ]);
    assert.match(message, /got {6}"x{399}…\n/);
  });

  it("counts a single mistake in the singular", () => {
    const { message } = new ConfigurationError([{ path: "landfall:b", problem: "is missing", fix: "set it" }]);
    assert.match(message, /^1 mistake in the configuration; /);
  });
});

const schema = z.strictObject({
  count: z.int().min(1).max(9).optional(),
  names: z.array(z.string()).optional(),
  level: z.enum(["low", "high"]).optional(),
  by: z.record(z.string().regex(/^[a-z]+$/, "lower-case letters"), z.boolean()).optional(),
  port: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("tcp"), number: z.int() }),
      z.strictObject({ kind: z.literal("unix"), path: z.string() }),
    ])
    .optional(),
  tls: z
    .union(
      [z.strictObject({ issuer: z.string() }), z.strictObject({ secret: z.string() }), z.literal(false)],
      "false, { issuer } or { secret }",
    )
    .optional(),
});

function mistakesIn(value: unknown): Mistake[] {
  const { error } = schema.safeParse(value, { reportInput: true });
  return error ? fromZod(error, "x:", keysAt(schema)) : [];
}

describe("What the schema finds, in words", () => {
  const found: [what: string, value: unknown, mistakes: Mistake[]][] = [
    ["nothing where all is well", { count: 1, tls: false }, []],
    [
      "a misspelt key, with the key meant",
      { cuont: 1 },
      [
        {
          path: "x:cuont",
          problem: "unknown key",
          allowed: "count, names, level, by, port, tls",
          fix: 'did you mean "count"?',
        },
      ],
    ],
    [
      "a value of the wrong type",
      { names: "ann" },
      [{ path: "x:names", got: "ann", problem: "wrong type", allowed: "a list", fix: "make it a list" }],
    ],
    [
      "an entry of a list by its index",
      { names: ["ann", 5] },
      [{ path: "x:names[1]", got: 5, problem: "wrong type", allowed: "a string", fix: "make it a string" }],
    ],
    [
      "a figure too small",
      { count: 0 },
      [{ path: "x:count", got: 0, problem: "too small", allowed: "1 or more", fix: "raise it" }],
    ],
    [
      "a figure too big",
      { count: 10 },
      [{ path: "x:count", got: 10, problem: "too big", allowed: "9 or less", fix: "lower it" }],
    ],
    [
      "a fraction for a whole number",
      { count: 1.5 },
      [{ path: "x:count", got: 1.5, problem: "wrong type", allowed: "a whole number", fix: "make it a whole number" }],
    ],
    [
      "a word that is not on the list, with the word meant",
      { level: "hgih" },
      [
        {
          path: "x:level",
          got: "hgih",
          problem: "not one of the allowed values",
          allowed: "low, high",
          fix: 'did you mean "high"?',
        },
      ],
    ],
    [
      "a name of the wrong form, with the form",
      { by: { ANN: true } },
      [{ path: "x:by.ANN", problem: "not a valid name", allowed: "lower-case letters", fix: "write it in that form" }],
    ],
    [
      "an unknown kind",
      { port: { kind: "tpc" } },
      [
        {
          path: "x:port.kind",
          got: "tpc",
          problem: "not one of the allowed values",
          allowed: "tcp, unix",
          fix: 'did you mean "tcp"?',
        },
      ],
    ],
    [
      "a kind left out",
      { port: { number: 1 } },
      [{ path: "x:port.kind", problem: "is missing", allowed: "tcp, unix", fix: "use one of these", got: undefined }],
    ],
    [
      "a key of another kind, with the keys of this one",
      { port: { kind: "tcp", number: 1, path: "/" } },
      [{ path: "x:port.path", problem: "unknown key", allowed: "kind, number", fix: "remove it" }],
    ],
    [
      "only what is wrong with the form that was meant",
      { tls: { secret: 5 } },
      [{ path: "x:tls.secret", got: 5, problem: "wrong type", allowed: "a string", fix: "make it a string" }],
    ],
    [
      "a misspelt key in one of several forms",
      { tls: { isuer: "me" } },
      [
        { path: "x:tls.issuer", problem: "is missing", allowed: "a string", fix: "set it" },
        { path: "x:tls.isuer", problem: "unknown key", allowed: "issuer, secret", fix: 'did you mean "issuer"?' },
      ],
    ],
    [
      "a value that is none of the forms, with all of them",
      { tls: true },
      [
        {
          path: "x:tls",
          got: true,
          problem: "not valid",
          allowed: "false, { issuer } or { secret }",
          fix: "write it in that form",
        },
      ],
    ],
  ];
  for (const [what, value, mistakes] of found) {
    it(`says ${what}`, () => assert.deepEqual(mistakesIn(value), mistakes));
  }
});
