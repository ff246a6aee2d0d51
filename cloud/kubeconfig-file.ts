import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { didYouMean } from "../config/mistakes.ts";

const clusterSchema = z.object({
  server: z.url(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
  "proxy-url": z.string().optional(),
});
const execSchema = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().optional(),
  provideClusterInfo: z.boolean().optional(),
});
const userSchema = z.object({
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  exec: execSchema.optional(),
});
const fileSchema = z.object({
  "current-context": z.string().optional(),
  contexts: z
    .array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string().optional() }) }))
    .nullish(),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })).nullish(),
  users: z.array(z.object({ name: z.string(), user: userSchema.nullish() })).nullish(),
});

export type ExecPlugin = z.infer<typeof execSchema>;

/** One context of a kubeconfig with everything that it refers to, files read. */
export interface Context {
  name: string;
  server: string;
  ca?: Buffer;
  skipTlsVerify: boolean;
  serverName?: string;
  proxy?: string;
  clientCertificate?: Buffer;
  clientKey?: Buffer;
  token?: string;
  basic?: { username: string; password: string };
  exec?: ExecPlugin;
}

/** What keeps a cluster from being used, and what to do about it. */
export class ClusterError extends Error {
  readonly problem: string;
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(`${problem}\n  fix      ${fix}\n  Nothing was created or changed.\n`);
    this.name = "ClusterError";
    this.problem = problem;
    this.fix = fix;
  }
}

/** Kubeconfig files in order of precedence: the one that the stack names, else those that kubectl would read. */
export function kubeconfigFiles(named: string | undefined): string[] {
  if (named !== undefined) return [named];
  const fromEnvironment = process.env.KUBECONFIG?.split(delimiter).filter((file) => file !== "");
  return fromEnvironment?.length ? fromEnvironment : [join(homedir(), ".kube", "config")];
}

/** A kubeconfig, and the directory that the files which it refers to are relative to. */
interface Source {
  directory: string;
  content: z.infer<typeof fileSchema>;
}

/** Reads `files` as kubectl does, earlier ones winning, and returns the context named, or the current one. */
export function readContext(files: readonly string[], wanted: string | undefined): Context {
  const sources = files.map((path) => ({ directory: dirname(resolve(path)), content: readFile(path) }));
  return contextIn(sources, wanted, files.join(", "));
}

/** @param where the text stood, for messages */
export function parseContext(text: string, wanted: string | undefined, where: string): Context {
  return contextIn([{ directory: process.cwd(), content: parseFile(text, where) }], wanted, where);
}

function contextIn(parsed: readonly Source[], wanted: string | undefined, where: string): Context {
  const contexts = parsed.flatMap(({ content }) => content.contexts ?? []);
  const clusters = parsed.flatMap(({ directory, content }) =>
    (content.clusters ?? []).map((it) => ({ directory, ...it })),
  );
  const users = parsed.flatMap(({ directory, content }) => (content.users ?? []).map((it) => ({ directory, ...it })));

  const name = wanted ?? parsed.map(({ content }) => content["current-context"]).find((current) => current);
  const known = contexts.map((context) => context.name);
  if (name === undefined) {
    throw new ClusterError(
      `${where} has no current context.`,
      `name one with landfall:cluster.context: ${known.join(", ") || "the file has none"}`,
    );
  }
  const context = contexts.find((entry) => entry.name === name)?.context;
  if (!context) {
    const meant = didYouMean(name, known);
    throw new ClusterError(
      `landfall:cluster.context: there is no context "${name}" in ${where}.\n  allowed  ${known.join(", ") || "none"}`,
      meant ? `did you mean "${meant}"?` : "use one of these, or another kubeconfig with landfall:cluster.path",
    );
  }
  const cluster = clusters.find((entry) => entry.name === context.cluster);
  if (!cluster) throw damaged(where, `context "${name}" names the cluster "${context.cluster}", which is not there`);
  const user = users.find((entry) => entry.name === context.user);
  if (context.user && !user)
    throw damaged(where, `context "${name}" names the user "${context.user}", which is not there`);

  const credentials = user?.user ?? {};
  const read = (entry: { directory: string } | undefined, data: string | undefined, path: string | undefined) => {
    if (data) return Buffer.from(data, "base64");
    if (!path || !entry) return undefined;
    return readReferenced(resolve(entry.directory, path));
  };
  return {
    name,
    server: cluster.cluster.server,
    ca: read(cluster, cluster.cluster["certificate-authority-data"], cluster.cluster["certificate-authority"]),
    skipTlsVerify: cluster.cluster["insecure-skip-tls-verify"] ?? false,
    serverName: cluster.cluster["tls-server-name"],
    proxy: cluster.cluster["proxy-url"],
    clientCertificate: read(user, credentials["client-certificate-data"], credentials["client-certificate"]),
    clientKey: read(user, credentials["client-key-data"], credentials["client-key"]),
    token: credentials.token ?? read(user, undefined, credentials.tokenFile)?.toString().trim(),
    basic:
      credentials.username !== undefined
        ? { username: credentials.username, password: credentials.password ?? "" }
        : undefined,
    exec: credentials.exec,
  };
}

function readFile(path: string): z.infer<typeof fileSchema> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw damaged(path, (error as Error).message);
    throw new ClusterError(
      `There is no kubeconfig at ${path}.`,
      "for the local cluster run npm start; for another set landfall:cluster.path, or KUBECONFIG",
    );
  }
  return parseFile(text, path);
}

function parseFile(text: string, path: string): z.infer<typeof fileSchema> {
  let content: unknown;
  try {
    content = parse(text, { logLevel: "error" }); // a warning would quote the line
  } catch {
    throw damaged(path, "it is not valid YAML"); // the parser's own message would quote credentials
  }
  const result = fileSchema.safeParse(content ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw damaged(path, `${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
}

function readReferenced(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw damaged(path, `the kubeconfig refers to it, but ${(error as Error).message}`);
  }
}

function damaged(path: string, reason: string): ClusterError {
  return new ClusterError(
    `The kubeconfig ${path} cannot be used: ${reason}.`,
    "write it anew with your platform's tool",
  );
}
