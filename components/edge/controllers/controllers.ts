import type { ControllerName } from "../../../config/schema/edge.ts";
import { IN_CLUSTER } from "../capabilities.ts";
import { alb } from "./alb.ts";
import { azure } from "./azure.ts";
import type { Controller } from "./controller.ts";
import { gce } from "./gce.ts";
import { haproxy } from "./haproxy.ts";
import { ingressNginx } from "./ingress-nginx.ts";
import { nginx } from "./nginx.ts";
import { traefik } from "./traefik.ts";

/** A new controller is a file of its own and a line here. */
export const controllers: Readonly<Record<ControllerName, Controller>> = {
  traefik,
  haproxy,
  nginx,
  "ingress-nginx": ingressNginx,
  alb,
  gce,
  azure,
};

/** A controller that nobody here knows: hosts and paths, and no more. */
const unknown: Controller = {
  title: "an ingress controller that the class's name does not tell",
  classes: [],
  comesFrom: "namespace",
  ingresses: "many",
  can: [],
  tls: IN_CLUSTER,
  ingress: () => ({ annotations: {} }),
};

export function controllerOf(name: ControllerName | undefined): Controller {
  return name ? controllers[name] : unknown;
}

/** The controller that usually goes by the class's name. */
export function usualController(ingressClass: string): ControllerName | undefined {
  const found = Object.entries(controllers).find(([, { classes }]) => classes.includes(ingressClass));
  return found?.[0] as ControllerName | undefined;
}
