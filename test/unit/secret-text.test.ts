import assert from "node:assert/strict";
import { postgres } from "../../components/datastores/postgres.ts";
import { plain, type SecretText, templateOf, writtenAs } from "../../components/secrets/secret-text.ts";

/** Everything that has a meaning in URLs, JSON, shells or templates. */
const PASSWORD = `a b+c&d=e/f?g#h:i@j%k"l\\m'n<o>p{{q}}r$(s)t\`u~v_w.x-y!*()ü€😀`;
const USERNAME = 'us"er{{x}}\\é';
const endpoint = { host: "db.example.com", port: 5432, username: "app", database: "shop", buckets: [], tls: true };

const TEXTS = {
  plain: plain("db"),
  url: { secret: "db", write: ({ url }) => postgres.url(endpoint, url) },
  json: { secret: "db", write: ({ json }) => `{"password":${json}}` },
  "auth.basic": { secret: "db", write: ({ basicAuth }) => basicAuth(USERNAME) },
} satisfies Record<string, SecretText>;

/** What text/template of Go 1.26 with Sprig 3.3 makes of the templates below, with the password for every key. */
const BY_GO = {
  plain: PASSWORD,
  url: "postgresql://app:a%20b%2Bc%26d%3De%2Ff%3Fg%23h%3Ai%40j%25k%22l%5Cm%27n%3Co%3Ep%7B%7Bq%7D%7Dr%24%28s%29t%60u~v_w.x-y%21%2A%28%29%C3%BC%E2%82%AC%F0%9F%98%80@db.example.com:5432/shop?sslmode=require",
  json: `{"password":"a b+c\\u0026d=e/f?g#h:i@j%k\\"l\\\\m'n\\u003co\\u003ep{{q}}r$(s)t\`u~v_w.x-y!*()ü€😀"}`,
  "auth.basic":
    "dXMiZXJ7e3h9fVzDqTphIGIrYyZkPWUvZj9nI2g6aUBqJWsibFxtJ248bz5we3txfX1yJChzKXRgdX52X3cueC15ISooKcO84oKs8J+YgA==",
};

describe("A text with a secret in it", () => {
  it("is, for an operator, the template that Go was given", () => {
    assert.deepEqual(templateOf(TEXTS), {
      plain: '{{ index . "plain" }}',
      url: 'postgresql://app:{{ index . "url" | urlquery | replace "+" "%20" }}@db.example.com:5432/shop?sslmode=require',
      json: '{"password":{{ index . "json" | toJson }}}',
      "auth.basic": '{{ printf "%s:%s" "us\\"er{{x}}\\\\é" (index . "auth.basic") | b64enc }}',
    });
  });

  it("means the same whether the operator or the program fills it in, for a password of any characters", () => {
    const here = Object.fromEntries(
      Object.entries(TEXTS).map(([key, { write }]) => [key, write(writtenAs(PASSWORD)) as string]),
    ) as typeof BY_GO;
    for (const text of [here, BY_GO]) {
      assert.equal(text.plain, PASSWORD);
      const { password, username, host, pathname } = new URL(text.url);
      assert.deepEqual(
        [decodeURIComponent(password), username, host, pathname],
        [PASSWORD, "app", "db.example.com:5432", "/shop"],
      );
      assert.deepEqual(JSON.parse(text.json), { password: PASSWORD });
      assert.equal(Buffer.from(text["auth.basic"], "base64").toString(), `${USERNAME}:${PASSWORD}`);
    }
  });

  it("keeps what is no secret as it is, braces included", () => {
    assert.deepEqual(templateOf({ open: "text with {{ braces }} and }} {{" }), {
      open: 'text with {{ "{{" }} braces }} and }} {{ "{{" }}', // Go prints it without the quotes again
    });
  });
});
