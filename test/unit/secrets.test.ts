import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { deriveSecret } from "../../config/secrets.ts";

const STACK_SECRET = "correct horse battery staple, 32 characters and more";
const POSTGRES = { name: "postgres", version: 1, length: 32, derivable: true };

/** HKDF-SHA-256 spelt out from RFC 5869, beside node:crypto's own. */
function hkdf(secret: string, salt: string, info: string, length: number): Buffer {
  const key = createHmac("sha256", salt).update(secret).digest();
  let block = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  for (let counter = 1; output.length < length; counter++) {
    block = createHmac("sha256", key)
      .update(Buffer.concat([block, Buffer.from(info), Buffer.from([counter])]))
      .digest();
    output = Buffer.concat([output, block]);
  }
  return output.subarray(0, length);
}

describe("A derived password", () => {
  it("is the same for the same stack secret, name and version", () => {
    assert.equal(deriveSecret(STACK_SECRET, POSTGRES), deriveSecret(STACK_SECRET, { ...POSTGRES }));
  });

  it("is the one that it has always been: another would lock every datastore", () => {
    assert.equal(deriveSecret(STACK_SECRET, POSTGRES), "nUIgfSPH2LE36pcmzx5FkavPghiOWceE");
  });

  it("is HKDF-SHA-256 of the stack secret, mapped to letters and digits without bias", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const bytes = [...hkdf(STACK_SECRET, "landfall", "landfall/postgres/1", 128)].filter((byte) => byte < 4 * 62);
    const expected = bytes.map((byte) => alphabet[byte % 62]).join("");
    assert.equal(deriveSecret(STACK_SECRET, POSTGRES), expected.slice(0, 32));
  });

  it("changes with the version, the name and the stack secret", () => {
    const passwords = [
      deriveSecret(STACK_SECRET, POSTGRES),
      deriveSecret(STACK_SECRET, { ...POSTGRES, version: 2 }),
      deriveSecret(STACK_SECRET, { ...POSTGRES, name: "redis" }),
      deriveSecret(`${STACK_SECRET}.`, POSTGRES),
    ];
    assert.equal(new Set(passwords).size, passwords.length);
  });

  for (const length of [1, 32, 40, 48, 128]) {
    it(`has exactly the length asked for, in letters and digits: ${length}`, () => {
      for (let version = 1; version <= 50; version++) {
        assert.match(
          deriveSecret(STACK_SECRET, { ...POSTGRES, version, length }),
          new RegExp(`^[A-Za-z0-9]{${length}}$`),
        );
      }
    });
  }

  it("favours no character", () => {
    const counts = new Map<string, number>();
    const versions = 2000;
    for (let version = 1; version <= versions; version++) {
      for (const character of deriveSecret(STACK_SECRET, { ...POSTGRES, version })) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    const expected = (versions * POSTGRES.length) / 62;
    assert.equal(counts.size, 62);
    for (const [character, count] of counts) {
      // Five standard deviations; a plain modulo of the byte would put the first letters 25 percent above the others.
      assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${character}: ${count} for ${expected}`);
    }
  });
});
