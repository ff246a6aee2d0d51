/** What judges hold against our renderings, and is meant. Whatever is not listed here fails the tests, and what is no more, too. */
import type { Finding, JudgeName } from "./finding.ts";

export interface Waiver {
  judge: JudgeName;
  check: string;
  /** Renderings and files, as in `pybase-production/deployment-api`. */
  objects: RegExp;
  reason: string;
}

const OF_IMAGES = "the user that the image is made for: its files, and the volumes that stand, are that user's";
/** Stores, their copies, nginx, and the demonstration's public images; every other tier has a user of its own. */
const WITH_OWN_USER = /\/(statefulset|cronjob)-|\/deployment-(frontend|.*-proxy)$|^demo-/;
const ON_A_LAPTOP =
  "dev is for laptops, whose images may never have been in a registry; staging and production say Always";
const EXPORTERS = "(postgres|redis|mongodb)";

export const WAIVERS: readonly Waiver[] = [
  {
    judge: "kube-score",
    check: "container-security-context-user-group-id",
    objects: WITH_OWN_USER,
    reason: OF_IMAGES,
  },
  {
    judge: "kube-score",
    check: "container-image-pull-policy",
    objects: /-dev\//,
    reason: ON_A_LAPTOP,
  },
  {
    judge: "kube-score",
    check: "statefulset-has-servicename",
    objects: /\/statefulset-/,
    reason:
      "one server is dialled by its Service, which has an address; nobody calls its pod by a name, and the field cannot change without replacing what holds the data",
  },
  {
    judge: "kube-score",
    check: "pod-probes-identical",
    objects: /\/(deployment|statefulset)-/,
    reason:
      "the same question, asked with twice the patience: a pod is out of service after half a minute and started anew after a whole one. The applications' documents ask for one path",
  },
  {
    judge: "checkov",
    check: "CKV_K8S_43",
    objects: /./,
    reason:
      "versions are pinned by tag; digests are the registry's to tell, and could not be had where this was written",
  },
  {
    judge: "checkov",
    check: "CKV_K8S_35",
    objects: /./,
    reason:
      "the applications read their settings from the environment, and so do the images of the servers and exporters",
  },
  {
    judge: "checkov",
    check: "CKV_K8S_40",
    objects: WITH_OWN_USER,
    reason: OF_IMAGES,
  },
  {
    judge: "checkov",
    check: "CKV_K8S_15",
    objects: /-dev\//,
    reason: ON_A_LAPTOP,
  },
  {
    judge: "checkov",
    check: "CKV_K8S_38",
    objects: /\/(deployment-(api|backend|frontend|analytics|(extraction|search|celery)-worker)|cronjob-snapshots)$/,
    reason: "their roles let them ask the API server; every other pod goes without a token",
  },
  {
    judge: "checkov",
    check: "CKV_K8S_8",
    objects: new RegExp(`/(statefulset-${EXPORTERS}|deployment-(.*worker|celery-beat|analytics))$`),
    reason:
      "a worker in a long task does not answer, and must not be killed for it; an exporter that starts anew would take its store out of service",
  },
  {
    judge: "checkov",
    check: "CKV_K8S_9",
    objects: new RegExp(`/(statefulset-${EXPORTERS}|deployment-(.*worker|celery-beat|analytics))$`),
    reason:
      "nobody waits for a worker that no Service leads to; an exporter that is slow must not take its store out of service",
  },
  {
    judge: "gitleaks",
    check: "generic-api-key",
    objects: /redis/,
    reason: "no key: the tag of the image valkey, whose name ends in one",
  },
];

export function waiverOf(finding: Finding): Waiver | undefined {
  return WAIVERS.find(
    ({ judge, check, objects }) => judge === finding.judge && check === finding.check && objects.test(finding.object),
  );
}
