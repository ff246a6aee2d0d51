/** The stack's config as the engine tells it to policy packs, of which @pulumi/policy hands on no more than the tags. */
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";

interface Configuration {
  getConfigMap(): ReadonlyMap<string, string> & { toArray(): [string, string][] };
}

interface Method {
  requestDeserialize(message: Buffer): Configuration;
}

/** Calls back with the keys that are asked for, before anything is judged. The others, secrets among them, are not looked at. */
export function onConfig(keys: readonly string[], hear: (config: ReadonlyMap<string, string>) => void): void {
  const { configureStack } = (analyzer as unknown as { AnalyzerService: { configureStack: Method } }).AnalyzerService;
  const read = configureStack.requestDeserialize;
  configureStack.requestDeserialize = (message) => {
    const request = read(message);
    const given = request.getConfigMap();
    hear(new Map(keys.flatMap((key) => (given.has(key) ? [[key, given.get(key) as string]] : []))));
    return request;
  };
}
