import assert from "node:assert/strict";
import { resolve } from "../../config/resolve.ts";
import type { ApplicationFile } from "../../config/schema.ts";
import { find, ofType, type Registration } from "../support/mocks.ts";
import { inputsFor, land } from "../support/pybase.ts";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

const shop = {
  name: "shop",
  tiers: {
    web: {
      kind: "web",
      image: "shop/web:1.0.0",
      port: 8080,
      resources,
      files: { "/etc/nginx/nginx.conf": "events {}\n", "/srv/html/index.html": "<p>Hello</p>\n" },
      migrate: { image: "docker.io/library/postgres:17.7-alpine3.22", uid: 70, command: ["psql", "--file=/etc/x.sql"] },
    },
    worker: { kind: "worker", image: "shop/worker:1.0.0", resources },
  },
} satisfies ApplicationFile;

const STACK = {
  datastores: {},
  tiers: {},
  registry: "mirror.example.com",
};

type Pod = {
  securityContext: { runAsUser: number };
  containers: { image: string; command?: string[]; volumeMounts: { name: string }[] }[];
  volumes: { name: string }[];
};
const podOf = ({ inputs }: Registration) => (inputs.spec as { template: { spec: Pod } }).template.spec;

describe("The configuration files of a tier", () => {
  let seen: Registration[];
  before(async () => {
    seen = await land(resolve(inputsFor("dev", STACK, shop)));
  });

  it("are one immutable ConfigMap, whose name is another one with other contents", () => {
    const maps = ofType(seen, "kubernetes:core/v1:ConfigMap").filter(({ name }) => name === "shop-web-files");
    assert.equal(maps.length, 1);
    const { inputs } = maps[0] as Registration;
    assert.equal(inputs.immutable, true);
    assert.deepEqual(inputs.data, { "0-nginx.conf": "events {}\n", "1-index.html": "<p>Hello</p>\n" });
    assert.equal((inputs.metadata as { name?: string }).name, undefined);
  });

  it("stand at their paths, read-only, beside what the image has there", () => {
    const pod = podOf(find(seen, "kubernetes:apps/v1:Deployment", "shop-web-deployment"));
    assert.deepEqual(
      pod.containers[0]?.volumeMounts.filter(({ name }) => name === "configuration-files"),
      [
        { name: "configuration-files", mountPath: "/etc/nginx/nginx.conf", subPath: "0-nginx.conf", readOnly: true },
        { name: "configuration-files", mountPath: "/srv/html/index.html", subPath: "1-index.html", readOnly: true },
      ],
    );
    assert.deepEqual(
      pod.volumes.filter(({ name }) => name === "configuration-files"),
      [{ name: "configuration-files", configMap: { name: "shop-web-files-1a2b3c4d" } }],
    );
  });

  it("are the migration's too, which may have an image and a user of its own", () => {
    const pod = podOf(find(seen, "kubernetes:batch/v1:Job", "shop-web-migrate-job"));
    assert.equal(pod.containers[0]?.image, "mirror.example.com/library/postgres:17.7-alpine3.22");
    assert.equal(pod.securityContext.runAsUser, 70);
    assert.equal(pod.containers[0]?.volumeMounts.filter(({ name }) => name === "configuration-files").length, 2);
  });

  it("make no map where there are none", () => {
    const maps = ofType(seen, "kubernetes:core/v1:ConfigMap").map(({ name }) => name);
    assert.ok(!maps.includes("shop-worker-files"));
    const pod = podOf(find(seen, "kubernetes:apps/v1:Deployment", "shop-worker-deployment"));
    assert.ok(pod.volumes.every(({ name }) => name !== "configuration-files"));
  });
});
