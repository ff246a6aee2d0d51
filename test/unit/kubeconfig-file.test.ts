import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import { temporaryDirectory } from "../support/api-server.ts";

const file = (changes: object = {}) =>
  stringify({
    "current-context": "one",
    contexts: [
      { name: "one", context: { cluster: "near", user: "ann" } },
      { name: "two", context: { cluster: "near" } },
    ],
    clusters: [{ name: "near", cluster: { server: "https://127.0.0.1:6443" } }],
    users: [{ name: "ann", user: { token: "s3cret" } }],
    ...changes,
  });
const cluster = (inner: object) => ({
  clusters: [{ name: "near", cluster: { server: "https://127.0.0.1:6443", ...inner } }],
});
const user = (inner: object) => ({ users: [{ name: "ann", user: inner }] });

describe("A kubeconfig", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => directory.remove());

  const read = (text: string, context?: string) => readContext([directory.write("config", text)], context);
  const refusal = (text: string, context?: string): string => {
    try {
      read(text, context);
    } catch (error) {
      assert.equal((error as Error).name, "ClusterError");
      return (error as Error).message.replaceAll(directory.path, "DIR");
    }
    return assert.fail("it was read");
  };

  it("gives the current context, or the one asked for", () => {
    assert.equal(read(file()).name, "one");
    assert.equal(read(file()).token, "s3cret");
    assert.equal(read(file(), "two").name, "two");
    assert.equal(read(file(), "two").token, undefined);
  });

  it("that is not there says how to get one", () => {
    assert.throws(() => readContext([join(directory.path, "none")], undefined), {
      message: `There is no kubeconfig at ${join(directory.path, "none")}.
  fix      for the local cluster run npm start; for another set landfall:cluster.path, or KUBECONFIG
  Nothing was created or changed.
`,
    });
  });

  it("without a current context names those that there are", () => {
    assert.equal(
      refusal(file({ "current-context": "" })),
      `DIR/config has no current context.
  fix      name one with landfall:cluster.context: one, two
  Nothing was created or changed.
`,
    );
  });

  it("without the context asked for names those that there are, and the one probably meant", () => {
    assert.equal(
      refusal(file(), "tow"),
      `landfall:cluster.context: there is no context "tow" in DIR/config.
  allowed  one, two
  fix      did you mean "two"?
  Nothing was created or changed.
`,
    );
    assert.match(refusal(file(), "production"), /fix {6}use one of these, or another kubeconfig/);
  });

  it("whose context leads nowhere says what is missing", () => {
    const contexts = [{ name: "one", context: { cluster: "far", user: "bob" } }];
    assert.match(refusal(file({ contexts })), /context "one" names the cluster "far", which is not there/);
    contexts[0] = { name: "one", context: { cluster: "near", user: "bob" } };
    assert.match(refusal(file({ contexts })), /context "one" names the user "bob", which is not there/);
  });

  it("that is no YAML, or not that of a kubeconfig, is refused without showing what it holds", () => {
    for (const text of [
      "users: [\n  token: s3cret",
      "token: s3cret: more",
      "s3cret",
      file(user({ token: ["s3cret"] })),
    ]) {
      const message = refusal(text);
      assert.match(message, /^The kubeconfig DIR\/config cannot be used: /);
      assert.doesNotMatch(message, /s3cret/);
    }
    assert.match(refusal(file(user({ token: 5 }))), /users\.0\.user\.token: /);
    assert.match(refusal("s3cret"), /cannot be used: the whole: /);
  });

  it("is not quoted in a warning of the YAML parser either", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error) => warnings.push(warning.message);
    process.on("warning", listen);
    try {
      refusal("token: !unknown s3cret\n");
      await new Promise(setImmediate); // warnings come at the next turn
    } finally {
      process.off("warning", listen);
    }
    assert.deepEqual(warnings, []);
  });

  it("of several files is read as one: the first that says something wins", () => {
    const first = directory.write("first", file({ "current-context": "", contexts: [], ...cluster({}) }));
    const second = directory.write(
      "second",
      file({ "current-context": "two", ...cluster({ server: "https://192.0.2.1" }), ...user({ token: "other" }) }),
    );
    const merged = readContext([first, second], undefined);
    assert.deepEqual([merged.name, merged.server], ["two", "https://127.0.0.1:6443"]);
    assert.equal(readContext([first, second], "one").token, "s3cret");
  });

  it("reads certificates beside the file that names them, wherever the program runs", () => {
    directory.write("ca.pem", "the authority");
    const context = read(file(cluster({ "certificate-authority": "ca.pem" })));
    assert.equal(context.ca?.toString(), "the authority");
  });

  it("prefers a certificate that it holds to one that it names", () => {
    const held = Buffer.from("held").toString("base64");
    const context = read(file(cluster({ "certificate-authority": "none.pem", "certificate-authority-data": held })));
    assert.equal(context.ca?.toString(), "held");
  });

  it("that names a file that is not there says which", () => {
    assert.match(
      refusal(file(cluster({ "certificate-authority": "ca.pem" }))),
      /^The kubeconfig DIR\/ca\.pem cannot be used: the kubeconfig refers to it, but ENOENT/,
    );
  });

  it("reads a token from a file, without its line break", () => {
    directory.write("token", "from a file\n");
    assert.equal(read(file(user({ tokenFile: "token" }))).token, "from a file");
  });

  it("hands on every way to reach the cluster and to log in", () => {
    const context = read(
      file({
        ...cluster({ "insecure-skip-tls-verify": true, "tls-server-name": "api", "proxy-url": "http://proxy:3128" }),
        ...user({ username: "ann", password: "s3cret", exec: { apiVersion: "v1", command: "login", args: null } }),
      }),
    );
    const { skipTlsVerify, serverName, proxy, basic, exec } = context;
    assert.deepEqual(
      { skipTlsVerify, serverName, proxy, basic, exec },
      {
        skipTlsVerify: true,
        serverName: "api",
        proxy: "http://proxy:3128",
        basic: { username: "ann", password: "s3cret" },
        exec: { apiVersion: "v1", command: "login", args: null },
      },
    );
  });
});
