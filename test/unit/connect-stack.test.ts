import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Cloud, connect } from "../../cloud/cloud.ts";
import type { StackCluster } from "../../config/schema/cluster.ts";
import { ApiServer, type Certificate, certify } from "../support/api-server.ts";
import { find, type Registration, record, secret } from "../support/mocks.ts";
import { planFor } from "../support/pybase.ts";
import { refuses } from "../support/shop.ts";

const ok = (body: unknown) => ({ status: 200, body });
const REF = "acme/platform/production";
const API_SERVER = { cidrs: ["10.0.64.0/20"], ports: [443] };

describe("Connecting to a cluster that another stack made", () => {
  let certificate: Certificate;
  let server: ApiServer;
  before(() => {
    certificate = certify();
  });
  beforeEach(async () => {
    server = new ApiServer(certificate);
    await server.start();
    server.answers = {
      "/version": ok({ major: "1", minor: "36", gitVersion: "v1.36.1" }),
      "/api/v1/namespaces/kube-system": ok({ metadata: { name: "kube-system", uid: "uid-of-kube-system" } }),
    };
  });
  afterEach(() => server.stop());

  const kubeconfig = () => ({
    "current-context": "theirs",
    contexts: [{ name: "theirs", context: { cluster: "theirs", user: "me" } }],
    clusters: [
      {
        name: "theirs",
        cluster: {
          server: server.url,
          "certificate-authority-data": Buffer.from(certificate.cert).toString("base64"),
        },
      },
    ],
    users: [{ name: "me", user: { token: "s3cret" } }],
  });
  async function land(outputs: object, cluster: Partial<StackCluster> = {}, secretOutputNames: string[] = []) {
    const plan = planFor("dev");
    plan.cluster = { provider: "stack", ref: REF, ...cluster };
    let cloud: Cloud | undefined;
    const registrations: Registration[] = await record(
      async () => {
        cloud = await connect(plan);
      },
      "dev",
      { "pulumi:pulumi:StackReference": () => ({ outputs, secretOutputNames }) },
    );
    return {
      apiServer: cloud?.apiServer,
      provider: find(registrations, "pulumi:providers:kubernetes", "cluster").inputs,
    };
  }
  async function refusal(outputs: object, cluster: Partial<StackCluster> = {}): Promise<string> {
    try {
      await land(outputs, cluster);
    } catch (error) {
      assert.ok(pulumi.RunError.isInstance(error), "the user would see a stack trace");
      return error.message;
    }
    return assert.fail("it connected");
  }

  it("uses that stack's kubeconfig, and keeps it secret, whether it was or not", async () => {
    const text = JSON.stringify(kubeconfig());
    for (const secretOutputNames of [[], ["kubeconfig"]]) {
      const { provider } = await land({ kubeconfig: text, apiServer: API_SERVER }, {}, secretOutputNames);
      assert.deepEqual(provider, {
        kubeconfig: secret(text),
        context: "theirs",
        clusterIdentifier: "uid-of-kube-system",
        enableServerSideApply: "true",
        kubeClientSettings: '{"timeout":90}',
      });
    }
    assert.ok(server.asked.every(({ headers }) => headers.authorization === "Bearer s3cret"));
  });

  it("takes a kubeconfig that is an object, by the output that the stack names", async () => {
    const { provider } = await land({ admin: kubeconfig(), apiServer: API_SERVER }, { output: "admin" });
    const { "[secret]": text } = provider.kubeconfig as { "[secret]": string };
    assert.deepEqual(JSON.parse(text), kubeconfig());
  });

  it("lets pods to the API server where that stack, or this one, says that it is, else where the cluster does", async () => {
    assert.deepEqual((await land({ kubeconfig: kubeconfig(), apiServer: API_SERVER })).apiServer, API_SERVER);
    const own = { cidrs: ["192.0.2.0/24"], ports: [6443] };
    const both = await land({ kubeconfig: kubeconfig(), apiServer: API_SERVER }, { apiServer: own });
    assert.deepEqual(both.apiServer, own);
    assert.match(
      await refusal({ kubeconfig: kubeconfig(), apiServer: "https://example.com" }),
      /The API server's addresses, .* cannot be read from the cluster/,
    );
  });

  it("says which output is missing", async () => {
    assert.equal(
      await refusal({ url: "https://example.com" }),
      `landfall:cluster.ref: stack "${REF}" has no output "kubeconfig" with a kubeconfig.
  fix      bring it up with a cluster of its own, name its output with landfall:cluster.output, or land as it does, by kubeconfig
  Nothing was created or changed.
`,
    );
  });

  it("says that an output is no kubeconfig, without showing it", async () => {
    const message = await refusal({ kubeconfig: "s3cret: [" });
    assert.match(message, /^The kubeconfig output "kubeconfig" of stack "acme\/platform\/production" cannot be used: /);
    assert.doesNotMatch(message, /s3cret/);
  });

  it("does not land on itself", async () => {
    const own = "organization/landfall/dev";
    assert.match(await refusal({}, { ref: own }), /landfall:cluster\.ref: ".*" is this stack itself\.\n {2}fix/);
  });
});

describe("Of a cluster that another stack made is refused:", () => {
  refuses([
    [
      "a stack without its project",
      ({ stack }) => {
        stack.cluster = { provider: "stack", ref: "production" };
      },
      {
        path: "landfall:cluster.ref",
        got: "production",
        problem: "not valid",
        allowed: "<organization>/<project>/<stack>",
        fix: "write it in that form",
      },
    ],
    [
      "a managed datastore, where no cloud is named",
      ({ stack }) => {
        stack.cluster = { provider: "stack", ref: REF };
        stack.datastores = { db: { mode: "managed" } };
      },
      {
        path: "landfall:datastores.db.mode",
        got: "managed",
        problem: 'cluster provider "stack" has no cloud that could manage "db"',
        allowed: "bundled, external",
        fix: "bundle it, name the store that you run elsewhere with mode: external, or a cloud with landfall:cluster.cloud",
      },
    ],
  ]);
});
