/** What each key of a stack file may look like. A test holds them against the schema. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  app: "pybase",
  profile: "production",
  namespace: "pybase",
  cluster: { provider: "kubeconfig", context: "production", storageClasses: { fast: "gp3", shared: "efs" } },
  edge: { kind: "ingress", class: "traefik", host: "pybase.example.com", tls: { issuer: "letsencrypt" } },
  registry: "mirror.example.com/proxy",
  imagePullPolicy: "IfNotPresent",
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

/** What each key of an application's file may look like. */
export const APPLICATION_EXAMPLES: Readonly<Record<string, unknown>> = {
  name: "shop",
  namespace: "shop",
  secrets: ["session-key"],
  env: { LOG_LEVEL: { profile: "logLevel" } },
  datastores: {
    orders: { engine: "postgres", version: "17", storage: "10Gi" },
    jobs: { engine: "redis", storage: "2Gi" },
  },
  volumes: { uploads: { storage: "50Gi" } },
  tiers: {
    api: {
      kind: "web",
      image: "shop/api:1.0.0",
      port: 8000,
      route: "/api",
      uses: ["orders", "jobs"],
      env: {
        DATABASE_URL: { from: "orders", field: "url" },
        SESSION_KEY: { secret: "session-key" },
        PUBLIC_NAME: "Shop",
      },
      files: { "/etc/shop/limits.conf": "uploads 10M\n" },
      mounts: { uploads: "/var/lib/shop" },
      migrate: ["shop", "migrate"],
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      autoscale: { max: 6, cpu: 70 },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
    },
    worker: {
      kind: "worker",
      image: "shop/worker:1.0.0",
      uses: ["orders", "jobs"],
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    },
  },
  backup: { to: { storage: "20Gi" } },
  edge: { headers: { frameOptions: "DENY" } },
  roles: {
    reader: {
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
      bindings: { api: ["api"] },
    },
  },
  priorityClasses: { important: { value: 1000, description: "What customers wait for" } },
  quota: { requests: { cpu: "20", memory: "40Gi" }, pods: 100 },
  appArmor: false,
  monitoring: { alerts: { ApiDown: { kind: "availableReplicas" } }, recordings: {}, dashboards: { overview: {} } },
  profiles: { production: { tiers: { api: { replicas: 3 } } } },
};
