/** `npm run new`: writes an application of one's own, and the stack file that lands it. */
import { parseArgs } from "node:util";
import { run } from "./command.ts";
import { importCompose } from "./new/compose/import.ts";
import { fromFlags } from "./new/flags.ts";
import { checkName, type Landing, landingOf, mistakesOf, writeBoth } from "./new/landing.ts";
import { askFor } from "./new/questions.ts";
import { type Outcome, reportText } from "./new/report.ts";

const USAGE = `npm run new -- NAME [--image IMAGE] [--port PORT] [--tier NAME=IMAGE[:PORT]]... [--datastore [NAME=]ENGINE]...
npm run new -- NAME --from compose.yaml

  NAME                     of the application: NAME.yaml and Pulumi.NAME-dev.yaml are written, and never overwritten
  --image IMAGE            of the tier web, which serves the host (default: nginx's start page)
  --port PORT              that its containers listen on (default: 8080)
  --health PATH            that answers 200 while it is well (default: /)
  --tier NAME=IMAGE[:PORT] a tier beside it: with a port it has the path /NAME, without one it is a worker
  --datastore ENGINE       postgres, redis, mongodb, objectstore, meilisearch, qdrant, neo4j or chromadb, which all tiers
                           use; NAME=ENGINE where it is to have another name
  --from FILE              a Compose file; what could not be carried over is listed
  --host HOST              that users reach it by (default: NAME.localhost)
  --context CONTEXT        of the kubeconfig's cluster to land on (default: the local cluster of npm start)
  --yes                    asks nothing; nor is anything asked without a terminal, or where an option says what is wanted
  --json                   what was written, for machines

Exit code 0; 2 where the files are written, but do not land yet, and what is in the way is said; 1 where nothing is written.`;

// As index.ts does: Pulumi's hook looks for source maps whenever it makes a promise.
Reflect.deleteProperty(Error, "prepareStackTrace");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      image: { type: "string" },
      port: { type: "string" },
      health: { type: "string" },
      tier: { type: "string", multiple: true, default: [] },
      datastore: { type: "string", multiple: true, default: [] },
      from: { type: "string" },
      host: { type: "string" },
      context: { type: "string" },
      yes: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { from, image, port, health, tier, datastore, context } = values;
  const isSaid = [from, image, port].some((value) => value !== undefined) || tier.length + datastore.length > 0;
  const asks = !isSaid && !values.yes && !values.json && process.stdin.isTTY === true;
  const [given] = positionals;
  if (given === undefined && !asks) {
    console.error(USAGE);
    return 1;
  }
  if (given !== undefined) checkName(given);
  const wanted = asks
    ? await askFor(given, values.host)
    : { name: given as string, image, port, health, tiers: tier, datastores: datastore, host: values.host };
  const { name, host } = wanted;
  checkName(name);
  const imported = from === undefined ? undefined : importCompose(from, name);
  const landing = landingOf(name, imported?.application ?? fromFlags(wanted), { host, context, from });
  const mistakes = await mistakesOf(landing);
  writeBoth(landing);
  const outcome: Outcome = { landing, mistakes, notes: imported?.notes ?? [], from };
  console.log(values.json ? JSON.stringify(told(outcome), undefined, 2) : reportText(outcome));
  return mistakes.length > 0 ? 2 : 0;
}

function told({ landing, mistakes, notes }: Outcome): object {
  const { file, stack, stackFile, next }: Landing = landing;
  return { application: file, stack, stackFile, next, mistakes, notCarriedOver: notes };
}

await run(main);
