import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deleteCluster, ensureCluster } from "../cluster/cluster.ts";
import { readCredentials } from "../cluster/kubeconfig.ts";
import { homeOf } from "../cluster/kwokctl.ts";
import type { NodeSpec } from "../cluster/nodes.ts";
import type { Platform } from "../cluster/objects.ts";
import { processesOf } from "../cluster/processes.ts";
import { silentProgress } from "../progress.ts";

export interface ControlPlane {
  /** URL of the API server. */
  endpoint: string;
  /** Certificate authority, as base64 of its PEM. */
  certificateAuthority: string;
}

/** What a cluster is made of, kept so that it can be started again. */
interface Saved {
  platform: Platform;
  /** Machines by node pool. */
  pools: Record<string, NodeSpec[]>;
}

/** Nothing adds machines here as pods come: a pool that grows from none has its first from the start. */
export function firstCount(least: number, most: number): number {
  return Math.min(Math.max(least, 1), most);
}

/** Real control planes on this machine for the clusters that the clouds would run, one for each name. */
export class ControlPlanes {
  readonly #directory: string;
  #last: Promise<unknown> = Promise.resolve();

  /** @param directory of the rehearsal */
  constructor(directory: string) {
    this.#directory = join(directory, "clusters");
  }

  create(name: string, platform: Platform): Promise<ControlPlane> {
    return this.#change(name, () => ({ platform, pools: {} }));
  }

  /** Gives the cluster these machines for the pool, in place of those that it had. */
  async setNodes(name: string, pool: string, nodes: readonly NodeSpec[]): Promise<void> {
    await this.#change(name, ({ platform, pools }) => ({ platform, pools: { ...pools, [pool]: [...nodes] } }));
  }

  /** Starts a cluster that is there, if it does not run. */
  start(name: string): Promise<ControlPlane> {
    return this.#change(name, (saved) => saved);
  }

  /** As a machine dies that it runs on. `start` brings it back. */
  killApiServer(name: string): void {
    for (const [pid, component] of processesOf(homeOf(this.#at(name).directory, name))) {
      if (component === "kube-apiserver") process.kill(pid, "SIGKILL");
    }
  }

  async remove(name: string): Promise<void> {
    await this.#inTurn(async () => {
      await deleteCluster(this.#at(name));
      for (const file of ["json", "credential.json"]) rmSync(join(this.#directory, `${name}.${file}`), { force: true });
    });
  }

  /** Kubeconfig of the cluster's administrator. */
  kubeconfigOf(name: string): string {
    return join(this.#directory, `${name}.kubeconfig`);
  }

  #change(name: string, change: (saved: Saved) => Saved): Promise<ControlPlane> {
    return this.#inTurn(async () => {
      const file = join(this.#directory, `${name}.json`);
      const saved = change(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { platform: {}, pools: {} });
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(file, JSON.stringify(saved));
      const cluster = await ensureCluster({
        ...this.#at(name),
        context: name,
        kubeconfig: this.kubeconfigOf(name),
        platform: saved.platform,
        nodes: Object.values(saved.pools).flat(),
        progress: silentProgress,
      });
      const { ca, certificate, key } = readCredentials(homeOf(this.#at(name).directory, name));
      writeFileSync(join(this.#directory, `${name}.credential.json`), execCredential(certificate, key), {
        mode: 0o600,
      });
      return { endpoint: cluster.server, certificateAuthority: ca.toString("base64") };
    });
  }

  #at(name: string) {
    return { directory: join(this.#directory, name), name };
  }

  /** One change at a time: pools are made at once. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }
}

/** What a kubeconfig's plugin answers: https://kubernetes.io/docs/reference/access-authn-authz/authentication/ */
function execCredential(certificate: Buffer, key: Buffer): string {
  return JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    status: { clientCertificateData: certificate.toString(), clientKeyData: key.toString() },
  });
}
