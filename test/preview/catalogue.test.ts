import assert from "node:assert/strict";
import { exitCode, worst } from "../../local/risk/report.ts";
import { type Edit, Previewed } from "../support/previewed.ts";

/** Everyday and fatal edits of a stack, by the real engine; what each means was written down before it was run. */
function catalogue(title: string, stack: string, sets: readonly string[], edits: readonly Edit[]): void {
  describe(title, function () {
    this.timeout("15m");
    let landed: Previewed;
    before(async () => {
      landed = await Previewed.land(stack, sets);
    });
    after(() => landed?.clear());

    for (const edit of edits) {
      it(`${edit.does}: ${edit.level ?? "refused"}`, async () => {
        const report = await landed.report(edit);
        if (edit.refused) {
          assert.match(report.errors.join("\n"), edit.refused);
          assert.equal(exitCode(report), 1);
          return;
        }
        const said = report.findings.map(({ level, sentence }) => `${level}: ${sentence}`).join("\n");
        assert.equal(worst(report.findings), edit.level, `${said}\n${report.errors.join("\n")}`);
        if (edit.says) assert.match(said, edit.says);
        assert.equal(exitCode(report), edit.level === "data at risk" ? 2 : 0, report.errors.join("\n"));
      });
    }
  });
}

catalogue(
  "An edit of a stack with bundled datastores",
  "production",
  [
    'datastores={ search: { storage: "20Gi" } }',
    'backup={ schedule: "0 1 * * *", keep: 7, to: { storage: "50Gi" } }',
    "cluster.storageClasses={ fast: fast }",
  ],
  [
    { does: "nothing", level: "safe" },
    {
      does: "a database that is somebody else's",
      sets: ['datastores.postgres={ mode: external, host: db.example.com, cidrs: ["10.9.0.0/24"] }'],
      refused: /postgres\.mode: the data is in the store bundled/,
    },
    {
      does: "a Redis that is somebody else's",
      sets: ['datastores.redis={ mode: external, host: redis.example.com, cidrs: ["10.9.0.0/24"] }'],
      refused: /redis\.mode: the data is in the store bundled/,
    },
    {
      does: "a larger volume",
      sets: ["datastores.search.storage=40Gi"],
      level: "safe",
      says: /The volume \S+ grows from 20Gi to 40Gi, if its class allows that/,
    },
    {
      does: "a smaller volume",
      sets: ["datastores.search.storage=10Gi"],
      level: "data at risk",
      says: /shrinks from 20Gi to 10Gi/,
    },
    {
      does: "another storage class of a volume",
      sets: ["datastores.search.storageClass=fast"],
      refused: /search\.storageClass: the data is in the store bundled/,
    },
    {
      does: "the next major version of PostgreSQL",
      sets: ["datastores.postgres.version=17"],
      refused: /postgres\.version: the data is in the store bundled/,
    },
    {
      does: "PostgreSQL on Debian",
      sets: ["datastores.postgres.version=16-bookworm"],
      refused: /postgres\.version: the data is in the store bundled/,
    },
    {
      does: "three servers of Redis",
      sets: ["datastores.redis.servers=3"],
      level: "data at risk",
      says: /redis goes from 1 server to 3 servers/,
    },
    {
      does: "a setting of PostgreSQL",
      sets: ["datastores.postgres.settings.shared_buffers=512MB"],
      level: "brief interruption",
      says: /postgres restarts \(.*arguments.*\): nobody can use it until its only server is back/,
    },
    {
      does: "less memory for Redis",
      sets: ["datastores.redis.resources.limits.memory=256Mi"],
      level: "brief interruption",
      says: /redis may use less memory/,
    },
    {
      does: "a new version of the API",
      sets: ["tiers.api.image=pybase/api:1.1.0"],
      level: "brief interruption",
      says: /The Job api-migrate runs again[\s\S]*api restarts \(image 1\.0\.0 to 1\.1\.0\), pod after pod, while the others serve/,
    },
    {
      does: "a new version of the frontend",
      sets: ["tiers.frontend.image=pybase/frontend:1.1.0"],
      level: "safe",
      says: /frontend restarts \(image 1\.0\.0 to 1\.1\.0\), pod after pod/,
    },
    { does: "more replicas", sets: ["tiers.api.replicas=4"], level: "safe" },
    {
      does: "one replica",
      sets: ["tiers.frontend.replicas=1"],
      level: "brief interruption",
      says: /frontend has one pod left/,
    },
    {
      does: "a lower ceiling",
      sets: ["tiers.api.autoscale.max=5"],
      level: "brief interruption",
      says: /api scales to 5 pods at most, not 15/,
    },
    {
      does: "no autoscaling",
      sets: ["tiers.api.autoscale=false"],
      level: "brief interruption",
      says: /api scales no more/,
    },
    {
      does: "less memory for a tier",
      sets: ["tiers.api.resources.limits.memory=512Mi"],
      level: "brief interruption",
      says: /api may use less memory/,
    },
    {
      does: "another host",
      sets: ["edge.host=new.example.com"],
      level: "downtime",
      says: /pybase\.example\.com answers no more/,
    },
    {
      does: "a Gateway in the place of the Ingress",
      sets: ["edge={ kind: gateway, host: pybase.example.com, tls: { issuer: letsencrypt } }"],
      level: "downtime",
      says: /Ingress pybase-ingress goes/,
    },
    {
      does: "another certificate",
      sets: ["edge.tls={ secretName: own }"],
      level: "brief interruption",
      says: /The certificate of \S+ is another/,
    },
    {
      does: "the profile of staging",
      sets: ["profile=staging"],
      level: "data at risk",
      says: /Pulumi no longer protects postgres/,
    },
    {
      does: "the profile of a laptop",
      sets: ["profile=dev"],
      level: "data at risk",
      says: /Pulumi no longer protects redis/,
    },
    {
      does: "weekly backups in the place of nightly ones",
      sets: ["backup.schedule=0 1 * * 0"],
      level: "data at risk",
      says: /postgres-backup runs less often: "0 1 \* \* \*" becomes "0 1 \* \* 0"/,
    },
    {
      does: "fewer copies",
      sets: ["backup.keep=2"],
      level: "data at risk",
      says: /postgres-backup keeps 2 copies in the place of 7/,
    },
    {
      does: "backups in a bucket",
      sets: [
        'backup.to={ endpoint: "https://s3.example.com", bucket: copies, accessKeyId: copies, cidrs: ["10.9.1.0/24"] }',
      ],
      level: "data at risk",
      says: /postgres-backup goes to another place/,
    },
    {
      does: "no backups",
      sets: ["backup=false"],
      level: "data at risk",
      says: /postgres-backup/,
    },
    {
      does: "a copy of the database to somebody else's",
      sets: ['datastores.postgres={ mode: external, host: db.example.com, cidrs: ["10.9.0.0/24"], moveFrom: bundled }'],
      level: "safe",
    },
    {
      does: "the last copy, for which the tiers stop",
      sets: [
        'datastores.postgres={ mode: external, host: db.example.com, cidrs: ["10.9.0.0/24"], moveFrom: bundled, moveStage: freeze }',
      ],
      level: "downtime",
    },
    {
      does: "another hour of the backups",
      sets: ["backup.schedule=30 2 * * *"],
      level: "safe",
    },
    {
      does: "another password of the database",
      sets: ["secretVersions.postgres=2"],
      level: "brief interruption",
      says: /postgres restarts[\s\S]*api restarts \(settings or secrets\)/,
    },
    {
      does: "images from a mirror",
      sets: ["registry=mirror.example.com"],
      level: "brief interruption",
      says: /redis restarts \(image from elsewhere\)/,
    },
    {
      does: "another namespace",
      sets: ["namespace=other"],
      level: "data at risk",
      says: /The namespace pybase is deleted and made again, with everything in it/,
    },
    {
      does: "a tier of another name",
      application: [
        ['    "search-worker": {', '    "index-worker": {'],
        ['["extraction-worker", "search-worker"]', '["extraction-worker", "index-worker"]'],
      ],
      level: "downtime",
      says: /search-worker is removed/,
    },
    {
      does: "a datastore that is gone",
      application: [
        ['    search: { engine: "meilisearch", version: "1.6", storage: "5Gi" },\n', ""],
        ['uses: ["postgres", "redis", "objects", "search"]', 'uses: ["postgres", "redis", "objects"]'],
        ['uses: ["postgres", "redis", "search"]', 'uses: ["postgres", "redis"]'],
        ["env: { ...backend, ...objects, ...search }", "env: { ...backend, ...objects }"],
        ["env: { ...backend, ...search }", "env: { ...backend }"],
      ],
      sets: ["datastores={}"],
      level: "data at risk",
      says: /search, run by a StatefulSet in the cluster, is removed with all of its data/,
    },
    {
      does: "another path",
      application: [['route: "/api"', 'route: "/v2"']],
      level: "downtime",
      says: /\/api leads nowhere any more/,
    },
    {
      does: "another port of the API's Service",
      application: [["port: 8000,", "port: 8000,\n      servicePort: 9000,"]],
      level: "downtime",
      says: /The Service api changes ports/,
    },
    {
      does: "no readiness probe",
      application: [
        ['readiness: { http: "/health" },\n      liveness: { http: "/health" },\n      startup', "startup"],
      ],
      level: "downtime",
      says: /api loses its readiness probe/,
    },
    {
      does: "another probe",
      application: [['liveness: { http: "/health" },\n      startup', 'liveness: { http: "/alive" },\n      startup']],
      level: "brief interruption",
      says: /api is asked otherwise whether it is ready or alive/,
    },
    {
      does: "a tier that uses one store more",
      application: [['uses: ["api"]', 'uses: ["api", "redis"]']],
      level: "safe",
      says: /frontend may talk to others than before: redis on 6379/,
    },
    {
      does: "a way out to the internet",
      application: [['route: "/api",', 'route: "/api",\n      externalHttps: true,']],
      level: "data at risk",
      says: /api may exchange traffic with the whole internet \(0\.0\.0\.0\/0 on 443\)/,
    },
    {
      does: "a Role that reads Secrets",
      application: [['resources: ["configmaps"]', 'resources: ["configmaps", "secrets"]']],
      level: "data at risk",
      says: /allows more: get secrets/,
    },
    {
      does: "a Role that writes ConfigMaps",
      application: [['verbs: ["get", "list", "watch"]', 'verbs: ["get", "list", "watch", "update"]']],
      level: "safe",
      says: /allows more: update configmaps/,
    },
    {
      does: "another command of the migration",
      application: [['migrate: ["alembic", "upgrade", "head"]', 'migrate: ["alembic", "upgrade", "+1"]']],
      level: "brief interruption",
      says: /The Job api-migrate runs again/,
    },
    {
      does: "longer to finish work",
      sets: ["tiers.frontend.terminationGracePeriodSeconds=90"],
      level: "safe",
      says: /frontend restarts \(terminationGracePeriodSeconds\), pod after pod/,
    },
  ],
);

