/** What each key of a stack file may look like. A test holds them against the schema. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  app: "pybase",
  profile: "production",
  namespace: "pybase",
  cluster: { provider: "kubeconfig", context: "production", storageClasses: { fast: "gp3", shared: "efs" } },
  edge: { kind: "ingress", class: "traefik", host: "pybase.example.com", tls: { issuer: "letsencrypt" } },
  registry: "mirror.example.com/proxy",
  registryCredentials: { server: "registry.example.com", username: "puller" },
  secretVersions: { postgres: 2 },
  secretStore: { kind: "external-secrets", store: { name: "vault" } },
  autoscaling: { kedaNamespace: "keda" },
  addons: { traefik: true, "cert-manager": true },
  dns: { zones: { "example.com": "Z0123456789ABCDEFGHIJ" } },
  policy: {
    waivers: [
      {
        policy: "probes",
        resource: "shop-api-deployment",
        reason: "the image has no endpoint yet",
        until: "2027-01-31",
      },
    ],
  },
  monitoring: { namespace: "monitoring" },
  env: { LOG_LEVEL: "info" },
  tiers: {
    api: {
      replicas: 3,
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "2", memory: "2Gi" } },
      autoscale: { max: 15, cpu: 70 },
    },
  },
  datastores: {
    postgres: { mode: "external", host: "postgres.example.com", username: "pybase", cidrs: ["10.0.12.0/24"] },
    search: { storage: "20Gi" },
  },
  volumes: { models: { storage: "100Gi", storageClass: "shared" } },
  backup: { to: { storage: "50Gi" }, schedule: "0 2 * * *", keep: 14 },
  quota: { requests: { cpu: "20", memory: "40Gi" }, pods: 100 },
  appArmor: false,
};
