/** A stack's state, as `pulumi stack export --show-secrets` has it. */

/** As far as a teardown looks at it. */
export interface StateResource {
  urn: string;
  type: string;
  custom: boolean;
  /** As the provider knows it; `namespace/name` of what lies in a namespace. */
  id?: string;
  parent?: string;
  inputs?: Values;
  outputs?: Values;
  protect?: boolean;
  retainOnDelete?: boolean;
  /** Whether it was there before the stack, which only reads it. */
  external?: boolean;
}

export type Values = Readonly<Record<string, unknown>>;

export interface State {
  resources: readonly StateResource[];
  /** URNs of what an update was making when it was cut short. */
  pendingCreates: readonly string[];
}

interface Export {
  deployment: {
    resources?: StateResource[];
    pending_operations?: { type: string; resource: { urn: string } }[];
  };
}

/** How a secret is told from other objects: `SigKey` and `SecretSig` of pulumi/sdk/go/common/resource. */
const SIGNATURE = { key: "4dabf18193072939515e22adb298388d", secret: "1b47061264138c4ac30d75fd1eb44270" };

/** A kubeconfig may be a secret: the state as it is read here has them in plain text, and goes nowhere. */
export function parseState(text: string): State {
  const { deployment } = JSON.parse(text, (_, value) => {
    const isSecret = value?.[SIGNATURE.key] === SIGNATURE.secret && typeof value.plaintext === "string";
    return isSecret ? JSON.parse(value.plaintext) : value;
  }) as Export;
  return {
    resources: deployment.resources ?? [],
    pendingCreates: (deployment.pending_operations ?? []).flatMap(({ type, resource }) =>
      type === "creating" ? [resource.urn] : [],
    ),
  };
}

/** The resource's name in the program. */
export function nameOf({ urn }: { urn: string }): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The resource's type, without those of its parents. */
export function typeOf(urn: string): string {
  const [, , types = ""] = urn.split("::");
  return types.slice(types.lastIndexOf("$") + 1);
}

/** The value at `spec.resources.requests.storage`, if all of the way is there. */
export function at(values: Values | undefined, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Values | undefined)?.[key], values);
}
