/** A stack as it stands in a backend, which the rehearsed one refers to. */

/** Key of what the engine encrypts: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What `pulumi stack import` takes: a stack of one output, secret, and nothing else. */
export function deploymentWith(project: string, stack: string, output: string, value: string): object {
  const type = "pulumi:pulumi:Stack";
  const outputs = { [output]: { [SIGNATURE]: SECRET, plaintext: JSON.stringify(value) } };
  return {
    manifest: { time: new Date(0).toISOString(), magic: "", version: "" },
    resources: [{ urn: `urn:pulumi:${stack}::${project}::${type}::${project}-${stack}`, custom: false, type, outputs }],
  };
}
