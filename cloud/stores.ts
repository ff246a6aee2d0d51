/** How a cloud's datastores are made: by one component for each engine that it offers. */
import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../components/datastores/engines.ts";
import type { ManagedDatastore } from "../config/plan.ts";
import type { ManagedStore } from "./managed.ts";

/** What each cloud's components take, beside what is the cloud's. */
export interface ManagedStoreArgs {
  datastore: ManagedDatastore;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
}

type Component<Args, Store> = new (
  name: string,
  args: Args,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource & { store: Store };

/** @param cloud for people */
export function storesOf<Args extends ManagedStoreArgs, Store extends ManagedStore>(
  cloud: string,
  components: Partial<Record<EngineName, Component<Args, Store>>>,
): (name: string, args: Args, opts: pulumi.ComponentResourceOptions) => Store {
  return (name, args, opts) => {
    const Component = components[args.datastore.engine];
    if (!Component) throw new Error(`${cloud} has no component for ${args.datastore.engine}`);
    return new Component(name, args, opts).store;
  };
}
