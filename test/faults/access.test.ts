/** The stack is not reached, or not as what it is. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import type { Inventory } from "../../local/drills/inventory.ts";
import { certify } from "../support/api-server.ts";
import { sharedCluster } from "../support/cluster.ts";
import type { Outcome } from "../support/stack.ts";
import { ACCESS, type Fault } from "./support/faults.ts";
import { Ground, UP } from "./support/ground.ts";
import { pier } from "./support/pier.ts";
import { FaultProxy } from "./support/proxy.ts";
import { assertTold, putRight, survive } from "./support/survive.ts";

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[];
  users: { user: Record<string, string> }[];
}

describe("A fault of access:", function () {
  this.timeout("20m");
  let ground: Ground;
  let whole: Inventory;
  before(async () => {
    ground = await Ground.open(await sharedCluster(), pier);
    whole = await ground.land("pier-access");
  });
  after(() => ground?.close());

  /** What is told of an update that changes nothing, for it is refused; then all is as it was before. */
  async function refused(fault: Fault, update: () => Promise<Outcome>, back: () => void = () => {}): Promise<void> {
    const before = await ground.inventory();
    ground.proxy.beginAnew();
    const { code, output } = await update().finally(back);
    assert.notEqual(code, 0, output);
    assertTold(fault, output);
    assert.equal(ground.proxy.writes, 0, "nothing is written");
    await putRight(ground, fault, whole, before);
  }

  const up = () => ground.stack.run(...UP);

  /** An update by a kubeconfig that was changed. */
  async function byKubeconfig(fault: Fault, change: (kubeconfig: Kubeconfig) => void): Promise<void> {
    const whole = readFileSync(ground.kubeconfig, "utf8");
    const kubeconfig = parse(whole) as Kubeconfig;
    change(kubeconfig);
    writeFileSync(ground.kubeconfig, stringify(kubeconfig));
    await refused(fault, up, () => writeFileSync(ground.kubeconfig, whole));
  }

  function stateFile(): string {
    const stacks = join(ground.stack.directory, ".landfall/state/.pulumi/stacks");
    const [file] = readdirSync(stacks, { recursive: true, encoding: "utf8" }).filter((it) => it.endsWith("/dev.json"));
    assert.ok(file);
    return join(stacks, file);
  }

  survive(ACCESS, {
    "certificate-expired": (fault) =>
      byKubeconfig(fault, ({ users: [user] }) => {
        const { cert, key } = certify("20200101000000Z", "20210101000000Z");
        assert.ok(user);
        user.user = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
      }),

    clock: async (fault) => {
      const certificate = certify("21000101000000Z", "21200101000000Z");
      const path = join(dirname(ground.kubeconfig), "early");
      const early = await new FaultProxy(ground.cluster, certificate).start(path, ground.cluster.context);
      try {
        const other = parse(readFileSync(path, "utf8")) as Kubeconfig;
        await byKubeconfig(fault, (kubeconfig) => Object.assign(kubeconfig, other));
      } finally {
        await early.stop();
      }
    },

    "wrong-cluster": async (fault) => {
      ground.proxy.beginAnew();
      ground.proxy.fault = ({ path }) =>
        path === "/api/v1/namespaces/kube-system"
          ? { kind: "status", status: 200, body: { metadata: { name: "kube-system", uid: "of-another-cluster" } } }
          : undefined;
      const { code, output } = await up();
      assert.notEqual(code, 0, output);
      assertTold(fault, output);
      assert.equal(ground.proxy.writes, 0, "nothing is written");
      await putRight(ground, fault, whole, await ground.inventory());
    },

    passphrase: (fault) => refused(fault, () => ground.stack.runWith({ PULUMI_CONFIG_PASSPHRASE: "wrong" }, ...UP)),

    "stack-file": async (fault) => {
      const whole = readFileSync(ground.stack.stackFile, "utf8");
      writeFileSync(ground.stack.stackFile, `${whole.slice(0, whole.indexOf("landfall:"))}landfall:edge: { kind: ing`);
      await refused(fault, up, () => writeFileSync(ground.stack.stackFile, whole));
    },

    "state-cut-off": async (fault) => {
      truncateSync(stateFile(), 1000);
      await refused(fault, up);
    },

    "state-empty": async (fault) => {
      const before = await ground.inventory();
      writeFileSync(stateFile(), "{}");
      const { code, output } = await up();
      assert.notEqual(code, 0, output);
      assertTold(fault, output);
      await putRight(ground, fault, whole, before);
    },

    "lock-empty": async (fault) => {
      const lock = join(ground.stack.directory, ".landfall/state/.pulumi/locks/organization/landfall/dev/0.json");
      mkdirSync(dirname(lock), { recursive: true });
      writeFileSync(lock, "");
      await refused(fault, up);
    },
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
