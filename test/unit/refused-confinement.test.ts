import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { checkConfinement } from "../../cloud/confinement.ts";
import { planOf, refuses, type Shop } from "../support/shop.ts";

describe("A profile of confinement is refused:", () => {
  refuses([
    [
      "no AppArmor at all, which Pod Security restricted would refuse",
      ({ stack }) => (stack.tiers = { web: { appArmor: "Unconfined" } }),
      {
        path: "landfall:tiers.web.appArmor",
        got: "Unconfined",
        problem: "not valid",
        allowed: "RuntimeDefault, { localhost: <profile> } or false; Pod Security restricted allows no Unconfined",
        fix: "write it in that form",
      },
    ],
    [
      "no seccomp at all",
      ({ app }) => (app.tiers.jobs.seccomp = "Unconfined"),
      {
        path: "apps/shop.ts: tiers.jobs.seccomp",
        got: "Unconfined",
        problem: "not valid",
        allowed: "RuntimeDefault or { localhost: <profile> }; Pod Security restricted allows no Unconfined",
        fix: "write it in that form",
      },
    ],
    [
      "one profile for every pod: a datastore would not start under a tier's",
      ({ app }) => (app.appArmor = { localhost: "shop" }),
      {
        path: "apps/shop.ts: appArmor",
        got: { localhost: "shop" },
        problem: "not valid",
        allowed: "RuntimeDefault or false; a profile of one's own is a tier's",
        fix: "write it in that form",
      },
    ],
    [
      "a seccomp profile outside the kubelet's folder",
      ({ app }) => (app.tiers.jobs.seccomp = { localhost: "/etc/profile.json" }),
      {
        path: "apps/shop.ts: tiers.jobs.seccomp.localhost",
        got: "/etc/profile.json",
        problem: "not valid",
        allowed: "the name of a profile",
        fix: "write it in that form",
      },
    ],
  ]);
});

describe("AppArmor on nodes", () => {
  const everywhere = ({ app }: Shop) => {
    app.appArmor = "RuntimeDefault";
  };
  function check(change: (shop: Shop) => void, systems: string[] | undefined) {
    const items = systems?.map((osImage) => ({ status: { nodeInfo: { osImage } } }));
    const ask = (async () => items && { items }) as Ask;
    return checkConfinement(ask, planOf(change));
  }

  it("is refused where none of them has it, with what they run", async () => {
    await assert.rejects(check(everywhere, ["Bottlerocket OS 1.44.0 (aws-k8s-1.34)", "Amazon Linux 2023.9.20251027"]), {
      message: `landfall:appArmor: no node of the cluster has AppArmor: they run Amazon Linux 2023.9.20251027, Bottlerocket OS 1.44.0 (aws-k8s-1.34).
  fix      set landfall:appArmor to false: SELinux confines the pods there
  Nothing was created or changed.
`,
    });
    const oneTier = ({ app }: Shop) => {
      app.tiers.jobs.appArmor = { localhost: "shop-jobs" };
    };
    await assert.rejects(
      check(oneTier, ["Red Hat Enterprise Linux CoreOS 418"]),
      /^ClusterError: landfall:tiers\.jobs\./,
    );
  });

  it("is accepted where one has it, where none is there yet, and where they may not be seen", async () => {
    await check(everywhere, ["Amazon Linux 2023.9.20251027", "Ubuntu 24.04.3 LTS"]);
    await check(everywhere, []);
    await check(everywhere, undefined);
  });

  it("does not matter where nobody names a profile", () => check(() => {}, ["Amazon Linux 2023.9.20251027"]));
});
