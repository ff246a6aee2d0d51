/** Parameter groups, which RDS, DocumentDB and ElastiCache have alike. */
import { failures, notOneOf } from "../checks.ts";
import type { Context, Rules } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn } from "./common.ts";

interface Parameters {
  service: string;
  /** As the group's ARN has it. */
  kind: string;
  /** Engines and versions that there are groups for. */
  families: readonly string[];
  /** Values that parameters can have, by name. @default any */
  values?: Readonly<Record<string, readonly string[]>>;
}

export function parameterGroup({ service, kind, families, values = {} }: Parameters): Rules {
  return {
    autoname: { property: "name", maxLength: 255 },
    immutable: ["name", "family"],
    check: ({ family, parameters = [] }) =>
      failures(
        notOneOf("family", family, families),
        ...(parameters as { name: string; value: string }[]).map(({ name, value }) => {
          const allowed = values[name];
          return allowed && notOneOf(`parameters.${name}`, value, allowed);
        }),
      ),
    create: ({ name }, context) => ({
      id: name as string,
      outputs: { arn: arn(context, service, `${kind}:${name}`) },
    }),
  };
}

/** A parameter group is of the engine's family. */
export function checkFamily(group: { type: string; name: unknown }, family: string, { world }: Context): void {
  const found = world.named(group.name, { to: group.type, by: "name" });
  if (!found || found.inputs.family === family) return;
  throw new CloudError(
    `InvalidParameterCombination: expected a parameter group of family ${family}, found one of ${found.inputs.family}`,
  );
}
