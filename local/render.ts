/** `npm run render`: a stack's objects as files, for Argo CD, Flux, Helm or kubectl; no cluster, no account, no engine. */
import { parseArgs } from "node:util";
import { run, UserError } from "./command.ts";
import { override, readSettings } from "./rehearsal/stack-file.ts";
import { INSTALLERS, type Installer } from "./render/addons.ts";
import { FORMATS, type Format } from "./render/readme.ts";
import { render, toUserError } from "./render/render.ts";
import { readState } from "./render/state.ts";
import { writeFiles } from "./render/write.ts";

const USAGE = `npm run render -- STACK --out DIR [--format FORM] [--addons INSTALLER] [--state FILE] [-c KEY=VALUE]...
npm run render -- STACK --secrets [--state FILE] [-c KEY=VALUE]...

  STACK               a stack that has a file Pulumi.STACK.yaml
  --out DIR           an empty folder, or one of an earlier rendering, of which what is no more goes
  --format FORM       plain (the default), kustomize or helm
  --addons INSTALLER  who installs the stack's add-ons: argocd or flux (default: their values are listed)
  --chart-version V   of the chart (default: 0.1.0)
  --state FILE        what pulumi stack export wrote, for values that only the cloud knows; no secret is taken from it
  -c KEY=VALUE        a setting over the file's, such as -c tiers.api.replicas=3; the file stays as it is
  --json              what was rendered, for machines

  --secrets           the Secrets that the objects refer to, with their values, to a pipe: | kubectl apply -f -

No value of a secret is ever in DIR. Exit code 0; 1 where the stack cannot be rendered.`;

// As index.ts does: Pulumi's hook looks for source maps whenever it makes a promise.
Reflect.deleteProperty(Error, "prepareStackTrace");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string", short: "o" },
      format: { type: "string", default: "plain" },
      addons: { type: "string" },
      "chart-version": { type: "string" },
      state: { type: "string" },
      config: { type: "string", short: "c", multiple: true, default: [] },
      secrets: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || !stack || (!values.out && !values.secrets)) {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  const settings = values.config.reduce(override, readSettings(".", stack));
  const known = values.state === undefined ? undefined : readState(values.state);
  try {
    if (values.secrets) {
      const { revealedSecrets } = await import("./render/revealed.ts");
      console.log(await revealedSecrets({ stack, settings, known }));
      return 0;
    }
    const format = oneOf<Format>("--format", values.format, FORMATS);
    const installer = values.addons === undefined ? undefined : oneOf<Installer>("--addons", values.addons, INSTALLERS);
    const version = values["chart-version"];
    const { files, warnings, rendering } = await render({ stack, settings, format, installer, known, version });
    const directory = values.out as string;
    writeFiles(directory, files);
    const { objects, secrets, releases } = rendering;
    if (values.json) {
      const told = {
        objects: objects.length,
        secrets: secrets.map(({ name }) => name),
        files: Object.keys(files).sort(),
        warnings,
      };
      console.log(JSON.stringify(told, undefined, 2));
      return 0;
    }
    const beside = releases.length > 0 ? ` and ${releases.length} add-on${releases.length === 1 ? "" : "s"}` : "";
    console.log(
      `${objects.length} objects${beside} of stack ${stack} in ${directory}; README.md says how to apply them.`,
    );
    for (const warning of warnings) console.log(`  ${warning}`);
    return 0;
  } catch (error) {
    throw toUserError(error);
  }
}

function oneOf<T extends string>(option: string, got: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(got)) return got as T;
  throw new UserError(
    `${option} ${got}: there is no such form\n  allowed  ${allowed.join(", ")}\n  fix      use one of these`,
  );
}

await run(main);