catalogue(
  "An edit of a stack on EKS with managed datastores",
  "eks",
  ["cluster.version=1.35", "datastores.postgres.storage=100Gi"],
  [
    { does: "nothing", level: "safe" },
    {
      does: "a database in the cluster",
      sets: ["datastores.postgres={ mode: bundled }"],
      refused: /postgres\.mode: the data is in the store managed/,
    },
    {
      does: "a Redis in the cluster",
      sets: ["datastores.redis={ mode: bundled }"],
      refused: /redis\.mode: the data is in the store managed/,
    },
    {
      does: "objects in the cluster",
      sets: ["datastores.objects={ mode: bundled }"],
      refused: /objects\.mode: the data is in the store managed/,
    },
    {
      does: "a database that is somebody else's",
      sets: ['datastores.postgres={ mode: external, host: db.example.com, cidrs: ["10.9.0.0/24"] }'],
      refused: /postgres\.mode: the data is in the store managed/,
    },
    {
      does: "a search engine that is somebody else's",
      sets: ['datastores.search={ mode: external, host: search.example.com, cidrs: ["10.9.0.0/24"] }'],
      refused: /search\.mode: the data is in the store bundled/,
    },
    {
      does: "a smaller database server",
      sets: ["datastores.postgres.size=small"],
      level: "brief interruption",
      says: /postgres moves to other machines by a failover/,
    },
    {
      does: "the next major version of the database",
      sets: ["datastores.postgres.version=17"],
      level: "downtime",
      says: /postgres goes to another major version/,
    },
    {
      does: "shorter backups",
      sets: ["datastores.postgres.backupRetentionDays=3"],
      level: "data at risk",
      says: /keeps backups of the RDS instance of postgres for less long/,
    },
    {
      does: "no second database server",
      sets: ["datastores.postgres.highAvailability=false"],
      level: "downtime",
      says: /The second server of the RDS instance of postgres goes/,
    },
    {
      does: "a database without protection",
      sets: ["datastores.postgres.protect=false"],
      level: "data at risk",
      says: /The cloud no longer refuses to delete the RDS instance of postgres/,
    },
    {
      does: "buckets without protection",
      sets: ["datastores.objects.protect=false"],
      level: "data at risk",
      says: /Buckets of objects may be deleted with the objects in them/,
    },
    {
      does: "more storage of the database",
      sets: ["datastores.postgres.storage=200Gi"],
      level: "safe",
      says: /The storage of the RDS instance of postgres grows in place/,
    },
    {
      does: "less storage of the database",
      sets: ["datastores.postgres.storage=50Gi"],
      level: "data at risk",
      says: /The storage of the RDS instance of postgres shrinks/,
    },
    {
      does: "fewer machines",
      sets: ["cluster.nodePools={ general: { min: 3, max: 6 } }"],
      level: "brief interruption",
      says: /general-nodes has fewer machines/,
    },
    {
      does: "a cluster without protection",
      sets: ["cluster.deletionProtection=false"],
      level: "data at risk",
      says: /The cloud no longer refuses to delete the EKS cluster/,
    },
    {
      does: "an API server that all the world may ask",
      sets: ['cluster.publicAccess=["0.0.0.0/0"]'],
      level: "data at risk",
      says: /the API server answers the internet/,
    },
    {
      does: "another network",
      sets: ['cluster.network={ cidr: "10.64.0.0/16" }'],
      level: "data at risk",
      says: /Vpc \S+ is deleted and made again, and what stands in it with it/,
    },
    {
      does: "other machines",
      sets: ["cluster.nodePools={ general: { machine: m6i.2xlarge } }"],
      level: "brief interruption",
      says: /The machines of general-nodes are replaced/,
    },
    {
      does: "another region",
      sets: ["cluster.region=eu-central-1"],
      level: "data at risk",
      says: /looks in another account or region for all that it has there/,
    },
    {
      does: "a new version of the frontend",
      sets: ["tiers.frontend.image=pybase/frontend:1.1.0"],
      level: "safe",
      says: /frontend restarts/,
    },
  ],
);
