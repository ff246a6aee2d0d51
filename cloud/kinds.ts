import { type AddonsPlan, isBrought } from "../config/addons.ts";
import type { Ask } from "./api-server.ts";

export interface Kind {
  apiVersion: string;
  kind: string;
}

/**
 * Those of the kinds that the cluster does not know and no add-on brings, each API asked once; none where the
 * credentials may not see.
 */
export async function missingKinds<K extends Kind>(ask: Ask, addons: AddonsPlan, all: readonly K[]): Promise<K[]> {
  const wanted = all.filter(({ apiVersion }) => !isBrought(addons, apiVersion.split("/")[0] as string));
  if (wanted.length === 0 || !(await ask("/apis"))) return [];
  const apis = [...new Set(wanted.map(({ apiVersion }) => apiVersion))];
  const served = new Map(
    await Promise.all(
      apis.map(async (api) => {
        const answer = await ask<{ resources: { kind: string }[] }>(`/apis/${api}`);
        return [api, new Set(answer?.resources.map(({ kind }) => kind))] as const;
      }),
    ),
  );
  return wanted.filter(({ apiVersion, kind }) => !served.get(apiVersion)?.has(kind));
}
