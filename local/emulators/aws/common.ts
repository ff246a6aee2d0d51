import { failures } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import type { Failure } from "../sdk.ts";

/** Account of the emulated AWS. */
export const ACCOUNT = "123456789012";

export const SUBNET = "aws:ec2/subnet:Subnet";

export function arn(context: Context, service: string, resource: string): string {
  return `arn:aws:${service}:${context.settings.region}:${ACCOUNT}:${resource}`;
}

/** An id as EC2 gives it: vpc-0a1b2c3d4e5f60718. */
export function ec2Id({ world }: Context, prefix: string): string {
  return `${prefix}-0${world.unique(16)}`;
}

/** EC2 refuses more than 50 tags, keys over 128 characters, values over 256, and keys that begin with aws:. */
export function badTags({ tags = {} }: Values): Failure[] {
  const entries = Object.entries(tags as Record<string, string>);
  return failures(
    entries.length > 50 && { property: "tags", reason: "has more than 50 tags" },
    ...entries.map(
      ([key, value]) =>
        (key.length > 128 || String(value).length > 256 || key.startsWith("aws:")) && {
          property: `tags.${key}`,
          reason: "is too long, or begins with aws:",
        },
    ),
  );
}

/** A resource of EC2, known by an id with a prefix. */
export function ec2(
  prefix: string,
  rules: Partial<Rules> = {},
  more?: (inputs: Values, context: Context) => Values,
): Rules {
  return {
    ...rules,
    create(inputs, context) {
      const id = ec2Id(context, prefix);
      return {
        id,
        outputs: { arn: arn(context, "ec2", `${prefix}/${id}`), ownerId: ACCOUNT, ...more?.(inputs, context) },
      };
    },
  };
}

/** What the provider adds to a prefix is so long. */
export const SUFFIX_LENGTH = 26;

/** A name that begins with the prefix and is nobody else's. */
export function completed(prefix: unknown, { world }: Context): string {
  return `${prefix}${world.unique(SUFFIX_LENGTH)}`;
}

/** Zones of subnets. */
export function zonesOf(subnetIds: unknown, { world }: Context): Set<unknown> {
  return new Set((subnetIds as string[]).map((id) => world.get(SUBNET, id)?.inputs.availabilityZone));
}
