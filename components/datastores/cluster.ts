/** How an engine runs as several servers. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Resources } from "../../config/schema/primitives.ts";
import type { Endpoint, Image, ServerContainer, ServerSettings } from "./engine.ts";

export type Cluster = Peers | Operated;

/** Servers of one StatefulSet that know of each other. */
export interface Peers {
  kind: "peers";
  /** Ports between them, by name. */
  ports: Readonly<Record<string, number>>;
  /** Fewest that survive the loss of one. */
  servers: number;
  /** How one of them leads; left out where all are alike to clients. */
  failover?: Failover;
}

/** One server leads; watchers beside the servers choose another one when it is gone, and a proxy leads clients to it. */
export interface Failover {
  watcher: {
    name: string;
    resources: Resources;
    container(settings: ServerSettings): ServerContainer;
  };
  proxy: {
    image: Image;
    replicas: number;
    resources: Resources;
    /** Where it says that it has found the leader, over HTTP. */
    health: { port: number; path: string };
    command: string[];
    /** Directory of its configuration, by file name. */
    directory: string;
    configuration(settings: ServerSettings): Record<string, string>;
    env(settings: ServerSettings): types.input.core.v1.EnvVar[];
  };
  /** Length of the password that they know each other by, in characters. It outlives a change of the clients' own. */
  passwordLength: number;
}

/** Servers that an operator, installed in the cluster beforehand, makes and mends as its custom resource asks. */
export interface Operated {
  kind: "operated";
  /** Ports between them beside the clients' own, by name. */
  ports: Readonly<Record<string, number>>;
  /** Fewest that survive the loss of one. */
  servers: number;
  operator: {
    /** In messages. */
    name: string;
    /** Where it runs unless the stack says otherwise. */
    namespace: string;
    /** Ports of the servers that it asks. */
    ports: readonly number[];
    /** How it is installed. */
    install: string;
  };
  resource: { apiVersion: string; kind: string; plural: string };
  /** Images of the server by the engine's versions. */
  images: Readonly<Record<string, string>>;
  /** Names of settings; of these it decides the reserved ones itself. */
  settings: RegExp;
  reserved: RegExp;
  /** Volumes beside the data that it knows, made where they are asked for. */
  volumes: readonly string[];
  /** Name of the Service that leads to the server which takes writes. */
  host(store: string): string;
  /** Whether it encrypts connections. */
  tls: boolean;
  /** Labels of its pods; the store's name is the value of one. */
  selector(store: string): Record<string, string>;
  /** Its pods, their main container and their claims, as patterns of Prometheus' labels. */
  container: string;
  pods(store: string): string;
  claims(store: string): string;
  /** Where each server shows metrics. */
  metricsPort: number;
  /** Type and labels of the Secret that it reads `username` and `password` from. */
  credentials: { type: string; labels: Record<string, string> };
  spec(settings: OperatedSettings): Record<string, unknown>;
  /** Left out where nothing archives its log. */
  archiving?: Archiving;
}

/** What archives the log of an operator's servers in a bucket as it is written. */
export interface Archiving {
  /** In messages. */
  name: string;
  /** How it is installed. */
  install: string;
  /** By which the archive is declared. */
  resource: { apiVersion: string; kind: string };
  /** By which whole copies are. */
  schedule: { apiVersion: string; kind: string };
  /** Of what runs beside each server. */
  resources: Resources;
  spec(settings: ArchiveSettings): Record<string, unknown>;
  /** @param schedule cron's five fields, in UTC */
  scheduleSpec(store: string, schedule: string): Record<string, unknown>;
}

export interface ArchiveSettings {
  /** Bucket and folder. */
  path: string;
  /** Address of the bucket's S3 API. */
  endpoint: string;
  /** Where in Secrets what opens the bucket is. */
  keys: Record<"accessKeyId" | "secretAccessKey", SecretKey> & { region?: SecretKey };
  /** For how many days any moment can be had back. */
  retentionDays: number;
  /** What the bucket encrypts it with. @default what the bucket does by itself */
  encryption?: "AES256" | "aws:kms";
}

interface SecretKey {
  name: pulumi.Input<string>;
  key: string;
}

/** What an operator is told of a store. */
export interface OperatedSettings {
  image: string;
  imagePullSecrets?: { name: pulumi.Input<string> }[];
  imagePullPolicy: Plan["imagePullPolicy"];
  servers: number;
  endpoint: Endpoint;
  /** Name of the Secret with `username` and `password`. */
  credentials: pulumi.Input<string>;
  /** Sizes of its volumes by name; `data` among them. */
  volumes: Readonly<Record<string, string>>;
  storageClass?: string;
  settings: Readonly<Record<string, string>>;
  resources: Resources;
  /** Whether servers must, or only should, be on different nodes. */
  apart: "preferred" | "required";
  topologySpreadConstraints?: types.input.core.v1.PodSpec["topologySpreadConstraints"];
  nodeSelector?: types.input.core.v1.PodSpec["nodeSelector"];
  tolerations?: types.input.core.v1.PodSpec["tolerations"];
  /** Name of the archive that its log goes to; left out for none. */
  archive?: string;
  /** Left out where it begins with an empty database. */
  recovery?: Recovery;
}

/** What servers begin with: the archive of others, up to a moment. */
export interface Recovery {
  /** Name of the archive. */
  archive: string;
  /** The servers whose log it is. */
  from: string;
  /** In UTC, ISO 8601. */
  at: string;
}
