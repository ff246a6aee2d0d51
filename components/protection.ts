import * as pulumi from "@pulumi/pulumi";

/**
 * Makes a destroy all or nothing: it is protected, and everything stands before it. The engine goes on past a protected
 * resource to whatever that does not need, and takes objects out of the state that would go with the namespace while
 * the namespace stays; what a refused resource needs, it leaves alone. (`ExecuteDeletes` and `isDeletedWith` of
 * pulumi/pkg/resource/deploy)
 */
export class Protection extends pulumi.ComponentResource {
  constructor(name: string, dependsOn: pulumi.Resource[], opts?: pulumi.ComponentResourceOptions) {
    super("landfall:application:Protection", name, {}, pulumi.mergeOptions(opts, { dependsOn, protect: true }));
    this.registerOutputs({});
  }
}
