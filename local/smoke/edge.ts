/** Whether each route is answered through the way in, with a certificate for its host. */
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Ask } from "../../cloud/api-server.ts";
import { ownerLabels } from "../../components/labels.ts";
import type { Plan } from "../../config/plan.ts";
import type { Route } from "../../config/routes.ts";
import { type Check, failure, ok, unknown, warning } from "../checks.ts";
import type { Address, Seen, Service } from "./seen.ts";

const TIMEOUT_MILLISECONDS = 15_000;
const HTTPS = 443;

/** Where connections are opened to. */
export interface Door {
  host: string;
  port: number;
}

/** `192.0.2.7`, `[2001:db8::7]:8443` or `lb.example.com:8443`. */
export function parseDoor(text: string): Door | undefined {
  if (isIP(text) === 6) return { host: text, port: HTTPS };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? undefined : { host, port: port === undefined ? HTTPS : Number(port) };
}

export async function checkEdge(ask: Ask, plan: Plan, seen: Seen, given?: Door): Promise<Check[]> {
  const { edge } = plan;
  if (edge.routes.length === 0) return [];
  if (!given && seen.isSimulated) {
    return [unknown(`https://${edge.host}`, "its machines are simulated: no container runs, so nobody answers here")];
  }
  const door = given ?? (await doorOf(ask, plan));
  if (!door) {
    const what = { ingress: "Ingress", gateway: "Gateway", istio: "Service of Istio's gateway" }[edge.kind];
    return [
      failure(
        `https://${edge.host}`,
        `the ${what} has no address: no controller has taken it up, or no load balancer has given it one`,
        "npm run doctor says what the cluster has; --address says where the edge answers in front of it",
      ),
    ];
  }
  return Promise.all(edge.routes.map((route) => checkRoute(plan, route, door)));
}

/** As the edge's own object says it, once its controller has seen to it. */
async function doorOf(ask: Ask, { edge, namespace, ...plan }: Plan): Promise<Door | undefined> {
  const labels = ownerLabels({ edge, namespace, ...plan });
  const ours = encodeURIComponent(
    Object.entries(labels)
      .map((pair) => pair.join("="))
      .join(","),
  );
  const addressesOf = async (path: string) => {
    const objects = await ask<{ items: Pick<Service, "status">[] }>(path);
    return (objects?.items ?? []).flatMap(({ status }) => status?.loadBalancer?.ingress ?? []);
  };
  const ingresses = () =>
    addressesOf(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses?labelSelector=${ours}`);
  switch (edge.kind) {
    case "ingress":
      return toDoor(await ingresses());
    case "gateway": {
      const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways?labelSelector=${ours}`;
      const gateways = await ask<{ items: { status?: { addresses?: { value: string }[] } }[] }>(path);
      const addresses = (gateways?.items ?? []).flatMap(({ status }) => status?.addresses ?? []);
      return (
        toDoor(addresses.map(({ value }) => ({ ip: value }))) ?? (edge.fallback ? toDoor(await ingresses()) : undefined)
      );
    }
    case "istio": {
      const services = await ask<{ items: Service[] }>(`/api/v1/namespaces/${edge.gatewayNamespace}/services`);
      const wanted = Object.entries(edge.selector);
      const gateways = (services?.items ?? []).filter(({ spec }) =>
        wanted.every(([key, value]) => spec.selector?.[key] === value),
      );
      return toDoor(gateways.flatMap(({ status }) => status?.loadBalancer?.ingress ?? []));
    }
  }
}

function toDoor([first]: readonly Address[]): Door | undefined {
  const host = first?.ip ?? first?.hostname;
  return host === undefined ? undefined : { host, port: HTTPS };
}

async function checkRoute(plan: Plan, route: Route, door: Door): Promise<Check> {
  const path = pathFor(plan, route);
  const what = `https://${route.host}${path}`;
  const reached = `at ${door.host}:${door.port}`;
  let answer: Answer;
  try {
    answer = await ask(route.host, path, door);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failure(
      what,
      `nobody answers ${reached}: ${message || code}`,
      "see that the edge's controller runs and that this machine has a way to it; --address says another one",
    );
  }
  const { status, distrust } = answer;
  const said = `${status} of ${route.service} ${reached}`;
  if (status >= 500)
    return failure(what, said, `kubectl -n ${plan.namespace} logs of ${route.service}, and of the edge's controller`);
  if (distrust !== undefined && !("selfSigned" in plan.edge.tls))
    return distrusted(plan, what, `${said}, and its certificate is not to be trusted: ${distrust}`);
  if (status === 404) return warning(what, `${said}: nothing is there, or the edge does not know the host`);
  return ok(
    what,
    distrust === undefined ? said : `${said}, by a certificate that is its own authority, as the stack says`,
  );
}

/** A stack that is not in production may show a certificate of a trial authority. */
function distrusted({ profileName }: Plan, what: string, sentence: string): Check {
  const fix = "see landfall:edge.tls; for an authority of your own, NODE_EXTRA_CA_CERTS=FILE";
  return profileName === "production" ? failure(what, sentence, fix) : warning(what, sentence, fix);
}

/** What the tier says of its health by, where its own route leads there; else the route's beginning. */
function pathFor({ edge, tiers }: Plan, route: Route): string {
  const health = tiers.find(({ name }) => name === route.service)?.readiness?.http;
  if (health === undefined) return route.path;
  const leading = edge.routes
    .filter(({ host, path }) => host === route.host && isUnder(health, path))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return leading?.id === route.id ? health : route.path;
}

function isUnder(path: string, prefix: string): boolean {
  return prefix === "/" || path === prefix || path.startsWith(`${prefix.replace(/\/$/, "")}/`);
}

interface Answer {
  status: number;
  /** Why the certificate is not to be trusted. */
  distrust?: string;
}

function ask(host: string, path: string, door: Door): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = requestHttps(
      {
        ...{ host: door.host, port: door.port, path, method: "GET" },
        headers: { host, "user-agent": "landfall-smoke" },
        servername: host,
        // Whom to trust is told, rather than nothing said of who answers.
        rejectUnauthorized: false,
        agent: false,
        timeout: TIMEOUT_MILLISECONDS,
      },
      (response) => {
        const { authorized, authorizationError } = response.socket as TLSSocket;
        response.resume();
        resolve({
          status: response.statusCode ?? 0,
          distrust: authorized
            ? undefined
            : String((authorizationError as Error | undefined)?.message ?? authorizationError),
        });
      },
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS / 1000} seconds`)));
    call.on("error", reject);
    call.end();
  });
}
