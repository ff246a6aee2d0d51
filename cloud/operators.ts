/** Whether a cluster has the operators that the plan's datastores are run by, and who runs those that are there. */
import type { Operated } from "../components/datastores/cluster.ts";
import { engines } from "../components/datastores/engines.ts";
import { addonFor, inWords } from "../config/addons/catalogue.ts";
import { archivingOf } from "../config/archive.ts";
import { bundledIn } from "../config/moves.ts";
import type { BundledDatastore, Plan } from "../config/plan.ts";
import type { Ask } from "./api-server.ts";
import { missingKinds } from "./kinds.ts";
import { ClusterError } from "./kubeconfig-file.ts";

/** Stores that an operator runs, or would run as several servers. */
interface Store {
  datastore: BundledDatastore;
  operated: Operated;
}

/** @throws ClusterError that names what is missing, or the data that the plan would leave behind. */
export async function checkOperators(ask: Ask, plan: Plan): Promise<void> {
  const stores = bundledIn(plan).flatMap((datastore): Store[] => {
    const { cluster } = engines[datastore.engine];
    return cluster?.kind === "operated" ? [{ datastore, operated: cluster }] : [];
  });
  await checkKinds(ask, plan, stores);
  await checkArchives(ask, plan);
  await Promise.all(stores.map((store) => checkSameRunner(ask, plan, store)));
}

async function checkKinds(ask: Ask, { addons }: Plan, stores: readonly Store[]): Promise<void> {
  const wanted = stores
    .filter(({ datastore }) => datastore.operator)
    .map(({ datastore, operated }) => ({ ...operated.resource, datastore, operated }));
  const [missing] = await missingKinds(ask, addons, wanted);
  if (!missing) return;
  const { apiVersion, kind, datastore, operated } = missing;
  throw new ClusterError(
    `landfall:datastores.${datastore.declared}.servers: the cluster does not know ${kind} (${apiVersion}), by which ${operated.operator.name} runs several servers.`,
    `${inWords(addonFor(apiVersion.split("/")[0] as string), operated.operator.install)}, or use one server`,
  );
}

async function checkArchives(ask: Ask, { addons, backups }: Plan): Promise<void> {
  const wanted = backups.flatMap(({ archive, datastore }) => {
    const archiving = archivingOf(datastore);
    return archive && archiving ? [{ ...archiving.resource, archiving, datastore }] : [];
  });
  const [missing] = await missingKinds(ask, addons, wanted);
  if (!missing) return;
  const { apiVersion, kind, archiving, datastore } = missing;
  throw new ClusterError(
    `landfall:backup.archive: the cluster does not know ${kind} (${apiVersion}), by which ${archiving.name} archives the log of ${datastore.declared}.`,
    `${inWords(addonFor(apiVersion.split("/")[0] as string), archiving.install)}, or set landfall:backup.archive: false`,
  );
}

/** One server's volume is not the operator's, nor the other way round: the new ones would begin empty. */
async function checkSameRunner(ask: Ask, { namespace }: Plan, { datastore, operated }: Store): Promise<void> {
  const { name, operator, servers } = datastore;
  const { apiVersion, kind, plural } = operated.resource;
  const other = operator
    ? { kind: "StatefulSet", path: `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}` }
    : { kind, path: `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}` };
  if (!(await ask(other.path))) return;
  throw new ClusterError(
    `landfall:datastores.${name}.servers: ${servers.length} would leave the data of the ${other.kind} "${name}" behind, which runs it now.`,
    `leave servers as it is; docs/high-availability.md says how to move the data`,
  );
}
