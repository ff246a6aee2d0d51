import assert from "node:assert/strict";
import { openApiServer } from "../../cloud/api-server.ts";
import type { Context } from "../../cloud/kubeconfig-file.ts";
import { ApiServer, type Certificate, certify } from "../support/api-server.ts";
import { eventually } from "../support/read.ts";

/** A plugin that runs this script, in the Node that runs the test. */
const plugin = (script: string, more: object = {}) => ({
  exec: { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-e", script], ...more },
});

describe("The API server", () => {
  let certificate: Certificate;
  let server: ApiServer;
  before(() => {
    certificate = certify();
  });
  beforeEach(async () => {
    server = new ApiServer(certificate);
    await server.start();
  });
  afterEach(() => server.stop());

  const context = (more: Partial<Context> = {}): Context => ({
    name: "test",
    server: server.url,
    ca: Buffer.from(certificate.cert),
    skipTlsVerify: false,
    ...more,
  });
  const ask = async (path: string, more?: Partial<Context>): Promise<unknown> => {
    const { ask, close } = await openApiServer(context(more));
    try {
      return await ask(path);
    } finally {
      close();
    }
  };
  const refusal = async (path: string, more?: Partial<Context>): Promise<string> => {
    try {
      await ask(path, more);
    } catch (error) {
      assert.equal((error as Error).name, "ClusterError");
      return (error as Error).message.replaceAll(/127\.0\.0\.1:\d+/g, "SERVER");
    }
    return assert.fail("it answered");
  };
  const authorization = () => server.asked.map(({ headers }) => headers.authorization);

  it("answers over TLS that its own authority vouches for", async () => {
    server.answers["/version"] = { status: 200, body: { minor: "33" } };
    assert.deepEqual(await ask("/version"), { minor: "33" });
  });

  it("is not talked to where its certificate is another authority's, unless the kubeconfig says so", async () => {
    server.answers["/version"] = { status: 200, body: {} };
    assert.match(await refusal("/version", { ca: undefined }), /cannot be reached at https:\/\/SERVER: self-signed/);
    assert.deepEqual(server.asked, []);
    assert.deepEqual(await ask("/version", { ca: undefined, skipTlsVerify: true }), {});
  });

  it("behind a path, as Rancher has them, is asked under that path", async () => {
    server.answers["/k8s/clusters/c-1/version"] = { status: 200, body: { minor: "33" } };
    assert.deepEqual(await ask("/version", { server: `${server.url}/k8s/clusters/c-1` }), { minor: "33" });
    assert.deepEqual(await ask("/version", { server: `${server.url}/k8s/clusters/c-1/` }), { minor: "33" });
  });

  it("is sent the context's token", async () => {
    await ask("/version", { token: "s3cret" });
    assert.deepEqual(authorization(), ["Bearer s3cret"]);
  });

  it("is sent the context's user name and password where there is no token", async () => {
    await ask("/version", { basic: { username: "ann", password: "pw" } });
    assert.deepEqual(authorization(), [`Basic ${Buffer.from("ann:pw").toString("base64")}`]);
  });

  it("that may not be asked, or has no such thing, gives no answer", async () => {
    server.answers["/secret"] = { status: 403, body: {} };
    assert.equal(await ask("/secret"), undefined);
    assert.equal(await ask("/none"), undefined);
  });

  it("is told what to write, and what is not there is no mistake", async () => {
    server.answers["/api/v1/nodes/n"] = { status: 200, body: { kind: "Status" } };
    server.answers["/api/v1/nodes/kept"] = { status: 403, body: {} };
    const { send, close } = await openApiServer(context());
    try {
      assert.deepEqual(await send("PATCH", "/api/v1/nodes/n", { spec: {} }), { kind: "Status" });
      assert.equal(await send("DELETE", "/api/v1/nodes/gone"), undefined);
      await assert.rejects(send("DELETE", "/api/v1/nodes/kept"), /answers 403 to DELETE \/api\/v1\/nodes\/kept/);
    } finally {
      close();
    }
    const [patch, remove] = server.asked;
    assert.equal(patch?.headers["content-type"], "application/merge-patch+json");
    assert.equal(remove?.headers["content-type"], undefined);
  });

  it("that does not know the credentials says to log in again", async () => {
    server.answers["/version"] = { status: 401, body: {} };
    assert.equal(
      await refusal("/version", { token: "s3cret" }),
      `The cluster of context "test" does not accept its credentials (401): they are wrong or have expired.
  fix      log in again with your platform's tool, so that kubectl works; then run this again
  Nothing was created or changed.
`,
    );
  });

  it("that fails says with what", async () => {
    server.answers["/version"] = { status: 500, body: {} };
    assert.match(await refusal("/version"), /^The API server https:\/\/SERVER answers 500 to \/version\.\n/);
  });

  it("that answers with something else than JSON is not taken for one", async () => {
    server.answers["/version"] = { status: 200, body: "<html>Log in</html>" };
    assert.match(await refusal("/version"), /cannot be reached at .*: what answers there is not an API server\./);
  });

  it("that is not there is said to be unreachable", async () => {
    const { url } = server;
    await server.stop();
    assert.equal(
      await refusal("/version", { server: url }),
      `The cluster of context "test" cannot be reached at https://SERVER: connect ECONNREFUSED SERVER.
  fix      see that it runs and that this machine has a way to it (VPN, proxy); the local cluster starts with npm start
  Nothing was created or changed.
`,
    );
  });

  it("without TLS, or with a key that is none, is refused in the same words", async () => {
    assert.match(
      await refusal("/version", { server: "http://127.0.0.1:8001" }),
      /cannot be reached at .*"http:" not supported/,
    );
    assert.match(await refusal("/version", { clientKey: Buffer.from("garbage") }), /^The cluster of context "test"/);
  });

  it("that has too much to do for a moment is asked again", async () => {
    server.answers["/version"] = { status: 429, body: {} };
    const answer = ask("/version");
    await eventually(
      async () => server.asked.length,
      (asked) => asked === 2,
      10,
    );
    server.answers["/version"] = { status: 200, body: { minor: "33" } };
    assert.deepEqual(await answer, { minor: "33" });
  });

  it("that has too much to do for longer is not waited for", async () => {
    server.answers["/version"] = { status: 503, body: {} };
    assert.match(await refusal("/version"), /^The API server https:\/\/SERVER answers 503 to \/version\.\n/);
    assert.equal(server.asked.length, 4);
  });

  it("whose certificate is not valid yet has one look at the clock", async () => {
    const early = certify("21000101000000Z", "21200101000000Z");
    const future = new ApiServer(early);
    await future.start();
    try {
      const message = await refusal("/version", { server: future.url, ca: Buffer.from(early.cert) });
      assert.match(
        message,
        /cannot be reached at .*: certificate is not yet valid\.\n {2}fix {6}see that the clock of this machine is right, by which it is .* GMT; else renew the certificate\n/,
      );
    } finally {
      await future.stop();
    }
  });

  it("is not asked with a client certificate that is not valid yet: the clock may be wrong", async () => {
    const { cert, key } = certify("21000101000000Z", "21200101000000Z");
    const message = await refusal("/version", { clientCertificate: Buffer.from(cert), clientKey: Buffer.from(key) });
    assert.match(
      message,
      /^The client certificate of context "test" is not valid before Jan {2}1 00:00:00 2100 GMT\.\n {2}fix {6}see that the clock/,
    );
    assert.deepEqual(server.asked, []);
  });

  it("is not even asked with a client certificate that has expired", async () => {
    const { cert, key } = certify("20200101000000Z", "20210101000000Z");
    const message = await refusal("/version", { clientCertificate: Buffer.from(cert), clientKey: Buffer.from(key) });
    assert.equal(
      message,
      `The client certificate of context "test" expired on Jan  1 00:00:00 2021 GMT.
  fix      get a new kubeconfig from your platform
  Nothing was created or changed.
`,
    );
    assert.deepEqual(server.asked, []);
  });

  it("is not asked with a client certificate that is damaged", async () => {
    const message = await refusal("/version", { clientCertificate: Buffer.from("garbage") });
    assert.match(message, /^The client certificate of context "test" is damaged\.\n/);
  });

  describe("reached through a plugin", () => {
    it("is sent the token that the plugin prints", async () => {
      const script = `console.log(JSON.stringify({ status: { token: process.env.GIVEN } }))`;
      await ask("/version", plugin(script, { env: [{ name: "GIVEN", value: "s3cret" }] }));
      assert.deepEqual(authorization(), ["Bearer s3cret"]);
    });

    it("is named to the plugin where that asks for it", async () => {
      const script = `
        const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
        console.log(JSON.stringify({ status: { token: spec.interactive + " " + (spec.cluster?.server ?? "none") } }))`;
      await ask("/version", plugin(script, { provideClusterInfo: true }));
      await ask("/version", plugin(script));
      assert.deepEqual(authorization(), [`Bearer false ${server.url}`, "Bearer false none"]);
    });

    it("that is not installed passes on its own hint, or says to install it", async () => {
      const missing = { command: "landfall-no-such-plugin", apiVersion: "v1" };
      assert.equal(
        await refusal("/version", { exec: { ...missing, installHint: "brew install it\n" } }),
        `Context "test" gets its credentials from "landfall-no-such-plugin", which is not installed.
  fix      brew install it
  Nothing was created or changed.
`,
      );
      assert.match(
        await refusal("/version", { exec: missing }),
        /fix {6}install landfall-no-such-plugin and see that it is on the PATH/,
      );
    });

    it("that fails shows why, but not what it printed", async () => {
      const message = await refusal(
        "/version",
        plugin(`console.log("s3cret"); console.error("log in"); process.exit(3)`),
      );
      assert.match(message, /which gets the credentials of context "test", failed: log in\n/);
      assert.doesNotMatch(message, /s3cret/);
    });

    it("that fails without a word shows its exit code, or the signal that ended it", async () => {
      assert.match(await refusal("/version", plugin("process.exit(3)")), /, failed: 3\n/);
      assert.match(await refusal("/version", plugin(`process.kill(process.pid, "SIGKILL")`)), /, failed: SIGKILL\n/);
    });

    it("that prints something else is refused without showing it", async () => {
      for (const printed of ["s3cret", `{"token":"s3cret"}`, "null"]) {
        const message = await refusal("/version", plugin(`console.log(${JSON.stringify(printed)})`));
        assert.match(
          message,
          /did not answer with an ExecCredential\.\n {2}fix {6}run it by hand to see what it prints/,
        );
        assert.doesNotMatch(message, /s3cret/);
      }
    });
  });
});
