/** AppArmor and seccomp of every kind of pod. */
import assert from "node:assert/strict";
import pybase from "../../apps/pybase.ts";
import { resolve } from "../../config/resolve.ts";
import type { Registration } from "../support/mocks.ts";
import { inputsFor, land } from "../support/pybase.ts";

interface Pod {
  securityContext: { seccompProfile?: object; appArmorProfile?: object };
}
type Template = { spec: { template: { spec: Pod } } };

/** Profiles of each workload's pods, by the workload's name. */
function profilesOf(registrations: readonly Registration[]) {
  const templates = registrations.flatMap(({ name, type, inputs }): [string, Template][] => {
    if (/:(Deployment|StatefulSet|Job)$/.test(type)) return [[name, inputs as unknown as Template]];
    return type.endsWith(":CronJob") ? [[name, (inputs.spec as { jobTemplate: Template }).jobTemplate]] : [];
  });
  return Object.fromEntries(
    templates.map(([name, { spec }]) => {
      const { seccompProfile, appArmorProfile } = spec.template.spec.securityContext;
      return [name, { seccomp: seccompProfile, appArmor: appArmorProfile }];
    }),
  );
}

const application = {
  ...pybase,
  volumes: { backups: { storage: "1Gi", accessMode: "ReadWriteOnce" } },
  backup: { to: { volume: "backups" } },
};
const profilesFor = async (settings: object, change: object = {}) =>
  profilesOf(await land(resolve(inputsFor("dev", settings, { ...application, ...change }))));

const RUNTIME_DEFAULT = { type: "RuntimeDefault" };

describe("Confinement", () => {
  it("is the runtime's own seccomp profile, and AppArmor as the node has it, where nobody says anything", async () => {
    const profiles = Object.values(await profilesFor({}));
    assert.equal(profiles.length, 9 + 4);
    for (const profile of profiles) assert.deepEqual(profile, { seccomp: RUNTIME_DEFAULT, appArmor: undefined });
  });

  it("names AppArmor for every pod where the application asks for it, datastores and backups included", async () => {
    for (const profile of Object.values(await profilesFor({}, { appArmor: "RuntimeDefault" }))) {
      assert.deepEqual(profile, { seccomp: RUNTIME_DEFAULT, appArmor: RUNTIME_DEFAULT });
    }
  });

  it("names none where the stack says that its nodes have no AppArmor", async () => {
    for (const profile of Object.values(await profilesFor({ appArmor: false }, { appArmor: "RuntimeDefault" }))) {
      assert.deepEqual(profile, { seccomp: RUNTIME_DEFAULT, appArmor: undefined });
    }
  });

  it("is of a tier's own profiles for the tier and its migration alone", async () => {
    const tiers = { api: { appArmor: { localhost: "pybase-api" }, seccomp: { localhost: "profiles/api.json" } } };
    const profiles = await profilesFor({ appArmor: "RuntimeDefault", tiers });
    const own = {
      seccomp: { type: "Localhost", localhostProfile: "profiles/api.json" },
      appArmor: { type: "Localhost", localhostProfile: "pybase-api" },
    };
    for (const [name, profile] of Object.entries(profiles)) {
      const isApi = name.startsWith("pybase-api-");
      assert.deepEqual(profile, isApi ? own : { seccomp: RUNTIME_DEFAULT, appArmor: RUNTIME_DEFAULT }, name);
    }
  });

  it("leaves a tier as the node has it where only the tier says so", async () => {
    const profiles = await profilesFor({ appArmor: "RuntimeDefault", tiers: { frontend: { appArmor: false } } });
    assert.equal(profiles["pybase-frontend-deployment"]?.appArmor, undefined);
    assert.deepEqual(profiles["pybase-api-deployment"]?.appArmor, RUNTIME_DEFAULT);
  });
});
