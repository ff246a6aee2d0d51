/** What npm run doctor makes of a machine, of credentials and of a cluster's network. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import type { Ask } from "../../cloud/api-server.ts";
import { networkOf } from "../../cloud/distribution-checks.ts";
import { TOKEN_COMMANDS } from "../../cloud/token-commands.ts";
import type { Plan } from "../../config/plan.ts";
import { checkCredentials } from "../../local/doctor/credentials.ts";
import { checkMachine, checkTools, type Machine, thisMachine } from "../../local/doctor/machine.ts";
import { kitStates } from "../../local/toolchain/toolchain.ts";
import { temporaryDirectory } from "../support/api-server.ts";

const GIB = 2 ** 30;
const GOOD: Machine = {
  ...{ platform: "linux", arch: "x64", node: "24.21.0" },
  ...{ memoryBytes: 8 * GIB, diskBytes: 20 * GIB, files: 65536 },
};

describe("npm run doctor, of a machine,", () => {
  const outcomes = (machine: Partial<Machine>, hasTools = false) =>
    Object.fromEntries(
      checkMachine({ ...GOOD, ...machine }, hasTools).flatMap(({ what, outcome, fix }) => {
        if (outcome === "ok") return [];
        assert.ok(fix ?? what === "Disk", what);
        return [[what, outcome]];
      }),
    );

  it("finds one in order that has enough of all", () => {
    assert.deepEqual(outcomes({}), {});
    assert.deepEqual(outcomes({ platform: "darwin", arch: "arm64", files: undefined }), {});
  });

  it("says what there is too little of, and fails only what cannot work", () => {
    assert.deepEqual(outcomes({ memoryBytes: 2 * GIB }), { Memory: "warning" });
    assert.deepEqual(outcomes({ diskBytes: 4 * GIB }), { Disk: "warning" });
    assert.deepEqual(outcomes({ diskBytes: 4 * GIB }, true), {});
    assert.deepEqual(outcomes({ files: 256 }), { "Open files": "warning" });
    assert.deepEqual(outcomes({ arch: "riscv64" }), { System: "warning" });
    assert.deepEqual(outcomes({ platform: "win32" }), { System: "failure" });
  });

  it("reads this one, and where its tools are", () => {
    const machine = thisMachine();
    assert.ok(machine.memoryBytes > GIB && (machine.diskBytes ?? 0) > 0);
    const told = checkTools().checks.map(({ what }) => what);
    for (const { title } of kitStates()) assert.ok(told.includes(title), title);
  });
});

describe("npm run doctor, of a cloud's credentials,", () => {
  const path = process.env.PATH;
  const variables = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "GOOGLE_APPLICATION_CREDENTIALS", "ARM_CLIENT_ID"];
  const kept = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  let directory: ReturnType<typeof temporaryDirectory>;

  beforeEach(() => {
    directory = temporaryDirectory();
    for (const name of variables) delete process.env[name];
    // Only what the test puts there, and a shell.
    directory.write("sh", '#!/bin/sh\nexec /bin/sh "$@"\n');
    chmodSync(`${directory.path}/sh`, 0o755);
    process.env.PATH = directory.path;
  });
  afterEach(() => {
    process.env.PATH = path;
    for (const [name, value] of Object.entries(kept)) if (value !== undefined) process.env[name] = value;
    directory.remove();
  });

  function tool(name: string, script: string): void {
    directory.write(name, `#!/bin/sh\n${script}\n`);
    chmodSync(`${directory.path}/${name}`, 0o755);
  }
  const of = async (provider: string, more: object = {}) => {
    const checks = await checkCredentials({ cluster: { provider, ...more } } as unknown as Plan);
    return checks.map(({ outcome, sentence }) => `${outcome}: ${sentence}`);
  };

  it("says that they are there and valid, and nothing of what the tools print", async () => {
    tool("aws", "echo secret-account");
    assert.deepEqual(await of("eks"), ["ok: present, and valid", `ok: ${directory.path}/aws`]);
    tool("gcloud", "echo ya29.secret");
    tool(TOKEN_COMMANDS.gke.command, "");
    assert.deepEqual((await of("gke"))[0], "ok: present, and valid");
    tool("az", "");
    tool(TOKEN_COMMANDS.aks.command, "");
    assert.deepEqual((await of("aks"))[0], "ok: present, and valid");
    assert.deepEqual(await of("kubeconfig"), []);
    assert.deepEqual(await of("kubeconfig", { cloud: { provider: "aws" } }), ["ok: present, and valid"]);
  });

  it("tells expired ones from those that are not there", async () => {
    tool("aws", 'echo "An error occurred (ExpiredToken): the token has expired" >&2; exit 255');
    assert.match((await of("eks"))[0] ?? "", /^failure: expired: An error occurred \(ExpiredToken\)/);
    tool("az", "echo 'Please run az login to setup account.' >&2; exit 1");
    const [login, token] = await of("aks");
    assert.equal(login, "failure: absent: Please run az login to setup account.");
    assert.match(token ?? "", /^failure: not installed/);
  });

  it("says what nobody can say without the cloud's own tool", async () => {
    assert.match((await of("gke"))[0] ?? "", /^failure: gcloud is not installed, and none of GOOGLE_CREDENTIALS/);
    process.env.GOOGLE_APPLICATION_CREDENTIALS = "/key.json";
    assert.match((await of("gke"))[0] ?? "", /^warning: GOOGLE_APPLICATION_CREDENTIALS is set; whether they are valid/);
    delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
  });
});

describe("npm run doctor, of a cluster's network,", () => {
  const network = (images: readonly string[], labels: Record<string, string> = {}, daemonLabels = {}) =>
    networkOf((async (path: string) => {
      if (path === "/version") return { gitVersion: "v1.36.0" };
      if (path.startsWith("/api/v1/nodes")) return { items: [{ metadata: { labels } }] };
      const containers = images.map((image) => ({ image }));
      return {
        items: [{ metadata: { name: "x", labels: daemonLabels }, spec: { template: { spec: { containers } } } }],
      };
    }) as Ask);

  it("knows those that enforce policies, those that do not, and says nothing of others", async () => {
    const enforces = async (...given: Parameters<typeof network>) => (await network(...given))?.enforcesPolicies;
    assert.equal(await enforces(["quay.io/calico/node:v3.31.0"]), true);
    assert.equal(await enforces(["quay.io/cilium/cilium:v1.18.4"]), true);
    assert.equal(await enforces(["docker.io/kindest/kindnetd:v20250512-df8de77b"]), true);
    assert.equal(await enforces(["docker.io/kindest/kindnetd:v20240513-cd2ac642"]), false);
    assert.equal(await enforces(["ghcr.io/flannel-io/flannel:v0.27.0"]), false);
    assert.equal(await enforces([], { "minikube.k8s.io/name": "minikube" }), false);
    assert.equal(await enforces(["example.com/network:1"]), undefined);
    assert.equal(await networkOf((async () => undefined) as Ask), undefined);
  });

  it("knows k3s' own load balancer", async () => {
    assert.equal((await network([], {}, { "svccontroller.k3s.cattle.io/svcname": "traefik" }))?.hasServiceLb, true);
    assert.equal((await network([]))?.hasServiceLb, false);
  });
});
